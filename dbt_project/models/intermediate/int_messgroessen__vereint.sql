{{ config(materialized='table') }}

-- Several delivered keys may stand for one Raum (key changes): the figure is theirs together.
select
    * exclude (extrakt, wert, status, lieferung, datenstand, musterdaten),
    sum(wert) as wert,
    {{ summenstatus('status') }} as status,
    max(datenstand) as datenstand,
    bool_or(musterdaten) as musterdaten
from {{ ref('int_zellen__vereint') }}
group by all
