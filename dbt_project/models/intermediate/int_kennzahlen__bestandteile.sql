-- Each addend of numerator and denominator per Raum, year and source: the exact age group if a table has it, else
-- the sum of age groups that tile the interval without gap or overlap, from the table that ranks first.
with

bestandteile as (
    select * from {{ source('stammdaten', 'bestandteile') }}
),

messgroessen as (
    select * from {{ ref('fct_messgroessen') }}
    where herkunft = 'gezaehlt'
),

treffer as (
    select
        bestandteile.kennzahl,
        bestandteile.version,
        bestandteile.seite,
        bestandteile.nr,
        bestandteile.vorzeichen,
        bestandteile.jahre_zurueck,
        messgroessen.jugendamt,
        messgroessen.raum_id,
        messgroessen.berichtsjahr + bestandteile.jahre_zurueck as berichtsjahr,
        messgroessen.quelle,
        messgroessen.tabelle,
        messgroessen.rang,
        messgroessen.stichtag,
        messgroessen.alter_von = bestandteile.alter_von
        and messgroessen.alter_bis = bestandteile.alter_bis as ist_genau,
        sum(messgroessen.wert) as wert,
        {{ summenstatus('messgroessen.status') }} as status,
        max(messgroessen.datenstand) as datenstand,
        bool_or(messgroessen.musterdaten) as musterdaten,
        bool_or(messgroessen.ist_geschaetzt) as ist_geschaetzt,
        sum(messgroessen.alter_bis - messgroessen.alter_von) as breite,
        max(bestandteile.alter_bis - bestandteile.alter_von) as breite_soll
    from bestandteile
    inner join messgroessen
        on
            bestandteile.messgroesse = messgroessen.messgroesse
            and bestandteile.geschlecht = messgroessen.geschlecht
            and bestandteile.nationalitaet = messgroessen.nationalitaet
            and bestandteile.merkmal = messgroessen.merkmal
            and bestandteile.alter_von <= messgroessen.alter_von
            and bestandteile.alter_bis >= messgroessen.alter_bis
    where
        messgroessen.altersgruppe != 'insgesamt'
        or (bestandteile.alter_von = messgroessen.alter_von and bestandteile.alter_bis = messgroessen.alter_bis)
    group by all
),

passend as (
    select * from treffer
    where breite = breite_soll
)

select *
from passend
qualify
    row_number() over (
        partition by kennzahl, version, seite, nr, jugendamt, raum_id, berichtsjahr, quelle
        order by ist_genau desc, rang asc, tabelle asc
    ) = 1
