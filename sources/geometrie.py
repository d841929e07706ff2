"""The areas of a profile: a delivered GeoJSON file joined on keys.

In here: reading the file, its reference system, which feature is which Raum. Not in here: points in areas
(`verortung.py`), attributes of a delivered file as a table (`formate/geodaten.py`).
"""

import json
from pathlib import Path
from typing import Any, Literal

from sources.profilmodell import Mangel, Profil, ProfilFehler
from sources.verortung import lokale_schluessel, normiert

# reference systems by the end of their names: "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:25832"
_SYSTEME: dict[str, Literal["grad", "meter"]] = {"crs84": "grad", "4326": "grad", "4258": "grad", "25832": "meter"}


def mit_gebieten(profil: Profil, ordner: Path) -> Profil:
    """The profile with its `gebiete`; as it is, where it names no geometry. Raises :class:`ProfilFehler`."""
    if profil.geometrie is None:
        return profil
    datei = f"{ordner.name}/{profil.geometrie.datei}"
    try:
        inhalt: Any = json.loads((ordner / profil.geometrie.datei).read_text("utf-8-sig"))
        gebiete = [(dict(g["properties"] or {}), g["geometry"]) for g in inhalt["features"]]
    except FileNotFoundError:
        raise _fehler(datei, "Die Datei fehlt", "die Geometrie, die profil.yml nennt", "die Datei ablegen") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _fehler(
            datei, "Die Datei ist keine GeoJSON-Sammlung", 'eine "FeatureCollection" in UTF-8',
            "die Gebiete als GeoJSON ausgeben; eine Shape-Datei vorher umwandeln",
        ) from None  # fmt: skip
    name = str(((inhalt.get("crs") or {}).get("properties") or {}).get("name", "CRS84"))
    einheit = _SYSTEME.get(name.replace(":", "/").rpartition("/")[2].lower())
    if einheit is None:
        raise _fehler(
            datei, f"Das Bezugssystem ist {name}", "WGS84 (EPSG:4326) oder ETRS89/UTM32 (EPSG:25832)",
            "die Gebiete in einem dieser Bezugssysteme ausgeben",
        )  # fmt: skip
    return profil.model_copy(update={"gebiete": _je_raum(profil, gebiete, datei), "einheit": einheit})


def _je_raum(profil: Profil, gebiete: list[tuple[dict[str, Any], Any]], datei: str) -> dict[str, dict[str, Any]]:
    """Parts of one Raum (land and water) become one geometry."""
    assert profil.geometrie is not None
    raeume = {normiert(s): r for s, r in lokale_schluessel(profil)}
    raeume |= {normiert(s.schluessel): s.raum_id for s in profil.schluessel if s.schluesselart != "ags"}
    teile: dict[str, list[Any]] = {}
    for merkmale, form in gebiete:
        raum_id = raeume.get(normiert(str(merkmale.get(profil.geometrie.merkmal, ""))))
        if raum_id is not None and form is not None:
            teile.setdefault(raum_id, []).append(form)
    if not teile:
        da = ", ".join(sorted({name for merkmale, _ in gebiete for name in merkmale})[:10])
        raise _fehler(
            datei, f"Kein Gebiet passt mit '{profil.geometrie.merkmal}' zu einem Raum (Merkmale der Datei: {da})",
            "ein Merkmal mit Schlüssel oder Namen der Räume", "geometrie.merkmal oder schluessel.csv berichtigen",
        )  # fmt: skip
    return {r: f[0] if len(f) == 1 else {"type": "GeometryCollection", "geometries": f} for r, f in teile.items()}


def _fehler(datei: str, was: str, erwartet: str, tun: str) -> ProfilFehler:
    return ProfilFehler([Mangel(datei, "", was, erwartet, tun)])
