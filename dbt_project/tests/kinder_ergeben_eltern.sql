-- Where a Raum and all its parts are delivered, the parts sum to the Raum: Gemeinden to the Kreis, members to the
-- Samtgemeinde. Weighted memberships are estimates and left out, and so are annual means, which are rounded per Raum;
-- sums of euros may differ in digits that nobody counts.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

summen as (
    select
        kinder.jugendamt,
        kinder.hierarchie,
        kinder.eltern_raum_id as raum_id,
        messgroessen.stichtag,
        messgroessen.tabelle,
        messgroessen.messgroesse,
        messgroessen.geschlecht,
        messgroessen.altersgruppe,
        messgroessen.nationalitaet,
        messgroessen.merkmal,
        sum(messgroessen.wert) as summe
    from {{ ref('fct_messgroessen') }} as messgroessen
    inner join {{ ref('int_raeume__kinder') }} as kinder
        on
            messgroessen.jugendamt = kinder.jugendamt
            and messgroessen.stichtag = kinder.stichtag
            and messgroessen.raum_id = kinder.raum_id
    where messgroessen.herkunft = 'gezaehlt' and not ends_with(messgroessen.messgroesse, '_jahresdurchschnitt')
    group by all
    having count_if(not kinder.ist_besonders) = max(kinder.erwartete_kinder) and min(kinder.gewicht) = 1
)

select
    summen.jugendamt,
    summen.raum_id || ', ' || strftime(summen.stichtag, '%d.%m.%Y') || ', ' || summen.tabelle || ' ('
    || summen.geschlecht || ', Alter ' || summen.altersgruppe || ', ' || summen.merkmal || '): die Teile ergeben '
    || cast(summen.summe as bigint) || ', geliefert ist ' || cast(eltern.wert as bigint) as meldung
from summen
inner join {{ ref('fct_messgroessen') }} as eltern
    on
        summen.jugendamt = eltern.jugendamt
        and summen.raum_id = eltern.raum_id
        and summen.stichtag = eltern.stichtag
        and summen.tabelle = eltern.tabelle
        and summen.messgroesse = eltern.messgroesse
        and summen.geschlecht = eltern.geschlecht
        and summen.altersgruppe = eltern.altersgruppe
        and summen.nationalitaet = eltern.nationalitaet
        and summen.merkmal = eltern.merkmal
where not eltern.ist_summe and abs(summen.summe - eltern.wert) >= 0.005
