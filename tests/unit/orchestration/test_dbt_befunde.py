"""Data tests of dbt as findings: passed, failed for the named Jugendamt only, never run; memory; one reading."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from orchestration.dbt import Dbt, DbtErgebnis, DbtGescheitert
from orchestration.umgebung import Umgebung


@pytest.fixture
def dbt(tmp_path: Path) -> Dbt:
    umgebung = Umgebung(tmp_path, ())
    with duckdb.connect(str(umgebung.ablage.warehouse)) as con:
        con.sql("create schema pruefung")
        con.sql("create table pruefung.summe as select 'nord' as jugendamt, '9 statt 8' as meldung")
    gebaut = Dbt(umgebung)
    test = {"resource_type": "test", "description": "Die Summe stimmt", "config": {"severity": "warn"}}
    struktur = {"resource_type": "test", "description": "", "config": {"severity": "ERROR"}}
    gebaut.manifest = {"nodes": {"test.summe": test, "test.struktur": struktur}}
    return gebaut


def _ergebnis(status: str, verletzungen: int = 0) -> DbtErgebnis:
    return DbtErgebnis("test.summe", status, "", verletzungen, "pruefung.summe", 0.1)


def test_a_failed_test_blocks_only_the_jugendamt_it_names(dbt: Dbt) -> None:
    dbt.gelaufen = [_ergebnis("warn", 1)]
    befunde = dbt.befunde(["nord", "sued"])
    (nord,), (sued,) = befunde["nord"], befunde["sued"]
    assert (nord.ergebnis, nord.schwere, nord.zeilen) == ("verletzt", "sperrend", [{"meldung": "9 statt 8"}])
    assert (sued.ergebnis, sued.zeilen) == ("bestanden", [])


def test_a_passed_test_is_a_finding_too(dbt: Dbt) -> None:
    dbt.gelaufen = [_ergebnis("pass")]
    assert [b.ergebnis for b in dbt.befunde(["nord"])["nord"]] == ["bestanden"]


def test_a_test_that_did_not_run_has_not_passed(dbt: Dbt) -> None:
    assert [b.ergebnis for b in dbt.befunde(["nord"])["nord"]] == ["fehler"]
    dbt.gelaufen = [_ergebnis("skipped")]
    assert [b.ergebnis for b in dbt.befunde(["nord"])["nord"]] == ["fehler"]


def test_too_little_memory_is_told_with_its_remedy(dbt: Dbt, monkeypatch: pytest.MonkeyPatch) -> None:
    voll = SimpleNamespace(
        node=SimpleNamespace(unique_id="model.gross"), status="error", failures=None, execution_time=9.0,
        message="Runtime Error\n  Out of Memory Error: failed to pin block of size 256.0 KiB (2.7 GiB/2.7 GiB used)",
    )  # fmt: skip
    monkeypatch.setattr(dbt, "parse_einmal", lambda: None)
    monkeypatch.setattr(dbt, "_rufe", lambda *_: SimpleNamespace(exception=None, result=[voll]))
    with pytest.raises(DbtGescheitert, match="BERICHTSWESEN_SPEICHER höher setzen") as fehler:
        dbt.baue()
    assert "256.0 KiB" not in str(fehler.value)


def test_a_process_reads_a_project_once_and_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gelesen = []

    class Manifest:
        def write(self, ziel: str) -> None:
            Path(ziel).write_text("{}")

    def rufe(dbt: Dbt, befehl: str) -> SimpleNamespace:
        gelesen.append(befehl)
        return SimpleNamespace(success=True, result=Manifest())

    projekt = tmp_path / "projekt"
    projekt.mkdir()
    monkeypatch.setattr(Dbt, "_rufe", rufe)
    monkeypatch.setattr(Umgebung, "dbt_projekt", projekt)
    umgebung = Umgebung(tmp_path / "haus", ())
    erster, zweiter = Dbt(umgebung), Dbt(umgebung)
    assert erster.manifest == {}
    zweiter.parse_einmal()
    assert gelesen == ["parse"]
    (projekt / "modell.sql").write_text("select 1")
    Dbt(umgebung).parse_einmal()
    assert gelesen == ["parse", "parse"]
    Dbt(Umgebung(tmp_path / "nebenan", ())).parse_einmal()
    assert gelesen == ["parse"] * 3, "the sources of another data home lie elsewhere"
