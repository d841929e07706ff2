"""Where things lie in a data home, and how a file comes into being there.

Here: the paths of design section 3 and the two ways to write without half-written results.
Not here: what is in the files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

E = TypeVar("E")
AMTLICH = "_amtlich"
# Everything that begins so is unfinished and may be removed by whoever holds the lock.
UNFERTIG = ".unfertig-"


@dataclass(frozen=True)
class Ablage:
    """The stores of one data home (``BERICHTSWESEN_HOME``)."""

    home: Path

    @property
    def landing(self) -> Path:
        """The only place people write to."""
        return self.home / "landing"

    @property
    def archiv(self) -> Path:
        """Accepted deliveries, write-once."""
        return self.home / "archive"

    @property
    def lake(self) -> Path:
        """Accepted cells as typed Parquet, one file per delivery."""
        return self.home / "lake"

    @property
    def quarantaene(self) -> Path:
        """Rejected files, rejected rows and their outcomes."""
        return self.home / "quarantine"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt owns."""
        return self.home / "warehouse.duckdb"

    @property
    def arbeit(self) -> Path:
        """Work areas of running Verdichtungen of personal extracts (0700), empty between runs."""
        return self.home / "arbeit"

    @property
    def loeschprotokoll(self) -> Path:
        """What was deleted of personal extracts, when and why; append-only."""
        return self.home / "loeschprotokoll.jsonl"

    @property
    def geheimhaltung(self) -> Path:
        """What each release showed and hid (0700): what was published stays known."""
        return self.home / "geheimhaltung"

    @property
    def releases(self) -> Path:
        """Immutable releases per Jugendamt."""
        return self.home / "releases"

    @property
    def intern(self) -> Path:
        """Reports from figures before geheimhaltung, for named planners (0700), and who asked for them."""
        return self.home / "intern"

    @property
    def bi(self) -> Path:
        """Immutable BI files."""
        return self.home / "bi"

    @property
    def stand(self) -> Path:
        """One folder of links per published state."""
        return self.home / "stand"

    @property
    def current(self) -> Path:
        """The one pointer people and BI tools open."""
        return self.home / "current"

    @property
    def pruefung(self) -> Path:
        """Latest result of the gate and fingerprint per Jugendamt."""
        return self.home / "pruefung"

    @property
    def dbt_ziel(self) -> Path:
        """Dbt's target folder (manifest, compiled SQL, run results)."""
        return self.home / "dbt"

    @property
    def dagster(self) -> Path:
        """Dagster's instance (event log, runs, schedules)."""
        return self.home / "dagster"

    @property
    def laeufe(self) -> Path:
        """One lock file per run that lives, waiting ones included."""
        return self.home / "dagster" / "laeufe"

    @property
    def sperre(self) -> Path:
        """The lock file of a refresh."""
        return self.home / "refresh.lock"

    def anlegen(self, jugendaemter: list[str]) -> None:
        """Create the folders people and programs write to."""
        for name in [*jugendaemter, AMTLICH]:
            (self.landing / name).mkdir(parents=True, exist_ok=True)
        for ordner in (self.archiv, self.lake, self.quarantaene, self.releases, self.bi, self.stand,
                       self.pruefung, self.dbt_ziel, self.dagster):  # fmt: skip
            ordner.mkdir(parents=True, exist_ok=True)

    def aufraeumen(self) -> None:
        """Remove what an interrupted run left unfinished; only the holder of the lock may call this."""
        for ordner in (self.archiv, self.lake, self.quarantaene, self.releases, self.bi, self.stand, self.pruefung,
                       self.geheimhaltung, self.intern):  # fmt: skip
            self.raeume(ordner)
        _entferne(self.home.glob(f"{UNFERTIG}*"))

    def raeume(self, ordner: Path) -> None:
        """Remove what is unfinished below one folder; only for who holds that folder's lock."""
        _entferne(list(ordner.rglob(f"{UNFERTIG}*")))


def _entferne(reste: Iterable[Path]) -> None:
    for rest in reste:
        if rest.is_dir() and not rest.is_symlink():
            shutil.rmtree(rest, ignore_errors=True)
        else:
            rest.unlink(missing_ok=True)


def _fsync(pfad: Path) -> None:
    nummer = os.open(pfad, os.O_RDONLY)
    try:
        os.fsync(nummer)
    finally:
        os.close(nummer)


def schreibe_datei(ziel: Path, schreiben: Callable[[Path], E]) -> E:
    """Let ``schreiben`` make a file under a temporary name, then move it to ``ziel``; returns what it returns."""
    ziel.parent.mkdir(parents=True, exist_ok=True)
    vorlaeufig = ziel.parent / f"{UNFERTIG}{os.getpid()}-{ziel.name}"
    try:
        ergebnis = schreiben(vorlaeufig)
        _fsync(vorlaeufig)
        vorlaeufig.replace(ziel)
        return ergebnis
    finally:
        vorlaeufig.unlink(missing_ok=True)


@contextmanager
def entwurf(ziel: Path) -> Iterator[Path]:
    """A folder beside ``ziel`` to fill; it is removed at the end unless :func:`uebernimm` has moved it."""
    ziel.parent.mkdir(parents=True, exist_ok=True)
    vorlaeufig = ziel.parent / f"{UNFERTIG}{ziel.name}"
    shutil.rmtree(vorlaeufig, ignore_errors=True)
    vorlaeufig.mkdir()
    try:
        yield vorlaeufig
    finally:
        shutil.rmtree(vorlaeufig, ignore_errors=True)


def uebernimm(vorlaeufig: Path, ziel: Path) -> None:
    """Move a finished folder to ``ziel``, which must not exist, once its files are on the disk."""
    for datei in vorlaeufig.rglob("*"):
        if datei.is_file() and not datei.is_symlink():
            _fsync(datei)
    vorlaeufig.rename(ziel)
    _fsync(ziel.parent)


def schreibe_ordner(ziel: Path, fuellen: Callable[[Path], object]) -> None:
    """Let ``fuellen`` fill a folder under a temporary name, then move it to ``ziel``, which must not exist."""
    with entwurf(ziel) as vorlaeufig:
        fuellen(vorlaeufig)
        uebernimm(vorlaeufig, ziel)


def schreibe_json(ziel: Path, inhalt: Any) -> None:
    """Write JSON (UTF-8, sorted keys) through a temporary name."""
    schreibe_datei(ziel, lambda p: p.write_text(als_json(inhalt), "utf-8"))


def als_json(inhalt: Any) -> str:
    """The text of a JSON file (sorted keys)."""
    return json.dumps(inhalt, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n"
