"""Regular separated text cut by Arrow: each column as its distinct texts and one small number per row.

Here: the fast way for what is regular throughout (every record one line, quotes only around whole cells). Whatever is
not is left to the careful way (`felder`), which reads the rest and names what is wrong. Both give the same cells.
Not here: which line is the header (`tabelle`).
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from itertools import compress

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv

Spalten = tuple[list[pl.Series], pl.Series]
_Spalte = tuple[dict[str, int], np.ndarray]
_STUECK = 16 << 20
_BLOCK = 4 << 20


def zerschneide(inhalt: bytes, beginn: int, trenner: str, breite: int, zeile: int) -> Spalten | None:
    """Columns (Enum, null for blank cells) and the line number of each row, or None if the text is not regular.

    Args:
        inhalt: the whole file, UTF-8.
        beginn: byte at which the first line below the header begins.
        trenner: separator.
        breite: number of columns.
        zeile: line number of that line.
    """
    quoten = inhalt.find(b'"', beginn) >= 0
    if not trenner.isascii() or beginn >= len(inhalt) or (quoten and not _nur_ganze_zellen(inhalt, beginn, trenner)):
        return None
    raender = [beginn, len(inhalt)]
    if not quoten and len(inhalt) - beginn > _STUECK:
        # as many parts as processors, each of whole lines; which parts there are does not show in the result
        ziele = range(beginn, len(inhalt), (len(inhalt) - beginn) // pa.cpu_count() + 1)
        raender[1:1] = [inhalt.find(b"\n", ziel) + 1 or len(inhalt) for ziel in ziele[1:]]

    def lies(von: int, bis: int) -> list[_Spalte]:
        return _teil(inhalt, von, bis, trenner, breite, quoten)

    try:
        if len(raender) == 2:
            teile = [lies(*raender)]
        else:
            with ThreadPoolExecutor(len(raender) - 1) as nebenher:
                teile = list(nebenher.map(lies, raender, raender[1:]))
    except pa.ArrowInvalid:
        return None
    spalten = [_spalte([teil[i] for teil in teile]) for i in range(breite)]
    zeilen = _zeilennummern(inhalt, beginn, len(spalten[0]), zeile)
    if zeilen is None:
        return None
    if all(spalte.null_count() for spalte in spalten):
        rahmen = pl.DataFrame([spalte.rename(str(i)) for i, spalte in enumerate(spalten)])
        belegt = rahmen.select(~pl.all_horizontal(pl.all().is_null())).to_series()
        spalten, zeilen = [spalte.filter(belegt) for spalte in spalten], zeilen.filter(belegt)
    return spalten, zeilen


def als_enum(texte: pl.Series) -> pl.Series:
    """A column of texts in the same form."""
    texte = texte.set(texte.str.strip_chars() == "", None)
    return texte.cast(pl.Enum(texte.drop_nulls().unique(maintain_order=True)))


def _teil(inhalt: bytes, von: int, bis: int, trenner: str, breite: int, quoten: bool) -> list[_Spalte]:
    """Some lines: per column its distinct texts in order of appearance, numbered, and the number of each row's."""
    namen = [str(i) for i in range(breite)]
    nummern: list[dict[str, int]] = [{} for _ in namen]
    stuecke: list[list[np.ndarray]] = [[np.empty(0, np.uint8)] for _ in namen]
    if von == bis:
        return list(zip(nummern, map(np.concatenate, stuecke), strict=True))
    for stapel in pa.csv.open_csv(
        pa.BufferReader(pa.py_buffer(inhalt).slice(von, bis - von)),
        read_options=pa.csv.ReadOptions(column_names=namen, block_size=_BLOCK),
        parse_options=pa.csv.ParseOptions(delimiter=trenner, quote_char='"' if quoten else False),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(namen, pa.dictionary(pa.int32(), pa.string())), strings_can_be_null=False
        ),
    ):
        for nummer, stueck, spalte in zip(nummern, stuecke, stapel.columns, strict=True):
            platz = _nummeriere(spalte.dictionary.to_pylist(), nummer)
            schmal = platz.astype(np.min_scalar_type(len(nummer)))
            stueck.append(np.take(schmal, spalte.indices.to_numpy(), mode="clip"))
    return list(zip(nummern, map(np.concatenate, stuecke), strict=True))


