"""The environment: where the data home and the descriptions are, read once, here and nowhere else.

Here: environment variables and the paths derived from them.
Not here: the stores inside the data home (``sources/ablage.py``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sources.ablage import Ablage, schreibe_datei

WURZEL = Path(__file__).resolve().parents[1]
PROFILE = WURZEL / "sources" / "jugendaemter"
# What one query over all Jugendämter may take before it spills, if the environment does not say (dbt run by hand: its
# profile has the same).
SPEICHER = "3GB"
# The demo has a data home of its own inside the usual one, so that Musterdaten never mix with deliveries.
DEMO = "demo"


class SpeicherReichtNicht(Exception):
    """A query over all Jugendämter needs more memory than it may take; German text."""

    def __init__(self) -> None:
        """Say where more is allowed."""
        super().__init__(
            "Für so viele Jugendämter und Jahre reicht der Arbeitsspeicher nicht, den das Datenhaus nehmen darf. "
            "Nichts ist verloren; der letzte Stand bleibt in Kraft. Bitte: in der Umgebung BERICHTSWESEN_SPEICHER "
            "höher setzen, etwa auf 10GB, und den Refresh wiederholen."
        )


@dataclass(frozen=True)
class Umgebung:
    """Data home, profile folders and the repository's own folders."""

    home: Path
    profilordner: tuple[Path, ...]

    @property
    def ablage(self) -> Ablage:
        """The stores of the data home."""
        return Ablage(self.home)

    @property
    def dbt_projekt(self) -> Path:
        """The dbt project."""
        return WURZEL / "dbt_project"

    @property
    def kennzahlen(self) -> Path:
        """The Kennzahlen catalogue."""
        return self.dbt_projekt / "kennzahlen"

    @property
    def speicher(self) -> str:
        """What one query over all Jugendämter may take before it spills, as DuckDB writes it."""
        return os.environ.get("BERICHTSWESEN_SPEICHER", SPEICHER)

    def setze_variablen(self) -> None:
        """Set what dbt's profile and Dagster read, and keep Dagster's home in the data home."""
        os.environ["BERICHTSWESEN_HOME"] = str(self.home)
        os.environ["BERICHTSWESEN_JUGENDAEMTER"] = os.pathsep.join(map(str, self.profilordner))
        os.environ["BERICHTSWESEN_LAKE"] = str(self.ablage.lake)
        os.environ["BERICHTSWESEN_WAREHOUSE"] = str(self.ablage.warehouse)
        os.environ.setdefault("DAGSTER_HOME", str(self.ablage.dagster))
        os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
        self.ablage.dagster.mkdir(parents=True, exist_ok=True)
        eigene = self.ablage.dagster / "dagster.yaml"
        if not eigene.exists() or eigene.read_bytes() != (WURZEL / "dagster.yaml").read_bytes():
            schreibe_datei(eigene, lambda p: shutil.copyfile(WURZEL / "dagster.yaml", p))

    @contextmanager
    def zum_uebersetzen(self, ordner: Path, arbeit: str) -> Iterator[None]:
        """Point dbt to a database of its own in a folder, and the Fallebene to the name of a work area."""
        vorher = {n: os.environ.get(n, "") for n in ("BERICHTSWESEN_WAREHOUSE", "BERICHTSWESEN_ARBEIT")}
        datenbank = ordner / self.ablage.warehouse.name
        os.environ.update(BERICHTSWESEN_WAREHOUSE=str(datenbank), BERICHTSWESEN_ARBEIT=arbeit)
        try:
            yield
        finally:
            os.environ.update(vorher)


def lies_umgebung(home: Path | None = None) -> Umgebung:
    """Read the environment.

    ``BERICHTSWESEN_HOME``: data home (default ``./data``). ``BERICHTSWESEN_JUGENDAEMTER``: folders of Jugendamt
    profiles, separated like a search path (default: the ones that ship with the project).
    """
    gewaehlt = home or Path(os.environ.get("BERICHTSWESEN_HOME") or "data")
    ordner = os.environ.get("BERICHTSWESEN_JUGENDAEMTER")
    profile = [Path(p) for p in ordner.split(os.pathsep)] if ordner else [PROFILE]
    return Umgebung(gewaehlt.absolute(), tuple(p.absolute() for p in profile))
