select
    messgroessen.jugendamt,
    messgroessen.raum_id,
    raeume.raum_name,
    raeume.raumebene,
    cast(messgroessen.berichtsjahr as integer) as berichtsjahr,
    messgroessen.stichtag,
    messgroessen.quelle,
    messgroessen.tabelle,
    messgroessen.messgroesse,
    messgroessen.geschlecht,
    messgroessen.merkmal,
    messgroessen.wert,
    messgroessen.status,
    messgroessen.datenstand,
    messgroessen.musterdaten
from {{ ref('fct_messgroessen') }} as messgroessen
inner join {{ ref('dim_raum') }} as raeume
    on
        messgroessen.jugendamt = raeume.jugendamt
        and messgroessen.raum_id = raeume.raum_id
where messgroessen.familie = 'schule'
