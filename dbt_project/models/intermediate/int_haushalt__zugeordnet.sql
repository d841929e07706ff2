-- Every amount with the Berichtsgruppe of its product in its year: the profile's own line first, then the product
-- plan of the Land, the longest number each time. What no line knows stays, as nicht_zugeordnet.
with

betraege as (
    select
        *,
        {{ nur_zeichen('produkt') }} as produkt_zeichen,
        {{ nur_zeichen('konto') }} as konto_zeichen
    from {{ ref('stg_haushalt') }}
),

produktplan as (
    select * from {{ source('stammdaten', 'produktplan') }}
),

struktur as (
    select * from {{ source('stammdaten', 'berichtsstruktur') }}
),

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

gewaehlt as (
    select
        betraege.jugendamt,
        betraege.haushaltsjahr,
        betraege.produkt_zeichen,
        betraege.konto_zeichen,
        produktplan.berichtsgruppe,
        produktplan.paragraf,
        produktplan.belegt
    from betraege
    inner join produktplan
        on
            betraege.jugendamt = produktplan.jugendamt
            and starts_with(betraege.produkt_zeichen, produktplan.produkt)
            and starts_with(betraege.konto_zeichen, produktplan.konto)
            and betraege.haushaltsjahr >= produktplan.gueltig_von
            and betraege.haushaltsjahr <= coalesce(produktplan.gueltig_bis, betraege.haushaltsjahr)
    qualify
        row_number() over (
            partition by
                betraege.jugendamt, betraege.haushaltsjahr, betraege.produkt_zeichen, betraege.konto_zeichen
            order by produktplan.rang, length(produktplan.produkt) desc, length(produktplan.konto) desc
        ) = 1
)

select
    betraege.jugendamt,
    betraege.haushaltsjahr,
    betraege.monat,
    struktur.berichtsgruppe,
    struktur.berichtsgruppe_name,
    struktur.sammelgruppe,
    coalesce(gewaehlt.paragraf, '') as paragraf,
    betraege.produkt,
    betraege.produkt_name,
    betraege.konto,
    betraege.wertart,
    betraege.art,
    -- a Kostenstelle that stands for no Raum belongs to the whole; it is not spread
    case
        when betraege.kostenstelle_raum_id = betraege.jugendamt || ':nicht_zuordenbar' then jugendaemter.ganzes
        else betraege.kostenstelle_raum_id
    end as raum_id,
    betraege.betrag_eur,
    coalesce(gewaehlt.belegt, false) as belegt,
    betraege.lieferung,
    betraege.datenstand,
    betraege.musterdaten
from betraege
inner join jugendaemter
    on betraege.jugendamt = jugendaemter.jugendamt
left join gewaehlt
    on
        betraege.jugendamt = gewaehlt.jugendamt
        and betraege.haushaltsjahr = gewaehlt.haushaltsjahr
        and betraege.produkt_zeichen = gewaehlt.produkt_zeichen
        and betraege.konto_zeichen = gewaehlt.konto_zeichen
inner join struktur
    on coalesce(gewaehlt.berichtsgruppe, 'nicht_zugeordnet') = struktur.berichtsgruppe
