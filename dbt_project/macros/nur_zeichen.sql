{# A product or account number without points, dashes and slashes, as product plans are compared. #}
{% macro nur_zeichen(spalte) -%}
    regexp_replace({{ spalte }}, '[^0-9A-Za-z]', '', 'g')
{%- endmacro %}
