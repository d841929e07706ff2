-- A figure for a Raum at a time when, by the profile, the Raum does not exist would be missing from the whole.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'int_messgroessen__vereint'}}}) }}
select
    messgroessen.jugendamt,
    messgroessen.tabelle || ': Werte für ' || raeume.raum_name || ' (' || raeume.raum_id || ') zum '
    || strftime(max(messgroessen.stichtag), '%d.%m.%Y')
    || ', den Raum gibt es laut raeume.csv da nicht. Bitte gueltig_von und gueltig_bis oder nachfolger.csv berichtigen'
        as meldung
from {{ ref('int_messgroessen__vereint') }} as messgroessen
inner join {{ ref('dim_raum') }} as raeume
    on
        messgroessen.jugendamt = raeume.jugendamt
        and messgroessen.raum_id = raeume.raum_id
where
    messgroessen.wert > 0
    and (messgroessen.stichtag < raeume.gueltig_von or messgroessen.stichtag > raeume.gueltig_bis)
group by messgroessen.jugendamt, messgroessen.tabelle, raeume.raum_name, raeume.raum_id
