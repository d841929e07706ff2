"""What comes in: format readers, contracts, Jugendamt profiles, the archive of deliveries, Musterdaten.

Judging the data belongs in `quality`, meaning in `dbt_project`, publishing in `reports`, order in `orchestration`.
"""
