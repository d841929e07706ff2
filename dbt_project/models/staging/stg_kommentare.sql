{{ saetze_aktuell('kommentare', {'raum_schluessel': 'lokal'}) }}
