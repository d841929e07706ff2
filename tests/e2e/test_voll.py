"""A disk that runs full during a refresh: said in German, ``current`` holds, no half release, and it goes on after."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lang
MIB = 2**20
UM = 13
# seconds; the case that fails last is a whole refresh, and the computer may be busy
FRIST = 900
FORTSCHRITT = re.compile(r"Refresh: .* …|  \d/\d .* …")


def _mount(*argumente: str) -> bool:
    return os.geteuid() == 0 and subprocess.run(["mount", *argumente], check=False, capture_output=True).returncode == 0


@pytest.fixture
def kleiner_traeger(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own (tmpfs), which only root may mount."""
    ordner = tmp_path / "traeger"
    ordner.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=500m", "tmpfs", str(ordner)):
        pytest.skip("a small file system can only be mounted by root")
    yield ordner
    subprocess.run(["umount", "-l", str(ordner)], check=True)


def _fuelle(ordner: Path, frei: int) -> Path:
    """Leave only so many bytes free."""
    ballast = ordner / "ballast"
    platz = shutil.disk_usage(ordner).free
    with ballast.open("wb") as datei:
        os.posix_fallocate(datei.fileno(), 0, platz - frei)
    return ballast


# from the first steps to the last: archive, warehouse, release, BI file
@pytest.mark.parametrize("frei_mib", [0.1, 2, 6, 14])
def test_ein_voller_datentraeger(
    muster_haus: Any, kleiner_traeger: Path, berichtige: Callable[[int], Path], frei_mib: float
) -> None:
    haus = replace(muster_haus, home=kleiner_traeger / "data")
    shutil.copytree(muster_haus.home, haus.home, symlinks=True)
    frage = (
        "select wert from mart.kennzahlen where raum_id = '99001001' and kennzahl = 'bev_gesamt' "
        "and berichtsjahr = 2023 and hauptquelle"
    )
    vorher = haus.frage(frage)
    ballast = _fuelle(kleiner_traeger, int(frei_mib * MIB))
    lauf = haus.cli("refresh", "--landing", str(berichtige(UM)), timeout=FRIST)
    ausgabe = lauf.stdout + lauf.stderr
    assert lauf.returncode == 1, f"{frei_mib} MiB were enough, the case says nothing: {ausgabe}"
    assert "Der Datenträger des Datenhauses ist voll" in lauf.stderr.strip().splitlines()[-1]
    # what dbt, SQLite and Dagster have to say of it is no reading for a planner
    assert [z for z in lauf.stderr.splitlines()[:-1] if not FORTSCHRITT.fullmatch(z)] == []
    assert "Error" not in ausgabe
    assert "Traceback" not in ausgabe
    liste = json.loads(haus.cli("release", "list", "--json").stdout)
    # the last one is shown; a whole new one that was approved may wait for the flip
    assert [z["release"] for z in liste if z["gezeigt"]] == ["2023-1"]
    assert liste[-1]["zustand"] == "freigegeben"
    for z in liste:  # whatever is listed is whole
        ordner = haus.home / "releases" / "musterkreis" / z["release"]
        manifest = json.loads((ordner / "manifest.json").read_text("utf-8"))
        assert all((ordner / a["pfad"]).stat().st_size == a["bytes"] for a in manifest["ausgaben"])
    assert haus.frage(frage) == vorher
    ballast.unlink()
    danach = haus.cli("refresh", "--landing", str(berichtige(UM)), timeout=FRIST)
    assert danach.returncode == 0, danach.stdout + danach.stderr
    assert haus.frage(frage) == [{"wert": vorher[0]["wert"] - UM}]
