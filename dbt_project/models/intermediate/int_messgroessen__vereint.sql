{{ config(materialized='table') }}

{% set extrakte = ['bevoelkerung_geschlecht', 'bevoelkerung_altersgruppen', 'abgaenger', 'opendata_hro'] %}

with

vereint as (
    {% for extrakt in extrakte %}
    select * from {{ ref('stg_' ~ extrakt) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

-- Several delivered keys may stand for one Raum (key changes): the figure is theirs together.
select
    * exclude (wert, status, lieferung, datenstand, musterdaten),
    sum(wert) as wert,
    {{ summenstatus('status') }} as status,
    max(datenstand) as datenstand,
    bool_or(musterdaten) as musterdaten
from vereint
group by all
