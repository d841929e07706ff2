-- Where a register delivers the change of its stock, it is the difference of its stocks. A year in which most Räume
-- deviate has another definition; a Raum that deviates alone is an error of the delivery.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

bestand as (
    select
        jugendamt,
        raum_id,
        berichtsjahr,
        quelle,
        max(wert) as personen
    from {{ ref('fct_messgroessen') }}
    where
        messgroesse = 'bevoelkerung' and geschlecht = 'insgesamt' and altersgruppe = 'insgesamt'
        and nationalitaet = 'insgesamt' and not ist_summe
    group by all
),

verglichen as (
    select
        jetzt.jugendamt,
        jetzt.raum_id,
        jetzt.berichtsjahr,
        jetzt.personen - vorjahr.personen as differenz,
        geliefert.wert as geliefert
    from {{ ref('fct_messgroessen') }} as geliefert
    inner join bestand as jetzt
        on
            geliefert.jugendamt = jetzt.jugendamt
            and geliefert.raum_id = jetzt.raum_id
            and geliefert.berichtsjahr = jetzt.berichtsjahr
            and geliefert.quelle = jetzt.quelle
    inner join bestand as vorjahr
        on
            jetzt.jugendamt = vorjahr.jugendamt
            and jetzt.raum_id = vorjahr.raum_id
            and jetzt.berichtsjahr = vorjahr.berichtsjahr + 1
            and jetzt.quelle = vorjahr.quelle
    where geliefert.messgroesse = 'bestandsveraenderung'
),

eingeordnet as (
    select
        *,
        count_if(differenz != geliefert) over (partition by jugendamt, berichtsjahr) as abweichende,
        count(*) over (partition by jugendamt, berichtsjahr) as alle
    from verglichen
)

select
    jugendamt,
    raum_id || ', ' || berichtsjahr || ': geliefert ist eine Veränderung von ' || cast(geliefert as bigint)
    || ', die Bestände ergeben ' || cast(differenz as bigint) as meldung
from eingeordnet
where differenz != geliefert and abweichende * 2 <= alle
