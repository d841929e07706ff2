"""Areas: the features of a GeoJSON file, and the attribute table (.dbf) of a shapefile.

Here: attributes as text, one row per feature; the geometry of a GeoJSON feature stays with it as GeoJSON text.
Not here: geometry itself, joining areas to Räume.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import polars as pl

from sources.formate import Gelesen, Lesefehler
from sources.formate.kodierung import dekodiere

GEOMETRIE = "geometrie"
_DBF_KOPF, _DBF_FELD = 32, 32


def erkennt(inhalt: bytes) -> bool:
    """Whether it is a GeoJSON collection or a dBase table."""
    return b'"FeatureCollection"' in inhalt[:2000] or _dbf_aufbau(inhalt) is not None


def lies(inhalt: bytes, dateiname: str) -> Gelesen:
    """Read all features.

    `daten`: the attributes as String, null where empty; `geometrie` (GeoJSON only); `zeile`, the number of the
    feature. Raises Lesefehler: those of `kodierung.dekodiere`, and beschaedigt, abgeschnitten, spalten, leer.
    """
    if _dbf_aufbau(inhalt) is not None:
        zeilen, kodierung = _aus_dbf(inhalt)
    else:
        text, kodierung = dekodiere(inhalt)
        zeilen = _aus_geojson(text, dateiname)
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
        False,
    )


def _text(wert: object) -> str | None:
    """A value as one would type it; empty is null."""
    if isinstance(wert, str):
        return wert.strip() or None
    return None if wert is None else json.dumps(wert, ensure_ascii=False)


def _aus_geojson(text: str, dateiname: str) -> list[dict[str, str | None]]:
    try:
        inhalt: Any = json.loads(text)
        gebiete = [(dict(g["properties"] or {}), g["geometry"]) for g in inhalt["features"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Lesefehler(
            "beschaedigt",
            f"{dateiname} ist keine vollständige GeoJSON-Sammlung",
            'eine "FeatureCollection" mit "properties" und "geometry" je Gebiet',
            "die Datei neu ausgeben und unverändert liefern",
        ) from None
    if any(GEOMETRIE in merkmale for merkmale, _ in gebiete):
        raise Lesefehler("spalten", f"Ein Merkmal heißt '{GEOMETRIE}'", "andere Namen", "das Merkmal umbenennen")
    return [{**{str(n): _text(w) for n, w in merkmale.items()}, GEOMETRIE: _text(form)} for merkmale, form in gebiete]


def _dbf_aufbau(inhalt: bytes) -> tuple[int, int, int] | None:
    """Records, length of the header, length of a record; None where it is no dBase table."""
    if len(inhalt) <= _DBF_KOPF or inhalt[0] & 0x07 != 3:
        return None
    anzahl, kopf, satz = struct.unpack("<IHH", inhalt[4:12])
    passt = kopf >= _DBF_KOPF + _DBF_FELD + 1 and (kopf - _DBF_KOPF - 1) % _DBF_FELD == 0
    return (anzahl, kopf, satz) if passt and inhalt[kopf - 1 : kopf] == b"\r" else None


def _aus_dbf(inhalt: bytes) -> tuple[list[dict[str, str | None]], str]:
    anzahl, kopf, satz = _dbf_aufbau(inhalt) or (0, 0, 0)
    felder = [inhalt[i : i + _DBF_FELD] for i in range(_DBF_KOPF, kopf - 1, _DBF_FELD)]
    namen = [feld[:11].split(b"\0")[0].decode("ascii", "replace").strip() for feld in felder]
    breiten = [feld[16] for feld in felder]
    if len(set(namen)) < len(namen) or not all(namen) or sum(breiten) + 1 != satz:
        raise Lesefehler("spalten", "Die Feldbeschreibung passt nicht", "eine dBase-Tabelle", "die Datei neu ausgeben")
    if len(inhalt) < kopf + anzahl * satz:
        raise Lesefehler(
            "abgeschnitten",
            f"Die Tabelle nennt {anzahl} Sätze, die Datei endet davor",
            f"{kopf + anzahl * satz} Bytes",
            "die Datei vollständig liefern",
        )
    saetze = [inhalt[kopf + i * satz : kopf + (i + 1) * satz] for i in range(anzahl)]
    kodierung = "utf-8"
    try:
        inhalt[kopf:].decode(kodierung)
    except UnicodeDecodeError:
        kodierung = "windows-1252"
    # a record that begins with * is deleted
    return [_satz(s[1:], namen, breiten, kodierung) for s in saetze if s[:1] != b"*"], kodierung


def _satz(satz: bytes, namen: list[str], breiten: list[int], kodierung: str) -> dict[str, str | None]:
    werte, stelle = {}, 0
    for name, breite in zip(namen, breiten, strict=True):
        werte[name] = _text(satz[stelle : stelle + breite].decode(kodierung, "replace").strip("\0 "))
        stelle += breite
    return werte
