{# Structural: no two rows share the key. #}
{% test eindeutig(model, spalten) %}
select
    {{ spalten | join(', ') }},
    count(*) as anzahl
from {{ model }}
group by all
having count(*) > 1
{% endtest %}
