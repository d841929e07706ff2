"""kill -9 of a refresh at any moment, then a refresh at once: the same result, and readers noticed nothing.

Here: what a dying or a second process leaves behind. Not here: bad deliveries (``tests/integration``).
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.lang

ANTEILE = (0.05, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9)
UM = 11

# Signs on disk, in the order in which a refresh leaves them.
ZEICHEN_LEER: dict[str, str] = {
    "manifest_von_dbt": "dbt/manifest.json",
    "archiv_waechst": "archive/*/*/*",
    "lake_waechst": "lake/bevoelkerung_*/[0-9a-f]*.parquet",
    "warehouse": "warehouse.duckdb",
    "warehouse_wal": "warehouse.duckdb.wal",
}
ZEICHEN_VOLL: dict[str, str] = {
    "archiv_unfertig": "archive/*/*/.unfertig-*",
    "release_unfertig": "releases/*/.unfertig-*",
    "release_vergleich": "releases/*/.unfertig-*/vergleich.json",
    "release_bericht": "releases/*/.unfertig-*/bericht",
    "release_mappe": "releases/*/.unfertig-*/marts.xlsx",
    "release_manifest": "releases/*/.unfertig-*/manifest.json",
    "release_fertig": "releases/*/2023-2",
    "bi_unfertig": "bi/.unfertig-*",
    "stand_2": "stand/2",
}


def _inhalt(haus: Any) -> str:
    manifest = haus.home / "current" / "musterkreis" / "manifest.json"
    return str(json.loads(manifest.read_text("utf-8"))["inhalt_sha256"])


@dataclass(frozen=True)
class Ungestoert:
    """A house in whose own folder one refresh has run undisturbed, with the content hashes before and after."""

    haus: Any
    vorher: str
    nachher: str
    sekunden: float


@pytest.fixture(scope="module")
def ungestoert(_muster_haus, berichtige, tmp_path_factory) -> Ungestoert:
    haus = _muster_haus.kopie(tmp_path_factory.mktemp("ungestoert") / "data")
    beginn = time.monotonic()
    lauf = haus.cli("refresh", "--landing", str(berichtige(UM)))
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    return Ungestoert(haus, _inhalt(_muster_haus), _inhalt(haus), time.monotonic() - beginn)


def _toete(prozess: Any) -> list[psutil.Process]:
    """Kill without warning; returns the children it leaves."""
    try:
        kinder = psutil.Process(prozess.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        kinder = []
    prozess.kill()
    prozess.communicate()
    return kinder


def _offene(home: Path) -> Iterator[str]:
    """Files of the data home that a process other than this one holds open."""
    for griff in Path("/proc").glob("[0-9]*/fd/*"):
        if griff.parts[2] == str(os.getpid()):
            continue
        try:
            ziel = griff.readlink()
        except OSError:
            continue
        if ziel.is_relative_to(home):
            yield f"{griff}: {ziel}"


def _zustaende(home: Path) -> list[str]:
    datei = home / "dagster" / "history" / "runs.db"
    if not datei.exists():
        return []
    with closing(sqlite3.connect(datei)) as con:
        return [z for (z,) in con.execute("select status from runs order by id")]


def _pruefe_danach(haus: Any, landing: Path, kinder: list[psutil.Process], inhalt: str) -> None:
    """Refresh at once, then look for anything the dead run left."""
    _, lebt = psutil.wait_procs(kinder, timeout=5)
    assert not lebt, lebt
    assert not list(_offene(haus.home))
    lauf = haus.cli("refresh", "--landing", str(landing))
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert "Traceback" not in lauf.stdout + lauf.stderr
    assert _inhalt(haus) == inhalt
    assert set(_zustaende(haus.home)) <= {"SUCCESS", "FAILURE"}
    assert not list(haus.home.rglob(".unfertig-*"))
    assert not list(_offene(haus.home))


@pytest.mark.parametrize("anteil", ANTEILE)
def test_killed_after_a_while(leeres_haus, muster_lieferung, ungestoert, anteil: float) -> None:
    prozess = leeres_haus.starte("refresh", "--landing", str(muster_lieferung))
    time.sleep(anteil * ungestoert.sekunden)
    _pruefe_danach(leeres_haus, muster_lieferung, _toete(prozess), ungestoert.vorher)


def _warte_auf(prozess: Any, home: Path, muster: str, schon_da: set[Path]) -> bool:
    """Wait until a path matching the pattern comes into being; False if the run ended before."""
    while prozess.poll() is None:
        if any(p not in schon_da for p in home.glob(muster)):
            return True
        time.sleep(0.0005)
    return False


@pytest.mark.parametrize("zeichen", ZEICHEN_LEER)
def test_killed_at_a_stage_of_the_first_refresh(leeres_haus, muster_lieferung, ungestoert, zeichen: str) -> None:
    prozess = leeres_haus.starte("refresh", "--landing", str(muster_lieferung))
    gesehen = _warte_auf(prozess, leeres_haus.home, ZEICHEN_LEER[zeichen], set())
    kinder = _toete(prozess)
    if not gesehen:
        pytest.skip(f"stage {zeichen} was too short to be seen this time")
    _pruefe_danach(leeres_haus, muster_lieferung, kinder, ungestoert.vorher)


@pytest.mark.parametrize("zeichen", ZEICHEN_VOLL)
def test_killed_while_people_read(
    muster_haus, berichtige, ungestoert, leser: Callable[[Path], Any], zeichen: str
) -> None:
    """A house that shows a release is refreshed with a corrected delivery and killed at a named stage."""
    landing = berichtige(UM)
    schon_da = set(muster_haus.home.glob(ZEICHEN_VOLL[zeichen]))
    with leser(muster_haus.home) as liest:
        prozess = muster_haus.starte("refresh", "--landing", str(landing))
        gesehen = _warte_auf(prozess, muster_haus.home, ZEICHEN_VOLL[zeichen], schon_da)
        kinder = _toete(prozess)
        if not gesehen:
            pytest.skip(f"stage {zeichen} was too short to be seen this time")
        _pruefe_danach(muster_haus, landing, kinder, ungestoert.nachher)
        nochmal = muster_haus.cli("refresh", "--landing", str(landing))
        assert "nichts Neues" in nochmal.stdout
    assert liest.pruefe() == [5199, 5199 - UM]


@pytest.mark.parametrize(
    "datei", ["dbt/manifest.json", "dbt/partial_parse.msgpack", "dbt/abdruck", "warehouse.duckdb", "refresh.lock"]
)
def test_a_half_written_working_file_is_made_anew(ungestoert, berichtige, leser, datei: str) -> None:
    """What dbt and the run itself write in place may be cut off at any byte by a kill or a full disk."""
    haus, um = ungestoert.haus, 20 + len(datei)
    pfad = haus.home / datei
    ganz = pfad.read_bytes()
    pfad.write_bytes(ganz[: max(1, len(ganz) // 2)])
    with leser(haus.home) as liest:
        lauf = haus.cli("refresh", "--landing", str(berichtige(um)))
        if lauf.returncode != 0:
            pfad.write_bytes(ganz)  # the next case starts from a sound house
        assert lauf.returncode == 0, lauf.stdout + lauf.stderr
        time.sleep(0.3)
    assert liest.pruefe()[-1] == 5199 - um


def test_killed_while_dbt_writes_its_manifest(ungestoert, berichtige) -> None:
    """Dbt writes in place: the file is empty for a moment, and a run killed then must not block all later ones."""
    haus, manifest = ungestoert.haus, ungestoert.haus.home / "dbt" / "manifest.json"
    ganz = manifest.read_bytes()
    prozess = haus.starte("refresh", "--landing", str(berichtige(61)))
    gesehen = False
    while prozess.poll() is None and not gesehen:
        gesehen = manifest.stat().st_size < len(ganz) // 2
    _toete(prozess)
    if not gesehen:
        pytest.skip("the moment was too short to be seen this time")
    lauf = haus.cli("refresh", "--landing", str(berichtige(61)))
    if lauf.returncode != 0:
        manifest.write_bytes(ganz)  # the next case starts from a sound house
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr


def _halter(home: Path) -> dict[str, Any]:
    """Who holds the lock, once somebody does."""
    ende = time.monotonic() + 60
    while time.monotonic() < ende:
        try:
            return dict(json.loads((home / "refresh.lock").read_text("utf-8")))
        except (OSError, json.JSONDecodeError):
            time.sleep(0.01)
    raise TimeoutError


def test_two_refreshes_at_once(muster_haus, berichtige, ungestoert, leser) -> None:
    with leser(muster_haus.home) as liest:
        erster = muster_haus.starte("refresh", "--landing", str(berichtige(UM)))
        try:
            ende = time.monotonic() + 60
            while _halter(muster_haus.home)["pid"] != erster.pid and time.monotonic() < ende:
                time.sleep(0.01)
            time.sleep(1)  # past the first look at the lock, into the run
            zweiter = muster_haus.cli("refresh", "--landing", str(berichtige(UM)))
            # looking is always possible
            assert muster_haus.cli("status").returncode == 0
            assert muster_haus.cli("release", "list").returncode == 0
            freigabe = muster_haus.cli(
                "release", "approve", "musterkreis", "2023-1", "--rolle", "fachlich", "--name", "A"
            )
        finally:
            ausgabe, _ = erster.communicate(timeout=300)
    assert zweiter.returncode == 1, zweiter.stdout + zweiter.stderr
    for lauf in (zweiter, freigabe):
        assert lauf.returncode != 0
        assert f"'refresh' (Prozess {erster.pid}) seit " in lauf.stderr
        assert "Bitte: warten" in lauf.stderr
        assert "Traceback" not in lauf.stderr
    assert erster.returncode == 0, ausgabe
    assert _inhalt(muster_haus) == ungestoert.nachher
    assert set(_zustaende(muster_haus.home)) == {"SUCCESS"}
    assert liest.pruefe() == [5199, 5199 - UM]


def test_two_refreshes_started_in_the_same_moment(leeres_haus, muster_lieferung, ungestoert) -> None:
    """Neither may fail with anything but the sentence about the lock, and together they make one release."""
    beide = [leeres_haus.starte("refresh", "--landing", str(muster_lieferung)) for _ in range(2)]
    ausgaben = [p.communicate(timeout=300)[0] for p in beide]
    assert sorted(p.returncode for p in beide) == [0, 1], ausgaben
    assert not [a for a in ausgaben if "Traceback" in a], ausgaben
    verlierer = ausgaben[[p.returncode for p in beide].index(1)]
    assert "arbeitet an diesem Datenhaus" in verlierer
    assert [p.name for p in (leeres_haus.home / "releases" / "musterkreis").iterdir() if p.is_dir()] == ["2023-1"]
    assert _inhalt(leeres_haus) == ungestoert.vorher
