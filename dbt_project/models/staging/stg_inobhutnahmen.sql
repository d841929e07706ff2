{{ saetze_aktuell('inobhutnahmen', {'raum_schluessel': 'lokal'}) }}
