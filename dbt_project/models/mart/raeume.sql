select
    jugendamt,
    raum_id,
    raum_name,
    raumebene,
    gebietsart,
    gueltig_von,
    gueltig_bis,
    belegt
from {{ ref('dim_raum') }}
