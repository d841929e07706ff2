-- Delivered shares of Germans and foreigners sum to 100 (rounded to one digit each).
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

anteile as (
    select
        jugendamt,
        raum_id,
        berichtsjahr,
        sum(wert) as summe,
        count(*) as anzahl
    from {{ ref('fct_messgroessen') }}
    where messgroesse in ('deutschenanteil_pct', 'auslaenderanteil_pct') and herkunft = 'geliefert'
    group by all
)

select
    jugendamt,
    raum_id || ', ' || berichtsjahr || ': deutsch und ausländisch ergeben ' || summe || ' Prozent' as meldung
from anteile
where anzahl = 2 and abs(summe - 100) > 0.11
