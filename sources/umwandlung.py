"""From delivered texts to typed values, each by its field of the contract.

Here: numbers in German and English notation, dates, truth values, words and codes, lost leading zeros; always over
the distinct texts of a column.
Not here: which column is which field (``sources/saetze.py``), whether a value may occur (``quality/schema.py``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from sources.formate import Lesefehler
from sources.vertraege import Feld

_WAHR = {"ja": True, "j": True, "1": True, "true": True, "wahr": True, "x": True,
         "nein": False, "n": False, "0": False, "false": False, "falsch": False}  # fmt: skip
# sign in front or behind; groups of three; decimals
_MUSTER = {
    "deutsch": r"^(?:[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?|(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?-)$",
    "englisch": r"^(?:[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?-)$",
    # as a workbook stores numbers: no groups, no zero at the end
    "mappe": r"^-?\d+(?:\.\d*[1-9])?$",
}
_GRUPPE = {"deutsch": ".", "englisch": ",", "mappe": ","}


def wandle(roh: pl.Series, feld: Feld, worte: Mapping[str, str], stil: str) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Cast distinct texts.

    Args:
        roh: distinct texts as delivered.
        feld: the field of the contract.
        worte: delivered word -> code or text to cast ("" = empty); case and outer blanks do not matter.
        stil: notation of numbers: "deutsch", "englisch", "auto", or "mappe" for the cells of a workbook.

    Returns:
        Typed values (null where empty or unreadable), unreadable (Boolean), repaired (Boolean).

    Raises:
        Lesefehler: numbers that have two readings.
    """
    text = roh.str.strip_chars()
    text = text.set(text == "", None)
    if worte:
        klein = {wort.strip().casefold(): code for wort, code in worte.items()}
        ersatz = pl.Series([klein.get(t.casefold()) if t is not None else None for t in text], dtype=pl.String)
        text = ersatz.fill_null(text)
        text = text.set(text == "", None)
    repariert = pl.repeat(False, len(text), eager=True)
    if feld.fuehrende_nullen:
        repariert = (text.str.contains(r"^\d+$") & (text.str.len_chars() < feld.fuehrende_nullen)).fill_null(
            value=False
        )
        text = text.zip_with(~repariert, text.str.zfill(feld.fuehrende_nullen))
    match feld.typ:
        case "text":
            werte = text
        case "zahl" | "ganzzahl":
            werte = _zahlen(text, feld, stil)
        case "datum":
            werte = _daten(text)
        case "wahrheit":
            werte = text.str.to_lowercase().replace_strict(_WAHR, default=None, return_dtype=pl.Boolean)
    return werte, werte.is_null() & text.is_not_null(), repariert


def _daten(text: pl.Series) -> pl.Series:
    """TT.MM.JJJJ or ISO, with or without a time of midnight; MMJJJJ as the first day of its month.

    Two-digit years have two readings and are no dates.
    """
    ohne_zeit = text.str.replace(r"[ T]00:00(:00(\.0+)?)?$", "").str.replace(r"^(\d\d)((?:19|20)\d\d)$", "01.$1.$2")
    deutsch = ohne_zeit.set(~ohne_zeit.str.contains(r"^\d{1,2}\.\d{1,2}\.\d{4}$"), None)
    iso = ohne_zeit.set(~ohne_zeit.str.contains(r"^\d{4}-\d{2}-\d{2}$"), None)
    return deutsch.str.to_date("%d.%m.%Y", strict=False).fill_null(iso.str.to_date("%Y-%m-%d", strict=False))


def _lesart(text: pl.Series, stil: str, ganz: bool) -> pl.Series:
    """Numbers in one notation, null where a text does not fit it."""
    passt = text.set(~text.str.contains(_MUSTER[stil]), None)
    schlicht = passt.str.replace_all(_GRUPPE[stil], "", literal=True).str.replace(",", ".", literal=True)
    zahl = schlicht.str.replace(r"^(.*)-$", "-$1").cast(pl.Float64, strict=False)
    return zahl.set(~zahl.is_finite() | (zahl != zahl.round() if ganz else False), None)


def _zahlen(text: pl.Series, feld: Feld, stil: str) -> pl.Series:
    """Numbers; without a stated notation the one that fits more of the column's distinct texts."""
    text = text.str.replace("\u2212", "-", literal=True)
    ganz = feld.typ == "ganzzahl"
    typ = pl.Int64 if ganz else pl.Float64
    if stil in {"deutsch", "englisch"}:
        return _lesart(text, stil, ganz).cast(typ, strict=False)
    deutsch, englisch = _lesart(text, "deutsch", ganz), _lesart(text, "mappe" if stil == "mappe" else "englisch", ganz)
    nur_deutsch = (deutsch.is_not_null() & englisch.is_null()).sum()
    nur_englisch = (englisch.is_not_null() & deutsch.is_null()).sum()
    zweideutig = (deutsch != englisch).fill_null(value=False).any()
    if nur_deutsch == nur_englisch and zweideutig and stil != "mappe":
        raise Lesefehler(
            "zahlen",
            f"'{feld.name}' enthält Zahlen mit zwei Lesarten (1.234 als Tausend oder als Dezimalbruch)",
            "Zahlen, an denen zu erkennen ist, was Tausenderzeichen und was Dezimalzeichen ist",
            "im Profil des Feeds unter 'dialekt' die Schreibweise angeben (zahlen: deutsch oder englisch)",
        )
    return (deutsch if nur_deutsch > nur_englisch else englisch).cast(typ, strict=False)
