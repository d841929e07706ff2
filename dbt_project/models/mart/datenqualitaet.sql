with

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

in_kraft as (
    select * from {{ ref('int_lieferungen__in_kraft') }}
),

-- Of a nationwide file only what falls on a Raum of the Jugendamt is its own.
quarantaene as (
    select
        jugendaemter.jugendamt,
        'lieferung' as bereich,
        quarantaene.extrakt as gegenstand,
        'in_quarantaene' as ergebnis,
        count(distinct quarantaene.meldung) || ' Werte verletzen den Vertrag und fehlen in den Zahlen' as meldung,
        cast(null as date) as datenstand,
        false as musterdaten
    from {{ source('stammdaten', 'quarantaene') }} as quarantaene
    inner join jugendaemter
        on quarantaene.jugendamt in (jugendaemter.jugendamt, '_amtlich')
    semi join in_kraft
        on
            quarantaene.lieferung = in_kraft.lieferung
            and jugendaemter.jugendamt = in_kraft.jugendamt
    left join {{ source('stammdaten', 'schluessel') }} as schluessel
        on
            quarantaene.raum_schluessel = schluessel.schluessel
            and jugendaemter.jugendamt = schluessel.jugendamt
    where quarantaene.jugendamt = jugendaemter.jugendamt or schluessel.raum_id is not null
    group by all
),

angezeigt as (
    select
        jugendamt,
        'haushalt' as familie,
        count(*) as anzahl
    from {{ ref('haushalt') }}
    group by all
    union all
    select
        jugendamt,
        'hze' as familie,
        count_if(status != 'gesperrt') as anzahl
    from {{ ref('hilfen') }}
    group by all
    union all
    select
        kennzahlen.jugendamt,
        katalog.familie,
        count_if(kennzahlen.status not in ('nicht_verfuegbar', 'gesperrt')) as anzahl
    from {{ ref('kennzahlen') }} as kennzahlen
    inner join {{ ref('dim_kennzahl') }} as katalog
        on
            kennzahlen.jugendamt = katalog.jugendamt
            and kennzahlen.kennzahl = katalog.kennzahl
            and kennzahlen.version = katalog.version
    group by all
),

werte as (
    select
        jugendamt,
        familie,
        sum(anzahl) as anzahl
    from angezeigt
    group by all
),

vorjahresstand as (
    select
        jugendamt,
        familie,
        string_agg(berichtsjahr || ' (' || grund || ')', ', ' order by berichtsjahr) as jahre
    from {{ source('stammdaten', 'vorjahresstand') }}
    group by all
),

familien as (
    select
        jugendaemter.jugendamt,
        'familie' as bereich,
        familien.name as gegenstand,
        case
            when not familien.vorhanden then 'fehlt'
            when vorjahresstand.familie is not null then 'vorjahresstand'
            when coalesce(werte.anzahl, 0) = 0 then 'nicht_verfuegbar'
            else 'vorhanden'
        end as ergebnis,
        case
            when not familien.vorhanden then familien.name || ': keine Lieferung; in diesem Bericht nicht enthalten'
            when vorjahresstand.familie is not null
                then familien.name || ': auf dem Stand des Vorjahres; ausgelassen ' || vorjahresstand.jahre
            when coalesce(werte.anzahl, 0) = 0 and not familien.oeffentlich
                then familien.name || ': geliefert, aber aus Datenschutzgründen nicht ausgewiesen'
            when coalesce(werte.anzahl, 0) = 0
                then familien.name || ': geliefert, aber für dieses Jugendamt auf keiner Ebene ausgewiesen'
            else familien.name || ': geliefert'
        end as meldung,
        cast(null as date) as datenstand,
        false as musterdaten
    from jugendaemter
    inner join {{ source('stammdaten', 'familien') }} as familien
        on jugendaemter.jugendamt = familien.jugendamt
    left join werte
        on
            jugendaemter.jugendamt = werte.jugendamt
            and familien.familie = werte.familie
    left join vorjahresstand
        on
            jugendaemter.jugendamt = vorjahresstand.jugendamt
            and familien.familie = vorjahresstand.familie
),

-- How many records found a Raum, in whole percent; of fewer than 50 that says nothing.
je_lieferung as (
    select
        verortung.jugendamt,
        verortung.extrakt,
        verortung.datei,
        coalesce(
            floor(
                100 * sum(case when verortung.methode != 'nicht_zuordenbar' then verortung.saetze end)
                / sum(verortung.saetze)
            ),
            0
        ) as anteil_pct
    from {{ source('stammdaten', 'verortung') }} as verortung
    semi join in_kraft
        on
            verortung.lieferung = in_kraft.lieferung
            and verortung.jugendamt = in_kraft.jugendamt
    group by all
    having sum(verortung.saetze) >= 50
),

verortet as (
    select
        jugendamt,
        'verortung' as bereich,
        extrakt as gegenstand,
        case when min(anteil_pct) = 100 then 'vollstaendig' else 'unvollstaendig' end as ergebnis,
        'mindestens ' || cast(min(anteil_pct) as integer) || ' Prozent der Sätze einem Raum zugeordnet'
        || case when min(anteil_pct) < 100 then ', am wenigsten in ' || arg_min(datei, anteil_pct) else '' end
            as meldung,
        cast(null as date) as datenstand,
        false as musterdaten,
        cast(min(anteil_pct) as double) as anteil_pct
    from je_lieferung
    group by all
),

-- By table, not by file: a file that changes nothing for a Jugendamt makes no new release.
angenommen as (
    select
        jugendamt,
        'lieferung' as bereich,
        tabelle as gegenstand,
        'angenommen' as ergebnis,
        'Jahre ' || min(von_jahr) || ' bis ' || max(bis_jahr) || ', ' || sum(werte) || ' Werte' as meldung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from in_kraft
    group by jugendamt, tabelle
),

-- a running year is counted month by month; as a year it would look like a decline
unvollstaendig as (
    select
        jugendamt,
        'lieferung' as bereich,
        'hze_aggregate' as gegenstand,
        'unvollstaendig' as ergebnis,
        'Hilfen ' || periode || ' sind erst bis ' || strftime(max(monat), '%d.%m.%Y')
        || ' gezählt; Jahreswerte gibt es erst, wenn das ganze Jahr geliefert ist' as meldung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from {{ ref('stg_hze_aggregate') }}
    group by jugendamt, periode
    having not bool_or(konzept = 'jahressumme')
),

-- what was checked is said; which cell is hidden for which reason is not
geheimhaltung as (
    select
        jugendamt,
        'geheimhaltung' as bereich,
        'Fallzahlen' as gegenstand,
        'geprueft' as ergebnis,
        meldung,
        cast(null as date) as datenstand,
        false as musterdaten
    from {{ source('geheimhaltung', 'ergebnis') }}
),

vereint as (
    select * from familien
    union all
    select * from geheimhaltung
    union all
    select * from angenommen
    union all
    select * from unvollstaendig
    union all
    select * from quarantaene
)

select
    *,
    cast(null as double) as anteil_pct
from vereint
union all
select * from verortet
