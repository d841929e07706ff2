{{ saetze_aktuell('angebote', {'raum_schluessel': 'lokal'}) }}
