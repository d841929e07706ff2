{{ saetze_aktuell('uebergaenge', {'raum_schluessel': 'lokal'}) }}
