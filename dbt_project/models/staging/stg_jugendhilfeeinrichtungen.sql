{{ zellen_aktuell('jugendhilfeeinrichtungen') }}
