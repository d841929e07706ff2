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
        fall_pseudonym,
        hilfeart,
        hilfe_person,
        person_pseudonym,
        beginn,
        wohnraum,
        hze_luecke_tage,
        max(coalesce(ende, date '9999-12-31')) over (
            partition by fall_pseudonym, hilfeart, hilfe_person order by beginn, zeile
            rows between unbounded preceding and 1 preceding
        ) as gedeckt_bis
    from bewilligungen
),

-- each Hilfe begins where nothing covers: counted over all, the number is its own
nummeriert as (
    select
        zeile,
        person_pseudonym,
        beginn,
        wohnraum,
        sum(
            case
                when gedeckt_bis is null then 1
                when {{ tage('gedeckt_bis', 'beginn') }} - 1 > hze_luecke_tage then 1
                else 0
            end
        ) over (
            order by fall_pseudonym, hilfeart, hilfe_person, beginn, zeile rows unbounded preceding
        ) as hilfe_nr
    from mit_vorgaenger
),

-- units are named by their first row: short to join, and the same in every run
faelle as (
    select
        hilfe_nr,
        min(zeile) as fall,
        arg_min_null(wohnraum, row(beginn, zeile)) as wohnraum
    from nummeriert
    group by hilfe_nr
),

junge_menschen as (
    select
        hilfe_nr,
        person_pseudonym,
        min(zeile) as junger_mensch
    from nummeriert
    group by hilfe_nr, person_pseudonym
),

hilfen as (
    select
        bewilligungen.* exclude (wohnraum, hilfe_person, hze_luecke_tage),
        faelle.wohnraum,
        faelle.fall,
        junge_menschen.junger_mensch
    from bewilligungen
    inner join nummeriert on bewilligungen.zeile = nummeriert.zeile
    inner join faelle on nummeriert.hilfe_nr = faelle.hilfe_nr
    inner join junge_menschen
        on
            nummeriert.hilfe_nr = junge_menschen.hilfe_nr
            and nummeriert.person_pseudonym = junge_menschen.person_pseudonym
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
