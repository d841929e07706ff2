"""Do all ways agree on every figure?

Here: the Kennzahlen that all ways calculate, and the comparison of two results. Not here: the ways themselves.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

SCHLUESSEL = ["jugendamt", "raum_id", "berichtsjahr", "quelle", "kennzahl"]
# Each at every Raum where its source has it: Räume, Regionen, Kreise, and the members of the whole.
KENNZAHLEN = (
    "bev_gesamt", "bev_u18", "jugendquotient", "hze_faelle", "hze_quote", "ansatz_eur", "ist_eur", "ausschoepfung_pct",
    "abgaenger_gesamt", "abgaenger_ohne_hsa_pct", "abgaenger_ahr_pct",
)  # fmt: skip


def aus_warehouse(datei: Path) -> pl.DataFrame:
    """The product's figures before geheimhaltung: columns of :data:`SCHLUESSEL` and wert."""
    with duckdb.connect(str(datei), read_only=True) as con:
        return con.sql(
            f"select {', '.join(SCHLUESSEL)}, wert from intern.intern_kennzahlen "
            f"where kennzahl in {KENNZAHLEN} and wert is not null"
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
