-- The cells of all extracts that hold today. A new extract is a staging model and a line here; records are counted in
-- int_saetze__gezaehlt.
{% set extrakte = [
    'bevoelkerung_geschlecht', 'bevoelkerung_altersgruppen', 'geburten', 'abgaenger', 'schulen',
    'kindertagesbetreuung', 'kindertageseinrichtungen', 'jugendhilfeeinrichtungen', 'mindestsicherung', 'arbeitslose',
    'regionalatlas',
    'opendata_hro',
] %}

{% for extrakt in extrakte %}
select
    '{{ extrakt }}' as extrakt,
    *
from {{ ref('stg_' ~ extrakt) }}
union all
{% endfor %}
select * from {{ ref('int_saetze__gezaehlt') }}
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
union all
select * from {{ ref('int_geld__zellen') }}
union all
select * from {{ ref('int_sozialraumarbeit__zellen') }}
