"""Descriptions as tables: what is true of one Jugendamt is not said of another."""

from __future__ import annotations

import pytest

from sources.ablage import AMTLICH
from sources.archiv import Ergebnis
from sources.profile import lade_profile
from sources.stammdaten import als_tabellen
from sources.vertraege import WURZEL, lade_vertraege


def _lieferung(jugendamt: str, extrakt: str) -> Ergebnis:
    return Ergebnis("d.csv", "s", 1, jugendamt, "angenommen", "", "2024-01-01T00:00:00Z", extrakt=extrakt)


@pytest.mark.parametrize(
    ("jugendamt", "familie", "erwartet"),
    [
        ("rostock", "hze", (True, False)),
        ("verden", "hze", (False, False)),
        ("rostock", "haushalt", (False, False)),
        ("verden", "haushalt", (True, True)),
        ("rostock", "schule", (True, True)),
        ("verden", "schule", (True, True)),
    ],
)
def test_families_by_jugendamt(jugendamt: str, familie: str, erwartet: tuple[bool, bool]) -> None:
    """Nationwide files count for everybody, an own delivery for its Jugendamt alone."""
    lieferungen = [
        _lieferung("rostock", "hze_faelle"), _lieferung("verden", "haushalt"), _lieferung(AMTLICH, "abgaenger"),
    ]  # fmt: skip
    profile = lade_profile([WURZEL / "jugendaemter"])
    familien = als_tabellen(profile, lade_vertraege(), [], lieferungen, [])["familien"]
    (zeile,) = familien.filter(jugendamt=jugendamt, familie=familie).rows(named=True)
    assert (zeile["vorhanden"], zeile["oeffentlich"]) == erwartet
