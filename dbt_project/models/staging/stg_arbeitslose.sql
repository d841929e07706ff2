{{ zellen_aktuell('arbeitslose') }}
