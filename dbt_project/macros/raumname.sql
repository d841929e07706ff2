{# A name or key of a Raum as it is compared; sources/verortung.py does the same. #}
{% macro raumname(spalte) -%}
    {%- set ohne_umlaute = ['ä', 'ae', 'ö', 'oe', 'ü', 'ue', 'ß', 'ss'] -%}
    {%- set text = namespace(sql="lower(nfc_normalize(" ~ spalte ~ "))") -%}
    {%- for umlaut, vokal in ohne_umlaute | batch(2) -%}
        {%- set text.sql = "replace(" ~ text.sql ~ ", '" ~ umlaut ~ "', '" ~ vokal ~ "')" -%}
    {%- endfor -%}
    regexp_replace(
        regexp_replace(regexp_replace({{ text.sql }}, '\bsankt\b', 'st', 'g'), '[^a-z0-9]', '', 'g'),
        '^0+([0-9]+)$', '\1'
    )
{%- endmacro %}
