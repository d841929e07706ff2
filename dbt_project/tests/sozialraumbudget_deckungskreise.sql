-- A Deckungskreis is one of a Raum and a year: a Topf belongs to one only, and what is moved inside it sums to nothing.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_sozialraumbudget'}}}) }}
with

budgets as (
    select * from {{ ref('stg_sozialraumbudget') }}
),

mehrere as (
    select
        jugendamt,
        raum_schluessel || ', ' || haushaltsjahr || ', ' || topf || ': der Topf steht in mehreren Deckungskreisen ('
        || string_agg(distinct coalesce(deckungskreis, 'keiner'), ', ' order by coalesce(deckungskreis, 'keiner'))
        || ')' as meldung
    from budgets
    group by jugendamt, raum_schluessel, haushaltsjahr, topf
    having count(distinct coalesce(deckungskreis, '')) > 1
),

offen as (
    select
        jugendamt,
        raum_schluessel || ', ' || haushaltsjahr || ', Deckungskreis ' || deckungskreis
        || ': die Umbuchungen heben sich nicht auf, es bleiben ' || round(sum(betrag_eur), 2) || ' Euro' as meldung
    from budgets
    where wertart = 'umbuchung'
    group by jugendamt, raum_schluessel, haushaltsjahr, deckungskreis
    having abs(sum(betrag_eur)) >= 0.005
)

select * from mehrere
union all
select * from offen
