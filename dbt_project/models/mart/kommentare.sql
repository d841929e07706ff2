-- The planner's own words per Raum, Berichtsjahr and Thema, as delivered.
select
    kommentare.jugendamt,
    kommentare.raum_schluessel_raum_id as raum_id,
    raeume.raum_name,
    cast(kommentare.berichtsjahr as integer) as berichtsjahr,
    kommentare.thema,
    kommentare.art,
    kommentare.text,
    kommentare.autor,
    cast(kommentare.datum as date) as datum,
    kommentare.musterdaten
from {{ ref('stg_kommentare') }} as kommentare
inner join {{ ref('dim_raum') }} as raeume
    on
        kommentare.jugendamt = raeume.jugendamt
        and kommentare.raum_schluessel_raum_id = raeume.raum_id
