{{ config(materialized='table') }}

-- What is done in a Raum as cells: Angebote and SRAE-Maßnahmen on 31.12., their means, Hilfen of the Leitträger.
-- Lists name the smallest Räume; of those, one without an entry has 0. What names a larger Raum or none stands with
-- nicht_zuordenbar, and everything counts to the whole.
with recursive

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

zuordnung as (
    select * from {{ source('stammdaten', 'zuordnung') }}
),

angebote as (
    select * from {{ ref('stg_angebote') }}
),

massnahmen as (
    select * from {{ ref('stg_srae_massnahmen') }}
),

hilfen as (
    select
        *,
        split_part(merkmal, '=', 2) as traeger_id
    from {{ ref('int_hze__jahreswerte') }}
    where
        messgroesse = 'hze_faelle_bestand' and starts_with(merkmal, 'insgesamt|traeger=')
        and merkmal not in ('insgesamt|traeger=pflegefamilie', 'insgesamt|traeger=ohne_angabe')
),

-- a list of Angebote names no year: it speaks for those of which the population is known
bevoelkerungsjahre as (
    select distinct
        jugendamt,
        berichtsjahr
    from {{ ref('stg_bevoelkerung_geschlecht') }}
),

angebote_je_jahr as (
    select
        angebote.jugendamt,
        angebote.raum_schluessel_raum_id as raum_id,
        angebote.art,
        angebote.plaetze,
        -- all kinds, this kind, its Plätze unless the list names none of them
        case
            when count(angebote.plaetze) over (partition by angebote.jugendamt, angebote.art) > 0 then 3
            else 2
        end as zeilen,
        jahre.berichtsjahr,
        angebote.lieferung,
        angebote.datenstand,
        angebote.musterdaten
    from angebote
    inner join bevoelkerungsjahre as jahre
        on
            angebote.jugendamt = jahre.jugendamt
            and angebote.gueltig_von <= make_date(jahre.berichtsjahr, 12, 31)
            and coalesce(angebote.gueltig_bis, date '9999-12-31') >= make_date(jahre.berichtsjahr, 12, 31)
            and coalesce(extract(year from angebote.datenstand), 9999) >= jahre.berichtsjahr
    qualify
        row_number() over (
            partition by angebote.jugendamt, angebote.angebot_id, jahre.berichtsjahr
            order by angebote.gueltig_von desc
        ) = 1
),

massnahmenjahre as (
    select distinct
        jugendamt,
        cast(extract(year from beginn) as integer) as berichtsjahr
    from massnahmen
),

massnahmen_je_jahr as (
    select
        massnahmen.jugendamt,
        massnahmen.raum_schluessel_raum_id as raum_id,
        massnahmen.lieferung,
        massnahmen.datenstand,
        massnahmen.musterdaten,
        jahre.berichtsjahr,
        extract(year from massnahmen.beginn) = jahre.berichtsjahr and massnahmen.abgerufen_eur is not null
            as ist_abgerechnet,
        massnahmen.beginn <= make_date(jahre.berichtsjahr, 12, 31)
        and massnahmen.ende >= make_date(jahre.berichtsjahr, 12, 31) as laeuft,
        massnahmen.budget_eur,
        massnahmen.abgerufen_eur
    from massnahmen
    inner join massnahmenjahre as jahre
        on massnahmen.jugendamt = jahre.jugendamt
    where massnahmen.lenkungsgruppe_votum = 'befuerwortet'
),

vorfahren as (
    select distinct
        jugendamt,
        berichtsjahr,
        raum_id,
        raum_id as vorfahr
    from hilfen
    union
    select
        vorfahren.jugendamt,
        vorfahren.berichtsjahr,
        vorfahren.raum_id,
        zuordnung.eltern_raum_id as vorfahr
    from vorfahren
    inner join zuordnung
        on
            vorfahren.jugendamt = zuordnung.jugendamt
            and vorfahren.vorfahr = zuordnung.raum_id
            and make_date(vorfahren.berichtsjahr, 12, 31) >= zuordnung.gueltig_von
            and make_date(vorfahren.berichtsjahr, 12, 31) <= coalesce(zuordnung.gueltig_bis, date '9999-12-31')
),

leittraeger as (
    select
        vorfahren.jugendamt,
        vorfahren.berichtsjahr,
        vorfahren.raum_id,
        schluessel.schluessel as traeger_id
    from vorfahren
    inner join {{ source('stammdaten', 'schluessel') }} as schluessel
        on
            vorfahren.jugendamt = schluessel.jugendamt
            and vorfahren.vorfahr = schluessel.raum_id
            and schluessel.schluesselart = 'leittraeger'
),

