-- Hilfen zur Erziehung per Wohnraum: only what geheimhaltung declares; small figures, and what gives them away, hidden.
with

geschuetzt as (
    {{ geschuetzt(
        'intern_hilfen',
        [
            'jugendamt', 'raum_id', 'berichtsjahr', 'quelle', 'konzept', 'einheit', 'hilfeart', 'altersgruppe',
            'geschlecht', 'merkmal', 'auspraegung'
        ],
        ['wert'],
        nur_erklaerte=true,
    ) }}
)

select * from geschuetzt
