-- Every Hilfeart as the Fachverfahren counts it, with each node above it in the convention of the Jugendamt.
with recursive

hilfearten as (
    select * from {{ ref('dim_hilfeart') }}
),

konventionen as (
    select
        jugendaemter.jugendamt,
        coalesce(eigene.konvention, sonst.konvention) as konvention
    from {{ source('stammdaten', 'jugendaemter') }} as jugendaemter
    inner join {{ ref('hilfearten_konventionen') }} as sonst
        on sonst.kennzahlenprofil = 'sonst'
    left join {{ ref('hilfearten_konventionen') }} as eigene
        on jugendaemter.kennzahlenprofil = eigene.kennzahlenprofil
),

knoten as (
    select
        konvention,
        schluessel,
        hilfeart,
        eltern,
        gueltig_von,
        gueltig_bis
    from hilfearten
    where schluessel is not null
    union all
    select
        knoten.konvention,
        knoten.schluessel,
        hilfearten.hilfeart,
        hilfearten.eltern,
        greatest(knoten.gueltig_von, hilfearten.gueltig_von) as gueltig_von,
        least(knoten.gueltig_bis, hilfearten.gueltig_bis) as gueltig_bis
    from knoten
    inner join hilfearten
        on
            knoten.konvention = hilfearten.konvention
            and knoten.eltern = hilfearten.hilfeart
)

select
    konventionen.jugendamt,
    knoten.schluessel,
    knoten.hilfeart,
    knoten.gueltig_von,
    knoten.gueltig_bis,
    hilfearten.schluessel is not null as ist_blatt,
    bool_or({{ ist_para_28('knoten.schluessel') }}) over (
        partition by konventionen.jugendamt, knoten.hilfeart
    ) as enthaelt_para_28
from knoten
inner join konventionen
    on knoten.konvention = konventionen.konvention
inner join hilfearten
    on
        knoten.konvention = hilfearten.konvention
        and knoten.hilfeart = hilfearten.hilfeart
