"""The workbook of a release: the published figures of one Jugendamt for people who work in Excel.

Here: which sheets there are and how a cell looks. Not here: figures (only published marts are read), the plain files
for tools (``reports/marts.py``), words for a status (``reports/woerter.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from reports.typen import BerichtsAngaben
from reports.woerter import FAMILIE, MUSTERDATEN, NICHT_WEITERGEBEN, STATUS, ZEICHEN

# a mart with more rows is better read from CSV or Parquet
HOECHSTENS = 5000
# the first is arranged anew, areas are longer than a cell
_OHNE_BLATT = {"steckbrief", "raumgrenzen"}
_BREITE = 40


def schreibe_mappe(
    ziel: Path, marts: Path, angaben: BerichtsAngaben, kommentare: Mapping[str, Mapping[str, str]]
) -> None:
    """Write the workbook: contents, figures of the Berichtsjahr, time series, and each mart of moderate size.

    Args:
        ziel: the file to make; the same marts give the same bytes.
        marts: folder of Parquet marts of the release.
        angaben: Jugendamt, Berichtsjahr, attributions.
        kommentare: mart name to its description ("").
    """
    muster = f" ({MUSTERDATEN})" if angaben.musterdaten else ""
    muster += f" – {NICHT_WEITERGEBEN}" if angaben.intern else ""
    werte = _werte(marts, angaben.berichtsjahr)
    blaetter = {
        "Berichtsjahr": (f"Kennzahlen {angaben.berichtsjahr}, eine Zeile je Raum", _berichtsjahr(werte, angaben)),
        "Zeitreihen": ("Kennzahlen in der Zeit, eine Zeile je Kennzahl und Raum", _zeitreihen(werte)),
    }
    zu_gross = []
    for datei in sorted(marts.glob("*.parquet")):
        rahmen = pl.read_parquet(datei)
        titel = kommentare.get(datei.stem, {}).get("", "")
        if len(rahmen) > HOECHSTENS:
            zu_gross.append((datei.stem, titel, len(rahmen)))
        elif len(rahmen) and datei.stem not in _OHNE_BLATT:
            blaetter[datei.stem] = (titel, rahmen)
    with xlsxwriter.Workbook(ziel, {"strings_to_formulas": False, "strings_to_urls": False}) as mappe:
        # a fixed date: the clock stands in the manifest only
        erstellt = datetime(angaben.berichtsjahr, 12, 31)
        mappe.set_properties({"title": f"{angaben.name}, Bericht {angaben.berichtsjahr}{muster}", "created": erstellt})
        formate = {
            "kopf": mappe.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "titel": mappe.add_format({"bold": True, "font_size": 13}),
            "datum": mappe.add_format({"num_format": "dd.mm.yyyy"}),
            "ganz": mappe.add_format({"num_format": "#,##0"}),
            "bruch": mappe.add_format({"num_format": "#,##0.0##"}),
        }
        inhalt = mappe.add_worksheet("Inhalt")
        for name, (titel, rahmen) in blaetter.items():
            _blatt(mappe.add_worksheet(name[:31]), f"{titel}{muster}", rahmen, formate)
        _inhalt(inhalt, angaben, muster, blaetter, zu_gross, formate)


def _werte(marts: Path, bis: int) -> pl.DataFrame:
    """Published values up to a year with words for the missing ones, in reading order of catalogue and Räume."""
    katalog = pl.read_parquet(marts / "kennzahlenkatalog.parquet").unique("kennzahl", keep="first", maintain_order=True)
    worte = {s: ZEICHEN.get(s, STATUS[s]) for s in STATUS}
    return (
        pl.read_parquet(marts / "kennzahlen.parquet")
        .filter(pl.col("hauptquelle") & (pl.col("berichtsjahr") <= bis))
        .join(katalog.select("kennzahl", "familie", "kurzname", "reihenfolge"), on="kennzahl")
        .filter(pl.col("wert").is_not_null().any().over("kennzahl", "raum_id"))
        .with_columns(zeichen=pl.col("status").replace(worte), kopf=pl.format("{} ({})", "kurzname", "einheit"))
        .sort("reihenfolge", "kennzahl", "raumebene", "raum_name", "raum_id", "berichtsjahr")
    )


def _tafel(werte: pl.DataFrame, zeile: Sequence[str], spalte: str) -> pl.DataFrame:
    """Values side by side; each cell is a pair (number, sign), of which one is None."""
    zellen = werte.with_columns(zelle=pl.struct("wert", "zeichen"))
    return zellen.pivot(on=spalte, index=list(zeile), values="zelle", aggregate_function="first")


def _berichtsjahr(werte: pl.DataFrame, angaben: BerichtsAngaben) -> pl.DataFrame:
    jahr = werte.filter(pl.col("berichtsjahr") == angaben.berichtsjahr)
    stufe = {ebene: n for n, (ebene, _) in enumerate(angaben.ebenen)}
    rang = pl.col("raumebene").replace_strict(stufe, default=len(stufe), return_dtype=pl.Int64)
    return _tafel(jahr, ["raumebene", "raum_id", "raum_name"], "kopf").sort(rang, "raum_name", "raum_id")


def _zeitreihen(werte: pl.DataFrame) -> pl.DataFrame:
    benannt = werte.with_columns(
        thema=pl.col("familie").replace(FAMILIE),
        kennzahl=pl.col("kurzname"),
        jahr=pl.col("berichtsjahr").cast(pl.String),
    )
    tafel = _tafel(benannt, ["thema", "kennzahl", "einheit", "raumebene", "raum_id", "raum_name"], "jahr")
    feste = [s for s in tafel.columns if not s.isdigit()]
    return tafel.select(*feste, *sorted(s for s in tafel.columns if s.isdigit()))


def _blatt(blatt: Any, titel: str, rahmen: pl.DataFrame, formate: Mapping[str, Any]) -> None:
    """One sheet: title, headings, rows; a missing value shows its sign."""
    blatt.write_string(0, 0, titel, formate["titel"])
    blatt.write_row(1, 0, rahmen.columns, formate["kopf"])
    for stelle, (name, typ) in enumerate(rahmen.schema.items()):
        spalte = rahmen[name].to_list()
        if typ == pl.Struct:
            spalte = [None if z is None else z["zeichen"] if z["wert"] is None else z["wert"] for z in spalte]
        for zeile, wert in enumerate(spalte, start=2):
            zahlform = formate["ganz" if wert.is_integer() else "bruch"] if isinstance(wert, float) else None
            blatt.write(zeile, stelle, wert, formate["datum"] if typ == pl.Date else zahlform)
        laengste = max((len(str(z)) for z in [name.split(" (")[0], *spalte[:200]] if z is not None), default=8)
        blatt.set_column(stelle, stelle, min(max(laengste + 2, 8), _BREITE))
    blatt.freeze_panes(2, 0)
    blatt.autofilter(1, 0, len(rahmen) + 1, rahmen.width - 1)


def _inhalt(
    blatt: Any,
    angaben: BerichtsAngaben,
    muster: str,
    blaetter: Mapping[str, tuple[str, pl.DataFrame]],
    zu_gross: Sequence[tuple[str, str, int]],
    formate: Mapping[str, Any],
) -> None:
    """The first sheet: what there is, what the signs mean, whose data it is."""
    blatt.write_string(0, 0, f"{angaben.name}, Bericht {angaben.berichtsjahr}{muster}", formate["titel"])
    zeilen: list[tuple[Any, ...]] = [("Blatt", "Inhalt", "Zeilen")]
    zeilen += [(name, titel, len(rahmen)) for name, (titel, rahmen) in blaetter.items()]
    zeilen += [(f"nur als Datei: marts/{n}.csv", titel, anzahl) for n, titel, anzahl in zu_gross]
    zeilen += [(), ("Zeichen", "Bedeutung")]
    zeilen += [(zeichen, STATUS[status]) for status, zeichen in ZEICHEN.items()]
    zeilen += [(), ("Quellen", ""), *(("", zeile) for zeile in angaben.attributionen)]
    for nummer, zeile in enumerate(zeilen, start=2):
        form = formate["kopf"] if zeile and zeile[0] in {"Blatt", "Zeichen", "Quellen"} else None
        blatt.write_row(nummer, 0, zeile, form)
        if zeile and zeile[0] in blaetter:
            blatt.write_url(nummer, 0, f"internal:'{zeile[0]}'!A1", string=zeile[0])
    blatt.set_column(0, 0, 32)
    blatt.set_column(1, 1, 100)
