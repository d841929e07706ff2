"""The door of a refresh with the real models of the Fallebene, and the example of ``sources/hze_faelle``.

Here: what the tests of this folder share. Not here: assertions.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import yaml

from orchestration.dbt import Dbt
from orchestration.fallebene import Fallebene
from orchestration.umgebung import Umgebung
from quality.annahme import Annahme, Tuer
from sources.ablage import Ablage
from sources.profile import lade_profile
from sources.profilmodell import Feed
from sources.vertraege import lade_vertraege
from tests.conftest import WURZEL

BEISPIEL = WURZEL / "sources" / "hze_faelle" / "beispiel"
# The datasets this is about; the others only cost time.
VERTRAEGE = {n: v for n, v in lade_vertraege().items() if n in {"hze_faelle", "hze_aggregate", "einwohnermelde"}}
NAME = "hze_faelle_2023.csv"
J = "musterkreis"
# Words that stand in the example and may be nowhere in a data home afterwards.
SPUREN = ("Mustername", "Musterweg", "Freitext", "BEW-", "KIND-", "PFLEGE-", "FALL-")


@dataclass(frozen=True)
class Tuerhaus:
    """A data home with the door of a refresh."""

    tuer: Tuer
    feed: Feed

    @property
    def ablage(self) -> Ablage:
        return self.tuer.ablage

    def lande(self, inhalt: bytes, name: str = NAME) -> Path:
        datei = self.ablage.landing / J / name
        datei.parent.mkdir(parents=True, exist_ok=True)
        datei.write_bytes(inhalt)
        os.utime(datei, (time.time() - 3600,) * 2)
        return datei

    def nimm_an(self, landing: Path | None = None) -> Annahme:
        return self.tuer.nimm_an({J: (self.feed,)}, landing, [J])

    def aggregate(self) -> pl.DataFrame:
        dateien = [d for d in (self.ablage.lake / "hze_aggregate").glob("*.parquet") if d.name != "_leer.parquet"]
        return pl.concat([pl.read_parquet(d) for d in sorted(dateien)])

    def spuren(self) -> list[str]:
        """Files of the data home that hold a word of the rows; the deliverer's folder apart."""
        dateien = [p for p in self.ablage.home.rglob("*") if p.is_file() and self.ablage.landing not in p.parents]
        return [f"{p}: {w}" for p in dateien for text in [_text(p)] for w in SPUREN if w in text]


def _text(datei: Path) -> str:
    """Everything that may be read in a file; Parquet unpacked, since compression hides words from grep."""
    roh = datei.read_bytes().decode("latin-1")
    return roh + (pl.read_parquet(datei).write_csv() if datei.suffix == ".parquet" else "")


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """Dbt with the models of the Fallebene translated, once for all; the environment is as it was."""
    vorher = dict(os.environ)
    umgebung = Umgebung(tmp_path_factory.mktemp("dbt"), (WURZEL / "tests" / "jugendaemter",))
    umgebung.setze_variablen()
    umgebung.ablage.anlegen([])
    dbt = Dbt(umgebung)
    assert dbt.fallebene
    os.environ.clear()
    os.environ.update(vorher)
    return dbt


@pytest.fixture(scope="session")
def feed() -> Feed:
    return Feed.model_validate(yaml.safe_load((BEISPIEL / "feed.yml").read_text("utf-8")))


@pytest.fixture
def haus(tmp_path: Path, dbt: Dbt, feed: Feed) -> Tuerhaus:
    ablage = Ablage(tmp_path / "data")
    profile = {p.jugendamt: p for p in lade_profile(dbt.umgebung.profilordner)}
    takt = iter(f"2024-02-01T08:00:{n:02d}Z" for n in range(60))
    return Tuerhaus(Tuer(ablage, VERTRAEGE, lambda: next(takt), verdichter=Fallebene(dbt, profile)), feed)


@pytest.fixture(scope="session")
def beispiel() -> bytes:
    return (BEISPIEL / NAME).read_bytes()
