{{ config(materialized='table') }}

-- Several delivered keys may stand for one Raum (key changes): the figure is theirs together. A figure that still names
-- a Raum after its end belongs to what took its place.
select
    zellen.* exclude (extrakt, raum_id, wert, status, lieferung, datenstand, musterdaten),
    coalesce(abloesungen.ziel, zellen.raum_id) as raum_id,
    sum(zellen.wert) as wert,
    {{ summenstatus('zellen.status') }} as status,
    max(zellen.datenstand) as datenstand,
    bool_or(zellen.musterdaten) as musterdaten
from {{ ref('int_zellen__vereint') }} as zellen
left join {{ source('stammdaten', 'abloesungen') }} as abloesungen
    on
        zellen.jugendamt = abloesungen.jugendamt
        and zellen.raum_id = abloesungen.raum_id
        and zellen.stichtag >= abloesungen.gueltig_von
        and zellen.stichtag <= coalesce(abloesungen.gueltig_bis, zellen.stichtag)
group by all
