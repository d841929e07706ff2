-- The same figure from two tables of one source must be the same figure.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
select
    jugendamt,
    'Die Tabellen ' || string_agg(tabelle, ', ' order by tabelle) || ' nennen für ' || raum_id || ' zum '
    || strftime(stichtag, '%d.%m.%Y') || ' (' || geschlecht || ', Alter ' || altersgruppe || ') verschiedene Werte: '
    || string_agg(cast(cast(wert as bigint) as varchar), ' / ' order by tabelle) as meldung
from {{ ref('fct_messgroessen') }}
where
    herkunft = 'gezaehlt' and status in ('gueltig', 'null_genau')
    and (quelle, messgroesse) in (
        select (quelle, messgroesse) from {{ ref('fct_messgroessen') }}
        group by quelle, messgroesse
        having count(distinct tabelle) > 1
    )
group by jugendamt, raum_id, stichtag, quelle, messgroesse, geschlecht, altersgruppe, nationalitaet, merkmal
having count(distinct wert) > 1
