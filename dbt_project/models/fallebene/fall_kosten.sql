-- Costs of each Bewilligung on the counted months, by its days; the parts sum to the cent. What has no day in the
-- year (a late invoice) stands in the first month.
with

hilfen as (
    select * from {{ ref('fall_hilfen') }}
    where art = 'fall' and (kosten_bewilligt_eur != 0 or kosten_ist_eur != 0)
),

einheiten as (
    select * from {{ ref('fall_einheiten') }}
    where art = 'fall'
),

raeume as (
    select * from {{ ref('fall_raeume') }}
    where art = 'fall'
),

monate as (
    select * from {{ arbeitstabelle('monate') }}
),

gemessen as (
    select
        hilfen.zeile,
        hilfen.einheit,
        einheiten.hilfeart,
        hilfen.kosten_bewilligt_eur,
        hilfen.kosten_ist_eur,
        monate.monat_ende as monat,
        monate.erster_monat,
        greatest(hilfen.beginn, monate.zaehlung_beginn) as von,
        least(coalesce(hilfen.ende, monate.tag_davor), monate.tag_davor) as bis_davor,
        least(coalesce(hilfen.ende, monate.monat_ende), monate.monat_ende) as bis_jetzt,
        least(coalesce(hilfen.ende, monate.zaehlung_ende), monate.zaehlung_ende) as bis_schluss
    from hilfen
    inner join einheiten on hilfen.einheit = einheiten.einheit
    cross join monate
),

anteile as (
    select
        *,
        greatest(0, {{ tage('von', 'bis_schluss') }} + 1) as tage_gesamt,
        greatest(0, {{ tage('von', 'bis_davor') }} + 1) / nullif(tage_gesamt, 0) as anteil_davor,
        coalesce(
            greatest(0, {{ tage('von', 'bis_jetzt') }} + 1) / nullif(tage_gesamt, 0),
            case when erster_monat then 1 else 0 end
        ) as anteil_jetzt
    from gemessen
),

final as (
    select
        anteile.einheit,
        anteile.hilfeart,
        anteile.monat,
        raeume.wohnraum,
        raeume.budgetraum,
        raeume.leistungsraum,
        cast(kosten_bewilligt_eur * anteil_jetzt as decimal(18, 2))
        - cast(kosten_bewilligt_eur * coalesce(anteil_davor, 0) as decimal(18, 2)) as kosten_bewilligt_eur,
        cast(kosten_ist_eur * anteil_jetzt as decimal(18, 2))
        - cast(kosten_ist_eur * coalesce(anteil_davor, 0) as decimal(18, 2)) as kosten_ist_eur
    from anteile
    inner join raeume on anteile.zeile = raeume.zeile
    where anteile.tage_gesamt > 0 or anteile.erster_monat
)

select * from final
