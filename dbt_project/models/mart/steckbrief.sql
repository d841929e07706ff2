-- depends_on: {{ source('stammdaten', 'kennzahlen') }}
select
    jugendamt,
    raum_id,
    raum_name,
    raumebene,
    {% for code in kennzahl_codes() -%}
    max(case when kennzahl = '{{ code }}' then wert end) as {{ code }},
    coalesce(max(case when kennzahl = '{{ code }}' then status end), 'nicht_verfuegbar') as {{ code }}_status,
    {% endfor -%}
    berichtsjahr
from {{ ref('kennzahlen') }}
where hauptquelle
group by all
