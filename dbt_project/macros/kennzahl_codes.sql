{# Codes of the catalogue in reading order; none while parsing. #}
{% macro kennzahl_codes() -%}
    {%- if execute -%}
        {%- set ergebnis = run_query(
            'select kennzahl from ' ~ source('stammdaten', 'kennzahlen') ~ ' order by reihenfolge, kennzahl'
        ) -%}
        {{ return(ergebnis.columns[0].values() | unique | list) }}
    {%- else -%}
        {{ return([]) }}
    {%- endif -%}
{%- endmacro %}
