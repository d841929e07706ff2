-- The Schulabschlüsse sum to all leavers; the line "darunter" is part of another and left out.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

je_abschluss as (
    select
        jugendamt,
        raum_id,
        berichtsjahr,
        geschlecht,
        max(case when merkmal = 'insgesamt' then wert end) as insgesamt,
        sum(case when merkmal != 'insgesamt' and not starts_with(merkmal, 'darunter') then wert end) as summe,
        count_if(wert is null) as ohne_wert
    from {{ ref('fct_messgroessen') }}
    where messgroesse = 'abgaenger'
    group by all
)

select
    jugendamt,
    raum_id || ', ' || berichtsjahr || ' (' || geschlecht || '): die Abschlüsse ergeben ' || cast(summe as bigint)
    || ', insgesamt sind es ' || cast(insgesamt as bigint) as meldung
from je_abschluss
where ohne_wert = 0 and summe != insgesamt
