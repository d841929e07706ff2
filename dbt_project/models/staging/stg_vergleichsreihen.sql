{{ saetze_aktuell('vergleichsreihen') }}
