-- Männlich and weiblich together are insgesamt, within a source.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

je_geschlecht as (
    select
        jugendamt,
        raum_id,
        stichtag,
        quelle,
        altersgruppe,
        max(case when geschlecht = 'insgesamt' then wert end) as insgesamt,
        max(case when geschlecht = 'maennlich' then wert end) as maennlich,
        max(case when geschlecht = 'weiblich' then wert end) as weiblich
    from {{ ref('fct_messgroessen') }}
    where messgroesse = 'bevoelkerung' and nationalitaet = 'insgesamt'
    group by all
)

select
    jugendamt,
    raum_id || ', ' || strftime(stichtag, '%d.%m.%Y') || ', Alter ' || altersgruppe || ': männlich '
    || cast(maennlich as bigint) || ' + weiblich ' || cast(weiblich as bigint) || ' ergibt nicht insgesamt '
    || cast(insgesamt as bigint) as meldung
from je_geschlecht
where maennlich + weiblich != insgesamt
