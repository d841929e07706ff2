"""Pandera and Great Expectations, each alone and as they come, on a table of the lake.

``python -m tests.benchmarks.stock pandera|gx HOME EXTRACT``: types, codes, ranges, empty values and the key of the
contract, checked on all rows at once; the number of checks is the same. Not here: the door, which does this by blocks.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import polars as pl

from quality.schema import polars_schema
from sources.vertraege import Spalte, Vertrag, lade_vertraege
from tests.benchmarks.messung import melde, stufe

# a key holds within a delivery; here those of all Jugendämter lie in one table
_WER = ("jugendamt",)


def _spalten(vertrag: Vertrag) -> list[Spalte]:
    return [s for s in vertrag.spalten if not s.technisch]


def mit_pandera(daten: pl.DataFrame, vertrag: Vertrag) -> bool:
    """Validate a polars frame; whether it passed."""
    import pandera.polars as pa

    spalten: dict[str, pa.Column] = {}
    for s in _spalten(vertrag):
        pruefungen = [pa.Check.isin(list(s.codes))] if s.codes else []
        if s.min is not None and s.max is not None:
            pruefungen.append(pa.Check.in_range(s.min, s.max))
        spalten[s.name] = pa.Column(polars_schema(vertrag)[s.name], pruefungen, nullable=s.leer_erlaubt)
    schema = pa.DataFrameSchema(spalten, unique=[*_WER, *vertrag.schluessel])
    try:
        schema.validate(daten, lazy=True)
    except pa.errors.SchemaErrors:
        return False
    return True


def mit_gx(daten: pl.DataFrame, vertrag: Vertrag) -> bool:
    """Validate the same as a pandas frame, which GX takes; whether it passed."""
    import great_expectations as gx

    logging.disable(logging.WARNING)
    kontext = gx.get_context(mode="ephemeral")
    rahmen: Any = (
        kontext.data_sources.add_pandas("p").add_dataframe_asset("t").add_batch_definition_whole_dataframe("b")
    )
    regeln: list[Any] = [gx.expectations.ExpectCompoundColumnsToBeUnique(column_list=[*_WER, *vertrag.schluessel])]
    for s in _spalten(vertrag):
        if not s.leer_erlaubt:
            regeln.append(gx.expectations.ExpectColumnValuesToNotBeNull(column=s.name))
        if s.codes:
            regeln.append(gx.expectations.ExpectColumnValuesToBeInSet(column=s.name, value_set=list(s.codes)))
        if s.min is not None and s.max is not None:
            regeln.append(
                gx.expectations.ExpectColumnValuesToBeBetween(column=s.name, min_value=s.min, max_value=s.max)
            )
    suite = gx.ExpectationSuite(name="vertrag", expectations=regeln)
    return bool(rahmen.get_batch({"dataframe": daten.to_pandas()}).validate(suite).success)


WEGE = {"pandera": mit_pandera, "gx": mit_gx}


def main(weg: str, home: Path, extrakt: str) -> None:
    """Read the accepted rows of an extract and check them again; they must pass."""
    vertrag = lade_vertraege()[extrakt]
    daten = pl.read_parquet(
        home / "lake" / extrakt / "*.parquet", columns=[*_WER, *(s.name for s in _spalten(vertrag))]
    )
    with stufe("pruefen"):
        bestanden = WEGE[weg](daten, vertrag)
    if not bestanden:
        raise SystemExit(f"{weg} finds faults in accepted rows of {extrakt}")
    melde(zeilen=len(daten))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
