"""``datapackage.json`` of a release: what the published CSV files hold, as Frictionless Data Package v1.

Here: the description. Not here: the files (``reports/marts.py``), the licence of a single source (contracts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from reports.marts import CSV_DEZIMAL, CSV_KODIERUNG, CSV_TRENNER
from reports.typen import BerichtsAngaben
from reports.woerter import MUSTERDATEN
from sources.ablage import schreibe_json

_LIZENZ = (
    "Nutzung nach den Bedingungen der genannten Quellen; eine Lizenz für die eigenen Zahlen legt das Jugendamt fest"
)


def schreibe_datapackage(
    ordner: Path,
    angaben: BerichtsAngaben,
    quellen: Sequence[tuple[str, str]],
    kommentare: Mapping[str, Mapping[str, str]],
) -> None:
    """Write ``datapackage.json`` beside ``marts/``.

    Args:
        ordner: the release.
        angaben: Jugendamt and Berichtsjahr.
        quellen: attribution and licence of each source.
        kommentare: mart name to descriptions of its columns ("" = the mart's own).
    """
    muster = f" ({MUSTERDATEN})" if angaben.musterdaten else ""
    paket = {
        "profile": "tabular-data-package",
        "name": f"{angaben.jugendamt}-{angaben.berichtsjahr}".replace("_", "-"),
        "title": f"{angaben.name}: Berichtswesen {angaben.berichtsjahr}{muster}",
        "description": f"Kennzahlen je Sozialraum bis {angaben.berichtsjahr}, nach der Geheimhaltung.{muster}",
        "licenses": [{"name": "other-at", "title": _LIZENZ}],
        "sources": [{"title": quelle, "licence": lizenz} for quelle, lizenz in sorted(set(quellen))],
        "resources": [
            _ressource(datei, kommentare.get(datei.stem, {})) for datei in sorted((ordner / "marts").glob("*.parquet"))
        ],
    }
    schreibe_json(ordner / "datapackage.json", paket)


def _ressource(datei: Path, kommentare: Mapping[str, str]) -> dict[str, Any]:
    felder = [_feld(name, typ, kommentare.get(name, "")) for name, typ in pl.read_parquet_schema(datei).items()]
    return {
        "profile": "tabular-data-resource",
        "name": datei.stem,
        "path": f"marts/{datei.stem}.csv",
        "parquet": f"marts/{datei.name}",
        "description": kommentare.get("", ""),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": CSV_KODIERUNG,
        "dialect": {"csv": {"delimiter": CSV_TRENNER}},
        "schema": {"fields": felder, "missingValues": [""]},
    }


def _feld(name: str, typ: pl.DataType, bedeutung: str) -> dict[str, Any]:
    feld: dict[str, Any] = {"name": name, "description": bedeutung}
    if typ.is_float():
        return {**feld, "type": "number", "decimalChar": CSV_DEZIMAL}
    if typ.is_integer():
        return {**feld, "type": "integer"}
    return {**feld, "type": "boolean" if typ == pl.Boolean else "date" if typ == pl.Date else "string"}
