{{ saetze_aktuell('gefaehrdungseinschaetzungen', {'raum_schluessel': 'lokal'}) }}
