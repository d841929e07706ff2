{{ config(materialized='table') }}

-- What each Jugendamt has in force: per table and delivery the years, the number of values and the date of the source.
select
    extrakt,
    jugendamt,
    tabelle,
    lieferung,
    min(berichtsjahr) as von_jahr,
    max(berichtsjahr) as bis_jahr,
    count(*) as werte,
    max(datenstand) as datenstand,
    bool_or(musterdaten) as musterdaten
from {{ ref('int_zellen__vereint') }}
where extrakt != 'haushalt' and not ends_with(tabelle, '_vertraulich')
group by all
union all
select
    'haushalt' as extrakt,
    jugendamt,
    'haushalt' as tabelle,
    lieferung,
    min(haushaltsjahr) as von_jahr,
    max(haushaltsjahr) as bis_jahr,
    count(*) as werte,
    max(datenstand) as datenstand,
    bool_or(musterdaten) as musterdaten
from {{ ref('stg_haushalt') }}
group by all
