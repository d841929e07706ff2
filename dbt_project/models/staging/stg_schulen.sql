{{ zellen_aktuell('schulen') }}
