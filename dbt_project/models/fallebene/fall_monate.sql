-- Each unit in each counted month it touches: its cell at the start (stock of the day before, else its beginning) and
-- at the end (stock of the last day, else its end). A Hilfe ended on the last day is not in the stock.
with

einheiten as (
    select * from {{ ref('fall_einheiten') }}
),

raeume as (
    select * from {{ ref('fall_raeume') }}
),

monate as (
    select * from {{ arbeitstabelle('monate') }}
),

beruehrt as (
    select
        einheiten.art,
        einheiten.einheit,
        einheiten.fall_pseudonym,
        einheiten.person_pseudonym,
        einheiten.hilfeart,
        einheiten.geschlecht,
        einheiten.geburtsjahr,
        einheiten.geburtsmonat,
        einheiten.beginn,
        monate.*,
        einheiten.beginn < monate.monat_beginn as vorher_da,
        coalesce(einheiten.ende > monate.monat_ende, true) as nachher_da,
        greatest(einheiten.beginn, monate.monat_beginn) as erster_tag,
        least(coalesce(einheiten.ende, monate.monat_ende), monate.monat_ende) as letzter_tag
    from einheiten
    inner join monate
        on
            einheiten.beginn <= monate.monat_ende
            and coalesce(einheiten.ende >= monate.monat_beginn, true)
),

mit_tagen as (
    select
        *,
        case when vorher_da then tag_davor else beginn end as von_tag
    from beruehrt
),

final as (
    select
        mit_tagen.*,
        von.wohnraum as von_raum,
        nach.wohnraum as nach_raum,
        nach.budgetraum,
        nach.leistungsraum,
        {{ altersgruppe_am('mit_tagen.von_tag', 'mit_tagen.geburtsjahr', 'mit_tagen.geburtsmonat') }} as von_alter,
        {{ altersgruppe_am('mit_tagen.letzter_tag', 'mit_tagen.geburtsjahr', 'mit_tagen.geburtsmonat') }}
            as nach_alter,
        {{ tage('mit_tagen.erster_tag', 'mit_tagen.letzter_tag') }} + 1 as tage
    from mit_tagen
    inner join raeume as von
        on
            mit_tagen.art = von.art
            and mit_tagen.einheit = von.einheit
            and mit_tagen.von_tag >= von.gilt_ab
            and mit_tagen.von_tag < von.abgeloest_am
    inner join raeume as nach
        on
            mit_tagen.art = nach.art
            and mit_tagen.einheit = nach.einheit
            and mit_tagen.letzter_tag >= nach.gilt_ab
            and mit_tagen.letzter_tag < nach.abgeloest_am
)

select * from final
