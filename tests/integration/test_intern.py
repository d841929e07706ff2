"""The internal twin of a release: whole figures, for its owner only, marked on every page, every request noted."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    from tests.conftest import Haus

pytestmark = pytest.mark.lang
MARKE = "§ 64 (3) SGB VIII: nicht weitergeben"


def test_die_interne_fassung(hilfen_haus: Haus, tmp_path: Path) -> None:
    haus = hilfen_haus.kopie(tmp_path / "data")
    oeffentlich = haus.home / "releases" / "musterkreis" / "2023-1"
    vorher = sorted(p for p in haus.home.rglob("*") if "intern" not in p.parts)
    for name in ("A. Beispiel", " B.  Beispiel "):
        lauf = haus.cli("intern", "musterkreis", "--name", name)
        assert lauf.returncode == 0, lauf.stderr
        assert MARKE in lauf.stdout
    ohne = haus.cli("intern", "musterkreis", "--name", " ")
    assert (ohne.returncode, "Traceback" in ohne.stderr) == (2, False)

    ordner = haus.home / "intern" / "musterkreis" / "2023-1"
    rechte = {stat.S_IMODE(p.stat().st_mode) for p in [haus.home / "intern", *(haus.home / "intern").rglob("*")]}
    assert rechte == {0o700, 0o600}
    zugriffe = [json.loads(z) for z in (haus.home / "intern" / "zugriffe.jsonl").read_text("utf-8").splitlines()]
    assert [(z["name"], z["tat"], z["release"]) for z in zugriffe] == [
        ("A. Beispiel", "erstellt", "2023-1"),
        ("B. Beispiel", "eingesehen", "2023-1"),
    ]

    seiten = list((ordner / "bericht").rglob("*.html"))
    assert len(seiten) > 5
    assert [s for s in seiten if MARKE not in s.read_text("utf-8")] == []
    assert [s for s in oeffentlich.rglob("*.html") if MARKE in s.read_text("utf-8")] == []
    mappe = CalamineWorkbook.from_path(ordner / "marts.xlsx")
    assert all(MARKE in str(mappe.get_sheet_by_name(n).to_python()[0][0]) for n in mappe.sheet_names)

    intern, gezeigt = (pl.read_parquet(o / "marts" / "hilfen.parquet") for o in (ordner, oeffentlich))
    assert intern.filter(pl.col("wert") == 1).height > 0
    assert intern.filter(pl.col("status") == "gesperrt").is_empty()
    schluessel = ["raum_id", "berichtsjahr", "konzept", "einheit", "hilfeart", "altersgruppe", "geschlecht",
                  "merkmal", "auspraegung"]  # fmt: skip
    beide = gezeigt.filter(pl.col("wert").is_not_null()).join(intern, on=schluessel, suffix="_intern")
    assert len(beide) > 100
    assert beide.filter(pl.col("wert") != pl.col("wert_intern")).is_empty()
    # nothing of it lies anywhere else, and the steckbrief of protected figures is not in it
    assert {p for p in haus.home.rglob("*") if "intern" not in p.parts} - set(vorher) <= {haus.home / "refresh.lock"}
    assert not (ordner / "marts" / "steckbrief.parquet").exists()
