select
    jugendamt,
    raum_id,
    hierarchie,
    eltern_raum_id,
    gueltig_von,
    gueltig_bis,
    gewicht,
    belegt
from {{ source('stammdaten', 'zuordnung') }}
