-- The cells of all extracts that hold today. A new extract is a staging model and a line here; what is counted or
-- calculated says in its own model what differs, and here once what all of it has in common. Without a figure it names
-- the reason in ohne_wert.
{% set extrakte = [
    'bevoelkerung_geschlecht', 'bevoelkerung_altersgruppen', 'geburten', 'abgaenger', 'schulen',
    'kindertagesbetreuung', 'kindertageseinrichtungen', 'jugendhilfeeinrichtungen', 'mindestsicherung', 'arbeitslose',
    'regionalatlas', 'opendata_hro',
] %}
{% set gezaehlt = [
    'int_saetze__gezaehlt', 'int_hze__jahreswerte', 'int_hze__dauer', 'int_kinderschutz__jahreswerte',
    'int_geld__zellen', 'int_sozialraumarbeit__zellen',
] %}
with

gezaehlt as (
    {%- for modell in gezaehlt %}
    select * from {{ ref(modell) }}
    {%- if not loop.last %}
    union all by name
    {%- endif %}
    {%- endfor %}
),

tabellen as (
    select * from {{ ref('dim_tabelle') }}
),

vereint as (
    {% for extrakt in extrakte %}
    select
        '{{ extrakt }}' as extrakt,
        *
    from {{ ref('stg_' ~ extrakt) }}
    union all
    {% endfor %}
    select
        tabellen.extrakt,
        gezaehlt.jugendamt,
        gezaehlt.raum_id,
        case
            when ends_with(gezaehlt.raum_id, ':nicht_zuordenbar') then 'nicht_zuordenbar' else 'schluessel'
        end as raum_methode,
        gezaehlt.berichtsjahr,
        coalesce(gezaehlt.stichtag, make_date(gezaehlt.berichtsjahr, 12, 31)) as stichtag,
        tabellen.familie,
        tabellen.quelle,
        gezaehlt.tabelle,
        tabellen.rang,
        gezaehlt.messgroesse,
        coalesce(gezaehlt.herkunft, 'gezaehlt') as herkunft,
        coalesce(gezaehlt.geschlecht, 'insgesamt') as geschlecht,
        coalesce(gezaehlt.altersgruppe, 'insgesamt') as altersgruppe,
        {{ alter_von("coalesce(gezaehlt.altersgruppe, 'insgesamt')") }} as alter_von,
        {{ alter_bis("coalesce(gezaehlt.altersgruppe, 'insgesamt')") }} as alter_bis,
        coalesce(gezaehlt.nationalitaet, 'insgesamt') as nationalitaet,
        gezaehlt.merkmal,
        coalesce(gezaehlt.einheit, 'Anzahl') as einheit,
        gezaehlt.wert,
        case
            when gezaehlt.wert is null then coalesce(gezaehlt.ohne_wert, 'unbekannt_oder_geheim')
            when gezaehlt.wert = 0 then 'null_genau'
            else 'gueltig'
        end as status,
        gezaehlt.lieferung,
        gezaehlt.datenstand,
        gezaehlt.musterdaten
    from gezaehlt
    inner join tabellen
        on gezaehlt.tabelle = tabellen.tabelle
)

select vereint.*
from vereint
-- a family that is released at the state of the year before; records are left out before they are counted, too, except
-- lists without years (SRAE, Angebote)
anti join {{ source('stammdaten', 'vorjahresstand') }} as ausgelassen
    on
        vereint.jugendamt = ausgelassen.jugendamt
        and vereint.familie = ausgelassen.familie
        and vereint.berichtsjahr = ausgelassen.berichtsjahr
