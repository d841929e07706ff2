{# Erziehungsberatung (§ 28 SGB VIII), by the keys of the Bundesstatistik (EF4). #}
{% macro ist_para_28(spalte) -%}
    {{ spalte }} in ('01', '02', '03')
{%- endmacro %}
