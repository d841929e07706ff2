{{ zellen_aktuell('bevoelkerung_altersjahre') }}
