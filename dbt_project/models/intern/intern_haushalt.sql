-- What is decided or accounted for in public: planned amounts per product and Raum, the Ist of a year per product for
-- the whole. Months, Obligo and the Ist of a single Raum may show a single Hilfe; they stay in the layer below.
select
    betraege.jugendamt,
    cast(betraege.haushaltsjahr as integer) as haushaltsjahr,
    betraege.berichtsgruppe,
    betraege.berichtsgruppe_name,
    betraege.paragraf,
    betraege.produkt,
    max(betraege.produkt_name) as produkt_name,
    betraege.wertart,
    betraege.art,
    case when betraege.wertart = 'ist' then jugendaemter.ganzes else betraege.raum_id end as raum_id,
    -- Sonderperioden of the Jahresabschluss count to December
    cast(max(case when betraege.monat > 12 then 12 else betraege.monat end) as integer) as bis_monat,
    round(sum(betraege.betrag_eur), 2) as betrag_eur,
    case when round(sum(betraege.betrag_eur), 2) = 0 then 'null_genau' else 'gueltig' end as status,
    max(betraege.datenstand) as datenstand,
    bool_or(betraege.musterdaten) as musterdaten,
    bool_and(betraege.belegt) as belegt
from {{ ref('int_haushalt__zugeordnet') }} as betraege
inner join {{ source('stammdaten', 'jugendaemter') }} as jugendaemter
    on betraege.jugendamt = jugendaemter.jugendamt
where betraege.wertart != 'obligo'
group by all
