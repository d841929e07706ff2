{# A table of the work area of one run (rows of a personal extract, months, keys); the door writes it. #}
{% macro arbeitstabelle(name) -%}
    read_parquet('{{ env_var("BERICHTSWESEN_ARBEIT", "") }}/{{ name }}.parquet')
{%- endmacro %}

{# Days from one day to another. #}
{% macro tage(von, bis) -%}
    date_diff('day', {{ von }}, {{ bis }})
{%- endmacro %}

{# Whole months between two days. #}
{% macro volle_monate(von, bis) -%}
    (
        (extract(year from {{ bis }}) - extract(year from {{ von }})) * 12
        + extract(month from {{ bis }}) - extract(month from {{ von }})
        - case when extract(day from {{ bis }}) < extract(day from {{ von }}) then 1 else 0 end
    )
{%- endmacro %}

{# Age group on a day; of the birthday only month and year are known: it counts from the first of its month. #}
{% macro altersgruppe_am(tag, geburtsjahr, geburtsmonat) -%}
    {%- set jahre -%}
    (extract(year from {{ tag }}) - {{ geburtsjahr }}
        - case when extract(month from {{ tag }}) < {{ geburtsmonat }} then 1 else 0 end)
    {%- endset -%}
    case
        {% for von, bis in [(0, 3), (3, 6), (6, 10), (10, 14), (14, 18), (18, 21), (21, 27)] -%}
        when {{ jahre }} < {{ bis }} then '{{ von }}-{{ bis }}'
        {% endfor -%}
        else '27-'
    end
{%- endmacro %}
