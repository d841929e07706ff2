"""What makes a refresh build anew: own deliveries, every describing file, and nothing that only people read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.haus import Haus
from orchestration.umgebung import WURZEL, Umgebung

PROFILE = WURZEL / "tests" / "jugendaemter"


def _abdruecke(profile: Path, home: Path) -> tuple[str, str, str]:
    haus = Haus(Umgebung(home, (profile,)))
    return haus.profil_sha256("musterkreis"), haus.code_sha256, haus.programm_sha256


@pytest.mark.parametrize(
    ("datei", "zaehlt"),
    [
        ("raeume.csv", True),
        ("profil.yml", True),
        ("modellgebiete.csv", True),
        ("raeume.geojson", True),
        ("raeume.json", True),
        ("README.md", False),
    ],
)
def test_jede_beschreibende_datei_eines_profils_zaehlt(tmp_path: Path, datei: str, zaehlt: bool) -> None:
    profile, home = tmp_path / "profile", tmp_path / "data"
    shutil.copytree(PROFILE, profile)
    vorher = _abdruecke(profile, home)
    with (profile / "musterkreis" / datei).open("a", encoding="utf-8") as griff:
        griff.write("\n")
    nachher = _abdruecke(profile, home)
    assert [a != b for a, b in zip(vorher, nachher, strict=True)] == [zaehlt, zaehlt, False]


def test_ein_bundesweiter_feed_gehoert_zum_datenhaus(tmp_path: Path) -> None:
    profile, home = tmp_path / "profile", tmp_path / "data"
    shutil.copytree(PROFILE, profile)
    vorher = _abdruecke(profile, home)
    (profile / "_amtlich").mkdir(exist_ok=True)
    (profile / "_amtlich" / "profil.yml").write_text("feeds: []\n", "utf-8")
    nachher = _abdruecke(profile, home)
    assert [a != b for a, b in zip(vorher, nachher, strict=True)] == [False, True, True]


def test_lieferungen_anderer_werden_dafuer_nicht_gelesen(tmp_path: Path) -> None:
    haus = Haus(Umgebung(tmp_path, (PROFILE,)))
    fremd, eigen = (haus.ablage.archiv / j / "haushalt" / "0" / "datapackage.json" for j in ("anderswo", "musterkreis"))
    fremd.parent.mkdir(parents=True)
    fremd.write_text("kein JSON", "utf-8")
    assert haus.eingaben("musterkreis") == []
    eigen.parent.mkdir(parents=True)
    eigen.write_text("kein JSON", "utf-8")
    with pytest.raises(ValueError, match="Expecting value"):
        haus.eingaben("musterkreis")
