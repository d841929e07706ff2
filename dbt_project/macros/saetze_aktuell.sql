{#
  The records of an extract that hold today. For each Jugendamt and period a later state of the source replaces an
  earlier one; without a stated date, or with the same one, the later delivery does. `schluessel`: field -> art of its
  key; each gets a column <field>_raum_id, and a key no Raum answers to is that of nicht_zuordenbar. A local key may be
  a name in another spelling. `raum_methode` says how the first of them was found.
#}
{% macro saetze_aktuell(extrakt, schluessel={}) %}
with

schluessel as (
    select * from {{ source('stammdaten', 'schluessel') }}
),

lieferungen as (
    select
        jugendamt,
        periode,
        lieferung_nr,
        max(datenstand) as datenstand
    from {{ source('lake', extrakt) }}
    group by all
),

-- a family that is released at the state of the year before
ausgelassen as (
    select distinct
        vorjahresstand.jugendamt,
        cast(vorjahresstand.berichtsjahr as varchar) as jahr
    from {{ source('stammdaten', 'vorjahresstand') }} as vorjahresstand
    inner join {{ source('stammdaten', 'extrakttabellen') }} as tabellen
        on
            vorjahresstand.familie = tabellen.familie
            and tabellen.extrakt = '{{ extrakt }}'
),

in_kraft as (
    select lieferungen.*
    from lieferungen
    anti join ausgelassen
        on
            lieferungen.jugendamt = ausgelassen.jugendamt
            and left(lieferungen.periode, 4) = ausgelassen.jahr
    qualify {{ juengste_lieferung(['lieferungen.jugendamt', 'lieferungen.periode']) }}
),

-- ranked by delivery, not by record: a delivery may have many millions. Read once more, not as a step of its own:
-- that would keep a copy of all records, of which a reader may want a few columns and rows.
aktuell as (
    select saetze.*
    from {{ source('lake', extrakt) }} as saetze
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
