{{ zellen_aktuell('opendata_hro') }}
