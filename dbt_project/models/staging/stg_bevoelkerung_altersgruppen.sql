{{ zellen_aktuell('bevoelkerung_altersgruppen') }}
