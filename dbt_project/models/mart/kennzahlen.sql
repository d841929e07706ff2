{{ geschuetzt(
    'intern_kennzahlen',
    ['jugendamt', 'raum_id', 'berichtsjahr', 'stichtag', 'kennzahl', 'version', 'quelle'],
    ['wert', 'zaehler', 'nenner'],
    mit_grund=true,
) }}
