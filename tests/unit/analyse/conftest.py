"""Daten of an invented Jugendamt for the analyses, built from plain dicts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import pytest

from reports.analyse.typen import EINWOHNER, JUGENDEINWOHNER, Daten
from reports.typen import Blatt, Wert, Zugehoerigkeit

GANZES = "99001"


def wert(kennzahl: str, jahr: int, zahl: float | None, status: str = "gueltig", bruch: bool = False) -> Wert:
    return Wert(kennzahl, jahr, date(jahr, 12, 31), "muster", zahl, None, status, (), "", None, True, bruch)


def blatt(raum_id: str, kinder: Iterable[str] = ()) -> Blatt:
    unter = tuple(Zugehoerigkeit("planung", k, k, k, None, None, True) for k in kinder)
    return Blatt(raum_id, f"Raum {raum_id}", "kommune", "Kommune", f"s{raum_id}", None, None, True, (), unter, ())


def raum(i: int) -> str:
    return f"{GANZES}{i:03}"


@pytest.fixture(scope="session")
def baue() -> Callable[..., Daten]:
    """`baue(anzahl, {kennzahl: {year: [per Raum]}}, {(konzept): {year: [per Raum]}}, ...)`; None = not published.

    Each Raum has `einwohner` inhabitants and `u21` Jugendeinwohner in every year from 2010 on, the whole their sum.
    """

    def tue(
        anzahl: int,
        kennzahlen: Mapping[str, Mapping[int, list[float | None]]] | None = None,
        hilfen: Mapping[str, Mapping[int, list[float | None]]] | None = None,
        einwohner: Mapping[int, float] | None = None,
        u21: float = 1000.0,
        brueche: Iterable[tuple[str, int, int]] = (),
        ganzes: Mapping[tuple[str, int], float] | None = None,
        jahr: int = 2023,
        hilfen_ganzes: Mapping[int, float] | None = None,
        reihen: Mapping[str, Mapping[int, tuple[float, float]]] | None = None,
        reformen: Mapping[int, str] | None = None,
    ) -> Daten:
        raeume = [raum(i) for i in range(anzahl)]
        werte = {}
        for stelle, r in enumerate(raeume):
            for j in range(2010, jahr + 1):
                werte[r, EINWOHNER, j] = wert(EINWOHNER, j, (einwohner or {}).get(stelle, 5000.0))
                werte[r, JUGENDEINWOHNER, j] = wert(JUGENDEINWOHNER, j, u21)
        for k, je_jahr in (kennzahlen or {}).items():
            for j, zahlen in je_jahr.items():
                for stelle, zahl in enumerate(zahlen):
                    bruch = (k, stelle, j) in set(brueche)
                    werte[raeume[stelle], k, j] = wert(k, j, zahl, "gesperrt" if zahl is None else "gueltig", bruch)
        for (k, j), zahl in (ganzes or {}).items():
            werte[GANZES, k, j] = wert(k, j, zahl)
        gezaehlt = {
            (konzept, raeume[stelle], j): zahl
            for konzept, je_jahr in (hilfen or {}).items()
            for j, zahlen in je_jahr.items()
            for stelle, zahl in enumerate(zahlen)
            if zahl is not None
        }
        gezaehlt |= {("begonnen", GANZES, j): zahl for j, zahl in (hilfen_ganzes or {}).items()}
        for j in range(2010, jahr + 1):
            werte[GANZES, JUGENDEINWOHNER, j] = wert(JUGENDEINWOHNER, j, anzahl * u21)
        hze_brueche = frozenset((raeume[s], j) for k, s, j in brueche if k == "hze_faelle")
        blaetter = {r: blatt(r) for r in raeume}
        ganz = blatt(GANZES, raeume)
        return Daten(jahr, blaetter, ganz, {}, {}, werte, gezaehlt, hze_brueche, reihen or {}, reformen or {})

    return tue
