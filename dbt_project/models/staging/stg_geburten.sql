{{ zellen_aktuell('geburten') }}
