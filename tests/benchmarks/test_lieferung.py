"""The large delivery at a twentieth of its size: the same rows and sums as DuckDB reads, and no key twice."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from quality import tuer
from sources.vertraege import lade_vertraege
from tests.benchmarks.lieferung_500mb import EXTRAKT, WEGE, miss, schreibe_musterdaten

pytestmark = pytest.mark.lang
JE_STICHTAG = """
select stichtag, count(*), sum(anzahl), sum("alter" * anzahl), count(distinct raum_schluessel)
from read_parquet(?) group by all order by all
"""


def test_the_door_keeps_what_duckdb_reads(tmp_path: Path) -> None:
    quelle = tmp_path / "musterdaten_einwohnermelde.csv"
    zeilen = schreibe_musterdaten(quelle, 25)
    summen = {}
    for weg, geh in WEGE.items():
        (tmp_path / weg).mkdir()
        summen[weg] = duckdb.execute(JE_STICHTAG, [str(geh(quelle, tmp_path / weg))]).fetchall()
    assert sum(n for _, n, *_ in summen["duckdb"]) == zeilen > 1_000_000
    assert summen["tuer"] == summen["duckdb"]
    assert summen["annahme"] == summen["duckdb"]


def test_one_double_far_apart_is_found(tmp_path: Path) -> None:
    quelle = tmp_path / "musterdaten_einwohnermelde.csv"
    zeilen = schreibe_musterdaten(quelle, 25)
    inhalt = quelle.read_bytes()
    erste = inhalt.split(b"\n", 2)[1]
    geprueft = tuer.pruefe(inhalt + erste + b"\n", quelle.name, lade_vertraege()[EXTRAKT], {})
    assert geprueft.quarantaene.select("zeile", "regel").rows() == [(2, "schluessel"), (zeilen + 2, "schluessel")]
    assert geprueft.zeilen == zeilen - 1
    assert sum(len(block) for block in geprueft.bloecke()) == zeilen - 1


def test_the_measurement_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    quelle = tmp_path / "musterdaten_einwohnermelde.csv"
    schreibe_musterdaten(quelle, 5)
    gemessen = miss("tuer", quelle, tmp_path / "tuer")
    assert gemessen["sekunden"] > 0
    assert 0.05 < gemessen["spitze_gb"] < 4
    assert json.loads(json.dumps(gemessen)) == gemessen
