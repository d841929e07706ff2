"""The macro that applies marks: what is marked keeps its key and loses its figures, what is not declared is gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.conftest import Lager

ZEILEN = [
    {"raum_id": r, "wert": w, "status": "gueltig"} for r, w in (("offen", 9.0), ("gesperrt", 2.0), ("fehlt", 7.0))
] + [{"raum_id": "ohne", "wert": 5.0, "status": "gueltig"}]


@pytest.fixture
def gezeigt(lager: Lager) -> Any:
    """raum_id -> (wert, status) after the macro."""
    lager.tabelle("intern_x", ZEILEN)
    marken = [("intern_x", m, m) for m in ("offen", "gesperrt", "fehlt")] + [("intern_y", "ohne", "gesperrt")]
    lager.tabelle("geheimhaltung_marken", marken, ["modell", "zelle", "marke"])

    def machen(zusatz: str = "") -> dict[str, tuple[float | None, str]]:
        sql = lager.rendere("{{ geschuetzt('intern_x', ['raum_id'], ['wert']" + zusatz + ") }}")
        return {z["raum_id"]: (z["wert"], z["status"]) for z in lager.sql(sql)}

    return machen


def test_marked_rows_of_a_mixed_mart(gezeigt: Any) -> None:
    """Without a mark a row is of public origin."""
    assert gezeigt() == {"offen": (9.0, "gueltig"), "gesperrt": (None, "gesperrt"), "ohne": (5.0, "gueltig")}


def test_a_protected_mart_shows_declared_rows_only(gezeigt: Any) -> None:
    assert gezeigt(", nur_erklaerte=true") == {"offen": (9.0, "gueltig"), "gesperrt": (None, "gesperrt")}
