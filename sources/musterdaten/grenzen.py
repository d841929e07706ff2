"""An invented map: one hexagon for each of the smallest Räume, as a honeycomb around 0 degrees north, 0 degrees east.

In here: which hexagon a Raum gets. Not in here: the file (`ausgabe.py`), which Räume there are (`raeume.py`).
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice

import polars as pl

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.raeume import Gebiet
from sources.profilmodell import Profil

# corners around a centre, in half widths and in thirds of a row
_ECKEN = ((0, 2), (1, 1), (1, -1), (0, -2), (-1, -1), (-1, 1), (0, 2))
_RICHTUNGEN = ((-1, 1), (-2, 0), (-1, -1), (1, -1), (2, 0), (1, 1))
_GRAD = (0.02 * 3**0.5, 0.02)
_VERMERK = "Musterdaten: schematische Karte, Lage und Form erfunden"


def schreibe_grenzen(ausgabe: Ausgabe, profil: Profil, gebiete: Sequence[Gebiet], jahr: int) -> None:
    """Write the areas as they are at the end of `jahr`; Räume of one region lie near each other."""
    eltern = {z.raum_id: z.eltern_raum_id for z in profil.zuordnungen if z.hierarchie == profil.hierarchien[0].name}
    heute = [gebiet for gebiet in gebiete if jahr in gebiet.jahre]
    heute.sort(key=lambda gebiet: (eltern.get(gebiet.raum_id, ""), gebiet.raum_name, gebiet.raum_id))
    zeilen = [
        {"raum_schluessel": gebiet.schluessel, "raum_name": gebiet.raum_name, "geometrie": _sechseck(*mitte)}
        for gebiet, mitte in zip(heute, islice(_waben(), len(heute)), strict=True)
    ]
    ausgabe.schreibe("raumgrenzen", jahr, pl.DataFrame(zeilen).with_columns(attribution=pl.lit(_VERMERK)))


def _waben() -> Iterator[tuple[int, int]]:
    """Centres of a honeycomb, ring by ring; a step to a neighbour is (2, 0) or (1, 1) in half widths and rows."""
    yield 0, 0
    ring = 0
    while True:
        ring += 1
        x, y = 2 * ring, 0
        for dx, dy in _RICHTUNGEN:
            for _ in range(ring):
                yield x, y
                x, y = x + dx, y + dy


def _sechseck(x: int, y: int) -> str:
    ring = [[round((x + dx) * _GRAD[0], 5), round((3 * y + dy) * _GRAD[1], 5)] for dx, dy in _ECKEN]
    return json.dumps({"type": "Polygon", "coordinates": [ring[::-1]]})
