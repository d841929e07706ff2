{{ config(materialized='table') }}

-- Each addend of numerator and denominator per Raum, year and source: the exact age group if a table has it, else
-- the sum of age groups that tile the interval without gap or overlap, from the table that ranks first. Where the
-- catalogue allows an estimate, an age group of at most five years may be cut in proportion. The first addend of the
-- numerator names the source. What this source does not deliver at all comes from one other source, the same for all
-- Räume of the Jugendamt in that year: the one its publisher uses, if the contract names one (nennerquelle), else the
-- one that holds most of it, without estimates if there is such a one, else the best ranked.
{%- set menge = [
    'jugendamt', 'messgroesse', 'ersatz', 'geschlecht', 'nationalitaet', 'merkmal', 'alter_von', 'alter_bis',
    'jahre_zurueck', 'schaetzung', 'genau_ab',
] %}
{%- set auswahl = ['kennzahl', 'version', 'jugendamt', 'berichtsjahr', 'gemeint', 'quelle'] %}
with

katalog as (
    select
        kennzahlen.jugendamt,
        bestandteile.*,
        dense_rank() over (order by {{ menge | join(', ') }}) as menge
    from {{ source('stammdaten', 'bestandteile') }} as bestandteile
    inner join {{ ref('dim_kennzahl') }} as kennzahlen
        on
            bestandteile.kennzahl = kennzahlen.kennzahl
            and bestandteile.version = kennzahlen.version
            and bestandteile.profil = kennzahlen.profil
),

-- many Kennzahlen share an addend, most of all their denominators: it is summed once
mengen as (
    select distinct
        menge,
        {{ menge | join(', ') }},
        false as ist_ersatz
    from katalog
),

gesucht as (
    select * from mengen
    union all
    select * replace (ersatz as messgroesse, true as ist_ersatz) from mengen
    where ersatz != ''
),

anteile as (
    select
        gesucht.menge,
        gesucht.messgroesse,
        messgroessen.jugendamt,
        messgroessen.raum_id,
        messgroessen.berichtsjahr + gesucht.jahre_zurueck as berichtsjahr,
        messgroessen.quelle,
        messgroessen.tabelle,
        messgroessen.rang,
        messgroessen.stichtag,
        messgroessen.alter_von = gesucht.alter_von and messgroessen.alter_bis = gesucht.alter_bis as ist_genau,
        messgroessen.wert,
        messgroessen.status,
        messgroessen.datenstand,
        messgroessen.musterdaten,
        messgroessen.ist_geschaetzt
        or gesucht.ist_ersatz
        or messgroessen.berichtsjahr + gesucht.jahre_zurueck < gesucht.genau_ab as ist_geschaetzt,
        messgroessen.alter_bis - messgroessen.alter_von as gruppenbreite,
        least(messgroessen.alter_bis, gesucht.alter_bis)
        - greatest(messgroessen.alter_von, gesucht.alter_von) as breite,
        gesucht.alter_bis - gesucht.alter_von as breite_soll,
        gesucht.schaetzung
    from gesucht
    inner join {{ ref('fct_messgroessen') }} as messgroessen
        on
            gesucht.jugendamt = messgroessen.jugendamt
            and gesucht.messgroesse = messgroessen.messgroesse
            and gesucht.geschlecht = messgroessen.geschlecht
            and gesucht.nationalitaet = messgroessen.nationalitaet
            and gesucht.merkmal = messgroessen.merkmal
            and gesucht.alter_von < messgroessen.alter_bis
            and gesucht.alter_bis > messgroessen.alter_von
    where
        messgroessen.herkunft != 'geliefert'
        and (
            messgroessen.altersgruppe != 'insgesamt'
            or (gesucht.alter_von = messgroessen.alter_von and gesucht.alter_bis = messgroessen.alter_bis)
        )
),

treffer as (
    select
        menge,
        messgroesse,
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

je_menge as (
    select * from treffer
    where breite = breite_soll
    qualify
        row_number() over (
            partition by menge, jugendamt, raum_id, berichtsjahr, quelle
            order by ist_genau desc, ist_geschaetzt asc, rang asc, tabelle asc
        ) = 1
),

je_quelle as (
    select
        katalog.kennzahl,
        katalog.version,
        katalog.seite,
        katalog.nr,
        katalog.vorzeichen * katalog.gewicht as gewicht,
        katalog.jahre_zurueck,
        katalog.messgroesse as gemeint,
        je_menge.* exclude (menge)
    from katalog
    inner join je_menge
        using (jugendamt, menge)
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
    from {{ ref('fct_messgroessen') }}
    where herkunft != 'geliefert'
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
        je_quelle.quelle as teilquelle
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
    where
        zaehlerquellen.quelle = je_quelle.quelle
        or (
            angebot.messgroesse is null
            and not (je_quelle.seite = 'zaehler' and je_quelle.nr = 0)
            and je_quelle.quelle = coalesce(nennerquellen.nennerquelle, je_quelle.quelle)
        )
),

je_teilquelle as (
    select
        {{ auswahl | join(', ') }},
        teilquelle,
        count(*) as teile,
        bool_or(ist_geschaetzt) as teils_geschaetzt
    from moeglich
    group by all
),

quellenrang as (
    select
        jugendamt,
        quelle as teilquelle,
        rang
    from {{ source('stammdaten', 'quellenrang') }}
),

gewaehlt as (
    select * from je_teilquelle
    left join quellenrang
        using (jugendamt, teilquelle)
    qualify
        row_number() over (
            partition by {{ auswahl | join(', ') }}
            order by teile desc, teils_geschaetzt asc, coalesce(rang, 99) asc, teilquelle asc
        ) = 1
),

final as (
    select * exclude (gemeint)
    from moeglich
    semi join gewaehlt
        using ({{ auswahl | join(', ') }}, teilquelle)
)

select * from final
