-- Each Raum in which records are counted, with itself and with every Raum it is a part of: for what is no sum, and so
-- can't be rolled up. The members that are no Sozialraum are parts of the whole.
with recursive

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

teile as (
    select distinct
        extrakt,
        jugendamt,
        berichtsjahr,
        raum_id as teil_raum_id,
        raum_id,
        cast(1 as double) as gewicht
    from {{ ref('int_raeume__gezaehlt') }}
    union all
    select
        teile.extrakt,
        teile.jugendamt,
        teile.berichtsjahr,
        teile.teil_raum_id,
        coalesce(zuordnung.eltern_raum_id, jugendaemter.ganzes) as raum_id,
        teile.gewicht * coalesce(zuordnung.gewicht, 1) as gewicht
    from teile
    inner join jugendaemter
        on teile.jugendamt = jugendaemter.jugendamt
    left join {{ source('stammdaten', 'zuordnung') }} as zuordnung
        on
            teile.jugendamt = zuordnung.jugendamt
            and teile.raum_id = zuordnung.raum_id
            and make_date(teile.berichtsjahr, 12, 31) >= zuordnung.gueltig_von
            and make_date(teile.berichtsjahr, 12, 31) <= coalesce(zuordnung.gueltig_bis, date '9999-12-31')
            and (jugendaemter.ganzes != zuordnung.eltern_raum_id or jugendaemter.haupthierarchie = zuordnung.hierarchie)
    left join {{ ref('dim_raum') }} as dim_raum
        on
            teile.jugendamt = dim_raum.jugendamt
            and teile.raum_id = dim_raum.raum_id
    where zuordnung.eltern_raum_id is not null or dim_raum.raumebene = 'sonstige'
)

select * from teile
