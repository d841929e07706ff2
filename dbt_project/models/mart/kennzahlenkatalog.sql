-- Breaks are those of every source that delivers a part of the Kennzahl, denominators too.
with

quellen as (
    select distinct
        bestandteile.kennzahl,
        bestandteile.version,
        bestandteile.profil,
        messgroessen.quelle
    from {{ source('stammdaten', 'bestandteile') }} as bestandteile
    inner join {{ ref('fct_messgroessen') }} as messgroessen
        on bestandteile.messgroesse = messgroessen.messgroesse
)

select
    kennzahl,
    cast(version as integer) as version,
    profil,
    belegt,
    familie,
    name,
    kurzname,
    definition,
    zaehler_text,
    nenner_text,
    faktor,
    einheit,
    cast(nachkommastellen as integer) as nachkommastellen,
    stichtagsregel,
    niedrigste_ebene,
    mindestnenner,
    richtung,
    quelle_text,
    amtliche_referenz,
    (
        select
            coalesce(string_agg(
                distinct 'ab ' || brueche.jahr || ': ' || brueche.grund, '; ' order by
                    'ab ' || brueche.jahr || ': ' || brueche.grund
            ), '')
        from {{ source('stammdaten', 'reihenbrueche') }} as brueche
        inner join quellen
            on brueche.quelle = quellen.quelle
        where
            quellen.kennzahl = kennzahlen.kennzahl
            and quellen.version = kennzahlen.version
            and quellen.profil = kennzahlen.profil
    ) as reihenbrueche,
    interpretation,
    cast(reihenfolge as integer) as reihenfolge
from {{ source('stammdaten', 'kennzahlen') }} as kennzahlen
