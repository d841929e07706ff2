-- Where a unit is counted: one row per unit, Bewilligung and Raumart, with the days on which that Bewilligung is the
-- one in force (the latest begun; the last one stays in force to the end of the unit).
with

hilfen as (
    select * from {{ ref('fall_hilfen') }}
),

befristet as (
    select
        *,
        coalesce(
            lead(beginn) over (partition by art, einheit order by beginn, zeile), date '9999-12-31'
        ) as abgeloest_am
    from hilfen
),

final as (
    {% for raumart in ['wohnraum', 'budgetraum', 'leistungsraum'] %}
    select
        art,
        einheit,
        zeile,
        beginn as gilt_ab,
        abgeloest_am,
        '{{ raumart }}' as raumart,
        coalesce(besonderer_raum, {{ raumart }}) as raum_id
    from befristet
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
