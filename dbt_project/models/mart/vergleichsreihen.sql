-- Begun Hilfen of groups of other Jugendämter, as their source has published them.
select
    jugendamt,
    reihe,
    cast(berichtsjahr as integer) as berichtsjahr,
    cast(begonnen as double) as begonnen,
    cast(jugendeinwohner as double) as jugendeinwohner,
    case when begonnen = 0 then 'null_genau' else 'gueltig' end as status,
    cast(datenstand as date) as datenstand,
    musterdaten
from {{ ref('stg_vergleichsreihen') }}
