{#
  Counts and delivered rates per Raum, rolled up: a Raum without a figure of its own is the sum of its children,
  if every one of them has a figure. Delivered rates are never rolled up. Three steps reach from a part of a
  Gemeinde to the whole.
#}
{% set zelle = [
    'jugendamt', 'berichtsjahr', 'stichtag', 'familie', 'quelle', 'tabelle', 'rang', 'messgroesse', 'herkunft',
    'geschlecht', 'altersgruppe', 'alter_von', 'alter_bis', 'nationalitaet', 'merkmal', 'einheit',
] %}
{% set zelle_text = zelle | join(', ') %}

with

kinder as (
    select * from {{ ref('int_raeume__kinder') }}
),

stufe_0 as (
    select
        raum_id,
        {{ zelle_text }},
        wert,
        status,
        datenstand,
        musterdaten,
        raum_methode,
        cast(null as varchar) as summe_ueber,
        false as ist_summe,
        false as ist_geschaetzt
    from {{ ref('int_messgroessen__vereint') }}
),

{% for stufe in range(1, 4) %}
summen_{{ stufe }} as (
    select
        kinder.eltern_raum_id as raum_id,
        {% for spalte in zelle -%}
        teil.{{ spalte }},
        {% endfor -%}
        -- in digits that do not depend on the order of the parts
        round(sum(teil.wert * kinder.gewicht), 6) as wert,
        {{ summenstatus('teil.status') }} as status,
        max(teil.datenstand) as datenstand,
        bool_or(teil.musterdaten) as musterdaten,
        'summe' as raum_methode,
        kinder.hierarchie as summe_ueber,
        true as ist_summe,
        bool_or(teil.ist_geschaetzt or kinder.gewicht < 1) as ist_geschaetzt
    from stufe_{{ stufe - 1 }} as teil
    inner join kinder
        on
            teil.jugendamt = kinder.jugendamt
            and teil.stichtag = kinder.stichtag
            and teil.raum_id = kinder.raum_id
    where teil.herkunft = 'gezaehlt'
    group by all
    having count_if(not kinder.ist_besonders) = max(kinder.erwartete_kinder)
),

stufe_{{ stufe }} as (
    select * from stufe_{{ stufe - 1 }}
    union all
    select summen_{{ stufe }}.*
    from summen_{{ stufe }}
    anti join stufe_{{ stufe - 1 }}
        using (raum_id, {{ zelle_text }})
),

{% endfor -%}
final as (
    select
        * exclude (wert),
        case when status in ('gueltig', 'null_genau', 'gerundete_null') then wert end as wert
    from stufe_3
)

select * from final
