{{ config(materialized='table') }}

-- Median of the whole months of ended Hilfen, and of the time that running ones have lasted so far: the smallest
-- duration that at least half of them do not exceed. A median is no sum, so each Raum counts the Hilfen of all its
-- parts. Below ten Hilfen there is none.
{%- set mindestens = 10 %}
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

mediane as (
    select
        {{ gruppe | join(', ') }},
        min(monate) as median
    from kumuliert
    where 2 * bis_hier >= alle and alle >= {{ mindestens }}
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
    'schluessel' as raum_methode,
    moeglich.berichtsjahr,
    make_date(moeglich.berichtsjahr, 12, 31) as stichtag,
    'hze' as familie,
    'fachverfahren' as quelle,
    'hze_aggregate' as tabelle,
    1 as rang,
    'hze_dauer_median_' || moeglich.konzept as messgroesse,
    'gerechnet' as herkunft,
    'insgesamt' as geschlecht,
    'insgesamt' as altersgruppe,
    {{ alter_von("'insgesamt'") }} as alter_von,
    {{ alter_bis("'insgesamt'") }} as alter_bis,
    'insgesamt' as nationalitaet,
    moeglich.hilfeart as merkmal,
    'Monate' as einheit,
    cast(mediane.median as double) as wert,
    case
        when mediane.median is null then 'nenner_zu_klein' when mediane.median = 0 then 'null_genau' else 'gueltig'
    end as status,
    lieferungen.lieferung,
    lieferungen.datenstand,
    lieferungen.musterdaten
from moeglich
inner join lieferungen
    using (jugendamt, berichtsjahr)
left join mediane
    using (jugendamt, berichtsjahr, raum_id, hilfeart, konzept)
