-- The cells of all extracts that hold today. A new extract is a staging model and a line here.
{% set extrakte = [
    'bevoelkerung_geschlecht', 'bevoelkerung_altersgruppen', 'abgaenger', 'schulen', 'kindertagesbetreuung',
    'kindertageseinrichtungen', 'jugendhilfeeinrichtungen', 'mindestsicherung', 'arbeitslose', 'opendata_hro',
] %}

{% for extrakt in extrakte %}
select
    '{{ extrakt }}' as extrakt,
    *
from {{ ref('stg_' ~ extrakt) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
union all
select
    'hze_aggregate' as extrakt,
    *
from {{ ref('int_hze__jahreswerte') }}
union all
select
    'hze_aggregate' as extrakt,
    *
from {{ ref('int_hze__dauer') }}
union all
select
    tabelle as extrakt,
    *
from {{ ref('int_kinderschutz__jahreswerte') }}
