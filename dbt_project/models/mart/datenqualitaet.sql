with

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

lieferungen as (
    select * from {{ source('stammdaten', 'lieferungen') }}
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
        case when lieferungen.quarantaene_zeilen > 0 then 'angenommen_mit_quarantaene' else 'angenommen' end
            as ergebnis,
        lieferungen.zeilen || ' Werte angenommen, ' || lieferungen.quarantaene_zeilen
        || ' in Quarantäne; Kodierung ' || lieferungen.kodierung || '; Lieferung '
        || left(lieferungen.lieferung, 12) as meldung,
        lieferungen.datenstand,
        lieferungen.musterdaten
    from jugendaemter
    inner join lieferungen
        on lieferungen.jugendamt in (jugendaemter.jugendamt, '_amtlich')
)

select * from familien
union all
select * from angenommen
