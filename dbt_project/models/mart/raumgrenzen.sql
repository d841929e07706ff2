-- The area of each Raum: real ones before invented ones, those of the Jugendamt before those of the official file.
-- An area of the official file that is no Raum of the profile is left out.
with

eigene as (
    select
        jugendamt,
        raum_schluessel_raum_id as raum_id,
        geometrie,
        attribution,
        datenstand,
        musterdaten,
        1 as rang
    from {{ ref('stg_raumgrenzen') }}
    where not ends_with(raum_schluessel_raum_id, ':nicht_zuordenbar')
),

amtliche as (
    select
        schluessel.jugendamt,
        schluessel.raum_id,
        grenzen.geometrie,
        grenzen.attribution,
        grenzen.datenstand,
        grenzen.musterdaten,
        2 as rang
    from {{ ref('stg_gebietsgrenzen') }} as grenzen
    inner join {{ source('stammdaten', 'schluessel') }} as schluessel
        on
            grenzen.raum_schluessel = schluessel.schluessel
            and schluessel.schluesselart = 'ags'
            and grenzen.jugendamt in (schluessel.jugendamt, '_amtlich')
),

vereint as (
    select * from eigene
    union all
    select * from amtliche
),

beste as (
    select *
    from vereint
    qualify dense_rank() over (partition by jugendamt, raum_id order by musterdaten, rang) = 1
)

select
    jugendamt,
    raum_id,
    -- land and water of one Raum may come as two areas
    case
        when count(*) = 1 then min(geometrie)
        else
            '{"type": "GeometryCollection", "geometries": ['
            || string_agg(geometrie, ', ' order by geometrie) || ']}'
    end as geometrie,
    min(attribution) as attribution,
    cast(max(datenstand) as date) as datenstand,
    bool_or(musterdaten) as musterdaten
from beste
group by jugendamt, raum_id
