"""Maps and GeoJSON: areas, class limits, what a map tells and what it must not."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from reports.flaechen import Flaechen
from reports.karte import Kartenwerk, klassengrenzen
from reports.typen import BerichtsAngaben

RAEUME = {f"9900100{i}": f"Raum {i}" for i in range(1, 7)}
TAG = date(2021, 12, 31)


def _quadrat(x: float, y: float) -> dict[str, Any]:
    return json.loads(shapely.to_geojson(shapely.box(x, y, x + 0.1, y + 0.1)))


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    """Six squares in two rows, the last one in two parts; two regions, of which one lacks an area."""
    formen = {r: _quadrat(9 + 0.1 * (i % 3), 53 + 0.1 * (i // 3)) for i, r in enumerate(RAEUME)}
    formen["99001006"] = {"type": "GeometryCollection", "geometries": [formen["99001006"], _quadrat(9.3, 53.1)]}
    pl.DataFrame(
        [{"jugendamt": "musterkreis", "raum_id": r, "geometrie": json.dumps(f), "attribution": "© Muster",
          "datenstand": None, "musterdaten": True} for r, f in formen.items()]
    ).write_parquet(tmp_path / "raumgrenzen.parquet")  # fmt: skip
    eltern = {r: "musterkreis:west" if i < 3 else "musterkreis:ost" for i, r in enumerate(RAEUME)}
    eltern["99001007"] = "musterkreis:ost"
    pl.DataFrame(
        [{"jugendamt": "musterkreis", "raum_id": r, "hierarchie": "planung", "eltern_raum_id": e,
          "gueltig_von": date(1900, 1, 1), "gueltig_bis": None} for r, e in eltern.items()],
        schema_overrides={"gueltig_bis": pl.Date},
    ).write_parquet(tmp_path / "raumzuordnung.parquet")  # fmt: skip
    return tmp_path


def test_a_larger_raum_is_all_its_parts_or_nothing(marts: Path) -> None:
    flaechen = Flaechen(marts, "musterkreis", TAG)
    west = flaechen["musterkreis:west"]
    assert west is not None
    assert west.area == pytest.approx(0.03)
    assert west.geom_type == "Polygon"
    assert flaechen["99001006"].area == pytest.approx(0.02)
    assert flaechen["musterkreis:ost"] is None
    assert flaechen["anderes"] is None
    assert flaechen.quellenvermerk(["musterkreis:west"]) == "© Muster"
    assert Flaechen(marts, "anderes", TAG)["99001001"] is None


@given(st.lists(st.floats(0, 1e6, allow_nan=False), min_size=4, max_size=60), st.integers(0, 2))
def test_class_limits_are_round_enclose_all_values_and_leave_no_class_empty(werte: list[float], stellen: int) -> None:
    werte = [round(w, stellen) for w in werte]
    grenzen = klassengrenzen(werte, stellen)
    assert 2 <= len(grenzen) <= 6
    assert grenzen == sorted(set(grenzen))
    assert grenzen[0] <= min(werte)
    assert max(werte) < grenzen[-1]
    for von, bis in pairwise(grenzen):
        assert any(von - 1e-6 <= w < bis + 1e-6 for w in werte)


def test_class_limits_are_those_one_would_choose() -> None:
    assert klassengrenzen([31.2, 33.8, 35.4, 37.1, 40.9, 41.7, 44.4, 46.2, 47.7], 1) == [31, 37, 43, 48]
    assert klassengrenzen([0.0] * 5 + [3.0], 1)[0] == 0


@pytest.fixture
def bericht() -> Any:
    """What the map reads of a report: six Räume, one of them protected although its row holds a figure."""
    from types import SimpleNamespace as Ding

    from reports.typen import Wert

    def wert(nr: int) -> Wert:
        status = "gesperrt" if nr == 4 else "gueltig"
        zahl = 987654.0 if nr == 4 else 20.0 + nr
        return Wert("quote", 2021, TAG, "register", zahl, 100.0, status, (), "", None, True)

    angaben = {r: Ding(reihe=(wert(i),)) for i, r in enumerate(RAEUME, 1)}
    blaetter = tuple(Ding(raum_id=r, name=n, eltern=(), angabe=lambda _, r=r: angaben[r]) for r, n in RAEUME.items())
    kennzahl = Ding(kennzahl="quote", name="Quote", einheit="%", nachkommastellen=1, ist_prozent=True)
    return Ding(
        angaben=Ding(jugendamt="musterkreis", berichtsjahr=2021),
        ganzes=Ding(name="Musterkreis"),
        ebenen=(Ding(ebene="raum", name="Räume", blaetter=blaetter),),
        spalte=Ding(kennzahl=kennzahl, jahr=2021),
    )


def _svg(karte: object) -> str:
    from reports.bericht import _umgebung

    return _umgebung().get_template("karte.svg.j2").module.karte_svg(karte)  # type: ignore[attr-defined]


def test_a_map_tells_classes_and_never_a_figure(marts: Path, bericht: Any) -> None:
    werk = Kartenwerk(marts, bericht)
    karte = werk.choropleth(bericht.ebenen[0], bericht.spalte)
    assert karte is not None
    assert karte.musterdaten
    assert karte.vermerk == "© Muster"
    assert karte.ohne == "1 aus Datenschutzgründen nicht ausgewiesen"
    assert [(k.ton, k.anzahl) for k in karte.klassen] == [(0, 3), (4, 2), (-1, 1)]
    text = _svg(karte)
    wurzel = ElementTree.fromstring(text)
    assert wurzel.get("role") == "img"
    assert "Musterdaten" in text
    assert "Raum 4: ohne Wert" in text
    assert "Ohne Wert: 1." in karte.beschreibung
    for verraeterisch in ("987", "21,0", "22,0", "24,0"):
        assert verraeterisch not in text
    assert text == _svg(Kartenwerk(marts, bericht).choropleth(bericht.ebenen[0], bericht.spalte))


def test_what_is_hidden_changes_nothing_in_the_map(marts: Path, bericht: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    vorher = _svg(Kartenwerk(marts, bericht).choropleth(bericht.ebenen[0], bericht.spalte))
    geschuetzt = bericht.ebenen[0].blaetter[3].angabe(None).reihe[0]
    monkeypatch.setitem(geschuetzt.__dict__, "wert", 1.0)
    assert _svg(Kartenwerk(marts, bericht).choropleth(bericht.ebenen[0], bericht.spalte)) == vorher


def test_without_areas_or_with_few_figures_there_is_no_map(marts: Path, bericht: Any, tmp_path: Path) -> None:
    werk = Kartenwerk(marts, bericht)
    bericht.spalte.jahr = 2020
    assert werk.choropleth(bericht.ebenen[0], bericht.spalte) is None
    assert Kartenwerk(tmp_path / "leer", bericht).haupt is None
    assert Kartenwerk(tmp_path / "leer", bericht).lage(bericht.ebenen[0].blaetter[0]) is None


def test_the_locator_shows_a_raum_among_all(marts: Path, bericht: Any) -> None:
    karte = Kartenwerk(marts, bericht).lage(bericht.ebenen[0].blaetter[1])
    assert karte is not None
    assert [f.ton for f in karte.formen] == [0, 4, 0, 0, 0, 0]
    assert "Raum 2" in karte.titel


def test_geojson_is_the_steckbrief_with_areas(marts: Path, angaben: BerichtsAngaben) -> None:
    from reports.geojson import schreibe_geojson

    zeilen = [
        {"jugendamt": "musterkreis", "raum_id": r, "raum_name": n, "raumebene": "kommune", "berichtsjahr": jahr,
         "quote": None if r.endswith("4") else 1.5, "quote_status": "gesperrt" if r.endswith("4") else "gueltig"}
        for r, n in {**RAEUME, "99001007": "Ohne Fläche"}.items() for jahr in (2020, 2021)
    ]  # fmt: skip
    pl.DataFrame(zeilen).write_parquet(marts / "steckbrief.parquet")
    ziel = marts / "geo" / "raeume.geojson"
    schreibe_geojson(marts, ziel, angaben)
    gebiete = json.loads(ziel.read_text("utf-8"))["features"]
    assert [g["id"] for g in gebiete] == [*RAEUME, "99001007"]
    assert gebiete[6]["geometry"] is None
    assert gebiete[3]["properties"]["quote"] is None
    assert (
        gebiete[0]["properties"] | {"quote": 1.5, "berichtsjahr": 2021, "attribution": "© Muster"}
        == (gebiete[0]["properties"])
    )
    form = shapely.from_geojson(json.dumps(gebiete[0]["geometry"]))
    assert form.exterior.is_ccw
    erst = ziel.read_bytes()
    schreibe_geojson(marts, ziel, angaben)
    assert ziel.read_bytes() == erst
