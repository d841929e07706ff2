"""People: population from two sources, what happens to it, households; and the population other families divide by.

Not here: Lebenslage, care and school (``umfeld.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from tests.integration.nachrechnen.grundlage import (
    JAHRE,
    Ergebnis,
    Jugendamt,
    Wert,
    Zahlen,
    anzahl,
    quote,
    sammle,
    text,
)

ALLE = (0, 999)
GRUPPEN = (0, 3, 6, 10, 15, 18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 75, 999)
# ages that the groups cut: an estimate, where a Kennzahl allows one
GESCHAETZT = {(0, 21), (18, 21), (0, 27)}
ZENSUS = 2022
BESTAND = {
    "bev_gesamt": ALLE, "bev_u3": (0, 3), "bev_3_u6": (3, 6), "bev_6_u18": (6, 18), "bev_u18": (0, 18),
    "bev_u21": (0, 21), "bev_18_u21": (18, 21), "bev_u27": (0, 27),
}  # fmt: skip
QUOTEN = {
    "jugendquotient": ([(0, 20)], (20, 65)),
    "altenquotient": ([(65, 999)], (20, 65)),
    "gesamtquotient": ([(0, 20), (65, 999)], (20, 65)),
    "jugendanteil_pct": ([(0, 18)], ALLE),
}
BEWEGUNG = {"Geburten": ("geburten", 1), "Sterbefälle": ("tote", 1), "Zuzüge": ("saldo", 1), "Fortzüge": ("saldo", -1)}


class Leute:
    """Persons per Raum, year, age interval and source."""

    def __init__(self, amt: Jugendamt) -> None:
        self.amt = amt
        self.register = Zahlen(amt, lambda raum, _: amt.raeume[raum]["gebietsart"] == "gemeindefrei")
        self.ereignisse, self.haushalte = Zahlen(amt), Zahlen(amt)
        self.fortgeschrieben: dict[tuple[str, int], dict[tuple[int, int], float]] = {}
        for jahr in JAHRE:
            self._register(jahr)
            self._fortschreibung(jahr)
        self._summen_der_fortschreibung()

    def _register(self, jahr: int) -> None:
        for z in self.amt.lies("einwohnermelde", jahr, "raum stichtag sex alter nation anzahl wohnung"):
            raum = self.amt.ort(z["raum"])
            for was in (int(z["alter"]), z["nation"]):
                self.register.zaehle(raum, jahr, was, int(z["anzahl"]))
        for z in self.amt.lies("bewegungen", jahr, "raum jahr art sex alter nation anzahl"):
            was, vorzeichen = BEWEGUNG[z["art"]]
            self.ereignisse.zaehle(self.amt.ort(z["raum"]), jahr, was, vorzeichen * int(z["anzahl"]))
        for z in self.amt.lies("haushalte", jahr, "raum stichtag typ personen kinder anzahl"):
            raum, zahl = self.amt.ort(z["raum"]), int(z["anzahl"])
            self.haushalte.zaehle(raum, jahr, "mit Kindern", zahl if z["kinder"] != "0" else 0)
            self.haushalte.zaehle(raum, jahr, "allein", zahl if z["typ"] == "Alleinerziehende" else 0)

    def _zeilen(self, name: str) -> Iterator[tuple[str, list[str]]]:
        """Raum and cells of a table of the Regionaldatenbank."""
        for zeile in text(self.amt.amtlich / name).splitlines():
            schluessel, _, *zellen = [*zeile.split(";"), ""]
            if self.amt.orte.get(schluessel):
                yield self.amt.orte[schluessel], zellen

    def _fortschreibung(self, jahr: int) -> None:
        for raum, zellen in self._zeilen(f"12411-02-03-5_muster_{jahr}.csv"):
            werte = [float(z.replace("-", "0")) for z in zellen[:17]]
            self.fortgeschrieben[raum, jahr] = dict(zip(pairwise(GRUPPEN), werte, strict=True))
        for ebene in (4, 5):
            for raum, zellen in self._zeilen(f"12411-01-01-{ebene}_muster.csv"):
                insgesamt = zellen[3 * (JAHRE[-1] - jahr)]
                self.fortgeschrieben.setdefault((raum, jahr), {})[ALLE] = float(insgesamt.replace("-", "0"))

    def _summen_der_fortschreibung(self) -> None:
        """A Raum that the tables do not know is the sum of its parts, if they know them all."""
        for jahr in JAHRE:
            for raum in self.amt.im_jahr(jahr):
                teile = [self.fortgeschrieben.get((t, jahr)) for t in self.amt.teile(raum, jahr)]
                if (raum, jahr) not in self.fortgeschrieben and None not in teile:
                    self.fortgeschrieben[raum, jahr] = {k: sum(t[k] for t in teile if t) for k in teile[0] or {}}

    @cache  # noqa: B019
    def __call__(self, quelle: str, raum: str, jahr: int, von: int, bis: int) -> Wert:
        """Persons from one age to under another."""
        if quelle == "register":
            summen = self.register.summen(raum, jahr)
            return None if summen is None else sum(summen[a] for a in range(von, min(bis, 130)))
        gruppen = self.fortgeschrieben.get((raum, jahr))
        if gruppen is None or (von, bis) == ALLE:
            return gruppen and gruppen[ALLE]
        schnitte = [(a, b, max(0, min(b, bis) - max(a, von)), n) for (a, b), n in gruppen.items() if (a, b) != ALLE]
        assert (von, bis) in GESCHAETZT or all(breite in (0, b - a) for a, b, breite, _ in schnitte)
        return sum(n * breite / (b - a) for a, b, breite, n in schnitte)

    @cache  # noqa: B019
    def quelle(self, jahr: int, von: int, bis: int) -> str:
        """Where figures of others find their population: the source that holds most Räume, without an estimate if it
        can be, then the one the profile ranks first."""

        def rang(quelle: str) -> tuple[Any, ...]:
            da = [r for r in self.amt.im_jahr(jahr) if self(quelle, r, jahr, von, bis) is not None]
            platz = self.amt.quellen.index(quelle) if quelle in self.amt.quellen else 99
            return -len(da), quelle == "fortschreibung" and (von, bis) in GESCHAETZT, platz, quelle

        return min(("register", "fortschreibung"), key=rang)

    def bezug(self, raum: str, jahr: int, von: int, bis: int) -> Wert:
        """Persons that figures of other sources are related to."""
        return self(self.quelle(jahr, von, bis), raum, jahr, von, bis)

    def jung(self, raum: str, jahr: int) -> Wert:
        """The young people of the Land: under 18 in Niedersachsen, else under 21."""
        return self.bezug(raum, jahr, 0, 18 if self.amt.land == "NI" else 21)


def _veraenderung(leute: Leute, quelle: str, raum: str, jahr: int) -> tuple[str, Wert] | None:
    jetzt, vorher = (leute(quelle, raum, j, *ALLE) for j in (jahr, jahr - 1))
    if jetzt is None or vorher is None:
        return None
    if quelle == "fortschreibung" and jahr == ZENSUS:
        return "zeitreihenbruch", None
    return quote(jetzt - vorher, vorher)


def _eintraege(leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    for jahr in JAHRE:
        for raum in leute.amt.im_jahr(jahr):
            for quelle in ("register", "fortschreibung"):
                je: Callable[[tuple[int, int]], Wert] = lambda alter, q=quelle, r=raum, j=jahr: leute(q, r, j, *alter)  # noqa: E731
                for kennzahl, alter in BESTAND.items():
                    yield (kennzahl, quelle, raum, jahr), anzahl(je(alter))
                for kennzahl, (zaehler, nenner) in QUOTEN.items():
                    teile = [je(z) for z in zaehler]
                    summe = None if None in teile else sum(t or 0 for t in teile)
                    yield (kennzahl, quelle, raum, jahr), quote(summe, je(nenner))
                yield ("bev_veraenderung_pct", quelle, raum, jahr), _veraenderung(leute, quelle, raum, jahr)
            schluessel = ("register", raum, jahr)
            jetzt, vorher = (leute("register", raum, j, *ALLE) for j in (jahr, jahr - 1))
            mittel = None if jetzt is None or vorher is None else (jetzt + vorher) / 2
            yield ("auslaenderanteil_pct", *schluessel), quote(leute.register(raum, jahr, "A"), jetzt)
            yield ("geburten_je_1000", *schluessel), quote(leute.ereignisse(raum, jahr, "geburten"), mittel, 1000)
            yield ("wanderungssaldo_je_1000", *schluessel), quote(leute.ereignisse(raum, jahr, "saldo"), mittel, 1000)
            familien = leute.haushalte(raum, jahr, "mit Kindern")
            yield ("alleinerziehende_pct", *schluessel), quote(leute.haushalte(raum, jahr, "allein"), familien)


def rechne(leute: Leute) -> Ergebnis:
    return sammle(_eintraege(leute))
