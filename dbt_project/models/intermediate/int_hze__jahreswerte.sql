{{ config(materialized='table') }}

-- Messgrößen of the HzE per year, Raum and node of the Hilfearten, in the shape of the cells of all extracts. What was
-- counted nowhere in a Raum, or for another member of the whole, stands here as zero, since the case files hold all
-- Hilfen; only § 28 is mostly held by freie Träger, and a year without it has no figure with § 28. Moves are those
-- between Räume: a change of age group is one only where age groups are told apart.
{%- set ort = ['jugendamt', 'berichtsjahr', 'raumart', 'raum_id'] %}
{%- set schnitt = ['hilfeart', 'altersgruppe', 'geschlecht', 'merkmal', 'auspraegung', 'konzept'] %}
{#- exact sums: the order of a sum of floats would show in its last digits #}
{%- set einheiten = {
    'faelle': 'bigint', 'familien': 'bigint', 'junge_menschen': 'bigint', 'hilfemonate': 'decimal(18, 6)',
    'kosten_ist_eur': 'decimal(18, 2)', 'kosten_bewilligt_eur': 'decimal(18, 2)',
} %}
with

raeume as (
    select * from {{ ref('int_raeume__gezaehlt') }}
    where extrakt = 'hze_aggregate'
),

masse as (
    select
        konzept,
        einheit,
        einheit_text,
        cast(je_hilfeart as boolean) as je_hilfeart,
        cast(je_alter as boolean) as je_alter,
        cast(je_raumart as boolean) as je_raumart
    from {{ ref('hze_masse') }}
),

-- what is read of a konzept, and with which cuts: with ages, with sexes and without both, never crossed
konzepte as (
    select
        konzept,
        case konzept when 'mittlerer_bestand' then 'bestand' else konzept end as geliefert_als,
        unnest(case when bool_or(je_alter) then ['summe', 'altersgruppe', 'geschlecht'] else ['summe'] end) as schnitt,
        bool_or(je_hilfeart) as je_hilfeart,
        bool_or(je_raumart) as je_raumart
    from masse
    group by konzept
),

merkmale as (
    select
        hilfeart,
        merkmal,
        auspraegung,
        unnest(string_split(konzepte, '|')) as konzept,
        string_split(einheiten, '|') as einheiten
    from {{ ref('hze_merkmale') }}
),

jahre as (
    select
        jugendamt,
        cast(periode as integer) as berichtsjahr,
        bool_or({{ ist_para_28('hilfeart') }}) as hat_para_28
    from {{ ref('stg_hze_aggregate') }}
    group by all
),

knoten as (
    select
        jahre.jugendamt,
        jahre.berichtsjahr,
        knoten.schluessel,
        knoten.hilfeart,
        knoten.ist_blatt
    from {{ ref('int_hilfearten__knoten') }} as knoten
    inner join jahre
        on
            knoten.jugendamt = jahre.jugendamt
            and make_date(jahre.berichtsjahr, 12, 31) >= knoten.gueltig_von
            and make_date(jahre.berichtsjahr, 12, 31) <= coalesce(knoten.gueltig_bis, date '9999-12-31')
    where jahre.hat_para_28 or not knoten.enthaelt_para_28
),

-- grouped once, and only what is read: months, leaves and features of a whole Land fill the memory
je_knoten as (
    select
        saetze.jugendamt,
        raeume.berichtsjahr,
        saetze.raumart,
        raeume.raum_id,
        knoten.hilfeart,
        knoten.ist_blatt,
        {% for spalte in ['altersgruppe', 'geschlecht'] -%}
        case konzepte.schnitt when '{{ spalte }}' then saetze.{{ spalte }} else 'insgesamt' end as {{ spalte }},
        {% endfor -%}
        case saetze.merkmal when 'raumwechsel' then 'insgesamt' else saetze.merkmal end as merkmal,
        saetze.auspraegung,
        {% for einheit, typ in einheiten.items() -%}
        sum(cast(saetze.{{ einheit }} as {{ typ }})) as {{ einheit }},
        {% endfor -%}
        konzepte.konzept
    from {{ ref('stg_hze_aggregate') }} as saetze
    inner join konzepte
        on saetze.konzept = konzepte.geliefert_als
    inner join raeume
        on
            saetze.jugendamt = raeume.jugendamt
            and cast(saetze.periode as integer) = raeume.berichtsjahr
            and saetze.raum_id = raeume.geliefert_raum_id
    inner join knoten
        on
            raeume.jugendamt = knoten.jugendamt
            and raeume.berichtsjahr = knoten.berichtsjahr
            and saetze.hilfeart = knoten.schluessel
    where
        (saetze.raumart = 'wohnraum' or (konzepte.je_raumart and konzepte.schnitt = 'summe' and not knoten.ist_blatt))
        and case konzepte.schnitt
            when 'altersgruppe' then saetze.altersgruppe != 'insgesamt' and knoten.hilfeart = 'insgesamt'
            when 'geschlecht' then saetze.geschlecht != 'insgesamt' and knoten.hilfeart = 'insgesamt'
            else konzepte.je_hilfeart or not knoten.ist_blatt or saetze.merkmal not in ('insgesamt', 'raumwechsel')
        end
        and case konzepte.konzept
            when 'bestand' then extract(month from saetze.monat) = 12
            when 'mittlerer_bestand' then saetze.merkmal = 'insgesamt'
            else true
        end
        and case saetze.merkmal
            when 'insgesamt' then saetze.konzept not in ('zugewechselt', 'weggewechselt')
            when 'raumwechsel' then true
            else
                saetze.raumart = 'wohnraum' and konzepte.schnitt = 'summe'
                and (knoten.hilfeart, saetze.merkmal, saetze.konzept) in (
                    select (merkmale.hilfeart, merkmale.merkmal, merkmale.konzept) from merkmale
                )
        end
    group by all
),

gezaehlt as (
    select
        {% for spalte in ort + schnitt -%}
        je_knoten.{{ spalte }},
        {% endfor -%}
        masse.einheit,
        -- as doubles: the common type of these exact numbers keeps only two digits of Hilfemonate
        case masse.einheit
            {% for einheit in einheiten -%}
            when '{{ einheit }}' then cast(je_knoten.{{ einheit }} as double)
            {% endfor -%}
        end as wert
    from je_knoten
    inner join masse
        on je_knoten.konzept = masse.konzept
    left join merkmale
        on
            je_knoten.hilfeart = merkmale.hilfeart
            and je_knoten.merkmal = merkmale.merkmal
            and je_knoten.konzept = merkmale.konzept
            and merkmale.auspraegung in (je_knoten.auspraegung, '*')
    where
        case
            when je_knoten.merkmal != 'insgesamt'
                then list_contains(merkmale.einheiten, masse.einheit)
            when je_knoten.altersgruppe != 'insgesamt' or je_knoten.geschlecht != 'insgesamt' then masse.je_alter
            else
                (masse.je_hilfeart or not je_knoten.ist_blatt)
                and (je_knoten.raumart = 'wohnraum' or (masse.je_raumart and not je_knoten.ist_blatt))
        end
),

raumarten as (
    select unnest(['wohnraum', 'budgetraum', 'leistungsraum']) as raumart
),

-- every cell that a year has: what each node is counted by, and whatever occurs
moeglich as (
    select distinct
        knoten.jugendamt,
        knoten.berichtsjahr,
        raumarten.raumart,
        knoten.hilfeart,
        'insgesamt' as altersgruppe,
        'insgesamt' as geschlecht,
        'insgesamt' as merkmal,
        'insgesamt' as auspraegung,
        masse.konzept,
        masse.einheit
    from knoten
    inner join masse
        on masse.je_hilfeart or not knoten.ist_blatt
    inner join raumarten
        on raumarten.raumart = 'wohnraum' or (masse.je_raumart and not knoten.ist_blatt)
    union
    select
        knoten.jugendamt,
        knoten.berichtsjahr,
        'wohnraum' as raumart,
        knoten.hilfeart,
        'insgesamt' as altersgruppe,
        'insgesamt' as geschlecht,
        merkmale.merkmal,
        merkmale.auspraegung,
        merkmale.konzept,
        unnest(merkmale.einheiten) as einheit
    from knoten
    inner join merkmale
        on knoten.hilfeart = merkmale.hilfeart
    where merkmale.auspraegung != '*'
    union
    select
        {% for spalte in ort[:3] + schnitt -%}
        {{ spalte }},
        {% endfor -%}
        einheit
    from gezaehlt
    where merkmal != 'insgesamt' or altersgruppe != 'insgesamt' or geschlecht != 'insgesamt'
),

lieferungen as (
    select distinct
        jugendamt,
        berichtsjahr,
        raum_id,
        lieferung,
        datenstand,
        musterdaten
    from raeume
),

je_zelle as (
    select
        moeglich.*,
        lieferungen.* exclude (jugendamt, berichtsjahr),
        coalesce(gezaehlt.wert, 0) as wert
    from moeglich
    inner join lieferungen
        using (jugendamt, berichtsjahr)
    left join gezaehlt
        using ({{ (ort + schnitt) | join(', ') }}, einheit)
)

select
    je_zelle.jugendamt,
    je_zelle.raum_id,
    je_zelle.berichtsjahr,
    'hze_aggregate' as tabelle,
    'hze_' || je_zelle.einheit || '_' || je_zelle.konzept
    || case when je_zelle.raumart = 'wohnraum' then '' else '_' || je_zelle.raumart end as messgroesse,
    je_zelle.geschlecht,
    je_zelle.altersgruppe,
    je_zelle.hilfeart
    || case
        when je_zelle.merkmal = 'insgesamt' then '' else '|' || je_zelle.merkmal || '=' || je_zelle.auspraegung
    end as merkmal,
    masse.einheit_text as einheit,
    je_zelle.wert / case when je_zelle.konzept = 'mittlerer_bestand' then 12 else 1 end as wert,
    je_zelle.lieferung,
    je_zelle.datenstand,
    je_zelle.musterdaten
from je_zelle
inner join masse
    on
        je_zelle.konzept = masse.konzept
        and je_zelle.einheit = masse.einheit
