-- Where a Raum and all its parts are delivered, the parts sum to the Raum: Gemeinden to the Kreis, members to the
-- Samtgemeinde. Weighted memberships are estimates and left out, and so are annual means, which are rounded per Raum;
-- sums of euros may differ in digits that nobody counts.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

eltern as (
    select messgroessen.*
    from {{ ref('fct_messgroessen') }} as messgroessen
    semi join {{ ref('int_raeume__kinder') }} as kinder
        on
            messgroessen.jugendamt = kinder.jugendamt
            and messgroessen.stichtag = kinder.stichtag
            and messgroessen.raum_id = kinder.eltern_raum_id
    where not messgroessen.ist_summe
),

-- only these are summed: most of what Räume together have is delivered for none of them
geliefert as (
    select distinct
        jugendamt,
        raum_id,
        stichtag,
        tabelle,
        messgroesse
    from eltern
),

-- kept as a step of its own: DuckDB would sum all cells before it looks which of them are parts
teile as materialized (
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
        messgroessen.wert,
        kinder.ist_besonders,
        kinder.erwartete_kinder,
        kinder.gewicht
    from {{ ref('fct_messgroessen') }} as messgroessen
    inner join {{ ref('int_raeume__kinder') }} as kinder
        on
            messgroessen.jugendamt = kinder.jugendamt
            and messgroessen.stichtag = kinder.stichtag
            and messgroessen.raum_id = kinder.raum_id
    inner join geliefert
        on
            kinder.jugendamt = geliefert.jugendamt
            and kinder.stichtag = geliefert.stichtag
            and kinder.eltern_raum_id = geliefert.raum_id
            and messgroessen.tabelle = geliefert.tabelle
            and messgroessen.messgroesse = geliefert.messgroesse
    where messgroessen.herkunft = 'gezaehlt' and not ends_with(messgroessen.messgroesse, '_jahresdurchschnitt')
),

summen as (
    select
        * exclude (wert, ist_besonders, erwartete_kinder, gewicht),
        sum(wert) as summe
    from teile
    group by all
    having count_if(not ist_besonders) = max(erwartete_kinder) and min(gewicht) = 1
)

select
    summen.jugendamt,
    summen.raum_id || ', ' || strftime(summen.stichtag, '%d.%m.%Y') || ', ' || summen.tabelle || ' ('
    || summen.geschlecht || ', Alter ' || summen.altersgruppe || ', ' || summen.merkmal || '): die Teile ergeben '
    || cast(summen.summe as bigint) || ', geliefert ist ' || cast(eltern.wert as bigint) as meldung
from summen
inner join eltern
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
where abs(summen.summe - eltern.wert) >= 0.005
