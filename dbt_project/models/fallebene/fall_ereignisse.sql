-- One row per unit and thing that counts: konzept, month and cell of the Wohnraum; the other Räume beside it.
-- Jahressumme: ended in the year plus stock of 31.12. (AKJStat). A move is any change of cell: Raum or age group.
{%- set vorn = "konzepte.konzept in ('anfangsbestand', 'begonnen', 'weggewechselt')" %}
with

monate as (
    select * from {{ ref('fall_monate') }}
),

konzepte as (
    select unnest([
        'anfangsbestand', 'begonnen', 'beendet', 'bestand', 'zugewechselt', 'weggewechselt', 'hilfemonate',
        'jahressumme', 'personen'
    ]) as konzept
),

gezaehlt as (
    select
        art,
        einheit,
        fall_pseudonym,
        person_pseudonym,
        beginn,
        hilfeart,
        geschlecht,
        budgetraum,
        leistungsraum,
        konzepte.konzept,
        nachher_da,
        monat_ende,
        letzter_monat,
        letzter_tag,
        case when konzepte.konzept in ('jahressumme', 'personen') then jahr_ende else monat_ende end as monat,
        case when {{ vorn }} then von_raum else nach_raum end as raum_id,
        case when {{ vorn }} then von_alter else nach_alter end as altersgruppe,
        von_raum != nach_raum as raumwechsel,
        -- exact parts: the order of a sum of floats would show in its last digits
        case when konzepte.konzept = 'hilfemonate' then cast(tage / monatstage as decimal(18, 6)) else 0 end
            as hilfemonate
    from monate
    cross join konzepte
    where
        case konzepte.konzept
            when 'anfangsbestand' then vorher_da and erster_monat
            when 'begonnen' then not vorher_da
            when 'beendet' then not nachher_da
            when 'bestand' then nachher_da
            when 'hilfemonate' then art = 'fall'
            when 'jahressumme' then jahr_ende is not null and (not nachher_da or monat_ende = jahr_ende)
            -- only its last month can hold a person's last cell
            when 'personen'
                then art = 'junger_mensch' and jahr_ende is not null and (not nachher_da or monat_ende = jahr_ende)
            else von_raum != nach_raum or von_alter != nach_alter
        end
),

-- a person counts in the last cell, a family in the cell of its first Hilfe; windows without partitions, since each
-- would cost as much as a hundred rows
personen as (
    select *
    from gezaehlt
    where konzept = 'personen'
    qualify
        lag(person_pseudonym) over (
            order by person_pseudonym asc, monat_ende desc, nachher_da desc, beginn desc, einheit desc
        ) is distinct from person_pseudonym
),

familien as (
    select
        *,
        coalesce(
            fall_pseudonym != lag(fall_pseudonym) over reihenfolge
            or monat != lag(monat) over reihenfolge
            or konzept != lag(konzept) over reihenfolge,
            true
        ) as erste_der_familie
    from gezaehlt
    where art = 'fall' and konzept in ('anfangsbestand', 'begonnen', 'beendet', 'bestand', 'jahressumme')
    window reihenfolge as (order by fall_pseudonym, monat, konzept, beginn, einheit)
),

final as (
    select * from familien
    union all by name
    select * from gezaehlt
    where konzept != 'personen' and (art != 'fall' or konzept in ('zugewechselt', 'weggewechselt', 'hilfemonate'))
    union all by name
    select * from personen
)

select * exclude (fall_pseudonym, person_pseudonym, beginn, nachher_da, monat_ende) from final
