{#
  The records of an extract that hold today. For each Jugendamt and period a later state of the source replaces an
  earlier one; without a stated date, or with the same one, the later delivery does. `schluessel`: field -> art of its
  key; each gets a column <field>_raum_id, and a key no Raum answers to is that of nicht_zuordenbar. A local key may be
  a name in another spelling. `raum_methode` says how the first of them was found.
#}
{% macro saetze_aktuell(extrakt, schluessel={}) %}
with

saetze as (
    select * from {{ source('lake', extrakt) }}
),

schluessel as (
    select * from {{ source('stammdaten', 'schluessel') }}
),

lieferungen as (
    select
        jugendamt,
        periode,
        lieferung_nr,
        max(datenstand) as datenstand
    from saetze
    group by all
),

in_kraft as (
    select *
    from lieferungen
    qualify
        row_number() over (
            partition by jugendamt, periode
            order by datenstand desc nulls last, lieferung_nr desc
        ) = 1
),

-- ranked by delivery, not by record: a delivery may have many millions
aktuell as (
    select saetze.*
    from saetze
    semi join in_kraft
        on
            saetze.jugendamt = in_kraft.jugendamt
            and saetze.periode = in_kraft.periode
            and saetze.lieferung_nr = in_kraft.lieferung_nr
)

select
    {% for feld in schluessel -%}
    coalesce(
        schluessel_{{ feld }}.raum_id, alias_{{ feld }}.raum_id, aktuell.jugendamt || ':nicht_zuordenbar'
    ) as {{ feld }}_raum_id,
    {% endfor -%}
    {% for feld in (schluessel | list)[:1] -%}
    coalesce(
        aktuell.raum_methode,
        case
            when schluessel_{{ feld }}.raum_id is not null then 'schluessel'
            when alias_{{ feld }}.raum_id is not null then 'alias'
            else 'nicht_zuordenbar'
        end
    ) as raum_methode,
    {% endfor -%}
    aktuell.* {% if schluessel %}exclude (raum_methode){% endif %}
from aktuell
{% for feld, art in schluessel.items() -%}
left join schluessel as schluessel_{{ feld }}
    on
        aktuell.jugendamt = schluessel_{{ feld }}.jugendamt
        and aktuell.{{ feld }} = schluessel_{{ feld }}.schluessel
        and schluessel_{{ feld }}.schluesselart = '{{ art }}'
left join schluessel as alias_{{ feld }}
    on
        aktuell.jugendamt = alias_{{ feld }}.jugendamt
        and {{ raumname('aktuell.' ~ feld) }} = alias_{{ feld }}.schluessel
        and alias_{{ feld }}.schluesselart = {{ "'alias'" if art == 'lokal' else 'null' }}
{% endfor %}
{% endmacro %}
