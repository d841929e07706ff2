{{ geschuetzt(
    'intern_bevoelkerung',
    ['jugendamt', 'raum_id', 'stichtag', 'quelle', 'tabelle', 'geschlecht', 'altersgruppe', 'nationalitaet'],
    ['wert'],
) }}
