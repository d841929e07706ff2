select
    konvention,
    hilfeart,
    hilfeart_name,
    paragraf,
    eltern,
    schluessel,
    gueltig_von,
    gueltig_bis,
    belegt,
    reihenfolge
from {{ ref('dim_hilfeart') }}
