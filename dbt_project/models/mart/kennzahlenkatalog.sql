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
        inner join {{ source('stammdaten', 'extrakttabellen') }} as tabellen
            on brueche.quelle = tabellen.quelle
        where tabellen.familie = kennzahlen.familie
    ) as reihenbrueche,
    interpretation,
    cast(reihenfolge as integer) as reihenfolge
from {{ source('stammdaten', 'kennzahlen') }} as kennzahlen
