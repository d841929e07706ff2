{{ config(materialized='table') }}

-- Direct children of every Raum on every Stichtag. Only the main hierarchy leads to the whole: the others need not
-- cover it. The members that are no Sozialraum (nicht_zuordenbar, uma ...) belong to the whole without being
-- expected.
with

stichtage as (
    select distinct
        jugendamt,
        stichtag
    from {{ ref('int_messgroessen__vereint') }}
),

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

zuordnung as (
    select * from {{ source('stammdaten', 'zuordnung') }}
),

regulaer as (
    select
        stichtage.jugendamt,
        stichtage.stichtag,
        zuordnung.hierarchie,
        zuordnung.eltern_raum_id,
        zuordnung.raum_id,
        zuordnung.gewicht,
        false as ist_besonders
    from stichtage
    inner join zuordnung
        on
            stichtage.jugendamt = zuordnung.jugendamt
            and stichtage.stichtag >= zuordnung.gueltig_von
            and stichtage.stichtag <= coalesce(zuordnung.gueltig_bis, stichtage.stichtag)
    inner join jugendaemter
        on stichtage.jugendamt = jugendaemter.jugendamt
    where
        zuordnung.eltern_raum_id != jugendaemter.ganzes
        or zuordnung.hierarchie = jugendaemter.haupthierarchie
),

besonders as (
    select
        stichtage.jugendamt,
        stichtage.stichtag,
        jugendaemter.haupthierarchie as hierarchie,
        jugendaemter.ganzes as eltern_raum_id,
        stichtage.jugendamt || ':'
        || unnest(['nicht_zuordenbar', 'ausserhalb', 'uma', 'para_86_6_89a']) as raum_id,
        1.0 as gewicht,
        true as ist_besonders
    from stichtage
    inner join jugendaemter
        on stichtage.jugendamt = jugendaemter.jugendamt
),

final as (
    select * from regulaer
    union all
    select * from besonders
)

select
    *,
    count_if(not ist_besonders) over (
        partition by jugendamt, stichtag, hierarchie, eltern_raum_id
    ) as erwartete_kinder
from final
