{{ zellen_aktuell('bevoelkerung_geschlecht') }}
