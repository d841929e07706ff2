-- Angebote and institutions with their Plätze per Raum and kind, as far as their table is public.
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
    messgroessen.merkmal as angebotsart,
    messgroessen.einheit,
    cast(messgroessen.wert as double) as wert,
    messgroessen.status,
    messgroessen.datenstand,
    messgroessen.musterdaten
from {{ ref('fct_messgroessen') }} as messgroessen
inner join {{ ref('dim_tabelle') }} as tabellen
    on
        messgroessen.tabelle = tabellen.tabelle
        and tabellen.oeffentlich
inner join {{ ref('dim_raum') }} as raeume
    on
        messgroessen.jugendamt = raeume.jugendamt
        and messgroessen.raum_id = raeume.raum_id
where messgroessen.familie = 'angebote'
