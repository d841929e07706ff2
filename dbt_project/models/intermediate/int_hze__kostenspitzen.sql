{{ config(materialized='table') }}

-- Costs of a whole year per Raum and single Hilfeart (rang 0) and the two dearest Fälle in them (rang 1, 2), for the
-- rule on dominance; read by geheimhaltung alone. The two dearest of a Raum are among the two dearest of its parts.
with

raeume as (
    select * from {{ ref('int_raeume__gezaehlt') }}
    where extrakt = 'hze_aggregate'
),

teile as (
    select * from {{ ref('int_raeume__teile') }}
    where extrakt = 'hze_aggregate'
),

betraege as (
    select
        saetze.jugendamt,
        raeume.berichtsjahr,
        teile.raum_id,
        saetze.hilfeart as schluessel,
        saetze.konzept = 'kosten' as ist_summe,
        cast(saetze.kosten_ist_eur as decimal(18, 2)) * teile.gewicht as betrag_eur
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
    where saetze.konzept in ('kosten', 'kosten_groesste') and saetze.raumart = 'wohnraum'
),

gereiht as (
    select
        *,
        row_number() over (
            partition by jugendamt, berichtsjahr, raum_id, schluessel order by betrag_eur desc
        ) as rang
    from betraege
    where not ist_summe
),

final as (
    select
        jugendamt,
        berichtsjahr,
        raum_id,
        schluessel,
        0 as rang,
        round(sum(betrag_eur), 2) as betrag_eur
    from betraege
    where ist_summe
    group by all
    union all
    select
        jugendamt,
        berichtsjahr,
        raum_id,
        schluessel,
        rang,
        round(betrag_eur, 2) as betrag_eur
    from gereiht
    where rang <= 2
)

select * from final
