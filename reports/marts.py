"""Marts as files: what is declared for publication, exported for one Jugendamt, and the BI file of all.

Here: Parquet and CSV of a release, the DuckDB file that BI tools open, content hashes.
Not here: which columns are published (dbt exposure and column meta, handed in), states of a release
(``reports/release.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from quality.befund import Befund

Veroeffentlichung = Mapping[str, Sequence[str]]
"""Mart name to published columns, in order."""

# DuckDB drivers from 1.1 on can open a file of this storage version.
SPEICHERVERSION = "v1.1.0"
# The CSV of a release is for Excel: UTF-8 with BOM, semicolon, decimal comma.
CSV_TRENNER, CSV_DEZIMAL, CSV_KODIERUNG = ";", ",", "utf-8-sig"


def exportiere(
    warehouse: Path,
    ziel: Path,
    veroeffentlichung: Veroeffentlichung,
    jugendamt: str,
    berichtsjahr: int,
    statt: Mapping[str, str] | None = None,
) -> None:
    """Write each published mart of one Jugendamt as ``<mart>.parquet`` and ``<mart>.csv``, rows sorted.

    Rows after the Berichtsjahr are left out, except those of the first quarter after it: day care is counted on 1 March
    over the population at the end of the Berichtsjahr.
    ``statt``: mart name to the relation that is read in its place; figures it does not have stay empty.
    """
    ziel.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for mart, spalten in veroeffentlichung.items():
            bedingungen: list[str] = []
            werte: list[str | int] = []
            if "jugendamt" in spalten:
                bedingungen.append("jugendamt = ?")
                werte.append(jugendamt)
            for jahr in ("berichtsjahr", "haushaltsjahr"):
                if jahr in spalten:
                    danach = " or stichtag <= make_date(? + 1, 3, 31)" if "stichtag" in spalten else ""
                    bedingungen.append(f"({jahr} <= ?{danach})")
                    werte += [berichtsjahr] * (2 if danach else 1)
            wo = f"where {' and '.join(bedingungen)}" if bedingungen else ""
            quelle = (statt or {}).get(mart, f'mart."{mart}"')
            da = con.table(quelle).columns
            liste = ", ".join(f'"{s}"' if s in da else f'cast(null as double) as "{s}"' for s in spalten)
            _schreibe(con.sql(f"select {liste} from {quelle} {wo} order by all", params=werte).pl(), ziel, mart)


def _schreibe(rahmen: pl.DataFrame, ziel: Path, mart: str) -> None:
    rahmen.write_parquet(ziel / f"{mart}.parquet", compression="zstd")
    schreibe_csv(rahmen, ziel / f"{mart}.csv")


def schreibe_csv(tabelle: pl.DataFrame, datei: Path) -> None:
    """Write any table of a release as CSV, in the form that the constants above name."""
    tabelle.write_csv(datei, separator=CSV_TRENNER, decimal_comma=True, include_bom=True)


def ergaenze_pruefungen(marts: Path, jugendamt: str, befunde: Sequence[Befund]) -> None:
    """Add the outcome of every check to the exported ``datenqualitaet``, which is built before they have run."""
    bisher = pl.read_parquet(marts / "datenqualitaet.parquet")
    zeilen = [
        {"jugendamt": jugendamt, "bereich": "pruefung", "gegenstand": b.titel, "ergebnis": b.ergebnis,
         "meldung": f"{b.bereich}, {b.schwere}: {b.anzahl} Zeilen. {b.erklaerung}", "musterdaten": False}
        for b in befunde
    ]  # fmt: skip
    dazu = pl.DataFrame(zeilen, schema_overrides=bisher.schema)
    alle = pl.concat([bisher, dazu], how="diagonal").sort("bereich", "gegenstand", "meldung")
    _schreibe(alle, marts, "datenqualitaet")


def inhalt_sha256(marts: Path) -> str:
    """Hash of the sorted contents of all marts in a folder; equal contents, equal hash."""
    gesamt = hashlib.sha256()
    for datei in sorted(marts.glob("*.parquet")):
        inhalt = pl.read_parquet(datei).write_csv().encode()
        gesamt.update(f"{datei.stem}:{hashlib.sha256(inhalt).hexdigest()}\n".encode())
    return gesamt.hexdigest()


def letztes_jahr(warehouse: Path, jugendamt: str) -> int | None:
    """The latest year with a population of the whole, without which no rate holds; else with any value, or None."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        zeile = con.execute(
            """
            select coalesce(
                max(berichtsjahr) filter (where kennzahl = 'bev_gesamt' and raumebene = 'jugendamt'), max(berichtsjahr)
            )
            from mart.kennzahlen
            where jugendamt = ? and wert is not null
            """,
            [jugendamt],
        ).fetchone()
    return zeile[0] if zeile else None


def schreibe_bi(ziel: Path, mart_ordner: Sequence[Path], kommentare: Mapping[str, Mapping[str, str]]) -> None:
    """Build the DuckDB file of all Jugendämter from the marts of their releases, joined by column name.

    Args:
        ziel: the file to make.
        mart_ordner: one folder of Parquet marts per Jugendamt, in the order in which they shall stand.
        kommentare: mart name to column descriptions ("" = the table's), kept in the file for BI tools.
    """
    namen = sorted({d.stem for ordner in mart_ordner for d in ordner.glob("*.parquet")})
    with duckdb.connect() as con:
        con.sql(f"attach '{ziel}' as bi (storage_version '{SPEICHERVERSION}')")
        con.sql("create schema bi.mart")
        for name in namen:
            dateien = [str(o / f"{name}.parquet") for o in mart_ordner if (o / f"{name}.parquet").exists()]
            quelle = con.read_parquet(dateien, union_by_name=True)
            # the rows of a release are sorted, and stay so one Jugendamt after the other
            auswahl = "* from quelle" if "jugendamt" in quelle.columns else "distinct * from quelle order by all"
            con.sql(f'create table bi.mart."{name}" as select {auswahl}')
            for spalte, text in kommentare.get(name, {}).items():
                objekt = f'column bi.mart."{name}"."{spalte}"' if spalte else f'table bi.mart."{name}"'
                if not spalte or spalte in quelle.columns:
                    con.sql(f"comment on {objekt} is '{text.replace(chr(39), chr(39) * 2)}'")
        con.sql("detach bi")
