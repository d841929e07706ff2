"""The parts of a shapefile: attribute table (.dbf), areas (.shp), reference system (.prj), and their ZIP.

Here: packing the parts that lie side by side into one delivery, and reading them again.
Not here: GeoJSON and the tidy table (`geodaten.py`), which file belongs to which extract (`sources/archiv.py`).
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import reduce
from itertools import pairwise
from operator import xor
from pathlib import Path

from sources.formate import Lesefehler, arbeitsmappe

_DBF_KOPF, _DBF_FELD = 32, 32
_SHP_KOPF = 100
_FLAECHEN = {5, 15, 25}  # Polygon, PolygonZ, PolygonM
_TEILE = (".shp", ".dbf", ".prj", ".cpg", ".shx", ".qpj", ".sbn", ".sbx")
_STELLEN = 6  # decimals of a degree: 10 cm
_KEIN_ARCHIV = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)

Merkmale = dict[str, str | None]


def beilagen(pfad: Path) -> list[Path]:
    """The files that belong to a .shp and lie beside it; none for any other file."""
    if pfad.suffix.lower() != ".shp":
        return []
    return [p for p in sorted(pfad.parent.iterdir()) if p.stem == pfad.stem and ist_beilage(p) and p != pfad]


def ist_beilage(pfad: Path) -> bool:
    """Whether a file is a part of a shapefile and comes with its .shp."""
    endung = pfad.suffix.lower()
    return endung in _TEILE[1:] and any(pfad.with_suffix(s).exists() for s in (".shp", ".SHP"))


def gepackt(pfad: Path) -> bytes:
    """The bytes of a delivery: those of the file; a .shp with its parts as one ZIP, the same for the same parts."""
    inhalt = pfad.read_bytes()
    if pfad.suffix.lower() != ".shp" or zipfile.is_zipfile(io.BytesIO(inhalt)):
        return inhalt
    ziel = io.BytesIO()
    with zipfile.ZipFile(ziel, "w") as mappe:
        for teil in (pfad, *beilagen(pfad)):
            mappe.writestr(zipfile.ZipInfo(teil.name), teil.read_bytes())
    return ziel.getvalue()


def erkennt(inhalt: bytes) -> bool:
    """Whether it is a ZIP with a .shp in it, or a dBase table."""
    if _dbf_aufbau(inhalt) is not None:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(inhalt)) as mappe:
            return ".shp" in _eintraege(mappe)
    except _KEIN_ARCHIV:
        return False


def lies(inhalt: bytes, dateiname: str) -> tuple[list[Merkmale], list[str | None] | None, str]:
    """Attributes, areas as GeoJSON text (None for a table alone), encoding. Raises :class:`Lesefehler`."""
    if _dbf_aufbau(inhalt) is not None:
        zeilen, kodierung = _aus_dbf(inhalt)
        return zeilen, None, kodierung
    teile = _teile(inhalt, dateiname)
    if _dbf_aufbau(teile.get(".dbf", b"")) is None:
        raise Lesefehler(
            "beschaedigt", f"Zu {dateiname} fehlt die Tabelle (.dbf)", "eine Shape-Datei mit .shp, .dbf und .prj",
            "alle Teile zusammen liefern",
        )  # fmt: skip
    if b"PROJCS" in teile.get(".prj", b"PROJCS"):
        raise Lesefehler(
            "bezugssystem", f"{dateiname} ist nicht in Grad, oder die Angabe dazu (.prj) fehlt", "WGS84 (EPSG:4326)",
            "die Gebiete in diesem Bezugssystem ausgeben",
        )  # fmt: skip
    zeilen, kodierung = _aus_dbf(teile[".dbf"])
    formen = _aus_shp(teile[".shp"], dateiname)
    if len(formen) != len(zeilen):
        raise Lesefehler(
            "beschaedigt", f"{dateiname} hat {len(formen)} Flächen und {len(zeilen)} Sätze", "eine Fläche je Satz",
            "die Datei neu ausgeben und alle Teile zusammen liefern",
        )  # fmt: skip
    return zeilen, formen, kodierung


def _eintraege(mappe: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The parts of a packed shapefile by their endings."""
    eintraege = sorted(mappe.infolist(), key=lambda teil: teil.filename)
    return {endung: teil for teil in eintraege if (endung := Path(teil.filename).suffix.lower()) in _TEILE}


