-- What is counted: each Hilfe as one Fall, and each young person of a Hilfe. One row per unit with its dates, the
-- person it stands for (a Fall: the oldest), what held at its first and at its last Bewilligung.
with

hilfen as (
    select * from {{ ref('fall_hilfen') }}
),

gereiht as (
    select
        *,
        row_number() over (partition by art, einheit order by geburtsjahr, geburtsmonat, zeile) as nach_alter,
        row_number() over (partition by art, einheit order by beginn, zeile) as von_vorn,
        row_number() over (partition by art, einheit order by ende desc nulls first, zeile desc) as von_hinten
    from hilfen
),

final as (
    select
        art,
        einheit,
        min(fall_pseudonym) as fall_pseudonym,
        -- §§ 35 and 35a belong to a group by their form: it is part of the Hilfeart
        min(hilfeart) || case
            when min(hilfeart) in ('12', '13')
                then coalesce('_' || max(case when von_hinten = 1 then durchfuehrung end), '')
            else ''
        end as hilfeart,
        min(beginn) as beginn,
        case when count(ende) = count(*) then max(ende) end as ende,
        bool_or(uma) as uma,
        bool_or(coalesce(schulbegleitung, false)) as schulbegleitung,
        max(case when nach_alter = 1 then person_pseudonym end) as person_pseudonym,
        max(case when nach_alter = 1 then geburtsjahr end) as geburtsjahr,
        max(case when nach_alter = 1 then geburtsmonat end) as geburtsmonat,
        max(case when nach_alter = 1 then geschlecht end) as geschlecht,
        max(case when von_vorn = 1 then situation end) as situation,
        max(case when von_vorn = 1 then transfer end) as transfer,
        max(case when von_vorn = 1 then gefaehrdung_vorher end) as gefaehrdung_vorher,
        max(case when von_vorn = 1 then inobhutnahme_vorher end) as inobhutnahme_vorher,
        max(case when von_hinten = 1 then durchfuehrung end) as durchfuehrung,
        max(case when von_hinten = 1 then traeger_id end) as traeger_id,
        max(case when von_hinten = 1 then ende_grund end) as ende_grund,
        max(case when von_hinten = 1 then leistungsraum end) as leistungsraum,
        max(wohnraum) as wohnraum
    from gereiht
    group by art, einheit
)

select * from final
