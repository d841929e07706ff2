{{ saetze_aktuell('einwohnermelde', {'raum_schluessel': 'lokal'}) }}
