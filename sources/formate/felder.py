"""Lines of separated text cut into cells.

Here: the one fast way (no quoting) and the one careful way (quoted cells) from lines to cells, with the line
numbers kept and ragged rows refused. Not here: which line is header or data (`regionaldatenbank`, `tabelle`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import polars as pl

from sources.formate import Lesefehler

# The default of 128 KiB would refuse a long line as bad quoting; files are in memory already.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Rumpf:
    """Rows of equal width as one flat series of cells, row by row; `zeilen`: line in the file per row."""

    zellen: pl.Series
    breite: int
    zeilen: pl.Series

    def spalte(self, nummer: int) -> pl.Series:
        """One column, one value per row; `nummer` counts from 0."""
        return self.zellen.gather_every(self.breite, nummer)


def saetze(zeilen: list[str], trenner: str, streng: bool, ab: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield (0-based index of the first line, fields) per record from line `ab` on.

    Quoted fields may go over lines. `streng` refuses quoting that does not close; else it is taken as text.
    Raises Lesefehler: anfuehrung.
    """
    leser = csv.reader((zeile + "\n" for zeile in islice(zeilen, ab, None)), delimiter=trenner, strict=streng)
    beginn = ab
    try:
        for felder in leser:
            yield beginn, felder
            beginn = ab + leser.line_num
    except csv.Error:
        raise Lesefehler(
            "anfuehrung",
            f"Die Anführungszeichen ab Zeile {beginn + 1} gehen nicht auf",
            'Felder in Anführungszeichen ("...") mit verdoppelten Zeichen darin',
            "die Datei neu ausgeben; oft ist sie abgeschnitten oder von Hand geändert",
        ) from None


def zerschneide(zeilen: list[str], beginn: int, trenner: str, breite: int, art: str) -> Rumpf:
    """Cut `zeilen[beginn:]` into rows of `breite` cells; lines without any cell text are skipped.

    Raises Lesefehler `art` for the first row of another width, anfuehrung for quoting that does not close.
    """
    texte = pl.Series("zelle", zeilen[beginn:], dtype=pl.String)
    if texte.str.contains(rf'(?:^|{re.escape(trenner)})"').any():
        return _mit_quoten(zeilen, beginn, trenner, breite, art)
    nummern = pl.int_range(beginn + 1, len(zeilen) + 1, eager=True)
    # A class of its own: for a tab as separator, blank and separated are the same.
    belegt = texte.str.contains(rf"[^{re.escape(trenner)}\s]")
    nummern, texte = nummern.filter(belegt), texte.filter(belegt)
    felder = texte.str.count_matches(trenner, literal=True) + 1
    falsch = felder != breite
    if falsch.any():
        stelle = falsch.arg_max() or 0
        raise ungleich(art, int(nummern[stelle]), int(felder[stelle]), breite)
    zellen = texte.str.split(trenner).explode() if texte.len() else texte
    return Rumpf(zellen, breite, nummern)


def _mit_quoten(zeilen: list[str], beginn: int, trenner: str, breite: int, art: str) -> Rumpf:
    zellen: list[str] = []
    nummern: list[int] = []
    for nummer, felder in saetze(zeilen, trenner, streng=True, ab=beginn):
        if not any(feld.strip() for feld in felder):
            continue
        if len(felder) != breite:
            raise ungleich(art, nummer + 1, len(felder), breite)
        zellen.extend(felder)
        nummern.append(nummer + 1)
    return Rumpf(pl.Series("zelle", zellen, dtype=pl.String), breite, pl.Series(nummern, dtype=pl.Int64))


def ungleich(art: str, zeile: int, felder: int, breite: int) -> Lesefehler:
    """The refusal of a row of another width than the header."""
    return Lesefehler(
        art,
        f"Zeile {zeile} hat {felder} Felder",
        f"{breite} Felder wie in der Kopfzeile",
        "die Datei vollständig neu ausgeben und unverändert liefern",
    )
