{{ zellen_aktuell('mindestsicherung') }}
