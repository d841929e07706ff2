{{ config(materialized='table') }}

-- Median of the whole months of ended Hilfen, and of the time that running ones have lasted so far: the smallest
-- duration that at least half of them do not exceed. A median is no sum, so each Raum counts the Hilfen of all its
-- parts. Below so many Hilfen as the catalogue names (mindestnenner) there is none.
{%- set gruppe = ['jugendamt', 'berichtsjahr', 'raum_id', 'hilfeart', 'konzept'] %}
with

raeume as (
    select * from {{ ref('int_raeume__gezaehlt') }}
    where extrakt = 'hze_aggregate'
),

knoten as (
    select * from {{ ref('int_hilfearten__knoten') }}
    where not ist_blatt and not enthaelt_para_28
),

teile as (
    select * from {{ ref('int_raeume__teile') }}
    where extrakt = 'hze_aggregate'
),

dauern as (
    select
        saetze.jugendamt,
        raeume.berichtsjahr,
        teile.raum_id,
        knoten.hilfeart,
        saetze.konzept,
        cast(saetze.auspraegung as integer) as monate,
        round(sum(saetze.faelle * teile.gewicht), 6) as faelle
    from {{ ref('stg_hze_aggregate') }} as saetze
    inner join raeume
        on
            saetze.jugendamt = raeume.jugendamt
            and cast(saetze.periode as integer) = raeume.berichtsjahr
            and saetze.raum_id = raeume.geliefert_raum_id
    inner join teile
        on
            raeume.jugendamt = teile.jugendamt
            and raeume.berichtsjahr = teile.berichtsjahr
            and raeume.raum_id = teile.teil_raum_id
    inner join knoten
        on
            saetze.jugendamt = knoten.jugendamt
            and saetze.hilfeart = knoten.schluessel
            and make_date(raeume.berichtsjahr, 12, 31) >= knoten.gueltig_von
            and make_date(raeume.berichtsjahr, 12, 31) <= coalesce(knoten.gueltig_bis, date '9999-12-31')
    where saetze.merkmal = 'dauer_monate' and saetze.raumart = 'wohnraum'
    group by all
),

kumuliert as (
    select
        *,
        sum(faelle) over (partition by {{ gruppe | join(', ') }} order by monate) as bis_hier,
        sum(faelle) over (partition by {{ gruppe | join(', ') }}) as alle
    from dauern
),

mindestens as (
    select
        replace(bestandteile.messgroesse, 'hze_dauer_median_', '') as konzept,
        max(kennzahlen.mindestnenner) as hilfen
    from {{ source('stammdaten', 'bestandteile') }} as bestandteile
    inner join {{ source('stammdaten', 'kennzahlen') }} as kennzahlen
        using (kennzahl, version, profil)
    where starts_with(bestandteile.messgroesse, 'hze_dauer_median_')
    group by all
),

mediane as (
    select
        {{ gruppe | join(', ') }},
        min(monate) as median
    from kumuliert
    inner join mindestens
        using (konzept)
    where 2 * bis_hier >= alle and alle >= mindestens.hilfen
    group by all
),

moeglich as (
    select distinct
        teile.jugendamt,
        teile.berichtsjahr,
        teile.raum_id,
        knoten.hilfeart,
        unnest(['beendet', 'bestand']) as konzept
    from teile
    inner join knoten
        on teile.jugendamt = knoten.jugendamt
),

lieferungen as (
    select distinct
        jugendamt,
        berichtsjahr,
        lieferung,
        datenstand,
        musterdaten
    from raeume
)

select
    moeglich.jugendamt,
    moeglich.raum_id,
    moeglich.berichtsjahr,
    'hze_aggregate' as tabelle,
    'hze_dauer_median_' || moeglich.konzept as messgroesse,
    'gerechnet' as herkunft,
    moeglich.hilfeart as merkmal,
    'Monate' as einheit,
    cast(mediane.median as double) as wert,
    'nenner_zu_klein' as ohne_wert,
    lieferungen.lieferung,
    lieferungen.datenstand,
    lieferungen.musterdaten
from moeglich
inner join lieferungen
    using (jugendamt, berichtsjahr)
left join mediane
    using (jugendamt, berichtsjahr, raum_id, hilfeart, konzept)
