{{ config(materialized='table') }}

{#
  What is rolled up: a Raum without a figure of its own is the sum of its children, if every one of them has a figure.
  Delivered rates are never rolled up. Three steps reach from a part of a Gemeinde to the whole; a later step looks
  only at Räume above those that the step before has summed.
#}
{% set zelle = [
    'jugendamt', 'berichtsjahr', 'stichtag', 'familie', 'quelle', 'tabelle', 'rang', 'messgroesse', 'herkunft',
    'geschlecht', 'altersgruppe', 'alter_von', 'alter_bis', 'nationalitaet', 'merkmal', 'einheit',
] %}
{% set zelle_text = zelle | join(', ') %}
{# as text, not as a step of its own: what several steps read would be kept as a copy #}
{% set geliefert -%}
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
{%- endset %}

with

kinder as (
    select * from {{ ref('int_raeume__kinder') }}
),

{% for stufe in range(1, 4) %}
{% set bisher %}
        {{ geliefert }}
        {%- for davor in range(1, stufe) %}
        union all
        select * from summen_{{ davor }}
        {%- endfor %}
{% endset %}
eltern_{{ stufe }} as (
    select distinct
        jugendamt,
        stichtag,
        eltern_raum_id
    from kinder
    {% if stufe > 1 -%}
    semi join summen_{{ stufe - 1 }}
        using (jugendamt, stichtag, raum_id)
    {%- endif %}
),

eigene_{{ stufe }} as (
    select bisher.*
    from ({{ bisher }}) as bisher
    semi join eltern_{{ stufe }} as eltern
        on
            bisher.jugendamt = eltern.jugendamt
            and bisher.stichtag = eltern.stichtag
            and bisher.raum_id = eltern.eltern_raum_id
),

summiert_{{ stufe }} as (
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
    from ({{ bisher }}) as teil
    inner join kinder
        on
            teil.jugendamt = kinder.jugendamt
            and teil.stichtag = kinder.stichtag
            and teil.raum_id = kinder.raum_id
    semi join eltern_{{ stufe }} as eltern
        on
            kinder.jugendamt = eltern.jugendamt
            and kinder.stichtag = eltern.stichtag
            and kinder.eltern_raum_id = eltern.eltern_raum_id
    where teil.herkunft = 'gezaehlt'
    group by all
    having count_if(not kinder.ist_besonders) = max(kinder.erwartete_kinder)
),

summen_{{ stufe }} as (
    select *
    from summiert_{{ stufe }}
    anti join eigene_{{ stufe }}
        using (raum_id, {{ zelle_text }})
),

{% endfor -%}
final as (
    {%- for stufe in range(1, 4) %}
    select * from summen_{{ stufe }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
