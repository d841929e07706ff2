-- Bewilligungen of one delivery with resolved Räume. Those of a fall_pseudonym, hilfeart and hilfe_person (empty: the
-- Hilfe is for the family) may belong to one Hilfe.
-- UMA and § 86 (6)/§ 89a are members of their own: their Raum says nothing about a Sozialraum.
with

zeilen as (
    select * from {{ arbeitstabelle('hze_faelle') }}
),

schluessel as (
    select * from {{ arbeitstabelle('schluessel') }}
),

lauf as (
    select * from {{ arbeitstabelle('lauf') }}
),

final as (
    select
        zeilen.zeile,
        zeilen.fall_pseudonym,
        zeilen.person_pseudonym,
        zeilen.hilfeart,
        zeilen.durchfuehrung,
        zeilen.schulbegleitung,
        zeilen.beginn,
        zeilen.ende,
        zeilen.geburtsjahr,
        zeilen.geburtsmonat,
        zeilen.geschlecht,
        zeilen.traeger_id,
        zeilen.situation,
        zeilen.transfer,
        zeilen.ende_grund,
        zeilen.gefaehrdung_vorher,
        zeilen.inobhutnahme_vorher,
        coalesce(zeilen.uma, false) as uma,
        coalesce(zeilen.kosten_bewilligt_eur, 0) as kosten_bewilligt_eur,
        coalesce(zeilen.kosten_ist_eur, 0) as kosten_ist_eur,
        case
            when zeilen.uma then lauf.jugendamt || ':uma'
            when zeilen.zustaendigkeit in ('para_86_6', 'para_89a') then lauf.jugendamt || ':para_86_6_89a'
        end as besonderer_raum,
        coalesce(wohnen.raum_id, lauf.jugendamt || ':nicht_zuordenbar') as wohnraum,
        coalesce(budget.raum_id, lauf.jugendamt || ':nicht_zuordenbar') as budgetraum,
        coalesce(leistung.raum_id, lauf.jugendamt || ':nicht_zuordenbar') as leistungsraum,
        case
            when not coalesce(zeilen.familienbezogen, zeilen.hilfeart = '07') then zeilen.person_pseudonym
        end as hilfe_person,
        lauf.hze_luecke_tage
    from zeilen
    cross join lauf
    left join schluessel as wohnen on zeilen.wohnraum = wohnen.schluessel
    left join schluessel as budget on zeilen.budgetraum = budget.schluessel
    left join schluessel as leistung on zeilen.leistungsraum = leistung.schluessel
)

select * from final
