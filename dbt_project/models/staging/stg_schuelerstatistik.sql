{{ saetze_aktuell('schuelerstatistik', {'raum_schluessel': 'lokal'}) }}
