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
        count(*) as anzahl
    from kennzahlen
    inner join {{ source('stammdaten', 'bestandteile') }} as bestandteile
        on
            kennzahlen.kennzahl = bestandteile.kennzahl
            and kennzahlen.version = bestandteile.version
            and kennzahlen.profil = bestandteile.profil
    group by all
),

-- A new series begins with one of the years of a part: the value stands after a break, and if the part needs a year
-- before it as well, there is none.
brueche as (
    select
        spannen.kennzahl,
        spannen.version,
        spannen.jugendamt,
        spannen.raum_id,
        spannen.berichtsjahr,
        spannen.quelle,
        bool_or(spannen.von < reihenbrueche.jahr) as ist_gespalten,
        min(reihenbrueche.grund) as bruch
    from (
        select
            kennzahl,
            version,
            jugendamt,
            raum_id,
            berichtsjahr,
            quelle,
            teilquelle,
            berichtsjahr - max(jahre_zurueck) as von,
            berichtsjahr - min(jahre_zurueck) as bis
        from bestandteile
        group by kennzahl, version, jugendamt, raum_id, berichtsjahr, quelle, teilquelle, messgroesse
    ) as spannen
    inner join {{ source('stammdaten', 'reihenbrueche') }} as reihenbrueche
        on
            spannen.teilquelle = reihenbrueche.quelle
            and spannen.von <= reihenbrueche.jahr
            and spannen.bis >= reihenbrueche.jahr
    group by all
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
        sum(case when seite = 'zaehler' then gewicht * wert end) as zaehler,
        sum(case when seite = 'nenner' then gewicht * wert end) as nenner,
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
        brueche.bruch,
        brueche.bruch is not null as ist_nach_bruch,
        coalesce(brueche.ist_gespalten, false) as ist_gespalten
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
    left join brueche
        on
            seiten.kennzahl = brueche.kennzahl
            and seiten.version = brueche.version
            and seiten.jugendamt = brueche.jugendamt
            and seiten.raum_id = brueche.raum_id
            and seiten.berichtsjahr = brueche.berichtsjahr
            and seiten.quelle = brueche.quelle
),

beurteilt as (
    select
        *,
        case
            when teilstatus not in ('gueltig', 'null_genau') then teilstatus
            when ist_gespalten then 'zeitreihenbruch'
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
        ist_nach_bruch,
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
        messgroessen.berichtsjahr in (
            select reihenbrueche.jahr from {{ source('stammdaten', 'reihenbrueche') }} as reihenbrueche
            where reihenbrueche.quelle = messgroessen.quelle
        ) as ist_nach_bruch,
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
        and messgroessen.nationalitaet = 'insgesamt'
        and messgroessen.merkmal = 'insgesamt'
        and gerechnet.kennzahl is null
)

select * from gerechnet
union all
select * from geliefert
