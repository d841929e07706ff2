"""Do all ways agree on every figure?

Here: the product's figures, all that have a value, and the comparison of two results. Not here: the ways themselves.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

SCHLUESSEL = ["jugendamt", "raum_id", "berichtsjahr", "quelle", "kennzahl"]


def aus_warehouse(datei: Path) -> pl.DataFrame:
    """The product's figures before geheimhaltung: columns of :data:`SCHLUESSEL` and wert."""
    with duckdb.connect(str(datei), read_only=True) as con:
        return con.sql(
            f"select {', '.join(SCHLUESSEL)}, wert from intern.intern_kennzahlen where wert is not null"
        ).pl()


def unterschiede(eine: pl.DataFrame, andere: pl.DataFrame) -> pl.DataFrame:
    """Figures that only one side has, or that differ: the key, wert, wert_right; empty if all agree.

    Counts and euros must be equal, rates up to the last digit of a float.
    """
    paare = _einheitlich(eine).join(_einheitlich(andere), on=SCHLUESSEL, how="full", coalesce=True)
    abstand = (pl.col("wert") - pl.col("wert_right")).abs()
    return paare.filter(~(abstand <= 1e-12 * pl.col("wert").abs()).fill_null(value=False)).sort(SCHLUESSEL)


def _einheitlich(werte: pl.DataFrame) -> pl.DataFrame:
    return werte.select(*SCHLUESSEL, "wert").cast({"berichtsjahr": pl.Int64, "wert": pl.Float64})
