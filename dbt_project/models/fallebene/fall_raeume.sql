-- Where a unit is counted: one row per unit and Bewilligung with its Räume, and the days on which that Bewilligung is
-- the one in force (the latest begun; the last one stays in force to the end of the unit).
with

hilfen as (
    select * from {{ ref('fall_hilfen') }}
),

final as (
    select
        art,
        einheit,
        zeile,
        beginn as gilt_ab,
        coalesce(
            lead(beginn) over (partition by art, einheit order by beginn, zeile), date '9999-12-31'
        ) as abgeloest_am,
        coalesce(besonderer_raum, wohnraum) as wohnraum,
        coalesce(besonderer_raum, budgetraum) as budgetraum,
        coalesce(besonderer_raum, leistungsraum) as leistungsraum
    from hilfen
)

select * from final
