{{ saetze_aktuell('hze_aggregate') }}
