-- Hilfen zur Erziehung per Wohnraum, unprotected. Money per Hilfeart and Raum is not here: it may show a single Hilfe.
select
    messgroessen.jugendamt,
    messgroessen.raum_id,
    raeume.raum_name,
    raeume.raumebene,
    cast(messgroessen.berichtsjahr as integer) as berichtsjahr,
    messgroessen.stichtag,
    messgroessen.quelle,
    masse.konzept,
    masse.einheit,
    split_part(messgroessen.merkmal, '|', 1) as hilfeart,
    messgroessen.altersgruppe,
    messgroessen.geschlecht,
    coalesce(nullif(split_part(split_part(messgroessen.merkmal, '|', 2), '=', 1), ''), 'insgesamt') as merkmal,
    coalesce(nullif(split_part(messgroessen.merkmal, '=', 2), ''), 'insgesamt') as auspraegung,
    messgroessen.wert,
    messgroessen.status,
    messgroessen.datenstand,
    messgroessen.musterdaten
from {{ ref('fct_messgroessen') }} as messgroessen
inner join {{ ref('hze_masse') }} as masse
    on messgroessen.messgroesse = 'hze_' || masse.einheit || '_' || masse.konzept
inner join {{ ref('dim_raum') }} as raeume
    on
        messgroessen.jugendamt = raeume.jugendamt
        and messgroessen.raum_id = raeume.raum_id
where masse.konzept != 'kosten'
