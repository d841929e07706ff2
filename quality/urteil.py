"""What one delivery is worth, whatever came before it: read, judged, condensed, and measured for drift.

Here: the judgement of one file, which needs nothing but its bytes, so that many are judged side by side.
Not here: single steps (``quality/tuer.py``, for persons ``quality/arbeitsbereich.py``), the comparison with what came
before and what becomes of the file (``quality/annahme.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from quality import arbeitsbereich, tuer
from quality.abdeckung import je_methode
from quality.drift import Ort, Profil, profiliere
from sources.ablage import Ablage
from sources.archiv import Fund
from sources.formate import Lesefehler, shapefile
from sources.vertraege import Vertrag

# Work area, pseudonymised rows, contract, Jugendamt -> rows per extract; raises Lesefehler.
Verdichter = Callable[[Path, pl.DataFrame, Vertrag, str], Mapping[str, pl.DataFrame]]


@dataclass(frozen=True)
class Datensatz:
    """What one delivery brings to one part of the lake: rows, the contract they follow, what drift looks at."""

    vertrag: Vertrag
    geprueft: tuer.Geprueft
    profile: Mapping[Ort, Profil]


def datensatz(vertrag: Vertrag, geprueft: tuer.Geprueft) -> Datensatz:
    """Judged rows with their profiles."""
    return Datensatz(vertrag, geprueft, profiliere(geprueft.bloecke(woerterbuch=True), vertrag))


@dataclass(frozen=True)
class Urteil:
    """What a delivery is worth.

    Attributes:
        zeilen: accepted rows of the file; a personal one brings fewer, its aggregates, to the lake.
        verortung: records per way to their Raum.
        datensaetze: what it brings to the lake; all tell the same of the file.
        kopie: what is archived instead of a personal original.
    """

    zeilen: int
    verortung: dict[str, int]
    datensaetze: list[Datensatz]
    kopie: dict[str, bytes] | None

    @property
    def geprueft(self) -> tuer.Geprueft:
        """What reading and judging the file told."""
        return self.datensaetze[0].geprueft


@dataclass(frozen=True)
class Richter:
    """Judges one file after the other, wherever it runs; fields as those of :class:`quality.annahme.Tuer`."""

    ablage: Ablage
    vertraege: Mapping[str, Vertrag]
    uhr: Callable[[], str]
    verdichter: Verdichter | None
    statistikstellen: Collection[str]

    def __call__(self, fund: Fund) -> Urteil:
        """Read, judge and condense one file. Raises :class:`Lesefehler`."""
        assert fund.feed is not None
        vertrag = self.vertraege[fund.feed.extrakt]
        geprueft = tuer.pruefe(shapefile.gepackt(fund.pfad), fund.pfad.name, vertrag, fund.angaben, fund.feed)
        verortung = je_methode(geprueft.bloecke(woerterbuch=not vertrag.ohne_raum), vertrag, fund.feed.raumbuch)
        if not geprueft.personenbezogen:
            einer = datensatz(vertrag, geprueft.ausgelegt())
            return Urteil(geprueft.zeilen, verortung, [einer], None)
        ergebnisse = self._verdichte(geprueft, vertrag, fund)
        kopie = self._statt_original(ergebnisse, fund)
        return Urteil(geprueft.zeilen, verortung, [datensatz(v, g) for v, g in ergebnisse], kopie)

    def _verdichte(self, geprueft: tuer.Geprueft, vertrag: Vertrag, fund: Fund) -> list[tuple[Vertrag, tuer.Geprueft]]:
        """Aggregates of a personal delivery. Raises :class:`Lesefehler`."""
        assert vertrag.verdichtung is not None
        if not vertrag.verdichtung.modelle:
            summen = {vertrag.extrakt: arbeitsbereich.verdichte(geprueft.zellen, vertrag)}
        elif self.verdichter is None:
            raise Lesefehler(
                "fallebene",
                "Hier läuft keine Verdichtung von Einzeldaten",
                "eine Annahme durch 'berichtswesen refresh'",
                "die Datei nach landing legen und den Refresh starten",
            )
        else:
            with arbeitsbereich.oeffne(self.ablage, self.uhr) as bereich:
                saetze = bereich.pseudonymisiere(geprueft.zellen, vertrag)
                summen = dict(self.verdichter(bereich.ordner, saetze, vertrag, fund.jugendamt))
        # rows about persons end here; texts around a table may name them, too
        rest = {"stand": geprueft.gelesen.meta.get("stand", "")}
        ohne = replace(geprueft, gelesen=replace(geprueft.gelesen, daten=pl.DataFrame(), meta=rest))
        return [
            (v, replace(ohne, gut=tuer.nach_vertrag(daten, v), lesart=tuer.lesart(v, None)))
            for v, daten in ((self.vertraege[name], daten) for name, daten in sorted(summen.items()))
        ]

    def _statt_original(self, ergebnisse: list[tuple[Vertrag, tuer.Geprueft]], fund: Fund) -> dict[str, bytes]:
        """Files that are archived of a personal delivery: aggregates, and numbers and rules of rows in quarantine."""
        tabellen = {v.extrakt: g.zellen for v, g in ergebnisse}
        geprueft = ergebnisse[0][1]
        tabellen |= {"quarantaene": geprueft.quarantaene, "verdacht": geprueft.verdacht}
        dateien = {f"{name}.parquet": arbeitsbereich.als_parquet(daten) for name, daten in tabellen.items()}
        if fund.jugendamt in self.statistikstellen:
            dateien[fund.pfad.name] = fund.pfad.read_bytes()
        return dateien
