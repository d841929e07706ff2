"""Areas: the features of a GeoJSON file or a shapefile.

Here: attributes as text, one row per feature; its geometry stays with it as GeoJSON text in degrees (WGS84, ETRS89).
Not here: the parts of a shapefile (`shapefile.py`), joining areas to Räume.
"""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from sources.formate import Gelesen, Lesefehler, shapefile
from sources.formate.kodierung import dekodiere

GEOMETRIE = "geometrie"
# reference systems in degrees by the end of their names: "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4258"
_GRAD = {"crs84", "4326", "4258"}


def erkennt(inhalt: bytes) -> bool:
    """Whether it is a GeoJSON collection, a shapefile packed as ZIP, or a dBase table."""
    return b'"FeatureCollection"' in inhalt[:2000] or shapefile.erkennt(inhalt)


def lies(inhalt: bytes, dateiname: str) -> Gelesen:
    """Read all features.

    `daten`: the attributes as String, null where empty; `geometrie` (not of a table alone); `zeile`, the number of the
    feature. Musterdaten say so by a member `"musterdaten": true` of the collection. Raises Lesefehler: those of
    `kodierung.dekodiere`, and beschaedigt, abgeschnitten, bezugssystem, spalten, leer.
    """
    muster = False
    if shapefile.erkennt(inhalt):
        zeilen, formen, kodierung = shapefile.lies(inhalt, dateiname)
    else:
        text, kodierung = dekodiere(inhalt)
        zeilen, formen, muster = _aus_geojson(text, dateiname)
    if any(GEOMETRIE in zeile for zeile in zeilen):
        raise Lesefehler("spalten", f"Ein Merkmal heißt '{GEOMETRIE}'", "andere Namen", "das Merkmal umbenennen")
    if formen is not None:
        _pruefe_formen(formen, dateiname)
        zeilen = [{**zeile, GEOMETRIE: form} for zeile, form in zip(zeilen, formen, strict=True)]
    if not zeilen:
        raise Lesefehler("leer", "Die Datei enthält keine Gebiete", "mindestens ein Gebiet", "die Datei neu ausgeben")
    namen = list(dict.fromkeys(name for zeile in zeilen for name in zeile))
    if "zeile" in namen:
        raise Lesefehler("spalten", "Ein Merkmal heißt 'zeile'", "andere Namen", "das Merkmal umbenennen")
    daten = pl.DataFrame(zeilen, schema=dict.fromkeys(namen, pl.String)).with_row_index("zeile", 1)
    return Gelesen(
        "geodaten",
        None,
        daten.select(*namen, pl.col("zeile").cast(pl.Int64)),
        kodierung,
        {"dateiname": dateiname},
        muster,
    )


def _text(wert: object) -> str | None:
    """A value as one would type it; empty is null."""
    if isinstance(wert, str):
        return wert.strip() or None
    return None if wert is None else json.dumps(wert, ensure_ascii=False)


def _aus_geojson(text: str, dateiname: str) -> tuple[list[dict[str, str | None]], list[str | None], bool]:
    try:
        inhalt: Any = json.loads(text)
        gebiete = [(dict(g["properties"] or {}), g["geometry"]) for g in inhalt["features"]]
        system = str(((inhalt.get("crs") or {}).get("properties") or {}).get("name", "CRS84"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Lesefehler(
            "beschaedigt",
            f"{dateiname} ist keine vollständige GeoJSON-Sammlung",
            'eine "FeatureCollection" mit "properties" und "geometry" je Gebiet',
            "die Datei neu ausgeben und unverändert liefern",
        ) from None
    if system.replace(":", "/").rpartition("/")[2].lower() not in _GRAD:
        raise _falsches_system(f"Das Bezugssystem ist {system}")
    zeilen = [{str(n): _text(w) for n, w in merkmale.items()} for merkmale, _ in gebiete]
    return zeilen, [_text(form) for _, form in gebiete], inhalt.get("musterdaten") is True


def _pruefe_formen(formen: list[str | None], dateiname: str) -> None:
    """All areas are GeoJSON geometries with longitude and latitude."""
    import shapely  # heavy; a table alone needs none

    gelesen = shapely.from_geojson(formen, on_invalid="ignore")
    kaputt = [nr for nr, (form, g) in enumerate(zip(formen, gelesen, strict=True), 1) if form and g is None]
    if kaputt:
        raise Lesefehler(
            "beschaedigt",
            f"Die Geometrie von Gebiet {kaputt[0]} in {dateiname} ist nicht lesbar ({len(kaputt)} solche)",
            "Geometrien nach GeoJSON",
            "die Datei neu ausgeben und unverändert liefern",
        )
    grenzen = abs(shapely.bounds(gelesen))
    if (grenzen[:, [0, 2]] > 180).any() or (grenzen[:, [1, 3]] > 90).any():
        raise _falsches_system("Die Koordinaten sind keine Grade")


def _falsches_system(was: str) -> Lesefehler:
    return Lesefehler(
        "bezugssystem", was, "Länge und Breite in WGS84 (EPSG:4326)", "die Gebiete in diesem Bezugssystem ausgeben"
    )
