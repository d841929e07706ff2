"""From the archive alone: the same marts, the same bytes.

Here: deleting what can be made again, and comparing. Not here: two houses fed apart (``test_lieferungen.py``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Haus


def _loesche(home: Path, *namen: str) -> None:
    for name in namen:
        ziel = home / name
        if ziel.is_dir() and not ziel.is_symlink():
            shutil.rmtree(ziel)
        else:
            ziel.unlink()


def _manifest(home: Path) -> dict[str, Any]:
    return dict(json.loads((home / "current" / "musterkreis" / "manifest.json").read_text("utf-8")))


@pytest.mark.lang
def test_lake_und_warehouse_entstehen_aus_dem_archiv(
    muster_haus: Haus, abdruck: Callable[[Path], dict[str, str]], bi_inhalt: Callable[[Path], dict[str, Any]]
) -> None:
    home = muster_haus.home
    davor, inhalt, lake = _manifest(home), bi_inhalt(home), abdruck(home / "lake")
    releases, kette = abdruck(home / "releases"), (home / "current").readlink()
    _loesche(home, "lake", "warehouse.duckdb", "landing")
    lauf = muster_haus.cli("refresh")
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert abdruck(home / "lake") == lake
    assert (home / "warehouse.duckdb").exists()
    assert abdruck(home / "releases") == releases, "dieselben Zahlen sind kein neues Release"
    assert (home / "current").readlink() == kette
    assert _manifest(home)["inhalt_sha256"] == davor["inhalt_sha256"]
    assert bi_inhalt(home) == inhalt


def test_alles_entsteht_aus_dem_archiv(
    muster_haus: Haus, abdruck: Callable[[Path], dict[str, str]], bi_inhalt: Callable[[Path], dict[str, Any]]
) -> None:
    home = muster_haus.home
    davor, inhalt = _manifest(home), bi_inhalt(home)
    release = abdruck((home / "current" / "musterkreis").resolve())
    archiv = abdruck(home / "archive")
    behalten = {"archive"}
    _loesche(home, *(p.name for p in home.iterdir() if p.name not in behalten))
    assert {p.name for p in home.iterdir()} == behalten
    lauf = muster_haus.cli("refresh")
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert abdruck(home / "archive") == archiv
    neu = abdruck((home / "current" / "musterkreis").resolve())
    assert release.pop("manifest.json")
    assert neu.pop("manifest.json")
    assert neu == release, "jede veröffentlichte Datei, Byte für Byte"
    danach = _manifest(home)
    uhr = ("erstellt",)
    assert {k: v for k, v in danach.items() if k not in uhr} == {k: v for k, v in davor.items() if k not in uhr}
    assert bi_inhalt(home) == inhalt
