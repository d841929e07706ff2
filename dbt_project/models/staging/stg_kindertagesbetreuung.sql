{{ zellen_aktuell('kindertagesbetreuung') }}
