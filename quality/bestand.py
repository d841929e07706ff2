"""What the lake holds: which delivery is in force for which table and Stichtag, and how many Räume it has.

Here: reading that from the lake, and the two questions the door asks of it (drift, re-delivery).
Not here: judging the rows of a delivery (``quality/tuer.py``), archiving (``sources/archiv.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from sources.ablage import Ablage
from sources.archiv import Ergebnis
from sources.formate import Lesefehler
from sources.vertraege import Vertrag


@dataclass(frozen=True)
class Teil:
    """One table and Stichtag of one delivery."""

    jugendamt: str
    tabelle: str
    stichtag: date
    lieferung: str
    lieferung_nr: int
    datenstand: date | None
    raeume: int

    @property
    def rang(self) -> tuple[date, int]:
        """A later state of the source replaces an earlier one; with the same or none, the later delivery does."""
        return (self.datenstand or date.min, self.lieferung_nr)


class Bestand:
    """All parts in the lake, kept up to date during a round at the door."""

    def __init__(self, teile: Iterable[Teil]) -> None:
        """Keep the parts and who is in force."""
        self._teile: list[Teil] = []
        self._in_kraft: dict[tuple[str, str, date], Teil] = {}
        self.merke(teile)

    def merke(self, teile: Iterable[Teil]) -> None:
        """Add the parts of an accepted delivery."""
        for teil in teile:
            self._teile.append(teil)
            ort = (teil.jugendamt, teil.tabelle, teil.stichtag)
            if ort not in self._in_kraft or teil.rang >= self._in_kraft[ort].rang:
                self._in_kraft[ort] = teil

    def ist_verdraengt(self, lieferung: str, im_korb: Collection[str]) -> bool:
        """Whether a delivery lost its place to a later one of the same state of the source.

        Deliveries that wait beside it (``im_korb``) do not count: a tree that holds both would flip at every run.
        """
        for teil in (t for t in self._teile if t.lieferung == lieferung):
            sieger = self._in_kraft[(teil.jugendamt, teil.tabelle, teil.stichtag)]
            if sieger.lieferung not in {lieferung, *im_korb} and sieger.datenstand == teil.datenstand:
                return True
        return False

    def vergleiche(self, teile: Iterable[Teil], vertrag: Vertrag) -> None:
        """Refuse a delivery that lost Räume against the last accepted one of the same table.

        A Stichtag that came before is compared with itself, a new one with the latest.

        Raises:
            Lesefehler: fewer Räume than ``schwellen.zeilen_rueckgang`` allows.
        """
        for teil in teile:
            vorher = self._vorher(teil)
            if vorher and teil.raeume < vorher * (1 - vertrag.schwellen.zeilen_rueckgang):
                raise Lesefehler(
                    "rueckgang",
                    f"{teil.tabelle} zum {teil.stichtag:%d.%m.%Y} hat {teil.raeume} Gebiete, "
                    f"die letzte angenommene Lieferung hatte {vorher}",
                    f"höchstens {vertrag.schwellen.zeilen_rueckgang:.0%} weniger",
                    "prüfen, ob die Lieferung vollständig ist, und neu liefern",
                )

    def _vorher(self, teil: Teil) -> int:
        derselbe = self._in_kraft.get((teil.jugendamt, teil.tabelle, teil.stichtag))
        if derselbe is not None:
            return derselbe.raeume
        gleiche = [t for (j, n, _), t in self._in_kraft.items() if (j, n) == (teil.jugendamt, teil.tabelle)]
        return max(gleiche, key=lambda t: t.stichtag).raeume if gleiche else 0


def teile(zellen: pl.DataFrame, ergebnis: Ergebnis) -> list[Teil]:
    """The parts of one judged delivery."""
    stand = date.fromisoformat(ergebnis.stand[:10]) if ergebnis.stand else None
    je = zellen.group_by("tabelle", "stichtag").agg(pl.col("raum_schluessel").n_unique()).sort("tabelle", "stichtag")
    return [
        Teil(ergebnis.jugendamt, tabelle, stichtag, ergebnis.sha256, ergebnis.lieferung_nr, stand, raeume)
        for tabelle, stichtag, raeume in je.iter_rows()
    ]


def lies_bestand(ablage: Ablage, extrakte: Iterable[str]) -> Bestand:
    """Read the parts of all deliveries in the lake."""
    dateien = [str(d) for extrakt in extrakte for d in (ablage.lake / extrakt).glob("*.parquet")]
    if not dateien:
        return Bestand([])
    with duckdb.connect() as con:
        zeilen = con.execute(
            """
            select jugendamt, tabelle, stichtag, lieferung, lieferung_nr, any_value(datenstand),
                count(distinct raum_schluessel)
            from read_parquet(?)
            group by jugendamt, tabelle, stichtag, lieferung, lieferung_nr
            order by all
            """,
            [dateien],
        ).fetchall()
    return Bestand(Teil(*zeile) for zeile in zeilen)
