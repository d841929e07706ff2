"""What goes out: the annual report made from the marts of one release.

Belongs here: the report model, its HTML and charts. Not here: computing Kennzahlen (`dbt_project`),
judging them (`quality`), deciding when a release is made (`orchestration`).
"""
