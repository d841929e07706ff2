"""What every family needs: the delivered rows, the Räume of a Jugendamt per year, sums over them, the form of a result.

Here: reading by the order of columns (headings change from year to year, their order does not). Not here: what counts.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WURZEL = Path(__file__).resolve().parents[3]
JAHRE = range(2014, 2024)
BESONDERE = ("nicht_zuordenbar", "ausserhalb", "uma", "para_86_6_89a")

Zeile = dict[str, str]
Wert = float | None
# Kennzahl, source, Raum, year -> status, value
Ergebnis = dict[tuple[str, str, str, int], tuple[str, Wert]]


def text(datei: Path) -> str:
    """A delivered file, in UTF-8 or Windows-1252."""
    inhalt = datei.read_bytes()
    try:
        return inhalt.decode("utf-8-sig")
    except UnicodeDecodeError:
        return inhalt.decode("cp1252")


def lies(datei: Path, spalten: str) -> list[Zeile]:
    """Rows of a delivered file below its heading, columns named in their order."""
    zeilen = list(csv.reader(text(datei).splitlines(), delimiter=";"))[1:]
    return [dict(zip(spalten.split(), z, strict=False)) for z in zeilen]


def tag(wort: str) -> date | None:
    return datetime.strptime(wort, "%d.%m.%Y").date() if wort else None


def euro(wort: str) -> float:
    return float(wort.replace(".", "").replace(",", ".") or 0)


def stammdaten(datei: Path) -> list[Zeile]:
    """Rows of a CSV kept by hand: a profile, a product plan."""
    with datei.open(encoding="utf-8", newline="") as offen:
        return list(csv.DictReader(offen))


class Jugendamt:
    """The Räume of a profile, and the folder of what it delivers."""

    def __init__(self, profil: Path, lieferung: Path) -> None:
        angaben = yaml.safe_load((profil / "profil.yml").read_text("utf-8"))
        self.profil, self.name = profil, profil.name
        self.land, self.ganzes = angaben["kennzahlenprofil"], angaben["ganzes"]
        self.quellen: list[str] = angaben["quellen_rang"]
        self.haupthierarchie = angaben["hierarchien"][0]["name"]
        self.raeume = {z["raum_id"]: z for z in stammdaten(profil / "raeume.csv")}
        self.zuordnung = stammdaten(profil / "zuordnung.csv")
        self.besondere = [f"{self.name}:{b}" for b in BESONDERE]
        self.ordner, self.amtlich = lieferung / self.name, lieferung / "_amtlich"
        schluessel = profil / "schluessel.csv"
        self.schluessel = stammdaten(schluessel) if schluessel.exists() else []
        self.orte = {z["raum_name"]: r for r, z in self.raeume.items()} | {r: r for r in self.raeume}
        self.orte |= {z["schluessel"]: z["raum_id"] for z in self.schluessel if z["schluesselart"] == "ags"}

    def lies(self, extrakt: str, jahr: int, spalten: str) -> list[Zeile]:
        return lies(self.ordner / f"{extrakt}_{jahr}.csv", spalten)

    def ort(self, wort: str) -> str:
        return self.orte.get(wort, f"{self.name}:nicht_zuordenbar")

    @cache  # noqa: B019
    def im_jahr(self, jahr: int) -> list[str]:
        """Räume that exist on 31.12."""
        return [r for r, z in self.raeume.items() if _gilt(z, jahr)]

    @cache  # noqa: B019
    def kinder(self, raum: str, jahr: int) -> list[str]:
        """What a Raum consists of on 31.12., by the first hierarchy that says so."""
        je: dict[str, list[str]] = {}
        for z in self.zuordnung:
            if z["eltern_raum_id"] == raum and _gilt(z, jahr) and z["raum_id"] in self.im_jahr(jahr):
                je.setdefault(z["hierarchie"], []).append(z["raum_id"])
        return je.get(self.haupthierarchie) or next(iter(je.values()), [])

    @cache  # noqa: B019
    def teile(self, raum: str, jahr: int) -> list[str]:
        """The smallest Räume of a Raum; members that are no Sozialraum belong to the whole."""
        kinder = self.kinder(raum, jahr)
        kleinste = [t for k in kinder for t in self.teile(k, jahr)] if kinder else [raum]
        return kleinste + (self.besondere if raum == self.ganzes else [])

    @cache  # noqa: B019
    def kleinste(self, jahr: int) -> list[str]:
        """The smallest Räume that together are the whole: records count there, and where there is none it is zero."""
        return [r for r in self.teile(self.ganzes, jahr) if r not in self.besondere]


def _gilt(z: Zeile, jahr: int) -> bool:
    return z["gueltig_von"] <= f"{jahr}-12-31" <= (z["gueltig_bis"] or "9999-12-31")


class Zahlen:
    """Counts of one delivery form: per smallest Raum and year, summed over the parts of a Raum."""

    def __init__(self, amt: Jugendamt, ohne_zeile_null: Callable[[str, int], bool] = lambda *_: True) -> None:
        self.amt, self.null = amt, ohne_zeile_null
        self.je: dict[tuple[str, int], Counter[Hashable]] = {}
        self.jahre: set[int] = set()
        self._summen: dict[tuple[str, int], Counter[Hashable] | None] = {}

    def zaehle(self, raum: str, jahr: int, was: Hashable, anzahl: float = 1) -> None:
        self.jahre.add(jahr)
        self.je.setdefault((raum, jahr), Counter())[was] += anzahl

    def summen(self, raum: str, jahr: int) -> Counter[Hashable] | None:
        """All counts of a Raum, nothing if one of its parts is not counted at all."""
        if (raum, jahr) not in self._summen:
            self._summen[raum, jahr] = self._rechne(raum, jahr)
        return self._summen[raum, jahr]

    def _rechne(self, raum: str, jahr: int) -> Counter[Hashable] | None:
        if jahr not in self.jahre:
            return None
        if raum in self.amt.besondere:
            return self.je.get((raum, jahr))
        summe: Counter[Hashable] = Counter()
        for teil in self.amt.teile(raum, jahr):
            hier = self.je.get((teil, jahr))
            fehlt = teil not in self.amt.kleinste(jahr) or not self.null(teil, jahr)
            if hier is None and teil not in self.amt.besondere and fehlt:
                return None
            for was, anzahl in (hier or {}).items():
                summe[was] += anzahl
        return summe

    def __call__(self, raum: str, jahr: int, was: Hashable) -> Wert:
        summen = self.summen(raum, jahr)
        return None if summen is None else summen[was]


def anzahl(wert: Wert) -> tuple[str, Wert] | None:
    """A number with its status."""
    return None if wert is None else ("gueltig" if wert else "null_genau", wert)


def quote(zaehler: Wert, nenner: Wert, faktor: float = 100, mindestens: float = 0) -> tuple[str, Wert] | None:
    """Factor x numerator / denominator with its status; none if a side is not known."""
    if zaehler is None or nenner is None:
        return None
    if nenner == 0:
        return "nicht_sinnvoll", None
    return ("nenner_zu_klein", None) if nenner < mindestens else ("gueltig", faktor * zaehler / nenner)


def sammle(eintraege: Iterator[tuple[tuple[str, str, str, int], Any]]) -> Ergebnis:
    """The results that exist, each once."""
    ergebnis: Ergebnis = {}
    for schluessel, wert in eintraege:
        if wert is not None:
            assert schluessel not in ergebnis, schluessel
            ergebnis[schluessel] = wert
    return ergebnis
