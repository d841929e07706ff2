{{ saetze_aktuell('lebenslagen_raeume', {'raum_schluessel': 'lokal'}) }}
