{{ config(materialized='view') }}

-- Counts and delivered rates per Raum, and their sums over the hierarchies. A view: a table would hold all cells once
-- more.
with

geliefert as (
    select
        raum_id,
        jugendamt,
        berichtsjahr,
        stichtag,
        familie,
        quelle,
        tabelle,
        rang,
        messgroesse,
        herkunft,
        geschlecht,
        altersgruppe,
        alter_von,
        alter_bis,
        nationalitaet,
        merkmal,
        einheit,
        wert,
        status,
        datenstand,
        musterdaten,
        raum_methode,
        cast(null as varchar) as summe_ueber,
        false as ist_summe,
        false as ist_geschaetzt
    from {{ ref('int_messgroessen__vereint') }}
),

vereint as (
    select * from geliefert
    union all
    select * from {{ ref('int_messgroessen__summen') }}
),

final as (
    select
        * exclude (wert),
        case when status in ('gueltig', 'null_genau', 'gerundete_null') then wert end as wert
    from vereint
)

select * from final
