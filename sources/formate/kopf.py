"""The header rows of a Regionaldatenbank export: what each data column is.

Here: from preamble and header rows to time, measure, unit and dimensions per data column. No word of any
particular table: only the shapes of years, dates and units. Not here: finding the rows in the file
(`regionaldatenbank`), the meaning of labels (contracts).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONAT = "(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
_JAHR = r"(?:1[89]|20|21)\d\d"
_TAG = rf"\d{{1,2}}\.\d{{1,2}}\.{_JAHR}"
_ZEIT = re.compile(
    rf"(?:{_JAHR}(?:\s*[/-]\s*(?:{_JAHR}|\d\d))?"
    rf"|{_TAG}(?:\s*(?:-|bis)\s*{_TAG})?"
    rf"|{_JAHR}-\d\d-\d\d"
    rf"|\d{{1,2}}[./]{_JAHR}"
    rf"|(?:SS|WS|SoSe|WiSe|Sommersemester|Wintersemester|Schuljahr)\s*{_JAHR}(?:\s*/\s*(?:{_JAHR}|\d\d))?"
    rf"|(?:\d|I{{1,3}}|IV)\.?\s*(?:Quartal|Vierteljahr|Vj\.?|Halbjahr|Hj\.?)\s*{_JAHR}"
    rf"|{_JAHR}\s*[,;]?\s*(?:\d|I{{1,3}}|IV)\.?\s*(?:Quartal|Vierteljahr|Vj\.?|Halbjahr|Hj\.?)"
    rf"|{_MONAT}\s+{_JAHR})"
)
_GROESSE = r"(?:(?:Tsd|Tausend|Mill|Mio|Mrd|Milliarden|Millionen)\b\.?|1[ .]?000(?:[ .]?000)?|100)"
_GRUND = (
    r"(?:Anzahl|Prozent|Promille|Prozentpunkte?|v\.\s?H\.|%|‰|EUR|Euro|€|DM|qkm|km²|km2|km|ha|qm|m²|m2|m|cbm|m³|m3|l|hl|"
    r"kg|g|dt|t|Tonnen?|kWh|MWh|GWh|TWh|TJ|GJ|MJ|kW|MW|Stunden?|Std\.?|Tage?|Wochen?|Monate?|Jahre?|Personen|Personenjahre|"
    r"Einwohner|Fälle|Stück|St\.?|Index|Messzahl|Punkte|Grad|°C|mm|cm|Faktor|Verhältnis|Quote|Hektar|Liter|Quadratmeter|"
    r"Kubikmeter|Quadratkilometer|GV|GVE|AK-E|VZÄ|Vollzeitäquivalente?|ohne Einheit|Einheit)"
)
_EINHEIT = re.compile(
    rf"(?:in )?(?:{_GROESSE}\s*)?(?:{_GRUND}|{_GROESSE})(?:\s*(?:/|je|pro|a\.|im|\().*)?"
    r"|je\s.+|.*=\s*100"
)
_ZEIT_ZEILE = re.compile(rf"(?:[A-Za-zÄÖÜäöüß. ]{{2,40}}:\s*)?({_ZEIT.pattern})")
_DATUM_IM_TEXT = re.compile(rf"\d{{2}}\.\d{{2}}\.{_JAHR}")
_MASS_ZEILE = re.compile(r"(.*\S)\s*\(([^()]*(?:\([^()]*\))?[^()]*)\)")


@dataclass(frozen=True)
class Spalte:
    """One data column: zeit, merkmal, einheit ("" when it stands elsewhere) and its dimensions."""

    zeit: str
    merkmal: str
    einheit: str
    dims: tuple[str, ...]


@dataclass(frozen=True)
class Kopf:
    """All data columns, left to right, and the time of the whole table ("" when each cell has its own)."""

    spalten: list[Spalte]
    tabellenzeit: str


def ist_zeit(text: str) -> bool:
    """True for a year, date, month, quarter, semester or school year, standing alone."""
    return _ZEIT.fullmatch(text.strip()) is not None


def ist_einheit(text: str) -> bool:
    """True for a unit as official tables print it: Anzahl, Tsd. EUR, 1000 qm, Prozent, EUR je Einwohner."""
    return _EINHEIT.fullmatch(text.strip()) is not None


def ist_zeit_oder_einheit(zeile: list[str]) -> bool:
    """True for a header row of nothing but dates or nothing but units (cells without text aside)."""
    zellen = [zelle for zelle in zeile if zelle.strip()]
    return bool(zellen) and (all(map(ist_zeit, zellen)) or all(map(ist_einheit, zellen)))


def deute_kopf(vorspann: list[str], kopfzeilen: list[list[str]], *, zeit_in_zeilen: bool, mass_in_zeilen: bool) -> Kopf:
    """Describe the data columns.

    `vorspann`: preamble lines without the padding; `kopfzeilen`: header rows, data columns only;
    `zeit_in_zeilen`: a key column already holds the time, so that years in the header are a dimension;
    `mass_in_zeilen`: key columns already hold measure and unit, so that no header row does.
    """
    reihen = [[zelle.strip() for zelle in zeile] for zeile in kopfzeilen]
    offen = [reihe for reihe in reihen if any(reihe)]
    zeit = None if zeit_in_zeilen else _nimm_zeit(offen)
    einheit, merkmal_fest, einheit_fest = (None, "", "") if mass_in_zeilen else _einheit(offen, _inhaltszeile(vorspann))
    merkmal = offen.pop(_mass_zeile(offen, einheit)) if einheit is not None and offen else None
    benannt = [reihe for reihe in (zeit, merkmal, einheit) if reihe is not None]
    dims = _dimensionen(offen, benannt)
    spalten = [
        Spalte(
            zeit=zeit[i] if zeit else "",
            merkmal=merkmal[i] if merkmal else merkmal_fest,
            einheit=einheit[i] if einheit else einheit_fest,
            dims=tuple(reihe[i] for reihe in dims),
        )
        for i in range(len(reihen[0]))
    ]
    return Kopf(spalten, "" if zeit or zeit_in_zeilen else _zeit_im_vorspann(vorspann))


def _nimm_zeit(offen: list[list[str]]) -> list[str] | None:
    """Take the first header row that holds nothing but dates or years."""
    for i, reihe in enumerate(offen):
        if all(ist_zeit(zelle) for zelle in reihe if zelle):
            return offen.pop(i)
    return None


def _inhaltszeile(vorspann: list[str]) -> str:
    """The last preamble line that is no date: "Bevölkerungsstand (Anzahl)" or the name of the statistic."""
    return next((zeile for zeile in reversed(vorspann) if not _ZEIT_ZEILE.fullmatch(zeile)), "")


def _einheit(offen: list[list[str]], inhaltszeile: str) -> tuple[list[str] | None, str, str]:
    """Find the unit: (unit row taken from `offen` or None, measure and unit of the whole table).

    Units stand in the last header row, under the measures; or with the one measure in the preamble. An unknown
    unit is recognised by its place: among known ones, or when the preamble names none.
    """
    mass = _MASS_ZEILE.fullmatch(inhaltszeile)
    unten = {zelle for zelle in offen[-1] if zelle} if offen else set()
    if offen and 2 * sum(map(ist_einheit, unten)) > len(unten):
        return offen.pop(), "", ""
    if mass and (ist_einheit(mass[2]) or len(offen) < 2):
        return None, mass[1], mass[2]
    if len(offen) > 1:
        return offen.pop(), "", ""
    return None, inhaltszeile, ""


def _mass_zeile(offen: list[list[str]], einheit: list[str]) -> int:
    """Which header row names the measures: the top one, or the one right above the units.

    A measure has one unit. Where that decides nothing, one label over all columns right above the units is the
    measure, as in "Bodennutzungsarten / Weizen, Roggen / Fläche / ha".
    """
    unten = len(offen) - 1
    if len(set(einheit)) > 1:
        eindeutig = [len(set(zip(reihe, einheit, strict=True))) == len(set(reihe)) for reihe in offen]
        return unten if eindeutig[unten] and not eindeutig[0] else 0
    allein = [len(set(reihe)) == 1 for reihe in offen]
    return unten if allein[0] and allein[unten] and not all(allein) else 0


def _dimensionen(offen: list[list[str]], benannt: list[list[str]]) -> list[list[str]]:
    """The header rows that tell columns apart; a row of one repeated label is only a caption.

    A caption that stands over some columns only is kept where nothing else tells two columns apart.
    """
    dims = [reihe for reihe in offen if len({zelle for zelle in reihe if zelle}) > 1]
    if _verschiedene([*benannt, *dims]) < _verschiedene([*benannt, *offen]):
        dims = [reihe for reihe in offen if len(set(reihe)) > 1]
    return dims


def _verschiedene(reihen: list[list[str]]) -> int:
    return len(set(zip(*reihen, strict=True)))


def _zeit_im_vorspann(vorspann: list[str]) -> str:
    """The time of the whole table: a line of its own ("2014", "Jahr: 2016"), else the only date above."""
    for zeile in reversed(vorspann):
        if treffer := _ZEIT_ZEILE.fullmatch(zeile):
            return treffer[1]
    tage = set(_DATUM_IM_TEXT.findall(" ".join(vorspann)))
    return tage.pop() if len(tage) == 1 else ""
