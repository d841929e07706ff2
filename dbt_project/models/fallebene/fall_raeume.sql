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
        -- one window over all: each partition of one would cost as much as a hundred rows
        case
            when lead(einheit) over reihenfolge = einheit and lead(art) over reihenfolge = art
                then lead(beginn) over reihenfolge
            else date '9999-12-31'
        end as abgeloest_am,
        coalesce(besonderer_raum, wohnraum) as wohnraum,
        coalesce(besonderer_raum, budgetraum) as budgetraum,
        coalesce(besonderer_raum, leistungsraum) as leistungsraum
    from hilfen
    window reihenfolge as (order by art, einheit, beginn, zeile)
)

select * from final
