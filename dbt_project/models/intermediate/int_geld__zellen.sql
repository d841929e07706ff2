{{ config(materialized='table') }}

-- Money as cells: amounts of budget and Sozialraumbudgets per Raum that stands for them and for the whole, what the
-- cases do not explain, forecasts. Nothing is spread: what stands for no Raum is the member nicht_zuordenbar.
-- Ist and Obligo below the whole, Obligo of a single group, and what is worked out from cases, may show a single Hilfe:
-- tables of their own.
{% set plan = "('ansatz', 'nachtrag', 'umbuchung', 'ueberplanmaessig', 'ermaechtigung')" %}
with

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

haushalt as (
    select
        *,
        max(raum_id) over (partition by jugendamt, haushaltsjahr)
        != min(raum_id) over (partition by jugendamt, haushaltsjahr) as hat_raeume
    from {{ ref('int_haushalt__zugeordnet') }}
),

prognose as (
    select * from {{ ref('int_haushalt__prognose') }}
),

posten as (
    select
        haushalt.jugendamt,
        case
            when haushalt.raum_id != jugendaemter.ganzes then haushalt.raum_id
            when haushalt.hat_raeume then haushalt.jugendamt || ':nicht_zuordenbar'
        end as raum_id,
        jugendaemter.ganzes,
        haushalt.haushaltsjahr,
        'haushalt' as tabelle,
        'haushalt' || case when haushalt.art = 'aufwand' then '' else '_' || haushalt.art end || '_eur_' as messgroesse,
        haushalt.wertart,
        list_distinct([
            haushalt.berichtsgruppe,
            haushalt.sammelgruppe,
            case when haushalt.sammelgruppe != 'ausserhalb' then 'insgesamt' end
        ]) as merkmale,
        haushalt.betrag_eur,
        haushalt.lieferung,
        haushalt.datenstand,
        haushalt.musterdaten
    from haushalt
    inner join jugendaemter
        on haushalt.jugendamt = jugendaemter.jugendamt
    union all
    -- where revenues are delivered, Hilfen that cost something and brought in nothing have a revenue of zero
    select distinct
        hilfen.jugendamt,
        cast(null as varchar) as raum_id,
        jugendaemter.ganzes,
        hilfen.haushaltsjahr,
        'haushalt' as tabelle,
        'haushalt_ertrag_eur_' as messgroesse,
        hilfen.wertart,
        ['hze'] as merkmale,
        0 as betrag_eur,
        hilfen.lieferung,
        hilfen.datenstand,
        hilfen.musterdaten
    from haushalt as hilfen
    inner join jugendaemter
        on hilfen.jugendamt = jugendaemter.jugendamt
    semi join haushalt as ertraege
        on
            hilfen.jugendamt = ertraege.jugendamt
            and hilfen.haushaltsjahr = ertraege.haushaltsjahr
            and hilfen.wertart = ertraege.wertart
            and ertraege.art = 'ertrag'
    where hilfen.art = 'aufwand' and hilfen.sammelgruppe = 'hze' and hilfen.wertart = 'ist'
    union all
    select
        budget.jugendamt,
        budget.raum_schluessel_raum_id as raum_id,
        jugendaemter.ganzes,
        budget.haushaltsjahr,
        'sozialraumbudget' as tabelle,
        'sozialraumbudget_eur_' as messgroesse,
        budget.wertart,
        list_distinct([
            budget.topf, 'insgesamt', case when budget.deckungskreis is not null then 'deckungskreis' end
        ]) as merkmale,
        budget.betrag_eur,
        budget.lieferung,
        budget.datenstand,
        budget.musterdaten
    from {{ ref('stg_sozialraumbudget') }} as budget
    inner join jugendaemter
        on budget.jugendamt = jugendaemter.jugendamt
),

-- one after the other: lists unnested together would be zipped
je_raum as (
    select * replace (unnest(list_distinct([ganzes, raum_id])) as raum_id)
    from posten
),

