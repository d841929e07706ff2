-- The sexes together are insgesamt, within a source; a register may know more than two.
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
        max(case when geschlecht = 'weiblich' then wert end) as weiblich,
        coalesce(max(case when geschlecht = 'divers' then wert end), 0)
        + coalesce(max(case when geschlecht = 'ohne_angabe' then wert end), 0) as weitere
    from {{ ref('fct_messgroessen') }}
    where messgroesse = 'bevoelkerung' and nationalitaet = 'insgesamt'
    group by all
)

select
    jugendamt,
    raum_id || ', ' || strftime(stichtag, '%d.%m.%Y') || ', Alter ' || altersgruppe || ': männlich '
    || cast(maennlich as bigint) || ' + weiblich ' || cast(weiblich as bigint) || ' + divers oder ohne Angabe '
    || cast(weitere as bigint) || ' ergibt nicht insgesamt '
    || cast(insgesamt as bigint) as meldung
from je_geschlecht
where maennlich + weiblich + weitere != insgesamt
