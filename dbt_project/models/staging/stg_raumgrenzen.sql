{{ saetze_aktuell('raumgrenzen', {'raum_schluessel': 'lokal'}) }}
