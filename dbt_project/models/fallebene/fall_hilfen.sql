-- Bewilligungen joined to Hilfen: overlaps are merged, gaps up to hze_luecke_tage bridged. Each Bewilligung stands here
-- twice: for the Fall (the Hilfe) and for its young person; with the Wohnraum at the beginning of the Hilfe.
with

bewilligungen as (
    select * from {{ ref('fall_bewilligungen') }}
),

-- what windows look at, and no more: they carry all that they are given
mit_vorgaenger as (
    select
        zeile,
        person_pseudonym,
        beginn,
        wohnraum,
        hilfe_schluessel,
        hze_luecke_tage,
        max(coalesce(ende, date '9999-12-31')) over (
            partition by hilfe_schluessel order by beginn, zeile
            rows between unbounded preceding and 1 preceding
        ) as gedeckt_bis
    from bewilligungen
),

nummeriert as (
    select
        *,
        sum(
            case
                when gedeckt_bis is null then 1
                when {{ tage('gedeckt_bis', 'beginn') }} - 1 > hze_luecke_tage then 1
                else 0
            end
        ) over (partition by hilfe_schluessel order by beginn, zeile rows unbounded preceding) as hilfe_nr
    from mit_vorgaenger
),

-- units are named by their first row: short to join, and the same in every run
benannt as (
    select
        zeile,
        person_pseudonym,
        min(zeile) over (partition by hilfe_schluessel, hilfe_nr) as fall,
        first_value(wohnraum) over (
            partition by hilfe_schluessel, hilfe_nr order by beginn, zeile
        ) as wohnraum
    from nummeriert
),

einheiten as (
    select
        zeile,
        wohnraum,
        fall,
        min(zeile) over (partition by fall, person_pseudonym) as junger_mensch
    from benannt
),

hilfen as (
    select
        bewilligungen.* exclude (wohnraum, hilfe_schluessel, hze_luecke_tage),
        einheiten.* exclude (zeile)
    from bewilligungen
    inner join einheiten on bewilligungen.zeile = einheiten.zeile
),

final as (
    select
        'fall' as art,
        fall as einheit,
        * exclude (fall, junger_mensch)
    from hilfen
    union all
    select
        'junger_mensch' as art,
        junger_mensch as einheit,
        * exclude (fall, junger_mensch)
    from hilfen
)

select * from final