def _teile(inhalt: bytes, dateiname: str) -> dict[str, bytes]:
    """The parts of a packed shapefile, unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(inhalt)) as mappe:
            eintraege = _eintraege(mappe)
            arbeitsmappe.pruefe_groesse([*eintraege.values()], dateiname)
            return {endung: mappe.read(teil) for endung, teil in eintraege.items()}
    except _KEIN_ARCHIV:
        raise Lesefehler(
            "beschaedigt", f"Das ZIP-Archiv {dateiname} lässt sich nicht entpacken",
            "ein vollständiges Archiv ohne Kennwort", "die Datei neu packen und vollständig liefern",
        ) from None  # fmt: skip


def _aus_shp(inhalt: bytes, dateiname: str) -> list[str | None]:
    """The areas; none where the table of areas is broken, which its count shows."""
    import shapely  # heavy; a table alone needs none

    formen: list[str | None] = []
    try:
        for form in _flaechen(inhalt):
            formen.append(form)
    except shapely.errors.ShapelyError:
        raise Lesefehler(
            "beschaedigt", f"Die Geometrie von Gebiet {len(formen) + 1} in {dateiname} ist nicht lesbar",
            "Flächen aus geschlossenen Linien", "die Gebiete prüfen (Geometrien reparieren) und neu ausgeben",
        ) from None  # fmt: skip
    except (struct.error, ValueError):
        return []
    return formen


def _flaechen(inhalt: bytes) -> Iterator[str | None]:
    """Each record as GeoJSON; rings by the even-odd rule, so that holes need no direction."""
    import shapely

    stelle = _SHP_KOPF
    while stelle < len(inhalt):
        worte = struct.unpack_from(">i", inhalt, stelle + 4)[0]
        satz = inhalt[stelle + 8 : stelle + 8 + 2 * worte]
        stelle += 8 + 2 * worte
        art = struct.unpack_from("<i", satz)[0]
        if art not in _FLAECHEN:
            yield None
            continue
        ringe, punkte = struct.unpack_from("<2i", satz, 36)
        anfaenge = [*struct.unpack_from(f"<{ringe}i", satz, 44), punkte]
        zahlen = struct.unpack_from(f"<{2 * punkte}d", satz, 44 + 4 * ringe)
        paare = list(zip(zahlen[::2], zahlen[1::2], strict=True))
        flaechen = [shapely.make_valid(shapely.Polygon(paare[a:b])) for a, b in pairwise(anfaenge)]
        form = shapely.set_precision(reduce(xor, flaechen), 10.0**-_STELLEN)
        yield json.dumps(json.loads(shapely.to_geojson(form)))


def _dbf_aufbau(inhalt: bytes) -> tuple[int, int, int] | None:
    """Records, length of the header, length of a record; None where it is no dBase table."""
    if len(inhalt) <= _DBF_KOPF or inhalt[0] & 0x07 != 3:
        return None
    anzahl, kopf, satz = struct.unpack("<IHH", inhalt[4:12])
    passt = kopf >= _DBF_KOPF + _DBF_FELD + 1 and (kopf - _DBF_KOPF - 1) % _DBF_FELD == 0
    return (anzahl, kopf, satz) if passt and inhalt[kopf - 1 : kopf] == b"\r" else None


def _aus_dbf(inhalt: bytes) -> tuple[list[Merkmale], str]:
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


def _satz(satz: bytes, namen: list[str], breiten: list[int], kodierung: str) -> Merkmale:
    werte: Merkmale = {}
    stelle = 0
    for name, breite in zip(namen, breiten, strict=True):
        werte[name] = satz[stelle : stelle + breite].decode(kodierung, "replace").strip("\0 \t\r\n") or None
        stelle += breite
    return werte
