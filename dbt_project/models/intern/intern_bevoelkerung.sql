select
    messgroessen.jugendamt,
    messgroessen.raum_id,
    raeume.raum_name,
    raeume.raumebene,
    cast(messgroessen.berichtsjahr as integer) as berichtsjahr,
    messgroessen.stichtag,
    messgroessen.quelle,
    messgroessen.tabelle,
    messgroessen.geschlecht,
    messgroessen.altersgruppe,
    cast(messgroessen.alter_von as integer) as alter_von,
    cast(messgroessen.alter_bis as integer) as alter_bis,
    messgroessen.nationalitaet,
    messgroessen.wert,
    messgroessen.status,
    messgroessen.datenstand,
    messgroessen.musterdaten
from {{ ref('fct_messgroessen') }} as messgroessen
inner join {{ ref('dim_raum') }} as raeume
    on
        messgroessen.jugendamt = raeume.jugendamt
        and messgroessen.raum_id = raeume.raum_id
where messgroessen.messgroesse = 'bevoelkerung'
