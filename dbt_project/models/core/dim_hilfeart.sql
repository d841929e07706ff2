-- Hilfearten and their groups per convention: which group §§ 32 and 35 belong to differs between the Länder.
with

konventionen as (
    select distinct konvention from {{ ref('hilfearten_konventionen') }}
)

select
    konventionen.konvention,
    hilfearten.hilfeart,
    hilfearten.name as hilfeart_name,
    hilfearten.paragraf,
    nullif(hilfearten.eltern, '') as eltern,
    nullif(hilfearten.schluessel, '') as schluessel,
    cast(hilfearten.gueltig_von as date) as gueltig_von,
    cast(nullif(hilfearten.gueltig_bis, '') as date) as gueltig_bis,
    cast(hilfearten.belegt as boolean) as belegt,
    cast(hilfearten.reihenfolge as integer) as reihenfolge
from {{ ref('hilfeartenliste') }} as hilfearten
inner join konventionen
    on hilfearten.konvention in (konventionen.konvention, 'alle')
