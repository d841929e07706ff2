{{ config(materialized='table') }}

-- Where a Kennzahl has no value for a Raum and year of the Jugendamt, one row says so, with the kind of reason.
with

werte as (
    select * from {{ ref('int_kennzahlen__berechnet') }}
),

kennzahlen as (
    select * from {{ ref('dim_kennzahl') }}
),

raeume as (
    select * from {{ ref('dim_raum') }}
),

messgroessen as (
    select * from {{ ref('fct_messgroessen') }}
),

jahre as (
    select distinct
        jugendamt,
        berichtsjahr
    from werte
),

erwartet as (
    select
        jahre.jugendamt,
        jahre.berichtsjahr,
        make_date(jahre.berichtsjahr, 12, 31) as stichtag,
        raeume.raum_id,
        raeume.gebietsart,
        kennzahlen.kennzahl,
        kennzahlen.version,
        kennzahlen.familie,
        kennzahlen.niedrigste_ebene
    from jahre
    inner join raeume
        on
            jahre.jugendamt = raeume.jugendamt
            and make_date(jahre.berichtsjahr, 12, 31) >= raeume.gueltig_von
            and make_date(jahre.berichtsjahr, 12, 31) <= coalesce(raeume.gueltig_bis, date '9999-12-31')
    inner join kennzahlen
        on jahre.jugendamt = kennzahlen.jugendamt
    where raeume.raumebene != 'sonstige'
),

fehlend as (
    select erwartet.*
    from erwartet
    anti join werte
        on
            erwartet.jugendamt = werte.jugendamt
            and erwartet.raum_id = werte.raum_id
            and erwartet.berichtsjahr = werte.berichtsjahr
            and erwartet.kennzahl = werte.kennzahl
            and erwartet.version = werte.version
),

-- What the sources hold for the parts of a Kennzahl: per Raum, and anywhere in the Jugendamt.
bestand as (
    select
        bestandteile.kennzahl,
        bestandteile.version,
        messgroessen.jugendamt,
        messgroessen.raum_id,
        messgroessen.berichtsjahr,
        bool_or(messgroessen.altersgruppe != 'insgesamt') as hat_altersgruppen,
        bool_or(
            messgroessen.altersgruppe = 'insgesamt'
            and bestandteile.alter_von = 0
            and bestandteile.alter_bis = 999
            and bestandteile.jahre_zurueck = 0
        ) as hat_jahr,
        bool_or(
            messgroessen.wert is not null
            and messgroessen.alter_von = bestandteile.alter_von
            and messgroessen.alter_bis = bestandteile.alter_bis
            and bestandteile.jahre_zurueck = 0
        ) as hat_zaehler
    from {{ source('stammdaten', 'bestandteile') }} as bestandteile
    inner join messgroessen
        on
            bestandteile.messgroesse = messgroessen.messgroesse
            and bestandteile.nationalitaet = messgroessen.nationalitaet
            and bestandteile.geschlecht = messgroessen.geschlecht
            and bestandteile.merkmal = messgroessen.merkmal
            and messgroessen.herkunft = 'gezaehlt'
    where bestandteile.seite = 'zaehler'
    group by all
),

mit_altersgrenze as (
    select
        kennzahl,
        version,
        bool_or(alter_bis - alter_von < 999) as hat_altersgrenze,
        bool_or(seite = 'nenner') as hat_nenner,
        max(jahre_zurueck) as jahre_zurueck
    from {{ source('stammdaten', 'bestandteile') }}
    group by all
),

-- the same of any year
bestand_je_raum as (
    select
        kennzahl,
        version,
        jugendamt,
        raum_id,
        bool_or(hat_altersgruppen) as hat_altersgruppen
    from bestand
    group by all
),

raeume_mit_wert as (
    select distinct
        jugendamt,
        raum_id,
        kennzahl,
        version
    from werte
),

kennzahlen_mit_wert as (
    select distinct
        jugendamt,
        kennzahl,
        version
    from raeume_mit_wert
),

merkmale as (
    select
        fehlend.*,
        mit_altersgrenze.hat_altersgrenze,
        mit_altersgrenze.hat_nenner,
        mit_altersgrenze.jahre_zurueck,
        bestand.hat_jahr,
        bestand.hat_zaehler,
        bestand_je_raum.hat_altersgruppen as raum_hat_altersgruppen,
        raeume_mit_wert.kennzahl is not null as hat_andere_jahre,
        kennzahlen_mit_wert.kennzahl is not null as hat_jugendamt
    from fehlend
    inner join mit_altersgrenze
        using (kennzahl, version)
    left join bestand
        using (kennzahl, version, jugendamt, raum_id, berichtsjahr)
    left join bestand_je_raum
        using (kennzahl, version, jugendamt, raum_id)
    left join raeume_mit_wert
        using (kennzahl, version, jugendamt, raum_id)
    left join kennzahlen_mit_wert
        using (kennzahl, version, jugendamt)
)

select
    jugendamt,
    raum_id,
    berichtsjahr,
    stichtag,
    kennzahl,
    version,
    familie,
    case
        when niedrigste_ebene = 'kreis' and gebietsart not in ('kreis', 'kreisfreie_stadt') then 'ebene_kreis'
        when niedrigste_ebene = 'gemeinde' and gebietsart = 'gemeindeteil' then 'ebene_gemeinde'
        when jahre_zurueck > 0 and hat_jahr then 'vorjahr'
        when hat_zaehler and hat_nenner then 'nenner'
        when hat_andere_jahre then 'jahr'
        when hat_altersgrenze and raum_hat_altersgruppen then 'altersgruppen'
        when hat_jugendamt then 'ebene_raum'
        else 'keine_quelle'
    end as grundart
from merkmale
