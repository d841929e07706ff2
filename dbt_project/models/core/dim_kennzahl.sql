-- The catalogue as each Jugendamt reads it: what its Kennzahlen profile defines for itself goes before what holds
-- for all.
select
    jugendaemter.jugendamt,
    kennzahlen.*
from {{ source('stammdaten', 'kennzahlen') }} as kennzahlen
inner join {{ source('stammdaten', 'jugendaemter') }} as jugendaemter
    on kennzahlen.profil in ('alle', jugendaemter.kennzahlenprofil)
qualify
    row_number() over (
        partition by jugendaemter.jugendamt, kennzahlen.kennzahl, kennzahlen.version
        order by kennzahlen.profil = 'alle'
    ) = 1
