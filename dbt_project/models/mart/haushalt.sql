{{ geschuetzt(
    'intern_haushalt',
    ['jugendamt', 'haushaltsjahr', 'berichtsgruppe', 'paragraf', 'produkt', 'wertart', 'art', 'raum_id'],
    ['betrag_eur'],
) }}
