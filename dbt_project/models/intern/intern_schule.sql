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
-- pupils by nationality are a part of all pupils, and the mart has no column for it
where messgroessen.familie = 'schule' and messgroessen.nationalitaet = 'insgesamt'
