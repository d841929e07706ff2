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

-- read twice: a copy would hold all cells
verglichen as not materialized (
    select * from {{ ref('fct_messgroessen') }}
    semi join in_mehreren
        using (quelle, messgroesse)
    where herkunft = 'gezaehlt' and status in ('gueltig', 'null_genau')
),

-- by a number instead of nine texts: the cells of a whole Land take gigabytes
verschieden as (
    select hash({{ zelle | join(', ') }}) as abdruck
    from verglichen
    group by abdruck
    having min(round(wert, 2)) != max(round(wert, 2))
)

select
    jugendamt,
    'Die Tabellen ' || string_agg(tabelle, ', ' order by tabelle) || ' nennen für ' || raum_id || ' zum '
    || strftime(stichtag, '%d.%m.%Y') || ' (' || geschlecht || ', Alter ' || altersgruppe || ') verschiedene Werte: '
    || string_agg(cast(cast(wert as bigint) as varchar), ' / ' order by tabelle) as meldung
from verglichen
semi join verschieden
    on hash({{ zelle | join(', ') }}) = verschieden.abdruck
group by {{ zelle | join(', ') }}
having min(round(wert, 2)) != max(round(wert, 2))
