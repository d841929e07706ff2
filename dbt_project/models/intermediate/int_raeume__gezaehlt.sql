{{ config(materialized='table') }}

-- Where the records of an extract are counted in a year: at the smallest level that was delivered, in Räume that tile
-- the whole, so that none lacks its zero. What was delivered for a Raum above them, or for one that does not exist at
-- the end of the year, can't be spread: it belongs to nicht_zuordenbar. HzE of a year whose months are not all counted
-- have no Jahressumme; they are no year yet.
with recursive

geliefert as (
    select
        'hze_aggregate' as extrakt,
        jugendamt,
        cast(periode as integer) as berichtsjahr,
        raum_id,
        lieferung,
        datenstand,
        musterdaten,
        konzept = 'jahressumme' as belegt_volles_jahr
    from {{ ref('stg_hze_aggregate') }}
    {%- for extrakt in ['gefaehrdungseinschaetzungen', 'inobhutnahmen'] %}
    union all
    select
        '{{ extrakt }}' as extrakt,
        jugendamt,
        jahr as berichtsjahr,
        raum_schluessel_raum_id as raum_id,
        lieferung,
        datenstand,
        musterdaten,
        true as belegt_volles_jahr
    from {{ ref('stg_' ~ extrakt) }}
    {%- endfor %}
),

je_raum as (
    select
        extrakt,
        jugendamt,
        berichtsjahr,
        raum_id,
        max(lieferung) as lieferung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten,
        bool_or(belegt_volles_jahr) as belegt_volles_jahr
    from geliefert
    group by all
),

jahre as (
    select
        extrakt,
        jugendamt,
        berichtsjahr,
        max(lieferung) as lieferung,
        max(datenstand) as datenstand,
        bool_or(musterdaten) as musterdaten
    from je_raum
    group by all
    having bool_or(belegt_volles_jahr)
),

vorkommend as (
    select * from je_raum
    semi join jahre
        using (extrakt, jugendamt, berichtsjahr)
),

jugendaemter as (
    select * from {{ source('stammdaten', 'jugendaemter') }}
),

dim_raum as (
    select * from {{ ref('dim_raum') }}
),

zuordnung as (
    select
        jahre.extrakt,
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
        zuordnung.extrakt,
        zuordnung.jugendamt,
        zuordnung.berichtsjahr,
        zuordnung.eltern_raum_id as raum_id
    from zuordnung
    semi join vorkommend
        using (extrakt, jugendamt, berichtsjahr, raum_id)
    union
    select
        zuordnung.extrakt,
        zuordnung.jugendamt,
        zuordnung.berichtsjahr,
        zuordnung.eltern_raum_id as raum_id
    from zuordnung
    semi join darueber
        using (extrakt, jugendamt, berichtsjahr, raum_id)
),

kleinste as (
    select
        zuordnung.*,
        dim_raum.raumebene
    from zuordnung
    semi join vorkommend
        using (extrakt, jugendamt, berichtsjahr, raum_id)
    anti join darueber
        using (extrakt, jugendamt, berichtsjahr, raum_id)
    inner join dim_raum
        using (jugendamt, raum_id)
    where zuordnung.ist_haupthierarchie
),

-- their levels everywhere, but not below a Raum that is itself counted
gleiche_ebene as (
    select zuordnung.*
    from zuordnung
    inner join dim_raum
        using (jugendamt, raum_id)
    semi join kleinste
        on
            zuordnung.extrakt = kleinste.extrakt
            and zuordnung.jugendamt = kleinste.jugendamt
            and zuordnung.berichtsjahr = kleinste.berichtsjahr
            and dim_raum.raumebene = kleinste.raumebene
    anti join kleinste as oben
        on
            zuordnung.extrakt = oben.extrakt
            and zuordnung.jugendamt = oben.jugendamt
            and zuordnung.berichtsjahr = oben.berichtsjahr
            and zuordnung.eltern_raum_id = oben.raum_id
    where zuordnung.ist_haupthierarchie
),

nicht_gezaehlt as (
    select
        extrakt,
        jugendamt,
        berichtsjahr,
        raum_id
    from darueber
    union
    select
        extrakt,
        jugendamt,
        berichtsjahr,
        eltern_raum_id as raum_id
    from gleiche_ebene
    union
    select
        zuordnung.extrakt,
        zuordnung.jugendamt,
        zuordnung.berichtsjahr,
        zuordnung.eltern_raum_id as raum_id
    from zuordnung
    semi join nicht_gezaehlt
        using (extrakt, jugendamt, berichtsjahr, raum_id)
),

gezaehlt as (
    select distinct
        zuordnung.extrakt,
        zuordnung.jugendamt,
        zuordnung.berichtsjahr,
        zuordnung.raum_id
    from zuordnung
    semi join nicht_gezaehlt as eltern
        on
            zuordnung.extrakt = eltern.extrakt
            and zuordnung.jugendamt = eltern.jugendamt
            and zuordnung.berichtsjahr = eltern.berichtsjahr
            and zuordnung.eltern_raum_id = eltern.raum_id
    anti join nicht_gezaehlt
        using (extrakt, jugendamt, berichtsjahr, raum_id)
    where zuordnung.ist_haupthierarchie
),

mit_raeumen as (
    select distinct
        extrakt,
        jugendamt,
        berichtsjahr
    from gezaehlt
),

-- without any Raum all of it is counted for the whole
final as (
    select
        extrakt,
        jugendamt,
        berichtsjahr,
        raum_id as geliefert_raum_id,
        raum_id
    from gezaehlt
    union all
    select
        vorkommend.extrakt,
        vorkommend.jugendamt,
        vorkommend.berichtsjahr,
        vorkommend.raum_id as geliefert_raum_id,
        case
            when mit_raeumen.jugendamt is null then jugendaemter.ganzes
            when dim_raum.raumebene = 'sonstige' then vorkommend.raum_id
            else vorkommend.jugendamt || ':nicht_zuordenbar'
        end as raum_id
    from vorkommend
    anti join gezaehlt
        using (extrakt, jugendamt, berichtsjahr, raum_id)
    inner join jugendaemter
        on vorkommend.jugendamt = jugendaemter.jugendamt
    left join dim_raum
        on
            vorkommend.jugendamt = dim_raum.jugendamt
            and vorkommend.raum_id = dim_raum.raum_id
    left join mit_raeumen
        on
            vorkommend.extrakt = mit_raeumen.extrakt
            and vorkommend.jugendamt = mit_raeumen.jugendamt
            and vorkommend.berichtsjahr = mit_raeumen.berichtsjahr
)

select
    final.*,
    jahre.lieferung,
    jahre.datenstand,
    jahre.musterdaten
from final
inner join jahre
    on
        final.extrakt = jahre.extrakt
        and final.jugendamt = jahre.jugendamt
        and final.berichtsjahr = jahre.berichtsjahr
