-- The age groups of a table that tile all ages sum to the population of the same source.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

gruppen as (
    select
        jugendamt,
        raum_id,
        stichtag,
        quelle,
        tabelle,
        geschlecht,
        sum(wert) as summe
    from {{ ref('fct_messgroessen') }}
    where
        messgroesse = 'bevoelkerung' and altersgruppe != 'insgesamt'
        and nationalitaet = 'insgesamt' and merkmal = 'insgesamt'
    group by all
    having sum(alter_bis - alter_von) = 999
),

insgesamt as (
    select
        jugendamt,
        raum_id,
        stichtag,
        quelle,
        geschlecht,
        tabelle,
        wert
    from {{ ref('fct_messgroessen') }}
    where
        messgroesse = 'bevoelkerung' and altersgruppe = 'insgesamt'
        and nationalitaet = 'insgesamt' and merkmal = 'insgesamt'
)

select
    gruppen.jugendamt,
    gruppen.raum_id || ', ' || strftime(gruppen.stichtag, '%d.%m.%Y') || ', ' || gruppen.geschlecht
    || ': die Altersgruppen der Tabelle ' || gruppen.tabelle || ' ergeben ' || cast(gruppen.summe as bigint)
    || ', insgesamt sind es laut ' || insgesamt.tabelle || ' ' || cast(insgesamt.wert as bigint) as meldung
from gruppen
inner join insgesamt
    on
        gruppen.jugendamt = insgesamt.jugendamt
        and gruppen.raum_id = insgesamt.raum_id
        and gruppen.stichtag = insgesamt.stichtag
        and gruppen.quelle = insgesamt.quelle
        and gruppen.geschlecht = insgesamt.geschlecht
where gruppen.summe != insgesamt.wert
