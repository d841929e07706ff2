{{ saetze_aktuell('srae_massnahmen', {'raum_schluessel': 'lokal'}) }}
