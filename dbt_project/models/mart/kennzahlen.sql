-- The index is made from protected values only: what is marked can't be found again through it.
with

geschuetzt as (
    {{ geschuetzt(
        'intern_kennzahlen',
        ['jugendamt', 'raum_id', 'berichtsjahr', 'stichtag', 'kennzahl', 'version', 'quelle'],
        ['wert', 'zaehler', 'nenner'],
        mit_grund=true,
    ) }}
),

ganzes as (
    select
        geschuetzt.jugendamt,
        geschuetzt.berichtsjahr,
        geschuetzt.kennzahl,
        geschuetzt.version,
        geschuetzt.quelle,
        geschuetzt.wert
    from geschuetzt
    inner join {{ source('stammdaten', 'jugendaemter') }} as jugendaemter
        on geschuetzt.raum_id = jugendaemter.ganzes
    inner join {{ ref('dim_kennzahl') }} as kennzahlen
        on
            geschuetzt.jugendamt = kennzahlen.jugendamt
            and geschuetzt.kennzahl = kennzahlen.kennzahl
            and geschuetzt.version = kennzahlen.version
    where kennzahlen.hat_nenner and geschuetzt.wert > 0
)

select
    geschuetzt.*,
    100 * (geschuetzt.wert / ganzes.wert) as index_jugendamt
from geschuetzt
left join ganzes
    on
        geschuetzt.jugendamt = ganzes.jugendamt
        and geschuetzt.berichtsjahr = ganzes.berichtsjahr
        and geschuetzt.kennzahl = ganzes.kennzahl
        and geschuetzt.version = ganzes.version
        and geschuetzt.quelle = ganzes.quelle
