{{ config(materialized='table') }}

-- Kennzahl = Faktor x Zähler / Nenner by catalogue entry, per Raum, year and source; delivered rates beside it.
with

kennzahlen as (
    select * from {{ ref('dim_kennzahl') }}
),

bestandteile as (
    select * from {{ ref('int_kennzahlen__bestandteile') }}
),

erwartet as (
    select
        kennzahlen.jugendamt,
        kennzahlen.kennzahl,
        kennzahlen.version,
        count(*) as anzahl,
        max(bestandteile.jahre_zurueck) as jahre_zurueck
    from kennzahlen
    inner join {{ source('stammdaten', 'bestandteile') }} as bestandteile
        on
            kennzahlen.kennzahl = bestandteile.kennzahl
            and kennzahlen.version = bestandteile.version
            and kennzahlen.profil = bestandteile.profil
    group by all
),

reihenbrueche as (
    select * from {{ source('stammdaten', 'reihenbrueche') }}
),

seiten as (
    select
        kennzahl,
        version,
        jugendamt,
        raum_id,
        berichtsjahr,
        quelle,
        max(case when jahre_zurueck = 0 then stichtag end) as stichtag,
        sum(case when seite = 'zaehler' then vorzeichen * wert end) as zaehler,
        sum(case when seite = 'nenner' then vorzeichen * wert end) as nenner,
        {{ summenstatus('status') }} as teilstatus,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten,
        bool_or(ist_geschaetzt) as ist_geschaetzt,
        count(*) as anzahl
    from bestandteile
    group by all
),

vollstaendig as (
    select
        seiten.*,
        kennzahlen.faktor,
        kennzahlen.hat_nenner,
        kennzahlen.mindestnenner,
        (
            select any_value(reihenbrueche.grund)
            from reihenbrueche
            where
                reihenbrueche.quelle = seiten.quelle
                and reihenbrueche.jahr <= seiten.berichtsjahr
                and reihenbrueche.jahr > seiten.berichtsjahr - erwartet.jahre_zurueck
        ) as bruch
    from seiten
    inner join erwartet
        on
            seiten.jugendamt = erwartet.jugendamt
            and seiten.kennzahl = erwartet.kennzahl
            and seiten.version = erwartet.version
            and seiten.anzahl = erwartet.anzahl
    inner join kennzahlen
        on
            seiten.jugendamt = kennzahlen.jugendamt
            and seiten.kennzahl = kennzahlen.kennzahl
            and seiten.version = kennzahlen.version
),

beurteilt as (
    select
        *,
        case
            when teilstatus not in ('gueltig', 'null_genau') then teilstatus
            when bruch is not null then 'zeitreihenbruch'
            when hat_nenner and nenner = 0 then 'nicht_sinnvoll'
            when hat_nenner and nenner < mindestnenner then 'nenner_zu_klein'
            when not hat_nenner then teilstatus
            else 'gueltig'
        end as status
    from vollstaendig
),

gerechnet as (
    select
        kennzahl,
        version,
        jugendamt,
        raum_id,
        berichtsjahr,
        stichtag,
        quelle,
        case
            when status not in ('gueltig', 'null_genau') then null
            when hat_nenner then faktor * zaehler / nenner
            else faktor * zaehler
        end as wert,
        case when status in ('gueltig', 'null_genau', 'nenner_zu_klein') then zaehler end as zaehler,
        case when status in ('gueltig', 'null_genau', 'nenner_zu_klein') then nenner end as nenner,
        status,
        case when status = 'zeitreihenbruch' then bruch else '' end as bruch,
        false as ist_geliefert,
        ist_geschaetzt,
        datenstand,
        musterdaten
    from beurteilt
),

geliefert as (
    select
        kennzahlen.kennzahl,
        kennzahlen.version,
        messgroessen.jugendamt,
        messgroessen.raum_id,
        messgroessen.berichtsjahr,
        messgroessen.stichtag,
        messgroessen.quelle,
        messgroessen.wert,
        null as zaehler,
        null as nenner,
        messgroessen.status,
        '' as bruch,
        true as ist_geliefert,
        false as ist_geschaetzt,
        messgroessen.datenstand,
        messgroessen.musterdaten
    from {{ ref('fct_messgroessen') }} as messgroessen
    inner join kennzahlen
        on
            messgroessen.jugendamt = kennzahlen.jugendamt
            and messgroessen.messgroesse = kennzahlen.geliefert_als
    left join gerechnet
        on
            kennzahlen.kennzahl = gerechnet.kennzahl
            and kennzahlen.version = gerechnet.version
            and messgroessen.raum_id = gerechnet.raum_id
            and messgroessen.jugendamt = gerechnet.jugendamt
            and messgroessen.berichtsjahr = gerechnet.berichtsjahr
            and messgroessen.quelle = gerechnet.quelle
    where
        messgroessen.herkunft = 'geliefert'
        and messgroessen.geschlecht = 'insgesamt'
        and messgroessen.altersgruppe = 'insgesamt'
        and messgroessen.merkmal = 'insgesamt'
        and gerechnet.kennzahl is null
)

select * from gerechnet
union all
select * from geliefert
