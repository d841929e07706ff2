{#
  Columns of an intern model after geheimhaltung: a marked cell keeps its key and loses its figures. Which mark was
  primary or secondary is not told here.
#}
{% macro zelle(spalten) -%}
    concat_ws('|', {% for spalte in spalten %}geschuetzt.{{ spalte }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro geschuetzt(modell, schluessel, werte, mit_grund=false) %}
select
    geschuetzt.* replace (
        {% for wert in werte -%}
        case when marken.zelle is null then geschuetzt.{{ wert }} end as {{ wert }},
        {% endfor -%}
        {% if mit_grund -%}
        case
            when marken.zelle is null then geschuetzt.grund
            else (select gruende.grund from {{ ref('gruende') }} as gruende where gruende.grundart = 'gesperrt')
        end as grund,
        {% endif -%}
        case when marken.zelle is null then geschuetzt.status else 'gesperrt' end as status
    )
from {{ ref(modell) }} as geschuetzt
left join {{ source('geheimhaltung', 'marken') }} as marken
    on
        marken.modell = '{{ modell }}'
        and {{ zelle(schluessel) }} = marken.zelle
{% endmacro %}
