{# Structural: no two rows share the key. By its hash first: a dozen texts per row take long to group. #}
{% test eindeutig(model, spalten) %}
{%- set schluessel = spalten | join(', ') %}
select
    {{ schluessel }},
    count(*) as anzahl
from {{ model }}
where
    hash({{ schluessel }}) in (
        select hash({{ schluessel }}) from {{ model }}
        group by all
        having count(*) > 1
    )
group by all
having count(*) > 1
{% endtest %}