eintraege as (
    select
        jugendamt,
        berichtsjahr,
        raum_id,
        'angebote' as tabelle,
        unnest(['angebote', 'angebote', 'angebotsplaetze'][:zeilen]) as messgroesse,
        unnest(['insgesamt', art, art][:zeilen]) as merkmal,
        unnest(['Anzahl', 'Anzahl', 'Plätze'][:zeilen]) as einheit,
        unnest([1, 1, plaetze][:zeilen]) as wert,
        lieferung,
        datenstand,
        musterdaten
    from angebote_je_jahr
    union all
    select
        jugendamt,
        berichtsjahr,
        raum_id,
        unnest(['srae_massnahmen', 'srae_massnahmen_vertraulich', 'srae_massnahmen_vertraulich']) as tabelle,
        unnest(['srae_laufende_massnahmen', 'srae_budget_eur', 'srae_abgerufen_eur']) as messgroesse,
        'insgesamt' as merkmal,
        unnest(['Anzahl', 'Euro', 'Euro']) as einheit,
        unnest([
            cast(laeuft as decimal(18, 2)),
            case when ist_abgerechnet then cast(budget_eur as decimal(18, 2)) else 0 end,
            case when ist_abgerechnet then cast(abgerufen_eur as decimal(18, 2)) else 0 end
        ]) as wert,
        lieferung,
        datenstand,
        musterdaten
    from massnahmen_je_jahr
    union all
    select
        hilfen.jugendamt,
        hilfen.berichtsjahr,
        hilfen.raum_id,
        'hze_aggregate' as tabelle,
        unnest(['hze_faelle_mit_traeger', 'hze_faelle_leittraeger']) as messgroesse,
        'insgesamt' as merkmal,
        'Anzahl' as einheit,
        cast(
            unnest([hilfen.wert, case when hilfen.traeger_id = leittraeger.traeger_id then hilfen.wert else 0 end])
            as decimal(18, 2)
        ) as wert,
        hilfen.lieferung,
        hilfen.datenstand,
        hilfen.musterdaten
    from hilfen
    inner join leittraeger
        on
            hilfen.jugendamt = leittraeger.jugendamt
            and hilfen.berichtsjahr = leittraeger.berichtsjahr
            and hilfen.raum_id = leittraeger.raum_id
),

listenjahre as (
    select distinct
        jugendamt,
        berichtsjahr
    from eintraege
),

kleinste as (
    select
        jahre.jugendamt,
        jahre.berichtsjahr,
        raeume.raum_id,
        raeume.raumebene
    from listenjahre as jahre
    inner join {{ source('stammdaten', 'raeume') }} as raeume
        on
            jahre.jugendamt = raeume.jugendamt
            and make_date(jahre.berichtsjahr, 12, 31) >= raeume.gueltig_von
            and make_date(jahre.berichtsjahr, 12, 31) <= coalesce(raeume.gueltig_bis, date '9999-12-31')
    left join zuordnung
        on
            raeume.jugendamt = zuordnung.jugendamt
            and raeume.raum_id = zuordnung.eltern_raum_id
            and make_date(jahre.berichtsjahr, 12, 31) >= zuordnung.gueltig_von
            and make_date(jahre.berichtsjahr, 12, 31) <= coalesce(zuordnung.gueltig_bis, date '9999-12-31')
    where raeume.raumebene != 'sonstige' and zuordnung.raum_id is null
),

verortet as (
    select
        eintraege.* exclude (raum_id),
        coalesce(kleinste.raum_id, eintraege.jugendamt || ':nicht_zuordenbar') as raum_id,
        kleinste.raumebene
    from eintraege
    left join kleinste
        using (jugendamt, berichtsjahr, raum_id)
),

reihen as (
    select distinct * exclude (raum_id, wert)
    from verortet
),

-- every smallest Raum of a level that the list names at all
nullen as (
    select
        reihen.* exclude (raumebene),
        kleinste.raum_id,
        0 as wert
    from reihen
    inner join kleinste
        using (jugendamt, berichtsjahr, raumebene)
),

zellen as (
    select
        verortet.* exclude (raum_id, raumebene, wert),
        unnest(list_distinct([verortet.raum_id, jugendaemter.ganzes])) as raum_id,
        verortet.wert
    from verortet
    inner join jugendaemter
        on verortet.jugendamt = jugendaemter.jugendamt
    union all by name
    select * from nullen
),

final as (
    select
        jugendamt,
        berichtsjahr,
        raum_id,
        tabelle,
        messgroesse,
        merkmal,
        einheit,
        case when count(wert) = count(*) then cast(sum(wert) as double) end as wert,
        max(lieferung) as lieferung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from zellen
    group by all
)

select * from final
