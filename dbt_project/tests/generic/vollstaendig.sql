{# Structural: none of the columns holds a null. #}
{% test vollstaendig(model, spalten) %}
select *
from {{ model }}
where {% for spalte in spalten %}{{ spalte }} is null{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
