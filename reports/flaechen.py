"""The areas of the Räume of one Jugendamt, from the marts of a release.

Belongs here: a Raum's own area, else that of all its parts; whose areas they are. Not here: drawing them (`karte`),
writing them for GIS (`geojson`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import shapely


class Flaechen:
    """Areas in degrees (WGS84) as shapely geometries; each is made once."""

    def __init__(self, marts: Path, jugendamt: str, tag: date) -> None:
        """Read the marts `raumgrenzen` (without it there are no areas) and `raumzuordnung` as it is on `tag`."""
        grenzen = _lies(marts / "raumgrenzen.parquet", jugendamt)
        self._eigene = {z["raum_id"]: z["geometrie"] for z in grenzen}
        self._vermerke = {z["raum_id"]: z["attribution"] for z in grenzen}
        self.musterdaten = any(z["musterdaten"] for z in grenzen)
        self._teile: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for z in _lies(marts / "raumzuordnung.parquet", jugendamt):
            if (z["gueltig_von"] or tag) <= tag <= (z["gueltig_bis"] or tag):
                self._teile[z["eltern_raum_id"]][z["hierarchie"]].append(z["raum_id"])
        self._fertig: dict[str, Any] = {}

    def __getitem__(self, raum_id: str) -> Any | None:
        """The area of a Raum; None where neither it nor all its parts have one."""
        if raum_id not in self._fertig:
            eigene = self._eigene.get(raum_id)
            self._fertig[raum_id] = _polygone(eigene) if eigene else self._aus_teilen(raum_id)
        return self._fertig[raum_id]

    def _aus_teilen(self, raum_id: str) -> Any | None:
        for teile in self._teile.get(raum_id, {}).values():
            formen = [self[teil] for teil in teile]
            if all(form is not None for form in formen):
                return shapely.union_all(formen)
        return None

    def unter(self, raum_id: str) -> set[str]:
        """All Räume that a Raum is made of, down to the smallest."""
        teile = {t for je in self._teile.get(raum_id, {}).values() for t in je}
        return teile.union(*(self.unter(t) for t in teile))

    def quellenvermerk(self, raum_ids: Iterable[str]) -> str:
        """Whose areas these are, as the source wants it printed; "" without areas."""
        return "; ".join(sorted({v for raum_id in raum_ids for v in self._vermerke_von(raum_id)}))

    def _vermerke_von(self, raum_id: str) -> Iterator[str]:
        quellen = [raum_id] if raum_id in self._vermerke else self.unter(raum_id)
        return (self._vermerke[r] for r in quellen if r in self._vermerke)


def _polygone(geojson: str) -> Any | None:
    """Land and water as one area; points and lines that lie beside them are none."""
    form = shapely.make_valid(shapely.from_geojson(geojson))
    teile = [t for t in shapely.get_parts(shapely.get_parts(form)) if t.geom_type == "Polygon"]
    return shapely.union_all(teile) if teile else None


def _lies(datei: Path, jugendamt: str) -> list[dict[str, Any]]:
    if not datei.is_file():
        return []
    return pl.scan_parquet(datei).filter(pl.col("jugendamt") == jugendamt).collect().to_dicts()
