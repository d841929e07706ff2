"""Fixtures shared by all tests: real inputs where they are, and data houses of a tiny invented Jugendamt.

A house is a folder; tests that change one work on a copy. The CLI runs as a process of its own, as people run it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sources.prozesse import suche_selten_nach_muell

WURZEL = Path(__file__).resolve().parents[1]
MUSTERPROFILE = WURZEL / "tests" / "jugendaemter"
Einmal = Callable[[str, Callable[[Path], object]], Path]

suche_selten_nach_muell()  # as in the processes that are tested


@pytest.fixture(scope="session")
def testdaten() -> Path:
    """Folder of the real inputs; the test skips, and says so, where they are not."""
    ordner = Path(os.environ.get("BERICHTSWESEN_TESTDATA") or WURZEL.parent / "shared" / "data")
    if not ordner.is_dir():
        pytest.skip(f"real inputs not found at {ordner} (BERICHTSWESEN_TESTDATA)")
    return ordner


@dataclass(frozen=True)
class Haus:
    """A data house and the way to run the CLI on it."""

    home: Path
    profile: Path | None = None
    umgebung: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        env = {
            **os.environ,
            "BERICHTSWESEN_HOME": str(self.home),
            "NO_COLOR": "1",
            "COLUMNS": "200",
            **self.umgebung,
        }
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        env.pop("BERICHTSWESEN_JUGENDAEMTER", None)
        if self.profile is not None:
            env["BERICHTSWESEN_JUGENDAEMTER"] = str(self.profile)
        return env

    @property
    def befehl(self) -> list[str]:
        return [sys.executable, "-m", "orchestration"]

    def cli(self, *argumente: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run ``berichtswesen`` to its end; stdout and stderr as text."""
        return subprocess.run(
            [*self.befehl, *argumente],
            cwd=WURZEL,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def starte(self, *argumente: str) -> subprocess.Popen[str]:
        """Start ``berichtswesen`` and return at once."""
        return subprocess.Popen(
            [*self.befehl, *argumente],
            cwd=WURZEL,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def frage(self, sql: str) -> list[dict[str, Any]]:
        """Query the published marts through the CLI."""
        lauf = self.cli("query", "--json", sql)
        assert lauf.returncode == 0, lauf.stderr
        return json.loads(lauf.stdout)

    def kopie(self, ziel: Path) -> Haus:
        """The same house in another folder (its links are relative)."""
        shutil.copytree(self.home, ziel, symlinks=True)
        return Haus(ziel, self.profile, self.umgebung)


@pytest.fixture(scope="session")
def einmal(tmp_path_factory: pytest.TempPathFactory) -> Einmal:
    """A folder for all processes of a test run, read only: ``einmal(name, make)``. One makes it, the others wait."""
    wurzel = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        wurzel = wurzel.parent

    def ordner(name: str, mache: Callable[[Path], object]) -> Path:
        ziel, fertig = wurzel / name, wurzel / f"{name}.fertig"
        with (wurzel / f"{name}.sperre").open("w") as griff:
            fcntl.flock(griff, fcntl.LOCK_EX)
            if not fertig.exists():
                shutil.rmtree(ziel, ignore_errors=True)
                ziel.mkdir()
                mache(ziel)
                fertig.touch()
        return ziel

    return ordner


def gelungen(lauf: subprocess.CompletedProcess[str]) -> None:
    """Assert that a run of the CLI ended well."""
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr


@pytest.fixture(scope="session")
def muster_lieferung(einmal: Einmal) -> Path:
    """Musterdaten of the tiny Jugendamt in the native formats."""
    from sources.musterdaten import schreibe_musterdaten
    from sources.profile import lade_profile

    return einmal("lieferung", lambda ziel: schreibe_musterdaten(lade_profile([MUSTERPROFILE]), ziel, nur=()))


@pytest.fixture(scope="session")
def _muster_haus(einmal: Einmal, muster_lieferung: Path) -> Haus:
    def mache(ziel: Path) -> None:
        gelungen(Haus(ziel / "data", MUSTERPROFILE).cli("refresh", "--landing", str(muster_lieferung)))

    return Haus(einmal("haus", mache) / "data", MUSTERPROFILE)


@pytest.fixture
def muster_haus(_muster_haus: Haus, tmp_path: Path) -> Haus:
    """A released house of the tiny Jugendamt, a copy for each test."""
    return _muster_haus.kopie(tmp_path / "data")


@pytest.fixture
def leeres_haus(tmp_path: Path) -> Haus:
    """An empty house with the profile of the tiny Jugendamt."""
    return Haus(tmp_path / "leer", MUSTERPROFILE)


@pytest.fixture(scope="session")
def echtes_haus(einmal: Einmal, testdaten: Path) -> Haus:
    """The four Jugendämter refreshed from the real inputs. Read only; ``BERICHTSWESEN_TESTECHT`` may name it."""
    if home := os.environ.get("BERICHTSWESEN_TESTECHT"):
        return Haus(Path(home))

    def mache(ziel: Path) -> None:
        gelungen(Haus(ziel / "data").cli("refresh", "--landing", str(testdaten), timeout=1800))

    return Haus(einmal("echt", mache) / "data")


@pytest.fixture(scope="session")
def demo(einmal: Einmal) -> Path:
    """The Musterdaten of all four Jugendämter, released. Read only; ``BERICHTSWESEN_TESTDEMO`` may name it."""
    if home := os.environ.get("BERICHTSWESEN_TESTDEMO"):
        return Path(home)
    return einmal("demo", lambda ziel: gelungen(Haus(ziel).cli("demo", timeout=1800))) / "demo"


@pytest.fixture
def neues_haus(tmp_path: Path) -> Callable[..., Haus]:
    """Make a house in this test's folder: ``neues_haus("name", profile=...)``."""
    return lambda name="data", profile=None: Haus(tmp_path / name, profile)
