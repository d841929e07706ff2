"""Cells of official tables: number or sign.

Here: the vectorised split of published cell text into `wert` and `zeichen`. What a sign means is decided by
contract, not here.
"""

from __future__ import annotations

import re

import polars as pl

from sources.formate import Lesefehler

# Tables use few different signs; many of them mean that the columns were not understood.
_HOECHSTENS_ZEICHEN = 40
_ZAHL = r"^[+-]?[0-9]+(?:,[0-9]+)?$"
_TAUSENDER = re.compile(r"[+-]?[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:,[0-9]+)?")
_KLAMMER = re.compile(r"\(\s*([+-]?[0-9]+(?:,[0-9]+)?)\s*\)")
_FLAGGE_DANACH = re.compile(r"([+-]?[0-9]+(?:,[0-9]+)?)\s*([A-Za-z*]{1,2})")
_FLAGGE_DAVOR = re.compile(r"([A-Za-z*/]{1,2})\s*([+-]?[0-9]+(?:,[0-9]+)?)")
_NUR_ZEICHEN = re.compile(r"[^0-9;\"=@]{1,5}")


class UnlesbareZelle(Exception):
    """Cell text that is neither a number nor a sign; the caller names the line."""

    def __init__(self, text: str) -> None:
        """Keep the text as it stood in the file."""
        super().__init__(text)
        self.text = text


def zerlege(zellen: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Split cell texts into (wert Float64, zeichen String), row by row.

    A plain number (decimal comma) gives wert and zeichen ""; a sign gives null and the sign as published; a
    flagged number such as "(12)" or "12 p" gives both; an empty cell gives null and "".
    Raises UnlesbareZelle for anything else, decimal points and grouping points included: "1.234" has two
    readings, and a wrong sum is worse than a refusal.
    """
    zellen = zellen.rename("zelle")
    ist_zahl = zellen.str.contains(_ZAHL)
    wert = zellen.set(~ist_zahl, None).str.replace(",", ".", literal=True).cast(pl.Float64)
    uebrige = zellen.filter(~ist_zahl).unique().sort()
    if uebrige.is_empty():
        return wert, pl.Series("zeichen", [""]).new_from_index(0, zellen.len())
    deutung = [_deute(text) for text in uebrige]
    if len({zeichen for _, zeichen in deutung}) > _HOECHSTENS_ZEICHEN:
        raise UnlesbareZelle(next(text for text, (_, zeichen) in zip(uebrige, deutung, strict=True) if zeichen))
    tafel = pl.DataFrame(
        {"zelle": uebrige, "w": [d[0] for d in deutung], "zeichen": [d[1] for d in deutung]},
        schema={"zelle": pl.String, "w": pl.Float64, "zeichen": pl.String},
    )
    gedeutet = zellen.to_frame().join(tafel, on="zelle", how="left", maintain_order="left")
    return wert.zip_with(ist_zahl, gedeutet["w"]), gedeutet["zeichen"].fill_null("")


def _deute(text: str) -> tuple[float | None, str]:
    """Read one distinct cell text that is no plain number."""
    kern = text.strip(" \t\u00a0\u202f")
    if re.match(_ZAHL, kern):
        return _zahl(kern), ""
    if not kern or _NUR_ZEICHEN.fullmatch(kern):
        return None, kern
    if _TAUSENDER.fullmatch(kern):
        return _zahl(re.sub(r"\s", "", kern)), ""
    if treffer := _KLAMMER.fullmatch(kern):
        return _zahl(treffer[1]), "()"
    if treffer := _FLAGGE_DANACH.fullmatch(kern):
        return _zahl(treffer[1]), treffer[2]
    if treffer := _FLAGGE_DAVOR.fullmatch(kern):
        return _zahl(treffer[2]), treffer[1]
    raise UnlesbareZelle(text)


def _zahl(text: str) -> float:
    return float(text.replace(",", "."))


def unlesbar(text: str, zeile: int) -> Lesefehler:
    """The refusal for a cell, with the line where it first stands."""
    return Lesefehler(
        "zelle",
        f"Zeile {zeile} enthält „{text[:40]}“, weder Zahl noch bekanntes Zeichen",
        "Zahlen mit Dezimalkomma und ohne Punkt (1234,5) oder Zeichen wie - . ... x /",
        "die Tabelle unverändert aus der Datenbank abrufen, nicht über Excel speichern",
    )
