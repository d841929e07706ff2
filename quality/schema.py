"""From a contract to the schemas made of it: Pandera for judging, Arrow for writing, dbt YAML for reading.

Here: everything that is derived from ``Vertrag.spalten``.
Not here: the descriptions themselves (``sources/*/contract.yml``), the judging (``quality/tuer.py``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import yaml

from sources.stammdaten import SCHEMATA
from sources.vertraege import Feld, Regel, Spalte, Vertrag

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


def polars_schema(vertrag: Vertrag, *, technisch: bool = True) -> dict[str, type[pl.DataType]]:
    """Column name to polars type, with or without technical columns."""
    return {s.name: _POLARS[s.typ] for s in vertrag.spalten if technisch or not s.technisch}


@lru_cache(maxsize=128)
def im_lake(vertrag: Vertrag) -> Vertrag:
    """The contract as its rows lie in the lake: fields that a Verdichtung does not keep may be empty there."""
    if vertrag.verdichtung is None:
        return vertrag
    bleibt = {*vertrag.verdichtung.gruppen, vertrag.verdichtung.zaehler}
    frei = {f.name for f in vertrag.felder} - bleibt
    spalten = (s.model_copy(update={"leer_erlaubt": s.leer_erlaubt or s.name in frei}) for s in vertrag.spalten)
    return vertrag.model_copy(update={"spalten": tuple(spalten)})


def arrow_schema(vertrag: Vertrag) -> pa.Schema:
    """Schema of the lake's Parquet files; carries the contract's hash as metadata."""
    felder = [pa.field(s.name, _ARROW[s.typ], nullable=s.leer_erlaubt) for s in im_lake(vertrag).spalten]
    return pa.schema(felder, metadata={"vertrag_sha256": vertrag.sha256, "extrakt": vertrag.extrakt})


def _spaltenregeln(s: Spalte, vertrag: Vertrag) -> Iterator[tuple[str, pl.Expr]]:
    """What a column asks of its values; true or null where it holds."""
    spalte, dimension = pl.col(s.name), vertrag.dimensionen.get(s.name)
    if not s.leer_erlaubt:
        yield "pflicht", spalte.is_not_null()
    erlaubt = s.codes or (sorted({*dimension.werte.values()}) if dimension else ())
    if erlaubt:
        codes: list[object] = list(erlaubt) if s.typ == "text" else [float(code) for code in erlaubt]
        yield "code", spalte.is_in(codes)
    muster = s.muster or (vertrag.schluesselmuster if s.name == "raum_schluessel" else "")
    if muster:
        yield "muster", spalte.str.contains(f"^(?:{muster})")
    if s.min is not None or s.max is not None:
        yield (
            "bereich",
            spalte.is_between(*(-math.inf if s.min is None else s.min, math.inf if s.max is None else s.max)),
        )
    if s.typ == "datum":
        # no slip of the year such as 0023 or 3023; 9999 is what many programs write for an open end
        offen = spalte.is_between(date(9999, 1, 1), date.max)
        yield "bereich", spalte.is_between(date(1900, 1, 1), date(2100, 12, 31)) | offen


def _regeln(vertrag: Vertrag) -> Iterator[tuple[str, pl.Expr]]:
    """All rules by name, "<rule>:<columns>"; true where one holds, null where it cannot be told."""
    for s in (s for s in vertrag.spalten if not s.technisch):
        yield from ((f"{regel}:{s.name}", b) for regel, b in _spaltenregeln(s, vertrag))
    yield from (_satzregeln if vertrag.form == "saetze" else _zellregeln)(vertrag)


@lru_cache(maxsize=128)
def pandera_schema(vertrag: Vertrag) -> pa_pl.DataFrameSchema:
    """Pandera schema of judged cells or records, which names each row and rule that fails.

    A failing check is named "<rule>:<columns>" by its rule: "pflicht", "code", "muster", "bereich", "wert", or one of
    the contract's. The key is part of the schema for cells only; records come in blocks, and a key holds for all of
    them (``Saetze.doppelte``).

    Validate eager frames only: on a LazyFrame Pandera checks the schema and passes bad data.
    """
    import pandera.polars as pa_pl

    typen = {s.name: pa_pl.Column(_POLARS[s.typ], nullable=True) for s in vertrag.spalten if not s.technisch}
    pruefungen = [
        # b=b: each check its own rule
        pa_pl.Check(lambda daten, b=b: daten.lazyframe.select(b), name=n)
        for n, b in _regeln(vertrag)
    ]
    return pa_pl.DataFrameSchema(typen, checks=pruefungen, strict=False)


@lru_cache(maxsize=128)
def pandera_gesamt(vertrag: Vertrag) -> pa_pl.DataFrameSchema:
    """The same rules as one check of typed rows: nearly all deliveries are good, and each check costs a millisecond.

    It answers with one truth value for all rows, so that Pandera has no column to go through again.
    """
    import pandera.polars as pa_pl

    alle = pl.all_horizontal(b for _, b in _regeln(vertrag)).all()
    # there is nothing to optimise in one select, and looking for it takes longer than the rules of a small file
    wie_es_ist = pl.QueryOptFlags.none()
    gesamt = pa_pl.Check(
        lambda daten: bool(daten.lazyframe.select(alle).collect(optimizations=wie_es_ist).item()), name="gesamt"
    )
    return pa_pl.DataFrameSchema(checks=[gesamt])


def _zellregeln(vertrag: Vertrag) -> list[tuple[str, pl.Expr]]:
    """Conditions over a whole cell."""
    zu_klein = (pl.col("wert") < pl.col("min")).fill_null(value=False)
    zu_gross = (pl.col("wert") > pl.col("max")).fill_null(value=False)
    return [
        ("wert", ~((pl.col("status") == "gueltig") & pl.col("wert").is_null())),
        ("bereich:wert", ~(zu_klein | zu_gross)),
        ("schluessel", pl.struct(vertrag.schluessel).is_unique()),
    ]


def bedingung(regel: Regel) -> pl.Expr:
    """A rule of the contract as expression: true where it holds or cannot be told (null)."""
    return pl.sql_expr(regel.bedingung).fill_null(value=True)


def _satzregeln(vertrag: Vertrag) -> list[tuple[str, pl.Expr]]:
    """Conditions over a whole record: the contract's rules, and codes that hold on the record's day."""
    regeln = [(f"{r.name}:{r.felder}", bedingung(r)) for r in vertrag.regeln if r.schwere == "sperrend"]
    listen = [(f"codeliste:{f.name}", _in_liste(f, vertrag)) for f in vertrag.felder if f.codeliste]
    return regeln + listen


def _in_liste(feld: Feld, vertrag: Vertrag) -> pl.Expr:
    """Whether the code was valid on the day that decides; an empty code or day is another rule's business."""
    liste = vertrag.codelisten[feld.codeliste]
    zeiten: dict[tuple[date, date | None], list[str]] = {}
    for wert in liste.werte:
        zeiten.setdefault((wert.gueltig_von, wert.gueltig_bis), []).append(wert.code)
    tag = pl.col(liste.gueltig_am)
    gueltig = [
        tag.is_between(von, bis or date.max) & pl.col(feld.name).is_in(codes) for (von, bis), codes in zeiten.items()
    ]
    return pl.any_horizontal(gueltig).fill_null(value=True)


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
        if v.eigener_datensatz
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
                {"name": "marke", "description": "offen, gesperrt oder fehlt (erscheint nicht)"},
            ],
        },
        {
            "name": "ergebnis",
            "description": "Was die Prüfung der Geheimhaltung ergeben hat, in Worten",
            "columns": [{"name": "jugendamt"}, {"name": "meldung"}],
        },
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
