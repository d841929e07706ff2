"""Writing invented tables in the form of the Regionaldatenbank.

In here: preamble, header rows, indentation, signs and footer of the four tables that the product reads. Not
in here: the figures (`modell.py`, `raeume.py`), reading such files (`sources/formate/regionaldatenbank.py`).
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from sources.musterdaten.modell import Bestand
from sources.musterdaten.raeume import Amtlich
from sources.musterdaten.zufall import aufgeteilt, quelle, zwischen

_FUSS = (
    "__________",
    '"Musterdaten: erfundene Werte, keine amtliche Statistik"',
    "Stand: 01.07.2024 / 12:00:00",
)
TABELLEN = {
    "12411-01-01-5": "bevoelkerung_geschlecht",
    "12411-01-01-4": "bevoelkerung_geschlecht",
    "12411-02-03-5": "bevoelkerung_altersgruppen",
    "21111-02-06-4": "abgaenger",
}
"""Table -> extract."""
_FORTSCHREIBUNG = ("Fortschreibung des Bevölkerungsstandes", "Bevölkerungsstand (Anzahl)")
_NICHTS, _GEHEIM = "-", "."
_GRENZEN = (0, 3, 6, 10, 15, 18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 75)
# Schulabschluss -> share of all leavers, share of women among them; all invented
_ABSCHLUESSE = {
    "ohne Hauptschulabschluss": (0.055, 0.39),
    "mit Hauptschulabschluss": (0.17, 0.41),
    "mit Mittlerem Abschluss": (0.445, 0.49),
    "mit Fachhochschulreife": (0.002, 0.5),
    "mit allgemeiner Hochschulreife": (0.328, 0.55),
}
_DARUNTER = "dar. schulischer Teil der Fachhochschulreife"


def schreibe_tabellen(zeilen: Sequence[Amtlich], ordner: Path, jahre: Sequence[int]) -> list[Path]:
    """Write the four tables, each for all given units together, to an existing folder; returns the files."""
    geordnet = sorted(zeilen, key=lambda zeile: zeile.schluessel)
    gemeinden = [zeile for zeile in geordnet if zeile.gemeindetabelle]
    kreise = [zeile for zeile in geordnet if zeile.kreistabelle]
    dateien = [
        _schreibe(ordner, "12411-01-01-5_muster.csv", _geschlecht("12411-01-01-5", gemeinden, jahre)),
        _schreibe(ordner, "12411-01-01-4_muster.csv", _geschlecht("12411-01-01-4", kreise, jahre)),
        _schreibe(ordner, "21111-02-06-4_muster.csv", _abgaenger(kreise, jahre)),
    ]
    for jahr in jahre:
        dateien.append(_schreibe(ordner, f"12411-02-03-5_muster_{jahr}.csv", _altersgruppen(gemeinden, jahr)))
    return sorted(dateien)


def _schreibe(ordner: Path, name: str, zeilen: Iterable[str]) -> Path:
    text = "\n".join([*zeilen, *_FUSS, ""])
    try:
        inhalt = text.encode("iso-8859-1")  # as the downloads of the source are
    except UnicodeEncodeError:
        inhalt = text.encode("utf-8")
    (ordner / name).write_bytes(inhalt)
    return ordner / name


def _vorspann(tabelle: str, breite: int, titel: Sequence[str], *weitere: str) -> list[str]:
    tiefe = "Gemeinden, Samt-/Verbandsgemeinden" if tabelle.endswith("-5") else "Kreise und krfr. Städte"
    zeilen = [*titel, f"regionale Tiefe: {tiefe}", *weitere]
    return [f"GENESIS-Tabelle: {tabelle}", *(zeile + ";" * (breite - 1) for zeile in zeilen)]


def _zeile(zeile: Amtlich, zellen: Iterable[object]) -> str:
    einzug = " " * (6 if len(zeile.schluessel) == 5 else 8)
    return ";".join([zeile.schluessel, einzug + zeile.name, *(str(zelle) for zelle in zellen)])


def _geschlecht(tabelle: str, zeilen: Sequence[Amtlich], jahre: Sequence[int]) -> Iterable[str]:
    """12411-01-01-*: one block of three columns (both, male, female) per year, the newest first."""
    jahre = sorted(jahre, reverse=True)
    titel = ("Bevölkerungsstand: Bevölkerung nach Geschlecht", "- Stichtag 31.12. -")
    yield from _vorspann(tabelle, 2 + 3 * len(jahre), titel, *_FORTSCHREIBUNG)
    yield ";".join(["", "", *(f"31.12.{jahr}" for jahr in jahre for _ in range(3))])
    yield ";".join(["", "", *(["Insgesamt", "männlich", "weiblich"] * len(jahre))])
    for zeile in zeilen:
        zellen: list[object] = []
        for jahr in jahre:
            bestand = zeile.bestand.get(jahr)
            zellen += [_NICHTS] * 3 if bestand is None else [bestand.sum(), *bestand.sum(axis=1)]
        yield _zeile(zeile, zellen)


def _altersgruppen(zeilen: Sequence[Amtlich], jahr: int) -> Iterable[str]:
    """12411-02-03-5: one year on a line of its own, sex by 17 age bands and their sum."""
    paare = pairwise(_GRENZEN[1:])
    baender = ["unter 3 Jahre", *(f"{von} bis unter {bis} Jahre" for von, bis in paare), "75 Jahre und mehr"]
    spalten = len(baender) + 1
    titel = ("Bevölkerungsstand: Bevölkerung nach Geschlecht", "und Altersgruppen (17) - Stichtag 31.12. -")
    yield from _vorspann("12411-02-03-5", 2 + 3 * spalten, titel, *_FORTSCHREIBUNG, f"31.12.{jahr}")
    yield ";".join(["", "", *(wort for wort in ("Insgesamt", "männlich", "weiblich") for _ in range(spalten))])
    yield ";".join(["", "", *(["Altersgruppen (unter 3 bis 75 u.m.)"] * 3 * spalten)])
    yield ";".join(["", "", *((*baender, "Insgesamt") * 3)])
    for zeile in zeilen:
        bestand = zeile.bestand.get(jahr)
        yield _zeile(zeile, [_NICHTS] * 3 * spalten if bestand is None else _baender(bestand))


def _baender(bestand: Bestand) -> list[int]:
    zellen: list[int] = []
    for personen in (bestand.sum(axis=0), bestand[0], bestand[1]):
        zellen += [int(wert) for wert in np.add.reduceat(personen, _GRENZEN)]
        zellen.append(int(personen.sum()))
    return zellen


def _abgaenger(zeilen: Sequence[Amtlich], jahre: Sequence[int]) -> Iterable[str]:
    """21111-02-06-4: the year in the first column, the newest first; Schulabschluss by both and female."""
    namen = ["Insgesamt", *list(_ABSCHLUESSE)[:3], _DARUNTER, *list(_ABSCHLUESSE)[3:]]
    titel = ("Allgemeinbildende Schulen: Absolventen/Abgänger", "nach dem Schulabschluss - Schuljahr -")
    statistik = ("Statistik der allgemein bildenden Schulen", "Absolventen/Abgänger (Anzahl)")
    yield from _vorspann("21111-02-06-4", 3 + 2 * len(namen), titel, *statistik)
    yield ";".join(["", "", "", *(["Schulabschluss"] * 2 * len(namen))])
    yield ";".join(["", "", "", *(name for name in namen for _ in range(2))])
    yield ";".join(["", "", "", *(["Insgesamt", "weiblich"] * len(namen))])
    for jahr in sorted(jahre, reverse=True):
        for zeile in zeilen:
            yield f"{jahr};{_zeile(zeile, _abschluesse(zeile, jahr))}"


def _abschluesse(zeile: Amtlich, jahr: int) -> Sequence[object]:
    """Leavers of one Kreis and year: about one cohort of its 16 to 18 year olds."""
    if jahr not in zeile.bestand:
        return [_NICHTS] * 2 * (len(_ABSCHLUESSE) + 2)
    name = f"{zeile.schluessel}|abgaenger"
    ziehung = quelle(name, jahr)
    # each Kreis has its own level, each year a small swing around it
    anteile = [
        anteil * zwischen(0.7, 1.3, name, abschluss) * (0.95 + 0.1 * ziehung.random())
        for abschluss, (anteil, _) in _ABSCHLUESSE.items()
    ]
    beide = aufgeteilt(int(zeile.bestand[jahr][:, 16:19].sum()) // 3, anteile)
    frauen = [
        int(anzahl * anteil * (0.95 + 0.1 * ziehung.random()))
        for anzahl, (_, anteil) in zip(beide, _ABSCHLUESSE.values(), strict=True)
    ]
    paare: list[tuple[int, int]] = list(zip(beide, frauen, strict=True))
    paare.insert(3, (beide[2] // 25, frauen[2] // 25))
    paare.insert(0, (sum(beide), sum(frauen)))
    return [zelle for paar in paare for zelle in _mit_zeichen(*paar)]


def _mit_zeichen(beide: int, frauen: int) -> tuple[object, object]:
    """Nothing is "-"; one or two persons are secret, as the source does it."""
    if beide == 0:
        return _NICHTS, _NICHTS
    return (_GEHEIM, _GEHEIM) if beide < 3 else (beide, frauen)
