-- A measure is extended once, after the result "geeignet und notwendig", and ends within 24 months of its beginning.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'stg_srae_massnahmen'}}}) }}
with

massnahmen as (
    select * from {{ ref('stg_srae_massnahmen') }}
),

geprueft as (
    select
        verlaengerung.jugendamt,
        verlaengerung.massnahme,
        verlaengerung.verlaengerung_von,
        case
            when erste.massnahme is null then 'die verlängerte Maßnahme steht nicht in der Lieferung'
            when erste.verlaengerung_von is not null
                then 'die verlängerte Maßnahme ist selbst schon eine Verlängerung; erlaubt ist eine'
            when coalesce(erste.evaluation_ergebnis, '') != 'geeignet_und_notwendig'
                then 'die verlängerte Maßnahme ist nicht als geeignet und notwendig evaluiert'
            when verlaengerung.beginn <= erste.ende then 'sie beginnt vor dem Ende der verlängerten Maßnahme'
            when verlaengerung.ende >= erste.beginn + interval 24 months
                then 'mit der verlängerten Maßnahme läuft sie über 24 Monate'
        end as mangel
    from massnahmen as verlaengerung
    left join massnahmen as erste
        on
            verlaengerung.jugendamt = erste.jugendamt
            and verlaengerung.verlaengerung_von = erste.massnahme
    where verlaengerung.verlaengerung_von is not null
)

select
    jugendamt,
    'Maßnahme ' || massnahme || ' verlängert ' || verlaengerung_von || ': ' || mangel as meldung
from geprueft
where mangel is not null
