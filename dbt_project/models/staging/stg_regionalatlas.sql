{{ zellen_aktuell('regionalatlas') }}
