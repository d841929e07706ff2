{{ saetze_aktuell('haushalte', {'raum_schluessel': 'lokal'}) }}
