{{ config(materialized='table') }}

-- Where the HzE of a full year stand. Counted is at the smallest level that was delivered: each Raum with its sisters,
-- so that none of them lacks its zero. What was delivered for a Raum above them, or for one that does not exist at the
-- end of the year, is not to be spread: it belongs to nicht_zuordenbar. A year whose months are not all counted has no
-- Jahressumme; it is no year yet.
with recursive

jahre as (
    select
        jugendamt,
        cast(periode as integer) as berichtsjahr,
        max(lieferung) as lieferung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from {{ ref('stg_hze_aggregate') }}
    group by all
    having bool_or(konzept = 'jahressumme')
),

geliefert as (
    select distinct
        saetze.jugendamt,
        jahre.berichtsjahr,
        saetze.raum_id
    from {{ ref('stg_hze_aggregate') }} as saetze
    inner join jahre
        on
            saetze.jugendamt = jahre.jugendamt
            and cast(saetze.periode as integer) = jahre.berichtsjahr
),

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

zuordnung as (
    select
        jahre.jugendamt,
        jahre.berichtsjahr,
        zuordnung.raum_id,
        zuordnung.eltern_raum_id,
        zuordnung.hierarchie = jugendaemter.haupthierarchie as ist_haupthierarchie
    from jahre
    inner join jugendaemter
        on jahre.jugendamt = jugendaemter.jugendamt
    inner join {{ source('stammdaten', 'zuordnung') }} as zuordnung
        on
            jahre.jugendamt = zuordnung.jugendamt
            and make_date(jahre.berichtsjahr, 12, 31) >= zuordnung.gueltig_von
            and make_date(jahre.berichtsjahr, 12, 31) <= coalesce(zuordnung.gueltig_bis, date '9999-12-31')
),

darueber as (
    select
        zuordnung.jugendamt,
        zuordnung.berichtsjahr,
        zuordnung.eltern_raum_id as raum_id
    from zuordnung
    semi join geliefert
        using (jugendamt, berichtsjahr, raum_id)
    union
    select
        zuordnung.jugendamt,
        zuordnung.berichtsjahr,
        zuordnung.eltern_raum_id as raum_id
    from zuordnung
    semi join darueber
        using (jugendamt, berichtsjahr, raum_id)
),

kleinste as (
    select zuordnung.*
    from zuordnung
    semi join geliefert
        using (jugendamt, berichtsjahr, raum_id)
    anti join darueber
        using (jugendamt, berichtsjahr, raum_id)
    where zuordnung.ist_haupthierarchie
),

gezaehlt as (
    select distinct
        zuordnung.jugendamt,
        zuordnung.berichtsjahr,
        zuordnung.raum_id
    from zuordnung
    semi join kleinste
        using (jugendamt, berichtsjahr, eltern_raum_id)
    anti join darueber
        using (jugendamt, berichtsjahr, raum_id)
    where zuordnung.ist_haupthierarchie
),

-- without any Raum all of it is counted for the whole
final as (
    select
        jugendamt,
        berichtsjahr,
        raum_id as geliefert_raum_id,
        raum_id,
        true as ist_sozialraum
    from gezaehlt
    union all
    select
        geliefert.jugendamt,
        geliefert.berichtsjahr,
        geliefert.raum_id as geliefert_raum_id,
        case
            when not exists (
                select 1 from gezaehlt
                where gezaehlt.jugendamt = geliefert.jugendamt and gezaehlt.berichtsjahr = geliefert.berichtsjahr
            ) then jugendaemter.ganzes
            when dim_raum.raumebene = 'sonstige' then geliefert.raum_id
            else geliefert.jugendamt || ':nicht_zuordenbar'
        end as raum_id,
        false as ist_sozialraum
    from geliefert
    inner join jugendaemter
        on geliefert.jugendamt = jugendaemter.jugendamt
    left join {{ ref('dim_raum') }} as dim_raum
        on
            geliefert.jugendamt = dim_raum.jugendamt
            and geliefert.raum_id = dim_raum.raum_id
    anti join gezaehlt
        on
            geliefert.jugendamt = gezaehlt.jugendamt
            and geliefert.berichtsjahr = gezaehlt.berichtsjahr
            and geliefert.raum_id = gezaehlt.raum_id
)

select
    final.*,
    jahre.lieferung,
    jahre.datenstand,
    jahre.musterdaten
from final
inner join jahre
    on
        final.jugendamt = jahre.jugendamt
        and final.berichtsjahr = jahre.berichtsjahr
