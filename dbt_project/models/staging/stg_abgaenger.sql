{{ zellen_aktuell('abgaenger') }}
