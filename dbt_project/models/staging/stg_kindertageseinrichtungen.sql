{{ zellen_aktuell('kindertageseinrichtungen') }}
