{{ config(materialized='table') }}

-- Several delivered keys may stand for one Raum (key changes): the figure is theirs together. A figure that still names
-- a Raum after its end belongs to what took its place. All others stand alone and pass as they are: grouping the
-- millions of cells of a whole Land takes gigabytes.
{% set ohne = ['extrakt', 'lieferung'] %}
with

abloesungen as (
    select * from {{ source('stammdaten', 'abloesungen') }}
),

-- by which published cells find their Raum
schluessel as (
    select * from {{ source('stammdaten', 'schluessel') }}
    where schluesselart in (select schluesselart from {{ source('stammdaten', 'extrakttabellen') }})
),

-- Räume where cells may meet
betroffen as (
    select
        jugendamt,
        raum_id
    from schluessel
    group by jugendamt, schluesselart, raum_id
    having count(*) > 1
    union
    select
        jugendamt,
        jugendamt || ':nicht_zuordenbar' as raum_id
    from {{ source('stammdaten', 'jugendaemter') }}
    union
    select
        jugendamt,
        raum_id
    from abloesungen
    union
    select
        jugendamt,
        ziel as raum_id
    from abloesungen
),

allein as (
    select * exclude ({{ ohne | join(', ') }})
    from {{ ref('int_zellen__vereint') }} as zellen
    anti join betroffen
        using (jugendamt, raum_id)
),

mehrere as (
    select zellen.*
    from {{ ref('int_zellen__vereint') }} as zellen
    semi join betroffen
        using (jugendamt, raum_id)
),

zusammen as (
    select
        mehrere.* exclude ({{ ohne | join(', ') }}, raum_id, wert, status, datenstand, musterdaten),
        coalesce(abloesungen.ziel, mehrere.raum_id) as raum_id,
        sum(mehrere.wert) as wert,
        {{ summenstatus('mehrere.status') }} as status,
        max(mehrere.datenstand) as datenstand,
        bool_or(mehrere.musterdaten) as musterdaten
    from mehrere
    left join abloesungen
        on
            mehrere.jugendamt = abloesungen.jugendamt
            and mehrere.raum_id = abloesungen.raum_id
            and mehrere.stichtag >= abloesungen.gueltig_von
            and mehrere.stichtag <= coalesce(abloesungen.gueltig_bis, mehrere.stichtag)
    group by all
)

select * from allein
union all by name
select * from zusammen
