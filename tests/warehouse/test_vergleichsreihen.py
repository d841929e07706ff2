"""The mart of series of other Jugendämter: the latest list replaces the earlier one."""

from collections.abc import Callable
from datetime import date
from typing import Any

from quality.schema import polars_schema
from sources.vertraege import lade_vertraege


def test_die_neueste_liste_gilt(baue: Callable[..., Any]) -> None:
    fest = {"zeile": 1, "jugendamt": "musterkreis", "musterdaten": True, "periode": "gesamt", "reihe": "Ring"}
    saetze = [
        {**fest, "lieferung": "a" * 64, "lieferung_nr": 1, "datenstand": date(2022, 1, 1), "berichtsjahr": 2020,
         "begonnen": 9, "jugendeinwohner": 900},
        {**fest, "lieferung": "b" * 64, "lieferung_nr": 2, "datenstand": date(2023, 1, 1), "berichtsjahr": 2020,
         "begonnen": 10, "jugendeinwohner": 1000},
        {**fest, "lieferung": "b" * 64, "lieferung_nr": 2, "datenstand": date(2023, 1, 1), "berichtsjahr": 2021,
         "begonnen": 0, "jugendeinwohner": 1001},
    ]  # fmt: skip
    lager = baue({})
    lager.tabelle("lake_vergleichsreihen", saetze, polars_schema(lade_vertraege()["vergleichsreihen"]))
    zeilen = sorted(lager.modell("vergleichsreihen"), key=lambda z: z["berichtsjahr"])
    assert [(z["berichtsjahr"], z["begonnen"], z["jugendeinwohner"], z["status"]) for z in zeilen] == [
        (2020, 10, 1000, "gueltig"), (2021, 0, 1001, "null_genau"),
    ]  # fmt: skip
