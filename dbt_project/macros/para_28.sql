{# Erziehungsberatung (§ 28 SGB VIII), by the keys that the Hilfeartenliste has for it. #}
{% macro ist_para_28(spalte) -%}
    {{ spalte }} in (
        select hilfeartenliste.schluessel from {{ ref('hilfeartenliste') }} as hilfeartenliste
        where hilfeartenliste.paragraf = '28' and hilfeartenliste.schluessel is not null
    )
{%- endmacro %}
