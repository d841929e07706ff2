{{ saetze_aktuell('haushalt', {'kostenstelle': 'kostenstelle'}) }}
