-- Bewilligungen joined to Hilfen: overlaps are merged, gaps up to hze_luecke_tage bridged. Each Bewilligung stands here
-- twice: for the Fall (the Hilfe) and for its young person; with the Wohnraum at the beginning of the Hilfe.
with

bewilligungen as (
    select * from {{ ref('fall_bewilligungen') }}
),

mit_vorgaenger as (
    select
        *,
        max(coalesce(ende, date '9999-12-31')) over (
            partition by hilfe_schluessel order by beginn, zeile
            rows between unbounded preceding and 1 preceding
        ) as gedeckt_bis
    from bewilligungen
),

nummeriert as (
    select
        * exclude (gedeckt_bis, hze_luecke_tage),
        sum(
            case
                when gedeckt_bis is null then 1
                when {{ tage('gedeckt_bis', 'beginn') }} - 1 > hze_luecke_tage then 1
                else 0
            end
        ) over (partition by hilfe_schluessel order by beginn, zeile rows unbounded preceding) as hilfe_nr
    from mit_vorgaenger
),

hilfen as (
    select
        * exclude (hilfe_schluessel, hilfe_nr, wohnraum),
        -- units are named by their first row: short to join, and the same in every run
        min(zeile) over (partition by hilfe_schluessel, hilfe_nr) as fall,
        min(zeile) over (partition by hilfe_schluessel, hilfe_nr, person_pseudonym) as junger_mensch,
        first_value(wohnraum) over (
            partition by hilfe_schluessel, hilfe_nr order by beginn, zeile
        ) as wohnraum
    from nummeriert
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
