{#
  The cells of an extract that hold today, placed in Jugendamt and Raum.
  A later state of the source replaces an earlier one for the same table, Stichtag and Thema; without a stated
  date, or with the same one, the later delivery does. What a Jugendamt delivers itself goes before the nationwide
  file, Raum by Raum. Keys no Raum answers to: nationwide rows of other places are left out, rows of a Jugendamt's own
  feed go to its member nicht_zuordenbar.
#}
{% macro zellen_aktuell(extrakt) %}
with

lieferungen as (
    select
        jugendamt,
        tabelle,
        stichtag,
        lieferung_nr,
        max(datenstand) as datenstand
    from {{ source('lake', extrakt) }}
    group by all
),

in_kraft as (
    select *
    from lieferungen
    qualify {{ juengste_lieferung(['jugendamt', 'tabelle', 'stichtag']) }}
),

tabellen as (
    select * from {{ source('stammdaten', 'extrakttabellen') }}
    where extrakt = '{{ extrakt }}'
),

schluessel as (
    select * from {{ source('stammdaten', 'schluessel') }}
),

-- ranked by delivery, not by cell: a window would hold all cells of all places. Read twice, not kept: a copy would, too
aktuell as not materialized (
    select zellen.*
    from {{ source('lake', extrakt) }} as zellen
    semi join in_kraft
        on
            zellen.jugendamt = in_kraft.jugendamt
            and zellen.tabelle = in_kraft.tabelle
            and zellen.stichtag = in_kraft.stichtag
            and zellen.lieferung_nr = in_kraft.lieferung_nr
),

eigene as (
    select distinct
        aktuell.jugendamt,
        aktuell.tabelle,
        aktuell.stichtag,
        schluessel.raum_id
    from aktuell
    inner join tabellen
        on aktuell.tabelle = tabellen.tabelle
    inner join schluessel
        on
            aktuell.jugendamt = schluessel.jugendamt
            and aktuell.raum_schluessel = schluessel.schluessel
            and tabellen.schluesselart = schluessel.schluesselart
    where aktuell.jugendamt != '_amtlich'
),

verortet as (
    select
        aktuell.* exclude (jugendamt),
        tabellen.quelle,
        tabellen.familie,
        tabellen.rang,
        coalesce(schluessel.jugendamt, aktuell.jugendamt) as jugendamt,
        coalesce(schluessel.raum_id, aktuell.jugendamt || ':nicht_zuordenbar') as raum_id,
        case when schluessel.raum_id is null then 'nicht_zuordenbar' else 'schluessel' end as raum_methode
    from aktuell
    inner join tabellen
        on aktuell.tabelle = tabellen.tabelle
    left join schluessel
        on
            aktuell.raum_schluessel = schluessel.schluessel
            and tabellen.schluesselart = schluessel.schluesselart
            and aktuell.jugendamt in (schluessel.jugendamt, '_amtlich')
    anti join eigene
        on
            aktuell.jugendamt = '_amtlich'
            and schluessel.jugendamt = eigene.jugendamt
            and schluessel.raum_id = eigene.raum_id
            and aktuell.tabelle = eigene.tabelle
            and aktuell.stichtag = eigene.stichtag
    where schluessel.raum_id is not null or aktuell.jugendamt != '_amtlich'
),

final as (
    select
        jugendamt,
        raum_id,
        raum_methode,
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
        {{ alter_von('altersgruppe') }} as alter_von,
        {{ alter_bis('altersgruppe') }} as alter_bis,
        nationalitaet,
        merkmal,
        einheit,
        wert,
        status,
        lieferung,
        datenstand,
        musterdaten
    from verortet
)

select * from final
{% endmacro %}
