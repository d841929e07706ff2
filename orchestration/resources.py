"""Dagster resources: the data house under its lock, and what a refresh was asked to do.

Here: taking the lock for the whole run and clearing away what a dead run left.
Not here: the steps (``haus.py``), reading the environment (``umgebung.py``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from dagster import (
    ConfigurableResource,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    InitResourceContext,
    RunsFilter,
)
from pydantic import Field, PrivateAttr

from orchestration.dbt import Dbt
from orchestration.haus import Haus
from orchestration.sperre import ist_gehalten, jetzt, prozess_kennung, sperre
from orchestration.umgebung import lies_umgebung
from quality import arbeitsbereich

LAUFEND = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
PROZESS = "berichtswesen/prozess"
# A run that Dagster has started shows its sign of life within this time; before, it gets the benefit of the doubt.
ANLAUF_S = 120


def _lebt(instanz: DagsterInstance, haus: Haus, lauf: DagsterRun) -> bool:
    """Whether the process of a run lives: one of the CLI by its process, one of Dagster's by its lock."""
    # Dagster hands a run's tags on to the one that takes it up
    kennung = "" if lauf.parent_run_id else lauf.tags.get(PROZESS, "")
    if kennung:
        return prozess_kennung(int(kennung.split(":")[0])) == kennung
    zeichen = haus.ablage.laeufe / lauf.run_id
    if zeichen.exists():
        return ist_gehalten(zeichen)
    eintrag = instanz.get_run_record_by_id(lauf.run_id)
    return eintrag is not None and (datetime.now(UTC) - eintrag.create_timestamp).total_seconds() < ANLAUF_S


def raeume_auf(instanz: DagsterInstance, haus: Haus, eigener: str | None) -> list[str]:
    """Mark runs of dead processes as failed and remove unfinished files; only under the lock.

    A run that is killed stays as it is in Dagster for ever. Runs that wait for the lock are alive and left alone.
    """
    laufend = [r for r in instanz.get_runs(RunsFilter(statuses=LAUFEND)) if r.run_id != eigener]
    tot = [r for r in laufend if not _lebt(instanz, haus, r)]
    for lauf in tot:
        instanz.report_run_failed(lauf, "Der Prozess dieses Laufs lebt nicht mehr.")
        (haus.ablage.laeufe / lauf.run_id).unlink(missing_ok=True)
    arbeitsbereich.raeume(haus.ablage, jetzt)
    haus.ablage.aufraeumen()
    return [lauf.run_id for lauf in tot]


class Auftrag(ConfigurableResource):
    """What a refresh was asked to do."""

    jahr: int | None = Field(default=None, description="Berichtsjahr; leer: das letzte Jahr mit Daten")
    landing: str | None = Field(default=None, description="Ordner mit Lieferungen; leer: landing/ im Datenhaus")

    @property
    def landing_ordner(self) -> Path | None:
        """The landing folder as a path."""
        return Path(self.landing) if self.landing else None


class Datenhaus(ConfigurableResource):
    """The data house, locked while a run uses it.

    Runs started by schedule, sensor or web interface wait for each other; a person at the CLI is told at once.
    """

    warten_s: float = Field(default=3600, description="Sekunden, die ein Lauf auf den vorigen wartet")
    _haus: Haus = PrivateAttr()
    _dbt: Dbt = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["Datenhaus"]:
        """Hold the lock for the whole run. Raises ``Gesperrt`` if another process refreshes this data home."""
        umgebung = lies_umgebung()
        umgebung.setze_variablen()
        self._haus = Haus(umgebung, context.log.info) if context.log else Haus(umgebung)
        self._dbt = Dbt(umgebung)
        zeichen = umgebung.ablage.laeufe / (context.run_id or "ohne_lauf")
        with sperre(zeichen, "refresh"), sperre(umgebung.ablage.sperre, "refresh", self.warten_s):
            if context.instance is not None:
                raeume_auf(context.instance, self._haus, context.run_id)
            yield self
        zeichen.unlink(missing_ok=True)

    @property
    def haus(self) -> Haus:
        """The steps."""
        return self._haus

    @property
    def dbt(self) -> Dbt:
        """Dbt on this data home."""
        return self._dbt
