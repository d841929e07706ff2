"""The Räume of the main level with their Kennzahlen as GeoJSON, for GIS and BI tools.

Belongs here: features and their properties. Not here: areas (`flaechen`), maps of the report (`karte`).
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from reports.flaechen import Flaechen
from reports.typen import BerichtsAngaben

_STELLEN = 5
"""Decimals of a degree: about a metre."""


def schreibe_geojson(marts: Path, ziel: Path, angaben: BerichtsAngaben) -> None:
    """Write `ziel`: one feature per Raum of the main level, WGS84, with its row of mart `steckbrief` as properties.

    A Raum without a delivered area has geometry null; where the main level has none at all, the next lower level with
    areas is written. Same marts, same bytes.
    """
    zeilen = pl.read_parquet(marts / "steckbrief.parquet").filter(
        pl.col("jugendamt") == angaben.jugendamt, pl.col("berichtsjahr") == angaben.berichtsjahr
    )
    flaechen = Flaechen(marts, angaben.jugendamt, date(angaben.berichtsjahr, 12, 31))
    folge = sorted((e for e, _ in angaben.ebenen), key=lambda e: e != angaben.hauptebene)
    mit_flaeche = {e for r, e in zeilen.select("raum_id", "raumebene").iter_rows() if flaechen[r] is not None}
    ebene = next((e for e in folge if e in mit_flaeche and e != "jugendamt"), angaben.hauptebene)
    gebiete = [
        {
            "type": "Feature",
            "id": zeile["raum_id"],
            "properties": {
                **zeile,
                "musterdaten": angaben.musterdaten or flaechen.musterdaten,
                "attribution": flaechen.quellenvermerk([zeile["raum_id"]]),
            },
            "geometry": _geometrie(flaechen[zeile["raum_id"]]),
        }
        for zeile in zeilen.filter(pl.col("raumebene") == ebene).sort("raum_id").to_dicts()
    ]
    ziel.parent.mkdir(parents=True, exist_ok=True)
    sammlung = {"type": "FeatureCollection", "features": gebiete}
    ziel.write_text(json.dumps(sammlung, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n", "utf-8")


def _geometrie(form: Any | None) -> Any | None:
    """As RFC 7946 wants it: exterior rings counterclockwise."""
    if form is None:
        return None
    gerundet = shapely.transform(form, lambda punkte: np.round(punkte, _STELLEN))
    return json.loads(shapely.to_geojson(shapely.orient_polygons(gerundet)))
