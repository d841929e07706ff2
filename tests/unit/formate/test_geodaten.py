"""Areas: attributes of GeoJSON features and of a shapefile's table."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formate import Lesefehler, erkennung, geodaten, tabelle

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
