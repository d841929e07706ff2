{# Status of a sum: a sum with a part that is secret, unreliable or pending is not a sum. #}
{% macro summenstatus(spalte) -%}
    case
        {% for status in ['unbekannt_oder_geheim', 'nicht_sinnvoll', 'unsicher', 'folgt_spaeter', 'nenner_zu_klein'] -%}
        when bool_or({{ spalte }} = '{{ status }}') then '{{ status }}'
        {% endfor -%}
        when bool_and({{ spalte }} = 'null_genau') then 'null_genau'
        else 'gueltig'
    end
{%- endmacro %}
