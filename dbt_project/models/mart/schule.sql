{{ geschuetzt(
    'intern_schule',
    ['jugendamt', 'raum_id', 'stichtag', 'quelle', 'tabelle', 'messgroesse', 'geschlecht', 'merkmal'],
    ['wert'],
) }}
