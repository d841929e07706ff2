{#
  Columns of an intern model after geheimhaltung: a cell marked "gesperrt" keeps its key and loses its figures, one
  marked "fehlt" does not appear. nur_erklaerte: neither does a cell without a mark ("offen" shows it). Which mark was
  primary or secondary is not told here.
#}
{% macro zelle(spalten) -%}
    concat_ws('|', {% for spalte in spalten %}geschuetzt.{{ spalte }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro geschuetzt(modell, schluessel, werte, mit_grund=false, nur_erklaerte=false) %}
{%- set gesperrt = "marken.marke is not distinct from 'gesperrt'" %}
select
    geschuetzt.* replace (
        {% for wert in werte -%}
        case when not ({{ gesperrt }}) then geschuetzt.{{ wert }} end as {{ wert }},
        {% endfor -%}
        {% if mit_grund -%}
        case
            when {{ gesperrt }}
                then (select gruende.grund from {{ ref('gruende') }} as gruende where gruende.grundart = 'gesperrt')
            else geschuetzt.grund
        end as grund,
        {% endif -%}
        case when {{ gesperrt }} then 'gesperrt' else geschuetzt.status end as status
    )
from {{ ref(modell) }} as geschuetzt
left join {{ source('geheimhaltung', 'marken') }} as marken
    on
        marken.modell = '{{ modell }}'
        and {{ zelle(schluessel) }} = marken.zelle
where {{ "marken.marke in ('offen', 'gesperrt')" if nur_erklaerte else "marken.marke is distinct from 'fehlt'" }}
{% endmacro %}
