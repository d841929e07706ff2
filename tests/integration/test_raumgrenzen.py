"""The areas of the real files against figures that their publisher gives beside them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import polars as pl
import pytest
import shapely

from sources.formate import geodaten
from tests.conftest import Haus

pytestmark = pytest.mark.lang


def _km2(geojson: str) -> float:
    """Area on a sphere of the earth's mean radius, by stripes of equal latitude: within half a percent."""
    form = shapely.from_geojson(geojson)
    mitte = math.radians(form.centroid.y)
    return float(form.area) * (math.pi * 6371.0 / 180) ** 2 * math.cos(mitte)


def test_each_gemeinde_has_the_area_that_the_bkg_names(echtes_haus: Haus, testdaten: Path) -> None:
    grenzen = {z["raum_id"]: z for z in echtes_haus.frage("select * from mart.raumgrenzen where not musterdaten")}
    geprueft = 0
    for datei in ("ortenaukreis_gemeinden", "verden_gemeinden"):
        pfad = testdaten / "geo" / f"{datei}.geojson"
        for ags, km2 in geodaten.lies(pfad.read_bytes(), pfad.name).daten.select("ags", "area_km2").iter_rows():
            assert _km2(grenzen[ags]["geometrie"]) == pytest.approx(float(km2), rel=0.03), ags
            assert grenzen[ags]["attribution"] == "© GeoBasis-DE / BKG (2025), Daten verändert"
            geprueft += 1
    assert geprueft == 63
    assert "GeometryCollection" in grenzen["13003000"]["geometrie"]


def test_the_shapefile_gives_all_stadtbereiche(echtes_haus: Haus) -> None:
    zeilen = echtes_haus.frage("select * from mart.raumgrenzen where jugendamt = 'rostock' and raum_id like '%-%'")
    assert sorted(z["raum_id"][-1] for z in zeilen) == list("ABCDEFGHIJKLMNOPQRSTU")
    assert {z["attribution"] for z in zeilen} == {"Hanse- und Universitätsstadt Rostock, OpenData.HRO, Stadtbereiche"}
    assert sum(_km2(z["geometrie"]) for z in zeilen) == pytest.approx(181.36, rel=0.03)


def test_the_release_holds_the_raeume_as_geojson(echtes_haus: Haus) -> None:
    ordner = echtes_haus.home / "current" / "ortenaukreis"
    gebiete = json.loads((ordner / "geo" / "raeume.geojson").read_text("utf-8"))["features"]
    steckbrief = pl.read_parquet(ordner / "marts" / "steckbrief.parquet")
    jahr = gebiete[0]["properties"]["berichtsjahr"]
    soll = {z["raum_id"]: z for z in steckbrief.filter(pl.col("berichtsjahr") == jahr).to_dicts()}
    assert len(gebiete) == 51
    for g in gebiete:
        assert soll[g["id"]].items() <= g["properties"].items()
        assert shapely.from_geojson(json.dumps(g["geometry"])).is_valid