je_wertart as (
    select
        * replace (
            unnest(list_distinct([wertart, case when wertart in {{ plan }} then 'fortgeschrieben' end])) as wertart
        )
    from je_raum
),

betraege as (
    select
        jugendamt,
        raum_id,
        raum_id = ganzes as ist_ganzes,
        haushaltsjahr,
        tabelle,
        wertart,
        messgroesse || wertart as messgroesse,
        unnest(merkmale) as merkmal,
        'Euro' as einheit,
        cast(betrag_eur as decimal(18, 2)) as wert,
        lieferung,
        datenstand,
        musterdaten
    from je_wertart
),

-- the cost of the cases of a whole year against what is booked for them
fallkosten as (
    select
        jugendamt,
        cast(extract(year from monat) as integer) as haushaltsjahr,
        sum(cast(kosten_ist_eur as decimal(18, 2))) as kosten_eur
    from {{ ref('stg_hze_aggregate') }}
    where
        konzept = 'kosten' and raumart = 'wohnraum' and merkmal = 'insgesamt'
        and not {{ ist_para_28('hilfeart') }}
    group by all
    having max(extract(month from monat)) = 12
),

rest as (
    select
        haushalt.jugendamt,
        jugendaemter.ganzes as raum_id,
        haushalt.haushaltsjahr,
        'haushalt_vertraulich' as tabelle,
        'haushalt_rest_eur_ist' as messgroesse,
        'insgesamt' as merkmal,
        'Euro' as einheit,
        sum(cast(haushalt.betrag_eur as decimal(18, 2))) - any_value(fallkosten.kosten_eur) as wert,
        max(haushalt.lieferung) as lieferung,
        max(haushalt.datenstand) as datenstand,
        bool_or(haushalt.musterdaten) as musterdaten
    from haushalt
    inner join jugendaemter
        on haushalt.jugendamt = jugendaemter.jugendamt
    inner join fallkosten
        on
            haushalt.jugendamt = fallkosten.jugendamt
            and haushalt.haushaltsjahr = fallkosten.haushaltsjahr
    where haushalt.wertart = 'ist' and haushalt.art = 'aufwand' and haushalt.sammelgruppe in ('hze', 'uma')
    group by all
),

vorausgeschaetzt as (
    select
        prognose.jugendamt,
        jugendaemter.ganzes as raum_id,
        prognose.haushaltsjahr,
        case when prognose.verfahren = 'fall' then 'haushalt_vertraulich' else 'haushalt' end as tabelle,
        unnest(['prognose_' || prognose.verfahren || '_eur', 'prognosefehler_' || prognose.verfahren || '_pct'])
            as messgroesse,
        'insgesamt' as merkmal,
        unnest(['Euro', '%']) as einheit,
        unnest([prognose.prognose_eur, prognose.bisheriger_fehler_pct]) as wert,
        prognose.lieferung,
        prognose.datenstand,
        prognose.musterdaten
    from prognose
    inner join jugendaemter
        on prognose.jugendamt = jugendaemter.jugendamt
    where prognose.ist_neueste
),

vereint as (
    select
        jugendamt,
        raum_id,
        haushaltsjahr,
        tabelle
        || case
            when wertart in ('ist', 'obligo') and not ist_ganzes then '_vertraulich'
            when wertart = 'obligo' and merkmal not in ('insgesamt', 'hze', 'deckungskreis') then '_vertraulich'
            else ''
        end as tabelle,
        messgroesse,
        merkmal,
        einheit,
        cast(sum(wert) as double) as wert,
        max(lieferung) as lieferung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from betraege
    group by all
    union all
    select * from rest
    union all
    select * from vorausgeschaetzt
    where wert is not null
)

select
    jugendamt,
    raum_id,
    haushaltsjahr as berichtsjahr,
    tabelle,
    messgroesse,
    merkmal,
    einheit,
    wert,
    lieferung,
    datenstand,
    musterdaten
from vereint
