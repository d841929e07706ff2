-- The same figure from two tables of one source must be the same figure.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
{%- set zelle = [
    'jugendamt', 'raum_id', 'stichtag', 'quelle', 'messgroesse', 'geschlecht', 'altersgruppe', 'nationalitaet', 'merkmal',
] %}
with

tabellen as (
    select distinct
        quelle,
        messgroesse,
        tabelle
    from {{ ref('fct_messgroessen') }}
),

in_mehreren as (
    select
        quelle,
        messgroesse
    from tabellen
    group by quelle, messgroesse
    having count(*) > 1
),

verglichen as (
    select * from {{ ref('fct_messgroessen') }}
    semi join in_mehreren
        using (quelle, messgroesse)
    where herkunft = 'gezaehlt' and status in ('gueltig', 'null_genau')
),

verschieden as (
    select {{ zelle | join(', ') }}
    from verglichen
    group by all
    having min(round(wert, 2)) != max(round(wert, 2))
)

select
    jugendamt,
    'Die Tabellen ' || string_agg(tabelle, ', ' order by tabelle) || ' nennen für ' || raum_id || ' zum '
    || strftime(stichtag, '%d.%m.%Y') || ' (' || geschlecht || ', Alter ' || altersgruppe || ') verschiedene Werte: '
    || string_agg(cast(cast(wert as bigint) as varchar), ' / ' order by tabelle) as meldung
from verglichen
semi join verschieden
    using ({{ zelle | join(', ') }})
group by {{ zelle | join(', ') }}
