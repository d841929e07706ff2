{{ saetze_aktuell('kinderbetreuung_wohnort', {'raum_schluessel': 'lokal'}) }}
