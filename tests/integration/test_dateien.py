"""The files of a release for spreadsheets, catalogues and scripts hold the published figures, and say what they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from tests.conftest import Haus


@pytest.fixture(scope="module")
def release(_muster_haus: Haus) -> Path:
    return (_muster_haus.home / "current" / "musterkreis").resolve()


def test_die_mappe_zeigt_die_zahlen_des_marts(release: Path) -> None:
    mappe = CalamineWorkbook.from_path(release / "marts.xlsx")
    assert mappe.sheet_names[:3] == ["Inhalt", "Berichtsjahr", "Zeitreihen"]
    verzeichnet = {z[0] for z in mappe.get_sheet_by_name("Inhalt").to_python()}
    assert {*mappe.sheet_names[1:]} <= verzeichnet
    titel, kopf, *zeilen = mappe.get_sheet_by_name("Zeitreihen").to_python()
    assert "Musterdaten" in titel[0]
    jahre = [s for s in kopf if str(s).isdigit()]
    gezeigt = {
        (z[kopf.index("raum_id")], z[kopf.index("kennzahl")], int(j)): z[kopf.index(j)] for z in zeilen for j in jahre
    }
    katalog = pl.read_parquet(release / "marts" / "kennzahlenkatalog.parquet").select("kennzahl", "kurzname").unique()
    erwartet = (
        pl.read_parquet(release / "marts" / "kennzahlen.parquet")
        .filter("hauptquelle", pl.col("wert").is_not_null(), pl.col("berichtsjahr") <= 2023)
        .join(katalog, on="kennzahl")
    )
    assert len(erwartet) > 100
    for z in erwartet.iter_rows(named=True):
        assert gezeigt[z["raum_id"], z["kurzname"], z["berichtsjahr"]] == pytest.approx(z["wert"])
    assert sum(isinstance(w, float) for w in gezeigt.values()) == len(erwartet)


def test_datapackage_beschreibt_die_csv_dateien(release: Path, tmp_path: Path) -> None:
    from frictionless import validate

    paket = json.loads((release / "datapackage.json").read_text("utf-8"))
    assert {r["name"] for r in paket["resources"]} == {p.stem for p in (release / "marts").glob("*.csv")}
    assert all(f["description"] for r in paket["resources"] for f in r["schema"]["fields"])
    assert any("Statistische Ämter" in q["title"] for q in paket["sources"])
    assert "Musterdaten" in paket["title"]
    # a few of them: the library reads every cell in Python
    klein = [r for r in paket["resources"] if r["name"] in {"raeume", "schule", "zeit", "datenqualitaet"}]
    shutil.copytree(release / "marts", tmp_path / "marts")
    (tmp_path / "datapackage.json").write_text(json.dumps({**paket, "resources": klein}), "utf-8")
    assert validate(str(tmp_path / "datapackage.json")).valid
    csv = tmp_path / "marts" / "schule.csv"
    csv.write_text(csv.read_text("utf-8-sig").replace(";2023;", ";zweitausend;", 1), "utf-8-sig")
    assert not validate(str(tmp_path / "datapackage.json")).valid
