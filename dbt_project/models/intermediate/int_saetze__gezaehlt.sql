{{ config(materialized='table') }}

{#
  Delivered records counted into cells: one row per Raum, Stichtag, Messgröße and breakdown. A record is a count, so what
  has no record is nothing: cells that other Räume of the delivery have are zero here. A Raum without any record counts
  nothing either if it is one of the smallest and no larger one is delivered in its place; only of residents a whole
  Raum may be forgotten, so there this holds for gemeindefreie Gebiete alone. Of several Stichtage the last of a year
  holds.
#}
{% set kopf = "jugendamt, raum_schluessel_raum_id as raum_id, lieferung, datenstand, musterdaten" %}
{% set schuljahresbeginn = "make_date(cast(left(schuljahr, 4) as integer), 10, 1)" %}

with

-- single years up to 27, above that the age groups of the official tables
einwohner as (
    select
        {{ kopf }},
        stichtag,
        geschlecht,
        case
            when alter < 27 then alter || '-' || (alter + 1)
            when alter < 30 then '27-30'
            when alter < 65 then (alter // 5 * 5) || '-' || (alter // 5 * 5 + 5)
            when alter < 75 then '65-75'
            else '75-'
        end as altersgruppe,
        nationalitaet,
        anzahl
    from {{ ref('stg_einwohnermelde') }}
    -- who has a second dwelling here is counted where the first one is
    where nebenwohnung = 'nein'
),

-- the largest extract by far: summed before it meets the others
einwohner_gezaehlt as (
    select
        jugendamt,
        raum_id,
        lieferung,
        datenstand,
        musterdaten,
        stichtag,
        {% for spalte in ['geschlecht', 'altersgruppe', 'nationalitaet'] -%}
        case when grouping({{ spalte }}) = 0 then {{ spalte }} else 'insgesamt' end as {{ spalte }},
        {% endfor -%}
        case when count(anzahl) = count(*) then sum(anzahl) end as anzahl
    from einwohner
    group by
        jugendamt, raum_id, lieferung, datenstand, musterdaten, stichtag,
        grouping sets ((), (geschlecht), (altersgruppe), (nationalitaet))
),

gezaehlt as (
    select
        'einwohnermelde' as extrakt,
        jugendamt,
        raum_id,
        lieferung,
        datenstand,
        musterdaten,
        stichtag,
        'bevoelkerung' as messgroesse,
        geschlecht,
        altersgruppe,
        nationalitaet,
        'insgesamt' as merkmal,
        anzahl
    from einwohner_gezaehlt
    union all
    select
        'bewegungen' as extrakt,
        {{ kopf }},
        make_date(jahr, 12, 31) as stichtag,
        case when art = 'geburt' then 'lebendgeborene' else 'wanderungssaldo' end as messgroesse,
        'insgesamt' as geschlecht,
        'insgesamt' as altersgruppe,
        'insgesamt' as nationalitaet,
        'insgesamt' as merkmal,
        case when art in ('fortzug', 'binnenfortzug') then -anzahl else anzahl end as anzahl
    from {{ ref('stg_bewegungen') }}
    where art != 'sterbefall'
    {% for merkmal, bedingung in [
        ('insgesamt', 'true'), ('mit_kindern', 'kinder > 0'), ('alleinerziehend', "haushaltstyp = 'alleinerziehend'"),
    ] -%}
    union all
    select
        'haushalte' as extrakt,
        {{ kopf }},
        stichtag,
        'haushalte' as messgroesse,
        'insgesamt' as geschlecht,
        'insgesamt' as altersgruppe,
        'insgesamt' as nationalitaet,
        '{{ merkmal }}' as merkmal,
        anzahl
    from {{ ref('stg_haushalte') }}
    where {{ bedingung }}
    {% endfor -%}
    {% for merkmal in ["'insgesamt'", 'bildungsgang'] -%}
    union all
    select
        'schuelerstatistik' as extrakt,
        {{ kopf }},
        {{ schuljahresbeginn }} as stichtag,
        'schueler' as messgroesse,
        'insgesamt' as geschlecht,
        'insgesamt' as altersgruppe,
        'insgesamt' as nationalitaet,
        {{ merkmal }} as merkmal,
        anzahl
    from {{ ref('stg_schuelerstatistik') }}
    where bildungsgang != 'berufliche_schule'
    {% endfor -%}
    {% for merkmal in ["'insgesamt'", 'schulart'] -%}
    union all
    select
        'uebergaenge' as extrakt,
        {{ kopf }},
        {{ schuljahresbeginn }} as stichtag,
        'uebergaenge_' || nach as messgroesse,
        'insgesamt' as geschlecht,
        'insgesamt' as altersgruppe,
        'insgesamt' as nationalitaet,
        {{ merkmal }} as merkmal,
        anzahl
    from {{ ref('stg_uebergaenge') }}
    {% endfor -%}
    union all
    select
        'schuleingangsuntersuchung' as extrakt,
        {{ kopf }},
        make_date(jahr, 12, 31) as stichtag,
        'esu_untersuchte' as messgroesse,
        'insgesamt' as geschlecht,
        'insgesamt' as altersgruppe,
        'insgesamt' as nationalitaet,
        befund as merkmal,
        anzahl
    from {{ ref('stg_schuleingangsuntersuchung') }}
    where bereich = 'insgesamt'
    union all
    select
        'kinderbetreuung_wohnort' as extrakt,
        {{ kopf }},
        stichtag,
        'betreute_kinder_wohnort' as messgroesse,
        'insgesamt' as geschlecht,
        altersgruppe,
        'insgesamt' as nationalitaet,
        'insgesamt' as merkmal,
        anzahl
    from {{ ref('stg_kinderbetreuung_wohnort') }}
    union all
    select
        'lebenslagen_raeume' as extrakt,
        {{ kopf }},
        stichtag,
        case personengruppe
            when 'regelleistungsberechtigte' then 'sgb2_regelleistungsberechtigte'
            when 'nicht_erwerbsfaehige_u15' then 'sgb2_nicht_erwerbsfaehige'
            when 'kinder_u15_in_bg' then 'sgb2_kinder_in_bedarfsgemeinschaften'
            when 'arbeitslose' then 'arbeitslose_jahresdurchschnitt'
            when 'arbeitslose_u25' then 'arbeitslose_jahresdurchschnitt'
            else 'erwerbspersonen_jahresdurchschnitt'
        end as messgroesse,
        'insgesamt' as geschlecht,
        case
            when contains(personengruppe, 'u15') then '0-15'
            when contains(personengruppe, 'u25') then '15-25'
            else 'insgesamt'
        end as altersgruppe,
        'insgesamt' as nationalitaet,
        'insgesamt' as merkmal,
        anzahl
    from {{ ref('stg_lebenslagen_raeume') }}
    union all
    select
        'bevoelkerung_raeume' as extrakt,
        {{ kopf }},
        stichtag,
        'bevoelkerung' as messgroesse,
        geschlecht,
        altersgruppe,
        nationalitaet,
        'insgesamt' as merkmal,
        anzahl
    from {{ ref('stg_bevoelkerung_raeume') }}
),

letzter_stichtag as (
    select
        extrakt,
        jugendamt,
        max(stichtag) as stichtag
    from gezaehlt
    group by extrakt, jugendamt, messgroesse, extract(year from stichtag)
),

je_raum as (
    select
        * exclude (anzahl),
        sum(anzahl) as wert,
        bool_or(anzahl is null) as ist_geheim
    from gezaehlt
    semi join letzter_stichtag
        using (extrakt, jugendamt, stichtag)
    group by all
),

kategorien as (
    select distinct * exclude (raum_id, wert, ist_geheim)
    from je_raum
),

zuordnung as (
    select
        zuordnung.jugendamt,
        zuordnung.raum_id,
        zuordnung.eltern_raum_id,
        zuordnung.gueltig_von,
        coalesce(zuordnung.gueltig_bis, date '9999-12-31') as gueltig_bis
    from {{ source('stammdaten', 'zuordnung') }} as zuordnung
    inner join {{ source('stammdaten', 'jugendaemter') }} as jugendaemter
        on
            zuordnung.jugendamt = jugendaemter.jugendamt
            and zuordnung.hierarchie = jugendaemter.haupthierarchie
),

geliefert as (
    select distinct
        extrakt,
        jugendamt,
        messgroesse,
        stichtag,
        raum_id
    from je_raum
),

-- the smallest Räume and everything above them, three steps at most
darueber as (
    select
        stufe_1.jugendamt,
        stufe_1.raum_id,
        greatest(stufe_1.gueltig_von, raeume.gueltig_von) as gueltig_von,
        least(stufe_1.gueltig_bis, coalesce(raeume.gueltig_bis, date '9999-12-31')) as gueltig_bis,
        raeume.gebietsart,
        [
            stufe_1.raum_id,
            stufe_1.eltern_raum_id,
            stufe_2.eltern_raum_id,
            stufe_3.eltern_raum_id
        ] as selbst_und_darueber
    from zuordnung as stufe_1
    inner join {{ ref('dim_raum') }} as raeume
        on
            stufe_1.jugendamt = raeume.jugendamt
            and stufe_1.raum_id = raeume.raum_id
    left join zuordnung as stufe_2
        on
            stufe_1.jugendamt = stufe_2.jugendamt
            and stufe_1.eltern_raum_id = stufe_2.raum_id
    left join zuordnung as stufe_3
        on
            stufe_2.jugendamt = stufe_3.jugendamt
            and stufe_2.eltern_raum_id = stufe_3.raum_id
    anti join zuordnung as kinder
        on
            stufe_1.jugendamt = kinder.jugendamt
            and stufe_1.raum_id = kinder.eltern_raum_id
),

lieferungen as (
    select distinct
        extrakt,
        jugendamt,
        messgroesse,
        stichtag
    from je_raum
),

ohne_satz as (
    select distinct
        lieferungen.*,
        darueber.raum_id
    from lieferungen
    inner join darueber
        on
            lieferungen.jugendamt = darueber.jugendamt
            and lieferungen.stichtag between darueber.gueltig_von and darueber.gueltig_bis
    anti join geliefert
        on
            lieferungen.extrakt = geliefert.extrakt
            and lieferungen.jugendamt = geliefert.jugendamt
            and lieferungen.messgroesse = geliefert.messgroesse
            and lieferungen.stichtag = geliefert.stichtag
            and list_contains(darueber.selbst_und_darueber, geliefert.raum_id)
    where lieferungen.messgroesse != 'bevoelkerung' or darueber.gebietsart = 'gemeindefrei'
),

erwartet as (
    select * from geliefert
    union all
    select * from ohne_satz
),

final as (
    select
        kategorien.* exclude (extrakt),
        kategorien.extrakt as tabelle,
        extract(year from kategorien.stichtag) as berichtsjahr,
        erwartet.raum_id,
        case when je_raum.ist_geheim then null else coalesce(je_raum.wert, 0) end as wert
    from kategorien
    inner join erwartet
        using (extrakt, jugendamt, messgroesse, stichtag)
    left join je_raum
        using (extrakt, jugendamt, messgroesse, stichtag, geschlecht, altersgruppe, nationalitaet, merkmal, raum_id)
)

select * from final
