"""What stands around the numbers of a Regionaldatenbank export: titles, footnotes, licence, Gebietsstand.

Here: the texts of preamble and footer as `Gelesen.meta`. Not here: header rows (`kopf`), the data
(`regionaldatenbank`).
"""

from __future__ import annotations

import csv
import re

_TIEFE = re.compile(r"(?:regional\w*\s+Tiefe:|regionale Ebenen)\s*(.*)", re.I)
_LIZENZ = re.compile(r"Datenlizenz Deutschland\s*[-–]?\s*(Namensnennung|Zero)\s*[-–]?\s*Version 2\.0", re.I)
_LIZENZ_NAMEN = {"namensnennung": "dl-de/by-2-0", "zero": "dl-de/zero-2-0"}
_STAND = re.compile(r'"?Stand: ')


def meta(oben: list[str], kopfzeilen: list[list[str]], unten: list[str], stand: str) -> dict[str, str]:
    """All texts of the file.

    Keys: titel, regionale_tiefe, vorspann, kopfzeilen, stand, lizenz, gebietsstand, fussnoten; lines inside a
    text stand on lines of their own, what the file does not say is "". `oben`: preamble lines, the table code
    first; `unten`: the lines after the underscores.
    """
    fussnoten = _fussnoten(unten)
    lizenz = _LIZENZ.search(fussnoten)
    titel, tiefe = _titel(oben[1:])
    return {
        "titel": titel,
        "regionale_tiefe": tiefe,
        "vorspann": "\n".join(oben),
        "kopfzeilen": "\n".join(_kurz(felder) for felder in kopfzeilen),
        "stand": stand,
        "lizenz": _LIZENZ_NAMEN[lizenz[1].lower()] if lizenz else "",
        "gebietsstand": _gebietsstand(fussnoten),
        "fussnoten": fussnoten,
    }


def sagt_musterdaten(texte: dict[str, str]) -> bool:
    """True when preamble or footer call the data Musterdaten."""
    return "musterdaten" in f"{texte['vorspann']}\n{texte['fussnoten']}".lower()


def _titel(zeilen: list[str]) -> tuple[str, str]:
    """Title lines up to "regionale Tiefe:", which may share a line with them; else the first line."""
    titel: list[str] = []
    for zeile in zeilen:
        treffer = _TIEFE.search(zeile)
        if treffer:
            titel.append(zeile[: treffer.start()])
            return " ".join(teil.strip() for teil in titel if teil.strip()), treffer[1].strip()
        titel.append(zeile)
    return (zeilen[0] if zeilen else ""), ""


def _kurz(felder: list[str]) -> str:
    """One header row, each label once."""
    return " | ".join(dict.fromkeys(feld.strip() for feld in felder if feld.strip()))


def _fussnoten(unten: list[str]) -> str:
    """The footer without quoting and without the "Stand:" line at its end."""
    zeilen = [zeile.rstrip(";") for zeile in unten]
    while zeilen and not zeilen[-1].strip():
        zeilen.pop()
    if zeilen and _STAND.match(zeilen[-1]):
        zeilen.pop()
    # \x1f occurs in no text file that came this far: each quoted block is one field, each bare line another.
    felder = csv.reader([zeile + "\n" for zeile in zeilen], delimiter="\x1f")
    return "\n".join(feld.strip("\n") for zeile in felder for feld in zeile).strip()


def _gebietsstand(fussnoten: str) -> str:
    """The footnote sentences that name a Gebietsstand, each on one line; sentences go over line ends."""
    zeilen = [zeile.strip() for zeile in fussnoten.split("\n")]
    saetze: list[str] = []
    for i, zeile in enumerate(zeilen):
        if "Gebietsstand" not in zeile:
            continue
        satz = zeile
        nach = zeile.rsplit("Gebietsstand", 1)[1]
        if not re.search(r"\d{4}", nach) and i + 1 < len(zeilen):
            satz = f"{zeile} {zeilen[i + 1]}".strip()
        saetze.append(satz)
    return "\n".join(dict.fromkeys(saetze))
