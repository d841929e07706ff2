{{ saetze_aktuell('schuleingangsuntersuchung', {'raum_schluessel': 'lokal'}) }}
