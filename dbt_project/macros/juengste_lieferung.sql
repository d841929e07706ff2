{#
  Which delivery holds, of several for the same: a later state of the source replaces an earlier one; without a stated
  date, or with the same one, the later delivery does.
#}
{% macro juengste_lieferung(fuer) %}
row_number() over (
            partition by {{ fuer | join(', ') }}
            order by datenstand desc nulls last, lieferung_nr desc
        ) = 1
{%- endmacro %}
