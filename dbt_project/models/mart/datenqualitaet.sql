with

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

lieferungen as (
    select * from {{ source('stammdaten', 'lieferungen') }}
),

-- Of a nationwide file only what falls on a Raum of the Jugendamt is its own.
quarantaene as (
    select
        jugendaemter.jugendamt,
        quarantaene.lieferung,
        count(distinct quarantaene.meldung) as anzahl
    from {{ source('stammdaten', 'quarantaene') }} as quarantaene
    inner join jugendaemter
        on quarantaene.jugendamt in (jugendaemter.jugendamt, '_amtlich')
    left join {{ source('stammdaten', 'schluessel') }} as schluessel
        on
            quarantaene.raum_schluessel = schluessel.schluessel
            and jugendaemter.jugendamt = schluessel.jugendamt
    where quarantaene.jugendamt = jugendaemter.jugendamt or schluessel.raum_id is not null
    group by all
),

werte as (
    select
        kennzahlen.jugendamt,
        katalog.familie,
        count_if(kennzahlen.status != 'nicht_verfuegbar') as anzahl
    from {{ ref('kennzahlen') }} as kennzahlen
    inner join {{ ref('dim_kennzahl') }} as katalog
        on
            kennzahlen.kennzahl = katalog.kennzahl
            and kennzahlen.version = katalog.version
    group by all
),

familien as (
    select
        jugendaemter.jugendamt,
        'familie' as bereich,
        familien.name as gegenstand,
        case
            when not familien.vorhanden then 'fehlt'
            when coalesce(werte.anzahl, 0) = 0 then 'nicht_verfuegbar'
            else 'vorhanden'
        end as ergebnis,
        case
            when not familien.vorhanden then familien.name || ': keine Lieferung; in diesem Bericht nicht enthalten'
            when coalesce(werte.anzahl, 0) = 0
                then familien.name || ': geliefert, aber für dieses Jugendamt auf keiner Ebene ausgewiesen'
            else familien.name || ': geliefert'
        end as meldung,
        cast(null as date) as datenstand,
        false as musterdaten
    from jugendaemter
    cross join {{ source('stammdaten', 'familien') }} as familien
    left join werte
        on
            jugendaemter.jugendamt = werte.jugendamt
            and familien.familie = werte.familie
),

angenommen as (
    select
        jugendaemter.jugendamt,
        'lieferung' as bereich,
        lieferungen.datei as gegenstand,
        case when quarantaene.anzahl > 0 then 'angenommen_mit_quarantaene' else 'angenommen' end
            as ergebnis,
        lieferungen.zeilen || ' Werte angenommen, ' || coalesce(quarantaene.anzahl, 0)
        || ' für dieses Jugendamt in Quarantäne; Kodierung ' || lieferungen.kodierung || '; Lieferung '
        || left(lieferungen.lieferung, 12) as meldung,
        lieferungen.datenstand,
        lieferungen.musterdaten
    from jugendaemter
    inner join lieferungen
        on lieferungen.jugendamt in (jugendaemter.jugendamt, '_amtlich')
    left join quarantaene
        on
            jugendaemter.jugendamt = quarantaene.jugendamt
            and lieferungen.lieferung = quarantaene.lieferung
)

select * from familien
union all
select * from angenommen
