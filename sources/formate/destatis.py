"""Table exports of GENESIS-Online (Destatis) as CSV and as xlsx: one table, the same rows.

Here: recognising them, and turning a sheet into the very lines that the CSV export of the same table has. Not here:
reading those lines (`regionaldatenbank`, the same layout), flat files (`ffcsv`).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from dataclasses import replace

import polars as pl

from sources.formate import Gelesen, Lesefehler, arbeitsmappe, regionaldatenbank

_KENNUNG = re.compile(r"(?:(?:GENESIS-)?Tabelle:\s*)?([0-9]{5}-[0-9]{4}[A-Z]?)")
_BLATTNAME = re.compile(rb'<sheet\b[^>]*\bname="([0-9]{5}-[0-9]{4}[A-Z]?)"')
_STRICH = re.compile(r"_{5,}")
_STAND = re.compile(r"(.*?)\s*\|?\s*(Stand: [0-9.]+ / [0-9:]+)\s*", re.S)


def erkennt(inhalt: bytes) -> str | None:
    """The table code (12411-0015) of an export of GENESIS-Online, else None; the Regionaldatenbank has longer ones."""
    if inhalt.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(inhalt)) as archiv, archiv.open("xl/workbook.xml") as buch:
                treffer = _BLATTNAME.search(buch.read(1_000_000))
        except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError, RuntimeError):
            return None
        return treffer[1].decode("ascii") if treffer else None
    kennung = regionaldatenbank.erkennt(inhalt)
    return kennung if kennung and _KENNUNG.fullmatch(kennung) else None


def lies(inhalt: bytes, dateiname: str = "Die Datei") -> Gelesen:
    """Read one export completely or refuse it.

    `daten`: the tidy form of `regionaldatenbank.lies`, for both formats the same cells; `zeile` is the line of the
    CSV or the row of the sheet. `kodierung` of a workbook is "xlsx".
    Raises Lesefehler: those of `regionaldatenbank.lies` and `arbeitsmappe.oeffne`.
    """
    if not arbeitsmappe.erkennt(inhalt):
        return replace(regionaldatenbank.lies(inhalt), format="destatis")
    text, versatz = _als_csv(arbeitsmappe.oeffne(inhalt, dateiname, dezimal=","))
    gelesen = regionaldatenbank.lies(text.encode())
    return replace(
        gelesen, format="destatis", kodierung="xlsx", daten=gelesen.daten.with_columns(zeile=pl.col("zeile") - versatz)
    )


def _als_csv(blatt: arbeitsmappe.Blatt) -> tuple[str, int]:
    """The lines of the CSV export of the same table, and by how many its data lines are later than the sheet's rows."""
    reihen = _ohne_leere_spalten(blatt.reihen)
    ende = next((i for i, reihe in enumerate(reihen) if _STRICH.fullmatch(reihe[0].strip())), len(reihen))
    kopf = next((i for i, reihe in enumerate(reihen[:ende]) if any(zelle.strip() for zelle in reihe[1:])), ende)
    daten = next((i for i in range(kopf + 1, ende) if reihen[i][0].strip()), ende)
    titel = [reihe[0] for reihe in reihen[:kopf] if reihe[0].strip()]
    kennung = _KENNUNG.fullmatch(titel[0].strip()) if titel else None
    if kennung:
        titel = titel[1:]
    else:
        kennung = _KENNUNG.fullmatch(blatt.name)
    if kennung is None:
        raise Lesefehler(
            "unbekannt",
            f"Weder das Blatt „{blatt.name[:40]}“ noch seine erste Zeile nennt eine Tabelle",
            "ein xlsx-Export von GENESIS-Online mit dem Tabellencode als Blattnamen (12411-0015)",
            "die Tabelle unverändert aus der Datenbank abrufen",
        )
    _fuelle_verbundene(reihen, blatt.verbunden, kopf, daten, ende)
    _leere_schluesselkoepfe(reihen[kopf:daten])
    zeilen = [f"GENESIS-Tabelle: {kennung[1]}", *"\n".join(titel).split("\n")]
    versatz = len(zeilen) - kopf
    puffer = io.StringIO()
    schreiber = csv.writer(puffer, delimiter=";", lineterminator="\n")
    # One line per row, so that line numbers keep their distance to the sheet's rows.
    schreiber.writerows([" ".join(zelle.split("\n")) for zelle in reihe] for reihe in reihen[kopf:ende])
    fuss = "".join(_fusszeile(" ".join(filter(None, reihe))) for reihe in reihen[ende + 1 :])
    strich = "__________\n" if ende < len(reihen) else ""
    return "\n".join(zeilen) + "\n" + puffer.getvalue() + strich + fuss, versatz


def _ohne_leere_spalten(reihen: list[list[str]]) -> list[list[str]]:
    """The sheet without the columns to the right of the last text; a sheet without any text has one empty cell."""
    breite = max((i + 1 for reihe in reihen for i, zelle in enumerate(reihe) if zelle.strip()), default=1)
    return [reihe[:breite] for reihe in reihen] or [[""]]


def _fuelle_verbundene(
    reihen: list[list[str]],
    verbunden: list[tuple[tuple[int, int], tuple[int, int]]],
    kopf: int,
    daten: int,
    ende: int,
) -> None:
    """Repeat the text of merged areas as the CSV does: header labels to the right, key cells downwards."""
    breite = len(reihen[0])
    for (oben, links), (unten, rechts) in verbunden:
        if links >= breite:
            continue
        if kopf <= oben < daten:
            reihen[oben][links : rechts + 1] = [reihen[oben][links]] * (min(rechts + 1, breite) - links)
        elif daten <= oben < ende:
            for reihe in reihen[oben : min(unten + 1, ende)]:
                reihe[links] = reihen[oben][links]


def _leere_schluesselkoepfe(kopfzeilen: list[list[str]]) -> None:
    """Key columns carry a heading here and none in the CSV; the last header row labels the data columns only.

    A heading that begins with a digit is a key: the header is missing, and the reader shall say so.
    """
    if not kopfzeilen or kopfzeilen[0][0][:1].isdigit():
        return
    letzte = kopfzeilen[-1]
    schluessel = next((i for i, zelle in enumerate(letzte) if i and zelle.strip()), 1)
    for reihe in kopfzeilen:
        reihe[:schluessel] = [""] * schluessel


def _fusszeile(text: str) -> str:
    """One row below the line as quoted text; "... | Stand: ..." is two lines in the CSV."""
    treffer = _STAND.fullmatch(text)
    rest, stand = (treffer[1], f"{treffer[2]}\n") if treffer else (text, "")
    return ('"' + rest.replace('"', '""') + '"\n' if rest.strip() else "") + stand
