-- Published population per Raum; where a table has sexes or nationalities without their total, it is their sum.
{% set zelle = ['jugendamt', 'raum_schluessel_raum_id', 'stichtag', 'altersgruppe', 'geschlecht', 'nationalitaet'] %}
{% set merkmale = ['geschlecht', 'nationalitaet'] %}

with

saetze as (
    {{ saetze_aktuell('bevoelkerung_raeume', {'raum_schluessel': 'lokal'}) }}
),

-- several tables of a year may hold the same figure: the first speaks
ausgewaehlt as (
    select *
    from saetze
    qualify tabelle = min(tabelle) over (partition by {{ zelle | join(', ') }})
),

stufe_0 as (
    select
        {{ zelle | join(', ') }},
        lieferung,
        datenstand,
        musterdaten,
        -- a part that is secret makes the sum secret
        case when bool_and(anzahl is not null) then sum(anzahl) end as anzahl
    from ausgewaehlt
    group by all
),

{% for merkmal in merkmale -%}
geliefert_{{ loop.index }} as (
    select *
    from stufe_{{ loop.index - 1 }}
    where {{ merkmal }} = 'insgesamt'
),

stufe_{{ loop.index }} as (
    select * from stufe_{{ loop.index - 1 }}
    union all
    select
        {% for spalte in zelle -%}
        {{ "'insgesamt' as " ~ spalte if spalte == merkmal else 'teile.' ~ spalte }},
        {% endfor -%}
        max(teile.lieferung) as lieferung,
        max(teile.datenstand) as datenstand,
        bool_or(teile.musterdaten) as musterdaten,
        case when bool_and(teile.anzahl is not null) then sum(teile.anzahl) end as anzahl
    from stufe_{{ loop.index - 1 }} as teile
    anti join geliefert_{{ loop.index }}
        using ({{ zelle | reject('equalto', merkmal) | join(', ') }})
    group by all
),

{% endfor -%}
final as (
    select * from stufe_{{ merkmale | length }}
)

select * from final
