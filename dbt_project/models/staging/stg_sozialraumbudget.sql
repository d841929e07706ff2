{{ saetze_aktuell('sozialraumbudget', {'raum_schluessel': 'lokal'}) }}
