{{ config(materialized='table') }}

-- Each addend of numerator and denominator per Raum, year and source: the exact age group if a table has it, else
-- the sum of age groups that tile the interval without gap or overlap, from the table that ranks first. Where the
-- catalogue allows an estimate, an age group of at most five years may be cut in proportion. The first addend of the
-- numerator names the source. What this source does not deliver at all comes from one other source, the same for all
-- Räume of the Jugendamt in that year: the one its publisher uses, if the contract names one (nennerquelle), else the
-- one that holds most of it, without estimates if there is such a one, else the best ranked.
with

katalog as (
    select
        kennzahlen.jugendamt,
        bestandteile.*,
        bestandteile.messgroesse as gemeint,
        false as ist_ersatz
    from {{ source('stammdaten', 'bestandteile') }} as bestandteile
    inner join {{ ref('dim_kennzahl') }} as kennzahlen
        on
            bestandteile.kennzahl = kennzahlen.kennzahl
            and bestandteile.version = kennzahlen.version
            and bestandteile.profil = kennzahlen.profil
),

bestandteile as (
    select * from katalog
    union all
    select * replace (ersatz as messgroesse, true as ist_ersatz) from katalog
    where ersatz != ''
),

messgroessen as (
    select * from {{ ref('fct_messgroessen') }}
    where herkunft != 'geliefert'
),

anteile as (
    select
        bestandteile.kennzahl,
        bestandteile.version,
        bestandteile.seite,
        bestandteile.nr,
        bestandteile.vorzeichen * bestandteile.gewicht as gewicht,
        bestandteile.jahre_zurueck,
        bestandteile.messgroesse,
        bestandteile.gemeint,
        messgroessen.jugendamt,
        messgroessen.raum_id,
        messgroessen.berichtsjahr + bestandteile.jahre_zurueck as berichtsjahr,
        messgroessen.quelle,
        messgroessen.tabelle,
        messgroessen.rang,
        messgroessen.stichtag,
        messgroessen.alter_von = bestandteile.alter_von
        and messgroessen.alter_bis = bestandteile.alter_bis as ist_genau,
        messgroessen.wert,
        messgroessen.status,
        messgroessen.datenstand,
        messgroessen.musterdaten,
        messgroessen.ist_geschaetzt
        or bestandteile.ist_ersatz
        or messgroessen.berichtsjahr + bestandteile.jahre_zurueck < bestandteile.genau_ab as ist_geschaetzt,
        messgroessen.alter_bis - messgroessen.alter_von as gruppenbreite,
        least(messgroessen.alter_bis, bestandteile.alter_bis)
        - greatest(messgroessen.alter_von, bestandteile.alter_von) as breite,
        bestandteile.alter_bis - bestandteile.alter_von as breite_soll,
        bestandteile.schaetzung
    from bestandteile
    inner join messgroessen
        on
            bestandteile.jugendamt = messgroessen.jugendamt
            and bestandteile.messgroesse = messgroessen.messgroesse
            and bestandteile.geschlecht = messgroessen.geschlecht
            and bestandteile.nationalitaet = messgroessen.nationalitaet
            and bestandteile.merkmal = messgroessen.merkmal
            and bestandteile.alter_von < messgroessen.alter_bis
            and bestandteile.alter_bis > messgroessen.alter_von
    where
        messgroessen.altersgruppe != 'insgesamt'
        or (bestandteile.alter_von = messgroessen.alter_von and bestandteile.alter_bis = messgroessen.alter_bis)
),

treffer as (
    select
        kennzahl,
        version,
        seite,
        nr,
        gewicht,
        jahre_zurueck,
        messgroesse,
        gemeint,
        jugendamt,
        raum_id,
        berichtsjahr,
        quelle,
        tabelle,
        rang,
        stichtag,
        ist_genau,
        sum(wert * breite / gruppenbreite) as wert,
        {{ summenstatus('status') }} as status,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten,
        bool_or(ist_geschaetzt or breite < gruppenbreite) as ist_geschaetzt,
        sum(breite) as breite,
        max(breite_soll) as breite_soll
    from anteile
    where breite = gruppenbreite or (schaetzung and gruppenbreite <= 5)
    group by all
),

je_quelle as (
    select * from treffer
    where breite = breite_soll
    qualify
        row_number() over (
            partition by kennzahl, version, seite, nr, jugendamt, raum_id, berichtsjahr, quelle
            order by ist_genau desc, ist_geschaetzt asc, rang asc, tabelle asc
        ) = 1
),

zaehlerquellen as (
    select
        kennzahl,
        version,
        jugendamt,
        raum_id,
        berichtsjahr,
        quelle
    from je_quelle
    where seite = 'zaehler' and nr = 0
),

angebot as (
    select distinct
        jugendamt,
        quelle,
        messgroesse
    from messgroessen
),

nennerquellen as (
    select distinct
        quelle,
        nennerquelle
    from {{ ref('dim_tabelle') }}
    where nennerquelle != ''
),

moeglich as (
    select
        je_quelle.* exclude (quelle),
        zaehlerquellen.quelle,
        je_quelle.quelle as teilquelle,
        coalesce(quellenrang.rang, 99) as quellenrang,
        count(*) over (
            partition by
                je_quelle.kennzahl, je_quelle.version, je_quelle.jugendamt, je_quelle.berichtsjahr,
                je_quelle.gemeint, zaehlerquellen.quelle, je_quelle.quelle
        ) as teile,
        bool_or(je_quelle.ist_geschaetzt) over (
            partition by
                je_quelle.kennzahl, je_quelle.version, je_quelle.jugendamt, je_quelle.berichtsjahr,
                je_quelle.gemeint, zaehlerquellen.quelle, je_quelle.quelle
        ) as teils_geschaetzt
    from zaehlerquellen
    inner join je_quelle
        on
            zaehlerquellen.kennzahl = je_quelle.kennzahl
            and zaehlerquellen.version = je_quelle.version
            and zaehlerquellen.jugendamt = je_quelle.jugendamt
            and zaehlerquellen.raum_id = je_quelle.raum_id
            and zaehlerquellen.berichtsjahr = je_quelle.berichtsjahr
    left join angebot
        on
            zaehlerquellen.jugendamt = angebot.jugendamt
            and zaehlerquellen.quelle = angebot.quelle
            and je_quelle.gemeint = angebot.messgroesse
    left join nennerquellen
        on zaehlerquellen.quelle = nennerquellen.quelle
    left join {{ source('stammdaten', 'quellenrang') }} as quellenrang
        on
            je_quelle.jugendamt = quellenrang.jugendamt
            and je_quelle.quelle = quellenrang.quelle
    where
        zaehlerquellen.quelle = je_quelle.quelle
        or (
            angebot.messgroesse is null
            and not (je_quelle.seite = 'zaehler' and je_quelle.nr = 0)
            and je_quelle.quelle = coalesce(nennerquellen.nennerquelle, je_quelle.quelle)
        )
),

final as (
    select * exclude (gemeint, quellenrang, teile, teils_geschaetzt)
    from moeglich
    qualify
        dense_rank() over (
            partition by kennzahl, version, jugendamt, berichtsjahr, gemeint, quelle
            order by teile desc, teils_geschaetzt asc, quellenrang asc, teilquelle asc
        ) = 1
)

select * from final
