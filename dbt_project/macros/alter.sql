{# Bounds of an age group such as 3-6 (from 3 to under 6), 75- (open) or insgesamt; 999 stands for open. #}
{% macro alter_von(spalte) -%}
    case when {{ spalte }} = 'insgesamt' then 0 else cast(split_part({{ spalte }}, '-', 1) as integer) end
{%- endmacro %}

{% macro alter_bis(spalte) -%}
    case
        when {{ spalte }} = 'insgesamt' or split_part({{ spalte }}, '-', 2) = '' then 999
        else cast(split_part({{ spalte }}, '-', 2) as integer)
    end
{%- endmacro %}
