"""From a contract to the schemas made of it: Pandera for judging, Arrow for writing, dbt YAML for reading.

Here: everything that is derived from ``Vertrag.spalten``.
Not here: the descriptions themselves (``sources/*/contract.yml``), the judging (``quality/tuer.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import yaml

from sources.stammdaten import SCHEMATA
from sources.vertraege import Spalte, Vertrag

if TYPE_CHECKING:
    import pandera.polars as pa_pl

_POLARS = {
    "text": pl.String,
    "zahl": pl.Float64,
    "ganzzahl": pl.Int64,
    "datum": pl.Date,
    "wahrheit": pl.Boolean,
}
_ARROW = {
    "text": pa.string(),
    "zahl": pa.float64(),
    "ganzzahl": pa.int64(),
    "datum": pa.date32(),
    "wahrheit": pa.bool_(),
}
_DUCKDB = {"text": "varchar", "zahl": "double", "ganzzahl": "bigint", "datum": "date", "wahrheit": "boolean"}


def polars_schema(vertrag: Vertrag) -> dict[str, type[pl.DataType]]:
    """Column name to polars type, technical columns included."""
    return {s.name: _POLARS[s.typ] for s in vertrag.spalten}


def arrow_schema(vertrag: Vertrag) -> pa.Schema:
    """Schema of the lake's Parquet files; carries the contract's hash as metadata."""
    felder = [pa.field(s.name, _ARROW[s.typ], nullable=s.leer_erlaubt) for s in vertrag.spalten]
    return pa.schema(felder, metadata={"vertrag_sha256": vertrag.sha256, "extrakt": vertrag.extrakt})


def _spalte(s: Spalte, vertrag: Vertrag) -> pa_pl.Column:
    import pandera.polars as pa_pl

    pruefungen = []
    if s.codes:
        pruefungen.append(pa_pl.Check.isin(list(s.codes), name=f"code:{s.name}"))
    muster = vertrag.schluesselmuster if s.name == "raum_schluessel" else s.muster
    if muster:
        pruefungen.append(pa_pl.Check.str_matches(muster, name=f"muster:{s.name}"))
    if s.min is not None or s.max is not None:
        pruefungen.append(pa_pl.Check.in_range(s.min, s.max or float("inf"), name=f"bereich:{s.name}"))
    return pa_pl.Column(_POLARS[s.typ], checks=pruefungen, nullable=s.leer_erlaubt)


def pandera_schema(vertrag: Vertrag) -> pa_pl.DataFrameSchema:
    """Pandera schema of judged cells: columns, types, codes, patterns, ranges, key.

    Validate eager frames only: on a LazyFrame Pandera checks the schema and passes bad data.
    """
    import pandera.polars as pa_pl

    def wert_da(daten: pa_pl.PolarsData) -> pl.LazyFrame:
        fehlt = (pl.col("status") == "gueltig") & pl.col("wert").is_null()
        return daten.lazyframe.select(~fehlt)

    def im_bereich(daten: pa_pl.PolarsData) -> pl.LazyFrame:
        zu_klein = (pl.col("wert") < pl.col("min")).fill_null(value=False)
        zu_gross = (pl.col("wert") > pl.col("max")).fill_null(value=False)
        return daten.lazyframe.select(~(zu_klein | zu_gross))

    def eindeutig(daten: pa_pl.PolarsData) -> pl.LazyFrame:
        return daten.lazyframe.select(pl.struct(vertrag.schluessel).is_unique())

    return pa_pl.DataFrameSchema(
        {s.name: _spalte(s, vertrag) for s in vertrag.spalten if not s.technisch},
        checks=[
            pa_pl.Check(wert_da, name="wert"),
            pa_pl.Check(im_bereich, name="bereich:wert"),
            pa_pl.Check(eindeutig, name="schluessel"),
        ],
        strict=False,
    )


def _quelle(name: str, beschreibung: str, ort: str, tabellen: list[dict[str, object]]) -> dict[str, object]:
    ort = 'read_parquet(\'{{ env_var("BERICHTSWESEN_LAKE") }}/' + ort + "')"
    return {
        "name": name,
        "description": beschreibung,
        "config": {"meta": {"external_location": ort}},
        "tables": tabellen,
    }


def dbt_quellen(vertraege: dict[str, Vertrag]) -> dict[str, object]:
    """The dbt source YAML: extracts by contract, descriptions as tables, marks of geheimhaltung."""
    lake: list[dict[str, object]] = [
        {
            "name": v.extrakt,
            "description": f"{v.titel}. Korn: {v.korn}. Quelle: {v.attribution}.",
            "config": {"meta": {"familie": v.familie}},
            "columns": [{"name": s.name, "description": s.bedeutung, "data_type": _DUCKDB[s.typ]} for s in v.spalten],
        }
        for v in vertraege.values()
    ]
    stamm: list[dict[str, object]] = [
        {"name": name, "description": text, "columns": [{"name": spalte} for spalte in schema]}
        for name, (text, schema) in SCHEMATA.items()
    ]
    marken: list[dict[str, object]] = [
        {
            "name": "marken",
            "description": "Zellen, die nicht veröffentlicht werden",
            "columns": [
                {"name": "modell", "description": "Modell im Schema intern"},
                {"name": "zelle", "description": "Schlüsselwerte der Zelle, mit | verbunden"},
            ],
        }
    ]
    return {
        "version": 2,
        "sources": [
            _quelle("lake", "Angenommene Lieferungen, nach Vertrag typisiert", "{name}/*.parquet", lake),
            _quelle(
                "stammdaten",
                "Profile, Verträge und Katalog als Tabellen",
                "stammdaten_{name}/*.parquet",
                stamm,
            ),
            _quelle("geheimhaltung", "Marken der Geheimhaltung", "geheimhaltung_{name}/*.parquet", marken),
        ],
    }


def dbt_quellen_yaml(vertraege: dict[str, Vertrag]) -> str:
    """Text of ``dbt_project/models/staging/_quellen.yml``; ``berichtswesen check`` fails when the file differs."""
    kopf = "# Made by `berichtswesen check --schreiben` from the contracts; do not edit.\n"
    return kopf + yaml.safe_dump(dbt_quellen(vertraege), allow_unicode=True, sort_keys=False, width=110)
