{{ config(materialized='table') }}

-- § 8a and § 42 per Raum and year, in the shape of the cells of all extracts. Sums of their own extracts, never joined
-- with Hilfen (§ 63 (2) SGB VIII). Unaccompanied arrivals (§ 42a, and § 42 after it) are told apart.
{%- set zelle = ['extrakt', 'jugendamt', 'berichtsjahr', 'raum_id', 'merkmal'] %}
with

raeume as (
    select * from {{ ref('int_raeume__gezaehlt') }}
    where extrakt in ('gefaehrdungseinschaetzungen', 'inobhutnahmen')
),

merkmale as (
    select
        'gefaehrdungseinschaetzungen' as extrakt,
        unnest(['insgesamt', 'akut', 'latent', 'hilfebedarf', 'kein_hilfebedarf']) as merkmal
    union all
    select
        'inobhutnahmen' as extrakt,
        unnest(['insgesamt', 'ohne_uma', 'unbegleitete_einreise']) as merkmal
),

saetze as (
    select
        'gefaehrdungseinschaetzungen' as extrakt,
        jugendamt,
        jahr as berichtsjahr,
        raum_schluessel_raum_id as geliefert_raum_id,
        unnest(['insgesamt', ergebnis]) as merkmal,
        anzahl
    from {{ ref('stg_gefaehrdungseinschaetzungen') }}
    union all
    select
        'inobhutnahmen' as extrakt,
        jugendamt,
        jahr as berichtsjahr,
        raum_schluessel_raum_id as geliefert_raum_id,
        unnest([
            'insgesamt', case when anlass = 'unbegleitete_einreise' then 'unbegleitete_einreise' else 'ohne_uma' end
        ]) as merkmal,
        anzahl
    from {{ ref('stg_inobhutnahmen') }}
),

mit_nullen as (
    select
        saetze.* exclude (geliefert_raum_id),
        raeume.raum_id
    from saetze
    inner join raeume
        using (extrakt, jugendamt, berichtsjahr, geliefert_raum_id)
    union all by name
    select
        raeume.extrakt,
        raeume.jugendamt,
        raeume.berichtsjahr,
        raeume.raum_id,
        merkmale.merkmal,
        0 as anzahl
    from raeume
    inner join merkmale
        on raeume.extrakt = merkmale.extrakt
),

je_zelle as (
    select
        {{ zelle | join(', ') }},
        cast(sum(anzahl) as double) as wert
    from mit_nullen
    group by all
),

lieferungen as (
    select distinct
        extrakt,
        jugendamt,
        berichtsjahr,
        lieferung,
        datenstand,
        musterdaten
    from raeume
)

select
    je_zelle.jugendamt,
    je_zelle.raum_id,
    je_zelle.berichtsjahr,
    je_zelle.extrakt as tabelle,
    je_zelle.extrakt as messgroesse,
    je_zelle.merkmal,
    case je_zelle.extrakt when 'inobhutnahmen' then 'Maßnahmen' else 'Verfahren' end as einheit,
    je_zelle.wert,
    lieferungen.lieferung,
    lieferungen.datenstand,
    lieferungen.musterdaten
from je_zelle
inner join lieferungen
    using (extrakt, jugendamt, berichtsjahr)
