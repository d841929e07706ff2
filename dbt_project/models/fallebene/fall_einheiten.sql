-- What is counted: each Hilfe as one Fall, and each young person of a Hilfe. One row per unit with its dates, the
-- person it stands for (a Fall: the oldest), what held at its first and at its last Bewilligung. Nothing known (no end,
-- no birth) compares as last.
with

hilfen as (
    select * from {{ ref('fall_hilfen') }}
),

final as (
    select
        art,
        einheit,
        min(fall_pseudonym) as fall_pseudonym,
        -- §§ 35 and 35a belong to a group by their form: it is part of the Hilfeart
        min(hilfeart) || case
            when min(hilfeart) in ('12', '13')
                then coalesce('_' || arg_max_null(durchfuehrung, row(ende, zeile)), '')
            else ''
        end as hilfeart,
        min(beginn) as beginn,
        case when count(ende) = count(*) then max(ende) end as ende,
        bool_or(uma) as uma,
        bool_or(coalesce(schulbegleitung, false)) as schulbegleitung,
        arg_min_null(person_pseudonym, row(geburtsjahr, geburtsmonat, zeile)) as person_pseudonym,
        arg_min_null(geburtsjahr, row(geburtsjahr, geburtsmonat, zeile)) as geburtsjahr,
        arg_min_null(geburtsmonat, row(geburtsjahr, geburtsmonat, zeile)) as geburtsmonat,
        arg_min_null(geschlecht, row(geburtsjahr, geburtsmonat, zeile)) as geschlecht,
        arg_min_null(situation, row(beginn, zeile)) as situation,
        arg_min_null(transfer, row(beginn, zeile)) as transfer,
        arg_min_null(gefaehrdung_vorher, row(beginn, zeile)) as gefaehrdung_vorher,
        arg_min_null(inobhutnahme_vorher, row(beginn, zeile)) as inobhutnahme_vorher,
        arg_max_null(durchfuehrung, row(ende, zeile)) as durchfuehrung,
        arg_max_null(traeger_id, row(ende, zeile)) as traeger_id,
        arg_max_null(ende_grund, row(ende, zeile)) as ende_grund,
        arg_max_null(leistungsraum, row(ende, zeile)) as leistungsraum,
        max(wohnraum) as wohnraum
    from hilfen
    group by art, einheit
)

select * from final
