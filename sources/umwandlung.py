"""From delivered texts to typed values, each by its field of the contract.

Here: numbers in German and English notation, dates, truth values, words and codes, lost leading zeros; always over
the distinct texts of a column.
Not here: which column is which field (``sources/saetze.py``), whether a value may occur (``quality/schema.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

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
# Most columns have few distinct texts, of which each call of polars costs more than the work: hence few calls, and
# expressions that are built once.
_TEXT = pl.col("text")
_MINUS = _TEXT.str.replace("\u2212", "-", literal=True)
_VORZEICHEN_VORN = _TEXT.str.replace(r"^(.*)-$", "-$1").alias("vorn")
# TT.MM.JJJJ or ISO, with or without a time of midnight; MMJJJJ as the first day of its month. Two-digit years have two
# readings and are no dates.
_OHNE_ZEIT = _TEXT.str.replace(r"[ T]00:00(:00(\.0+)?)?$", "").str.replace(r"^(\d\d)((?:19|20)\d\d)$", "01.$1.$2")
_DATUM = pl.coalesce(
    pl.when(_TEXT.str.contains(muster)).then(_TEXT).str.to_date(form, strict=False)
    for muster, form in ((r"^\d{1,2}\.\d{1,2}\.\d{4}$", "%d.%m.%Y"), (r"^\d{4}-\d{2}-\d{2}$", "%Y-%m-%d"))
)


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
    text = pl.DataFrame({"text": roh}).select_seq(_TEXT.str.strip_chars()).to_series()
    if worte:
        klein = {wort.strip().casefold(): code for wort, code in worte.items()}
        text = pl.Series("text", [klein.get(t.casefold(), t) if t else None for t in text], dtype=pl.String)
    text = text.set(text == "", None)
    keiner = pl.Series([False]).new_from_index(0, len(text))
    repariert = keiner
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
            werte = text.to_frame().select_seq(_OHNE_ZEIT).select_seq(_DATUM).to_series()
        case "wahrheit":
            werte = pl.Series([_WAHR.get(t.lower()) if t else None for t in text], dtype=pl.Boolean)
    alles_lesbar = werte.null_count() == text.null_count()
    return werte, keiner if alles_lesbar else werte.is_null() & text.is_not_null(), repariert


@cache
def _lesart(stil: str, ganz: bool) -> tuple[pl.Expr, pl.Expr]:
    """Numbers in one notation, null where a text does not fit it; the second step keeps those that count."""
    schlicht = pl.col("vorn").str.replace_all(_GRUPPE[stil], "", literal=True)
    if stil == "deutsch":
        schlicht = schlicht.str.replace(",", ".", literal=True)
    zahl = pl.col(stil)
    gueltig = zahl.is_finite() & (zahl == zahl.round()) if ganz else zahl.is_finite()
    passt = pl.when(_TEXT.str.contains(_MUSTER[stil]))
    return passt.then(schlicht).cast(pl.Float64, strict=False).alias(stil), pl.when(gueltig).then(zahl)


def _zahlen(text: pl.Series, feld: Feld, stil: str) -> pl.Series:
    """Numbers; without a stated notation the one that fits more of the column's distinct texts."""
    ganz = feld.typ == "ganzzahl"
    typ = pl.Int64 if ganz else pl.Float64
    stile = [stil] if stil in {"deutsch", "englisch"} else ["deutsch", "mappe" if stil == "mappe" else "englisch"]
    lesarten = [_lesart(s, ganz) for s in stile]
    rahmen = text.to_frame().select_seq(_MINUS).with_columns_seq(_VORZEICHEN_VORN)
    zahlen = rahmen.select_seq(a for a, _ in lesarten).select_seq(b for _, b in lesarten)
    if len(stile) == 1 or zahlen.to_series(0).equals(zahlen.to_series(1)):
        return zahlen.to_series().cast(typ, strict=False)
    nur_deutsch, nur_englisch, zweideutig = zahlen.select_seq(_vergleich(stile[1])).row(0)
    if nur_deutsch == nur_englisch and zweideutig and stil != "mappe":
        raise Lesefehler(
            "zahlen",
            f"'{feld.name}' enthält Zahlen mit zwei Lesarten (1.234 als Tausend oder als Dezimalbruch)",
            "Zahlen, an denen zu erkennen ist, was Tausenderzeichen und was Dezimalzeichen ist",
            "im Profil des Feeds unter 'dialekt' die Schreibweise angeben (zahlen: deutsch oder englisch)",
        )
    return zahlen[stile[0] if nur_deutsch > nur_englisch else stile[1]].cast(typ, strict=False)


@cache
def _vergleich(anderer: str) -> list[pl.Expr]:
    """How many texts are numbers in German only, and in the other notation only; whether one differs between them."""
    deutsch, andere = pl.col("deutsch"), pl.col(anderer)
    return [
        (deutsch.is_not_null() & andere.is_null()).sum().alias("nur_deutsch"),
        (andere.is_not_null() & deutsch.is_null()).sum().alias("nur_andere"),
        (deutsch != andere).any().alias("zweideutig"),
    ]
