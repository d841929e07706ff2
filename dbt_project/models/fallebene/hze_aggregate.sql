-- What leaves the work area: contract sources/hze_aggregate. Each merkmal is a table of its own; they are not crossed
-- with each other, and only "insgesamt" is cut by month, age and sex. Budgetraum and Leistungsraum have what is read of
-- them: three concepts of the Fälle, and the costs.
{%- set zaehlung %}
        count(case when art = 'fall' then 1 end) as faelle,
        count(case when erste_der_familie then 1 end) as familien,
        count(case when art = 'junger_mensch' then 1 end) as junge_menschen,
        sum(hilfemonate) as hilfemonate,
        cast(0 as decimal(18, 2)) as kosten_bewilligt_eur,
        cast(0 as decimal(18, 2)) as kosten_ist_eur
{%- endset %}
with

ereignisse as (
    select * from {{ ref('fall_ereignisse') }}
),

merkmale as (
    select
        raum_id,
        hilfeart,
        konzept,
        merkmal,
        auspraegung,
        count(case when art = 'fall' then 1 end) as faelle,
        count(case when art = 'junger_mensch' then 1 end) as junge_menschen
    from {{ ref('fall_merkmale') }}
    group by raum_id, hilfeart, konzept, merkmal, auspraegung
),

kosten as (
    select * from {{ ref('fall_kosten') }}
),

letzter_monat as (
    select
        max(monat_ende) as monat,
        max(jahr_ende) as jahr_ende
    from {{ arbeitstabelle('monate') }}
),

-- each part by the columns that differ in it: what is the same in all its rows need not be compared
zaehlung as (
    select
        monat,
        'wohnraum' as raumart,
        raum_id,
        hilfeart,
        altersgruppe,
        geschlecht,
        konzept,
        'insgesamt' as merkmal,
        'insgesamt' as auspraegung,
        {{- zaehlung }}
    from ereignisse
    group by monat, raum_id, hilfeart, altersgruppe, geschlecht, konzept
    {%- for raumart in ['budgetraum', 'leistungsraum'] %}
    union all
    select
        monat,
        '{{ raumart }}' as raumart,
        {{ raumart }} as raum_id,
        hilfeart,
        'insgesamt' as altersgruppe,
        'insgesamt' as geschlecht,
        konzept,
        'insgesamt' as merkmal,
        'insgesamt' as auspraegung,
        count(*) as faelle,
        0 as familien,
        0 as junge_menschen,
        sum(hilfemonate) as hilfemonate,
        cast(0 as decimal(18, 2)) as kosten_bewilligt_eur,
        cast(0 as decimal(18, 2)) as kosten_ist_eur
    from ereignisse
    where art = 'fall' and konzept in ('bestand', 'jahressumme', 'hilfemonate')
    group by monat, {{ raumart }}, hilfeart, konzept
    {%- endfor %}
    union all
    select
        monat,
        'wohnraum' as raumart,
        raum_id,
        hilfeart,
        altersgruppe,
        geschlecht,
        konzept,
        'raumwechsel' as merkmal,
        'insgesamt' as auspraegung,
        {{- zaehlung }}
    from ereignisse
    where raumwechsel and konzept in ('zugewechselt', 'weggewechselt')
    group by monat, raum_id, hilfeart, altersgruppe, geschlecht, konzept
    union all
    select
        letzter_monat.monat,
        'wohnraum' as raumart,
        raum_id,
        hilfeart,
        'insgesamt' as altersgruppe,
        'insgesamt' as geschlecht,
        konzept,
        merkmal,
        auspraegung,
        faelle,
        0 as familien,
        junge_menschen,
        cast(0 as decimal(18, 6)) as hilfemonate,
        cast(0 as decimal(18, 2)) as kosten_bewilligt_eur,
        cast(0 as decimal(18, 2)) as kosten_ist_eur
    from merkmale
    cross join letzter_monat
),

geld as (
    {%- for raumart in ['wohnraum', 'budgetraum', 'leistungsraum'] %}
    {{ 'union all' if not loop.first }}
    select
        monat,
        '{{ raumart }}' as raumart,
        {{ raumart }} as raum_id,
        hilfeart,
        'insgesamt' as altersgruppe,
        'insgesamt' as geschlecht,
        'kosten' as konzept,
        'insgesamt' as merkmal,
        'insgesamt' as auspraegung,
        0 as faelle,
        0 as familien,
        0 as junge_menschen,
        cast(0 as decimal(18, 6)) as hilfemonate,
        sum(kosten_bewilligt_eur) as kosten_bewilligt_eur,
        sum(kosten_ist_eur) as kosten_ist_eur
    from kosten
    group by monat, {{ raumart }}, hilfeart
    {%- endfor %}
),

je_fall as (
    select
        wohnraum as raum_id,
        hilfeart,
        einheit,
        sum(kosten_ist_eur) as kosten_ist_eur
    from kosten
    group by wohnraum, hilfeart, einheit
    having sum(kosten_ist_eur) != 0
),

gereiht as (
    select
        *,
        row_number() over (partition by raum_id, hilfeart order by kosten_ist_eur desc, einheit asc) as rang
    from je_fall
),

-- what the rule on dominance needs of a whole year, and nothing else reads: the two dearest Fälle
teuerste as (
    select
        letzter_monat.monat,
        'wohnraum' as raumart,
        gereiht.raum_id,
        gereiht.hilfeart,
        'insgesamt' as altersgruppe,
        'insgesamt' as geschlecht,
        'kosten_groesste' as konzept,
        'rang' as merkmal,
        cast(gereiht.rang as varchar) as auspraegung,
        0 as faelle,
        0 as familien,
        0 as junge_menschen,
        cast(0 as decimal(18, 6)) as hilfemonate,
        cast(0 as decimal(18, 2)) as kosten_bewilligt_eur,
        gereiht.kosten_ist_eur
    from gereiht
    cross join letzter_monat
    where gereiht.rang <= 2 and letzter_monat.jahr_ende is not null
),

final as (
    select * from zaehlung
    union all
    select * from geld
    where kosten_bewilligt_eur != 0 or kosten_ist_eur != 0
    union all
    select * from teuerste
)

-- the whole key: the same order in every run
select * from final
order by monat, raumart, raum_id, hilfeart, altersgruppe, geschlecht, konzept, merkmal, auspraegung
