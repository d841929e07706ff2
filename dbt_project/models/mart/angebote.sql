{{ geschuetzt(
    'intern_angebote',
    ['jugendamt', 'raum_id', 'stichtag', 'quelle', 'tabelle', 'messgroesse', 'angebotsart'],
    ['wert'],
) }}
