{{ saetze_aktuell('bewegungen', {'raum_schluessel': 'lokal'}) }}
