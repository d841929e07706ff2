"""Areas: attributes of GeoJSON features and of a shapefile's table."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formate import Lesefehler, erkennung, geodaten, shapefile, tabelle

PUNKT = {"type": "Point", "coordinates": [9.5, 53.0]}
GEBIETE = [
    {"properties": {"ags": "03361001", "name": "Musterstadt", "ew": 5, "leer": None}, "geometry": PUNKT},
    {"properties": {"ags": "03361002", "name": "Dörfle", "neu": True}, "geometry": None},
]


def _geojson(gebiete: list[dict]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": gebiete}, ensure_ascii=False).encode()


def _dbf(saetze: list[bytes], felder: dict[str, int], anzahl: int | None = None) -> bytes:
    kopf, satz = 32 + 32 * len(felder) + 1, 1 + sum(felder.values())
    beginn = struct.pack("<B3BIHH20x", 3, 124, 1, 1, len(saetze) if anzahl is None else anzahl, kopf, satz)
    beschreibung = b"".join(struct.pack("<11sc4xB15x", n.encode(), b"C", b) for n, b in felder.items())
    return beginn + beschreibung + b"\r" + b"".join(saetze)


def test_geojson() -> None:
    inhalt = _geojson(GEBIETE)
    assert erkennung.erkenne(inhalt) == "geodaten"
    daten = geodaten.lies(inhalt, "gebiete.geojson").daten
    assert daten.columns == ["ags", "name", "ew", "leer", "geometrie", "neu", "zeile"]
    assert daten["ags"].to_list() == ["03361001", "03361002"]
    assert daten.row(0)[2:4] == ("5", None)
    assert daten["neu"].to_list() == [None, "true"]
    assert [w and json.loads(w) for w in daten["geometrie"]] == [PUNKT, None]


@pytest.mark.parametrize("kodierung", ["utf-8", "windows-1252"])
def test_dbf(kodierung: str) -> None:
    worte = [("A", "Groß Klein"), ("B", "Südstadt")]
    saetze = [b" " + c.encode().ljust(3) + n.encode(kodierung).ljust(20) for c, n in worte]
    inhalt = _dbf([*saetze, b"*" + b"X".ljust(23)], {"code": 3, "name": 20})
    assert erkennung.erkenne(inhalt) == "geodaten"
    gelesen = geodaten.lies(inhalt, "gebiete.dbf")
    assert gelesen.daten.rows() == [("A", "Groß Klein", 1), ("B", "Südstadt", 2)]
    assert gelesen.kodierung == kodierung


@pytest.mark.parametrize(
    ("inhalt", "art"),
    [
        (_geojson(GEBIETE)[:-20], "beschaedigt"),
        (b'{"type": "FeatureCollection", "features": 3}', "beschaedigt"),
        (b'{"type": "FeatureCollection", "features": [{"properties": {}}]}', "beschaedigt"),
        (_geojson([]), "leer"),
        (_geojson([{"properties": {"zeile": 1}, "geometry": None}]), "spalten"),
        (_geojson([{"properties": {"geometrie": 1}, "geometry": None}]), "spalten"),
        (_dbf([b" A  "], {"code": 3}, anzahl=7), "abgeschnitten"),
        (_dbf([b" A  A  "], {"code": 3, "code\0x": 3}), "spalten"),
        (_dbf([], {"code": 3}), "leer"),
    ],
)
def test_what_is_no_area_is_refused(inhalt: bytes, art: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        geodaten.lies(inhalt, "gebiete")
    assert fehler.value.art == art


def test_other_json_is_named() -> None:
    with pytest.raises(Lesefehler, match="JSON"):
        tabelle.lies(b'[{"a": 1}]', "x.csv", ("utf-8",))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_bytes_are_read_or_refused(data: st.DataObject) -> None:
    gut = data.draw(st.sampled_from([_geojson(GEBIETE), _dbf([b" A  ", b" B  "], {"code": 3})]))
    stelle = data.draw(st.integers(0, len(gut)))
    inhalt = gut[:stelle] + data.draw(st.binary(max_size=6)) + gut[stelle + data.draw(st.integers(0, 3)) :]
    try:
        gelesen = geodaten.lies(inhalt, "x")
    except Lesefehler:
        return
    assert len(gelesen.daten) > 0


def test_real_areas(testdaten: Path) -> None:
    erwartet = {
        "geo/ortenaukreis_gemeinden.geojson": 52,
        "geo/verden_gemeinden.geojson": 11,
        "geo/hochsauerlandkreis_gemeinden.geojson": 12,
        "geo/rostock_gemeinde.geojson": 2,
        "rostock/geo/stadtbereiche.dbf": 21,
    }
    for name, anzahl in erwartet.items():
        inhalt = (testdaten / name).read_bytes()
        assert erkennung.erkenne(inhalt) == "geodaten", name
        assert len(geodaten.lies(inhalt, name).daten) == anzahl, name
    namen = geodaten.lies((testdaten / "rostock/geo/stadtbereiche.dbf").read_bytes(), "x").daten
    assert "Gartenstadt/Stadtweide" in {wert for spalte in namen.columns[:-1] for wert in namen[spalte]}


QUADRAT = [(9.0, 53.0), (9.0, 53.1), (9.1, 53.1), (9.1, 53.0), (9.0, 53.0)]
LOCH = [(9.02, 53.02), (9.04, 53.02), (9.04, 53.04), (9.02, 53.02)]
GRAD = b'GEOGCS["GCS_WGS_1984"]'


def _shp(*gebiete: list[list[tuple[float, float]]]) -> bytes:
    """A .shp with one polygon of several rings per record; none for an empty list."""
    inhalt = struct.pack(">i24x", 9994).ljust(100, b"\0")
    for nr, ringe in enumerate(gebiete, 1):
        punkte = [p for ring in ringe for p in ring]
        anfaenge = [sum(map(len, ringe[:i])) for i in range(len(ringe))]
        form = struct.pack("<i32x2i", 5, len(ringe), len(punkte)) + struct.pack(f"<{len(ringe)}i", *anfaenge)
        form += b"".join(struct.pack("<2d", *p) for p in punkte)
        satz = form if ringe else struct.pack("<i", 0)
        inhalt += struct.pack(">2i", nr, len(satz) // 2) + satz
    return inhalt


def _shapefile(ordner: Path, **teile: bytes) -> Path:
    tabelle = _dbf([b" A  ", b" B  "], {"code": 3})
    for endung, inhalt in ({"shp": _shp([QUADRAT, LOCH], []), "dbf": tabelle, "prj": GRAD} | teile).items():
        if inhalt:
            (ordner / f"gebiete.{endung}").write_bytes(inhalt)
    return ordner / "gebiete.shp"


def test_a_shapefile_is_one_delivery(tmp_path: Path) -> None:
    pfad = _shapefile(tmp_path)
    inhalt = shapefile.gepackt(pfad)
    assert inhalt == shapefile.gepackt(pfad)
    assert [p.name for p in shapefile.beilagen(pfad)] == ["gebiete.dbf", "gebiete.prj"]
    assert erkennung.erkenne(inhalt) == "geodaten"
    daten = geodaten.lies(inhalt, pfad.name).daten
    assert daten["code"].to_list() == ["A", "B"]
    form = shapely.from_geojson(daten["geometrie"][0])
    assert form.area == pytest.approx(0.01 - 0.0002)
    assert daten["geometrie"][1] is None
    (tmp_path / "archiviert.shp").write_bytes(inhalt)  # the archive keeps the packed form under the name that came
    assert shapefile.gepackt(tmp_path / "archiviert.shp") == inhalt


@pytest.mark.parametrize(
    ("teile", "art"),
    [
        ({"dbf": b""}, "beschaedigt"),
        ({"prj": b""}, "bezugssystem"),
        ({"prj": b'PROJCS["ETRS_1989_UTM_Zone_32N"]'}, "bezugssystem"),
        ({"shp": _shp([QUADRAT])}, "beschaedigt"),
        ({"shp": _shp([QUADRAT], [QUADRAT])[:-9]}, "beschaedigt"),
        ({"shp": _shp([[(x * 1e5, y * 1e5) for x, y in QUADRAT]], [])}, "bezugssystem"),
        ({"shp": _shp([[(float("nan"), 53.0), *QUADRAT[1:]]], [])}, "beschaedigt"),
    ],
)
def test_a_shapefile_that_cannot_be_placed_is_refused(tmp_path: Path, teile: dict[str, bytes], art: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        geodaten.lies(shapefile.gepackt(_shapefile(tmp_path, **teile)), "gebiete.shp")
    assert fehler.value.art == art


def test_a_border_that_crosses_itself_is_an_area(tmp_path: Path) -> None:
    schleife = [(9.0, 53.0), (9.1, 53.1), (9.1, 53.0), (9.0, 53.1), (9.0, 53.0)]
    inhalt = shapefile.gepackt(_shapefile(tmp_path, shp=_shp([schleife], [])))
    form = shapely.from_geojson(geodaten.lies(inhalt, "gebiete.shp").daten["geometrie"][0])
    assert form.is_valid
    assert form.area == pytest.approx(0.005)


def _gedrueckt(gepackt: bytes) -> bytes:
    """The same parts as most programs pack them."""
    ziel = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(gepackt)) as alt, zipfile.ZipFile(ziel, "w", zipfile.ZIP_DEFLATED) as neu:
        for teil in alt.infolist():
            neu.writestr(zipfile.ZipInfo(teil.filename), alt.read(teil), zipfile.ZIP_DEFLATED)
    return ziel.getvalue()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_a_damaged_shapefile_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    gepackt = shapefile.gepackt(_shapefile(tmp_path_factory.mktemp("shp")))
    gut = data.draw(st.sampled_from([gepackt, _gedrueckt(gepackt)]))
    stelle = data.draw(st.integers(0, len(gut)))
    inhalt = gut[:stelle] + data.draw(st.binary(max_size=6)) + gut[stelle + data.draw(st.integers(0, 6)) :]
    shapefile.erkennt(inhalt)
    try:
        gelesen = geodaten.lies(inhalt, "x.shp")
    except Lesefehler:
        return
    assert len(gelesen.daten) > 0


def test_geojson_in_metres_or_without_shape_is_refused() -> None:
    utm = {"properties": {"ags": "1"}, "geometry": {"type": "Point", "coordinates": [432100.0, 5371000.0]}}
    kaputt = {"properties": {"ags": "1"}, "geometry": {"type": "Polygon", "coordinates": "x"}}
    system = {"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:25832"}}, "features": GEBIETE}
    for inhalt, art in (
        (_geojson([utm]), "bezugssystem"), (_geojson([kaputt]), "beschaedigt"),
        (json.dumps(system).encode(), "bezugssystem"),
    ):  # fmt: skip
        with pytest.raises(Lesefehler) as fehler:
            geodaten.lies(inhalt, "gebiete.geojson")
        assert fehler.value.art == art


def test_invented_areas_say_so() -> None:
    muster = {"type": "FeatureCollection", "musterdaten": True, "features": GEBIETE}
    assert geodaten.lies(json.dumps(muster).encode(), "gebiete.geojson").musterdaten
    assert not geodaten.lies(_geojson(GEBIETE), "gebiete.geojson").musterdaten
