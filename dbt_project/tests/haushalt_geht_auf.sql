-- Every planned and booked euro arrives once: the Messgrößen of the whole hold what was delivered for the Kinder- und
-- Jugendhilfe, and cases and rest together are what the budget has booked for Hilfen.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_messgroessen'}}}) }}
with

ganzes as (
    select
        messgroessen.jugendamt,
        messgroessen.berichtsjahr,
        messgroessen.messgroesse,
        messgroessen.merkmal,
        messgroessen.wert
    from {{ ref('fct_messgroessen') }} as messgroessen
    inner join {{ source('stammdaten', 'jugendaemter') }} as jugendaemter
        on
            messgroessen.jugendamt = jugendaemter.jugendamt
            and messgroessen.raum_id = jugendaemter.ganzes
    where not messgroessen.ist_summe or messgroessen.familie = 'hze'
),

geliefert as (
    select
        jugendamt,
        haushaltsjahr as berichtsjahr,
        'haushalt_eur_' || wertart as messgroesse,
        'insgesamt' as merkmal,
        sum(betrag_eur) as betrag
    from {{ ref('int_haushalt__zugeordnet') }}
    where art = 'aufwand' and sammelgruppe != 'ausserhalb'
    group by all
),

gebucht as (
    select
        jugendamt,
        berichtsjahr,
        sum(case when merkmal in ('hze', 'uma') then wert end) as betrag
    from ganzes
    where messgroesse = 'haushalt_eur_ist'
    group by all
),

faelle as (
    select
        jugendamt,
        berichtsjahr,
        sum(wert) as kosten
    from ganzes
    where messgroesse = 'hze_kosten_ist_eur_kosten' and merkmal in ('insgesamt', 'para_35a')
    group by all
),

soll as (
    select
        *,
        messgroesse || ', ' || merkmal as was
    from geliefert
    union all by name
    select
        gebucht.jugendamt,
        gebucht.berichtsjahr,
        'haushalt_rest_eur_ist' as messgroesse,
        'insgesamt' as merkmal,
        gebucht.betrag - faelle.kosten as betrag,
        'der Rest nach Abzug der Fälle' as was
    from gebucht
    inner join faelle
        using (jugendamt, berichtsjahr)
)

select
    soll.jugendamt,
    soll.berichtsjahr || ', ' || soll.was || ': geliefert sind ' || round(soll.betrag, 2)
    || ' Euro, beim Ganzen stehen ' || coalesce(cast(round(ganzes.wert, 2) as varchar), 'keine') as meldung
from soll
left join ganzes
    using (jugendamt, berichtsjahr, messgroesse, merkmal)
where coalesce(abs(soll.betrag - ganzes.wert) >= 0.005, true)
