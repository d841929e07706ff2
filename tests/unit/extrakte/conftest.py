"""The examples beside the contracts, taken apart so that a test can change one cell or column.

Here: reading an example as text, writing it again, judging it at the door. All of it is Musterdaten.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from quality import tuer
from sources.formate import tabelle
from sources.formate.tabelle import normiert
from sources.vertraege import WURZEL, Schwellen, Vertrag, lade_vertraege

EXTRAKTE = (
    "einwohnermelde", "bewegungen", "haushalte", "schuelerstatistik", "uebergaenge", "schuleingangsuntersuchung",
    "gefaehrdungseinschaetzungen", "inobhutnahmen", "angebote", "bedarfe", "ziele", "vergleichsreihen",
    "kommentare",
)  # fmt: skip
EINZELSAETZE = EXTRAKTE[:4] + EXTRAKTE[5:6]


@dataclass(frozen=True)
class Beispiel:
    """One example file: its contract and its cells as text, columns named by field."""

    vertrag: Vertrag
    datei: Path
    daten: pl.DataFrame

    def geprueft(self) -> tuer.Geprueft:
        """The file itself at the door, with the contract's own thresholds."""
        return tuer.pruefe(self.datei.read_bytes(), self.datei.name, self.vertrag, {})

    def mit(self, aenderungen: dict[str, str | None], reihe: int = 0) -> pl.DataFrame:
        """The cells with one row changed; a field that the example lacks becomes a column."""
        fehlt = [f for f in aenderungen if f not in self.daten.columns]
        breiter = self.daten.with_columns(pl.lit(None, pl.String).alias(f) for f in fehlt)
        hier = pl.int_range(pl.len()) == reihe
        return breiter.with_columns(
            pl.when(hier).then(pl.lit(w, pl.String)).otherwise(f).alias(f) for f, w in aenderungen.items()
        )

    def pruefe(self, daten: pl.DataFrame) -> tuer.Geprueft:
        """Changed cells at the door, as CSV; no share of bad rows is too much."""
        grosszuegig = self.vertrag.model_copy(update={"schwellen": Schwellen(quarantaene_anteil=1)})
        inhalt = daten.with_columns(musterdaten=pl.lit("1")).write_csv(separator=";").encode()
        return tuer.pruefe(inhalt, f"{self.vertrag.extrakt}.csv", grosszuegig, {})


def lade_beispiel(extrakt: str) -> Beispiel:
    """The one example of an extract."""
    vertrag = lade_vertraege()[extrakt]
    (datei,) = sorted((WURZEL / extrakt / "beispiel").iterdir())
    gelesen = tabelle.lies(datei.read_bytes(), datei.name, vertrag.kodierungen).daten.drop("zeile")
    namen = {normiert(n): f.name for f in vertrag.felder for n in (f.name, *f.geliefert)}
    return Beispiel(vertrag, datei, gelesen.rename({s: namen[normiert(s)] for s in gelesen.columns}))


@pytest.fixture(params=EXTRAKTE)
def beispiel(request: pytest.FixtureRequest) -> Beispiel:
    """Each example in turn."""
    return lade_beispiel(request.param)