def _nummeriere(texte: Collection[str], nummer: dict[str, int]) -> np.ndarray:
    """The number of each of these distinct texts; new ones are added."""
    if not nummer:
        nummer.update(zip(texte, range(len(texte)), strict=True))
        return np.arange(len(texte))
    return np.array([nummer.setdefault(text, len(nummer)) for text in texte], np.int64)


def _spalte(teile: list[_Spalte]) -> pl.Series:
    """One column of all parts; blank texts are null."""
    nummer: dict[str, int] = {}
    plaetze = [_nummeriere(eigene, nummer) for eigene, _ in teile]
    belegt = np.ones(len(nummer), bool)
    belegt[[i for i, text in enumerate(nummer) if not text.strip()]] = False
    texte = list(compress(nummer, belegt))
    leer = len(texte)
    neu = np.where(belegt, np.cumsum(belegt) - 1, leer).astype(np.min_scalar_type(leer))
    gefuellt = ((platz, stueck) for platz, (_, stueck) in zip(plaetze, teile, strict=True) if len(stueck))
    index = np.concatenate(
        [np.empty(0, neu.dtype), *(np.take(neu[platz], stueck, mode="clip") for platz, stueck in gefuellt)]
    )
    reihe = pl.Series(index)
    if leer < len(nummer):
        reihe = reihe.set(reihe == leer, None)
    return reihe.cat.to(pl.Enum(texte))


def _zeilennummern(inhalt: bytes, beginn: int, saetze: int, zeile: int) -> pl.Series | None:
    """Line number of each record; blank lines are none. None if records and lines do not match."""
    ende = len(inhalt)
    while ende > beginn and inhalt[ende - 1] in b"\r\n":
        ende -= 1
    if ende == beginn or inhalt.count(b"\n", beginn, ende) + 1 == saetze:
        return pl.int_range(zeile, zeile + saetze, dtype=pl.UInt32, eager=True)
    zeichen = np.frombuffer(inhalt, np.uint8)
    raender = [(i, min(i + _STUECK, ende)) for i in range(beginn, ende, _STUECK)]
    stuecke = [np.flatnonzero(zeichen[von:bis] == ord("\n")) + von for von, bis in raender]
    enden = np.append(np.concatenate(stuecke), ende)
    laengen = np.diff(enden, prepend=beginn - 1)
    leer = (laengen == 1) | ((laengen == 2) & (zeichen[enden - 1] == ord("\r")))
    nummern = np.flatnonzero(~leer) + zeile
    return pl.Series(nummern, dtype=pl.UInt32) if len(nummern) == saetze else None


def _nur_ganze_zellen(inhalt: bytes, beginn: int, trenner: str) -> bool:
    """Whether quotes stand only around whole cells, and none within; looked at in pieces that end with a line."""
    grenze = np.frombuffer(f"{trenner}\r\n".encode(), np.uint8)
    while beginn < len(inhalt):
        ende = beginn + _STUECK
        ende = inhalt.rfind(b"\n", beginn, ende) + 1 if ende < len(inhalt) else len(inhalt)
        stueck = np.frombuffer(b"\n" + inhalt[beginn:ende] + b"\n", np.uint8)
        stellen = np.flatnonzero(stueck == ord('"'))
        auf, zu = stellen[::2], stellen[1::2]
        if not ende or len(auf) != len(zu):
            return False
        if not (np.isin(stueck[auf - 1], grenze).all() and np.isin(stueck[zu + 1], grenze).all()):
            return False
        beginn = ende
    return True
