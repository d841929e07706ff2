"""The benchmark's own sums at a tiny size: product, limit and pandas agree on every figure; its arithmetic is right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from tests.benchmarks import bench, bi, messung, tabelle
from tests.benchmarks.groessen import GROESSEN, bereite_vor
from tests.benchmarks.messung import WURZEL, Abbruch, miss, miss_befehl
from tests.benchmarks.vergleich import aus_warehouse, unterschiede

PRODUKT = """
import sys
from pathlib import Path
from tests.benchmarks.strecke import bis_intern
bis_intern(*map(Path, sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def werte(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    ordner = tmp_path_factory.mktemp("bench")
    profile, lieferung = bereite_vor(ordner, GROESSEN["winzig"])
    subprocess.run(
        [sys.executable, "-c", PRODUKT, ordner / "home", profile, lieferung],
        check=True,
        cwd=WURZEL,
        capture_output=True,
    )
    for weg in ("grenze", "buero"):
        gemessen = miss(f"tests.benchmarks.{weg}", profile, lieferung, ordner / weg)
        assert gemessen["stufen"]["kennzahlen"]["sekunden"] > 0
        assert gemessen["cpu"] > 0
    return {w: pl.read_parquet(ordner / w / "kennzahlen.parquet") for w in ("grenze", "buero")} | {
        "produkt": aus_warehouse(ordner / "home" / "warehouse.duckdb")
    }


@pytest.mark.parametrize("weg", ["grenze", "buero"])
def test_all_ways_agree(werte: dict[str, pl.DataFrame], weg: str) -> None:
    assert unterschiede(werte["produkt"], werte[weg]).rows() == []
    assert set(werte["produkt"]["quelle"]) == {
        "fortschreibung", "register", "fachverfahren", "haushalt", "schulstatistik",
    }  # fmt: skip
    assert werte["produkt"].filter(pl.col("kennzahl") == "hze_faelle")["wert"].sum() > 100
    assert werte["produkt"]["kennzahl"].n_unique() >= 50


def test_a_differing_and_a_missing_figure_are_told(werte: dict[str, pl.DataFrame]) -> None:
    produkt = werte["produkt"]
    falsch = produkt.with_row_index("i").with_columns(wert=pl.col("wert") + (pl.col("i") == 3)).drop("i")
    assert len(unterschiede(produkt, falsch)) == 1
    assert len(unterschiede(produkt, produkt.tail(-2))) == 2
    assert len(unterschiede(produkt.tail(-2), produkt)) == 2


def test_a_part_inside_another_counts_for_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    jetzt = [0.0]

    def dauere(sekunden: float) -> None:
        jetzt[0] += sekunden

    uhren = SimpleNamespace(monotonic=lambda: jetzt[0], process_time=lambda: jetzt[0] / 2)
    monkeypatch.setattr(messung, "time", uhren)
    ort = SimpleNamespace(innen=lambda: dauere(5))
    ort.aussen = lambda: (ort.innen(), ort.innen(), dauere(2))
    uhr = messung.Teiluhr()
    uhr.lege_an("innen", ort, "innen")
    uhr.lege_an("aussen", ort, "aussen")
    ort.aussen()
    ort.innen()
    assert uhr.teile == {
        "innen": {"sekunden": 15.0, "cpu": 7.5, "mal": 3},
        "aussen": {"sekunden": 2.0, "cpu": 1.0, "mal": 1},
    }


def test_a_way_that_breaks_off_leaves_what_it_has(
    werte: dict[str, pl.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def miss_bis_pandas(modul: str, *_: object, **__: object) -> dict[str, object]:
        if modul.endswith("buero"):
            raise Abbruch("...\nMemoryError: too much\n", {"sekunden": 7.0, "cpu": 6.0, "spitze_mb": 500.0})
        return {"sekunden": 1.0, "cpu": 1.0, "spitze_mb": 100.0}

    (tmp_path / "1" / "grenze").mkdir(parents=True)
    werte["produkt"].tail(-2).write_parquet(tmp_path / "1" / "grenze" / "kennzahlen.parquet")
    for name, ersatz in {
        "miss": miss_bis_pandas,
        "bereite_vor": lambda *_: (tmp_path, tmp_path),
        "aus_warehouse": lambda _: werte["produkt"],
        "saetze": lambda _: 5,
    }.items():
        monkeypatch.setattr(bench, name, ersatz)
    laeufe: list[dict[str, Any]] = []
    gesichert: list[str] = []
    bench.ein_lauf(tmp_path / "1", GROESSEN["winzig"], laeufe, lambda: gesichert.append(json.dumps(laeufe)))
    (lauf,) = json.loads(gesichert[-1])
    assert lauf["unterschiede"] == {"grenze": 2}
    assert {"produkt", "grenze", "saetze"} <= set(lauf)
    assert lauf["buero"]["abbruch"] == "MemoryError: too much"
    assert tabelle.dreier(lauf["buero"]) == "not to its end: after 7 s and 500 MB MemoryError: too much"


def test_a_way_may_take_so_much_memory() -> None:
    befehl = [sys.executable, "-c", "print('begun', flush=True); bytearray(900_000_000)"]
    assert miss_befehl(befehl)["cpu"] > 0
    with pytest.raises(Abbruch, match="MemoryError") as fehler:
        miss_befehl(befehl, speicher=500_000_000)
    assert fehler.value.werte["abbruch"] == "MemoryError"
    assert fehler.value.werte["sekunden"] > 0


def test_memory_is_that_of_the_whole_tree() -> None:
    kind = "import time; daten = bytearray(60_000_000); time.sleep(2)"
    befehl = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {kind!r}])"]
    assert miss_befehl(befehl)["spitze_mb"] > 60


def test_sizes() -> None:
    assert {n: (g.jugendaemter, g.gemeinden, len(g.jahre)) for n, g in GROESSEN.items()} == {
        "winzig": (2, 5, 2),
        "klein": (4, 0, 10),
        "land": (50, 1_100, 15),
        "bund": (559, 10_750, 25),
    }
    assert GROESSEN["land"].teil(10).jugendaemter == 5
    assert GROESSEN["bund"].teil(10).speicher == GROESSEN["bund"].speicher != ""


def test_exponent() -> None:
    assert tabelle.exponent([(1, 5), (10, 50), (100, 500)]) == pytest.approx(1)
    assert tabelle.exponent([(1, 3), (4, 12 * 4), (9, 27 * 9)]) == pytest.approx(2)


def test_twenty_queries() -> None:
    assert len(bi.abfragen()) == 20


def test_tables_are_those_of_the_results() -> None:
    ergebnisse = {
        p.stem: json.loads(p.read_text("utf-8")) for p in (Path(__file__).parent / "ergebnisse").glob("*.json")
    }
    assert tabelle.text(ergebnisse) in (WURZEL / "docs" / "leistung.md").read_text("utf-8")
