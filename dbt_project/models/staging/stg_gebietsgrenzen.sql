{{ saetze_aktuell('gebietsgrenzen') }}
