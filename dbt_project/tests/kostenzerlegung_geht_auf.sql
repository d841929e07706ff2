-- The effects of a change of cost add up to it: menge, mix, preis and what has no Hilfemonat to the whole; bevoelkerung
-- and inanspruchnahme to menge, where the population is known.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'intern_kostenzerlegung'}}}) }}
with

summen as (
    select
        jugendamt,
        raum_id,
        berichtsjahr,
        sum(case when effekt in ('menge', 'mix', 'preis', 'ohne_hilfemonate') then betrag_eur end) as teile,
        max(case when effekt = 'gesamt' then betrag_eur end) as gesamt,
        sum(case when effekt in ('bevoelkerung', 'inanspruchnahme') then betrag_eur end) as mengenteile,
        max(case when effekt = 'menge' then betrag_eur end) as menge
    from {{ ref('intern_kostenzerlegung') }}
    group by all
)

select
    jugendamt,
    raum_id || ', ' || berichtsjahr || ': die Effekte ergeben ' || round(teile, 2)
    || ' Euro, die Änderung der Kosten ist ' || round(gesamt, 2) || ' Euro; Bevölkerung und Inanspruchnahme ergeben '
    || coalesce(round(mengenteile, 2), 0) || ' von ' || round(menge, 2) || ' Euro' as meldung
from summen
where abs(teile - gesamt) >= 0.005 or abs(mengenteile - menge) >= 0.005
