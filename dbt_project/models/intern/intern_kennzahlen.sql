-- One row per Raum, year, Kennzahl and source with a value, and one where there is none; never a bare null.
with

raeume as (
    select * from {{ ref('dim_raum') }}
),

kennzahlen as (
    select * from {{ ref('dim_kennzahl') }}
),

quellenrang as (
    select * from {{ source('stammdaten', 'quellenrang') }}
),

familienquelle as (
    select
        quellenrang.jugendamt,
        tabellen.familie,
        arg_min(quellenrang.quelle, quellenrang.rang) as quelle
    from {{ source('stammdaten', 'extrakttabellen') }} as tabellen
    inner join quellenrang
        on tabellen.quelle = quellenrang.quelle
    group by all
),

-- A Raum, or its place in a hierarchy, that the profile cannot prove.
angenommen as (
    select raum_id from {{ ref('dim_raum') }}
    where not belegt
    union
    select eltern_raum_id as raum_id from {{ source('stammdaten', 'zuordnung') }}
    where not belegt
    except
    select ganzes as raum_id from {{ source('stammdaten', 'jugendaemter') }}
),

-- The year that is left out, and the one before, whose figures stand in for it.
vorjahresstand as (
    select
        ausgelassen.jugendamt,
        ausgelassen.familie,
        ausgelassen.berichtsjahr - davor.davor as berichtsjahr,
        min(ausgelassen.grund) as grund
    from {{ source('stammdaten', 'vorjahresstand') }} as ausgelassen
    cross join (values (0), (1)) as davor (davor)
    group by all
),

vorhanden as (
    select
        berechnet.jugendamt,
        berechnet.raum_id,
        berechnet.berichtsjahr,
        berechnet.stichtag,
        berechnet.kennzahl,
        berechnet.version,
        berechnet.quelle,
        berechnet.wert,
        berechnet.zaehler,
        berechnet.nenner,
        berechnet.status,
        concat_ws(': ', coalesce(gruende.grund, ''), nullif(berechnet.bruch, '')) as grund,
        berechnet.ist_nach_bruch,
        berechnet.ist_geliefert,
        berechnet.ist_geschaetzt,
        berechnet.datenstand,
        berechnet.musterdaten
    from {{ ref('int_kennzahlen__berechnet') }} as berechnet
    left join {{ ref('gruende') }} as gruende
        on berechnet.status = gruende.grundart
),

fehlend as (
    select
        fehlend.jugendamt,
        fehlend.raum_id,
        fehlend.berichtsjahr,
        fehlend.stichtag,
        fehlend.kennzahl,
        fehlend.version,
        coalesce(familienquelle.quelle, 'keine') as quelle,
        null as wert,
        null as zaehler,
        null as nenner,
        'nicht_verfuegbar' as status,
        gruende.grund,
        false as ist_nach_bruch,
        false as ist_geliefert,
        false as ist_geschaetzt,
        null as datenstand,
        false as musterdaten
    from {{ ref('int_kennzahlen__fehlend') }} as fehlend
    inner join {{ ref('gruende') }} as gruende
        on fehlend.grundart = gruende.grundart
    left join familienquelle
        on
            fehlend.jugendamt = familienquelle.jugendamt
            and fehlend.familie = familienquelle.familie
),

vereint as (
    select * from vorhanden
    union all
    select * from fehlend
),

final as (
    select
        vereint.jugendamt,
        vereint.raum_id,
        raeume.raum_name,
        raeume.raumebene,
        cast(vereint.berichtsjahr as integer) as berichtsjahr,
        vereint.stichtag,
        vereint.kennzahl,
        cast(vereint.version as integer) as version,
        vereint.quelle,
        cast(vereint.wert as double) as wert,
        cast(vereint.zaehler as double) as zaehler,
        cast(vereint.nenner as double) as nenner,
        kennzahlen.einheit,
        vereint.status,
        array_to_string(
            list_filter(
                [
                    case when vereint.ist_geliefert then 'gerundet' end,
                    case when vereint.ist_geschaetzt then 'geschaetzt' end,
                    case when angenommen.raum_id is not null or not kennzahlen.belegt then 'annahme' end,
                    case when vereint.ist_nach_bruch then 'zeitreihenbruch' end,
                    case when vorjahresstand.grund is not null then 'vorjahresstand' end,
                    case when vereint.musterdaten then 'musterdaten' end
                ],
                lambda hinweis: hinweis is not null
            ),
            ', '
        ) as hinweise,
        case
            when vereint.wert is null and vorjahresstand.grund is not null
                then 'Stand des Vorjahres: ' || vorjahresstand.grund
            else vereint.grund
        end as grund,
        cast(vereint.datenstand as date) as datenstand,
        vereint.musterdaten,
        case
            when vereint.ist_geliefert then 'geliefert'
            when vereint.status = 'nicht_verfuegbar' then 'ohne'
            else 'gerechnet'
        end as herkunft,
        row_number() over (
            partition by vereint.jugendamt, vereint.raum_id, vereint.berichtsjahr, vereint.kennzahl, vereint.version
            order by coalesce(quellenrang.rang, 99), vereint.wert is null, vereint.ist_geschaetzt, vereint.quelle
        ) = 1 as hauptquelle
    from vereint
    inner join raeume
        on
            vereint.jugendamt = raeume.jugendamt
            and vereint.raum_id = raeume.raum_id
    inner join kennzahlen
        on
            vereint.jugendamt = kennzahlen.jugendamt
            and vereint.kennzahl = kennzahlen.kennzahl
            and vereint.version = kennzahlen.version
    left join quellenrang
        on
            vereint.jugendamt = quellenrang.jugendamt
            and vereint.quelle = quellenrang.quelle
    left join vorjahresstand
        on
            vereint.jugendamt = vorjahresstand.jugendamt
            and kennzahlen.familie = vorjahresstand.familie
            and vereint.berichtsjahr = vorjahresstand.berichtsjahr
    left join angenommen
        on vereint.raum_id = angenommen.raum_id
)

select * from final
