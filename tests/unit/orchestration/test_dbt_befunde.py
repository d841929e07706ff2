"""Data tests of dbt as findings: passed, failed for the named Jugendamt only, never run; memory; one reading."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from orchestration.dbt import Dbt, DbtGescheitert
from orchestration.haus import Haus
from orchestration.umgebung import SpeicherReichtNicht, Umgebung


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


def _baue(dbt: Dbt, monkeypatch: pytest.MonkeyPatch, status: str, verletzungen: int = 0, fuer: str = "") -> None:
    """A build of the one test, with this outcome."""
    knoten = SimpleNamespace(unique_id="test.summe", relation_name="pruefung.summe")
    gelaufen = SimpleNamespace(node=knoten, status=status, failures=verletzungen, execution_time=0.1, message=None)
    monkeypatch.setattr(dbt, "parse_einmal", lambda: None)
    monkeypatch.setattr(dbt, "_rufe", lambda *_: SimpleNamespace(exception=None, result=[gelaufen]))
    assert [e.unique_id for e in dbt.baue("--select", "kern", fuer=fuer)] == ["test.summe"]


def test_a_failed_test_blocks_only_the_jugendamt_it_names(dbt: Dbt, monkeypatch: pytest.MonkeyPatch) -> None:
    _baue(dbt, monkeypatch, "warn", 1)
    befunde = dbt.befunde(["nord", "sued"])
    (nord,), (sued,) = befunde["nord"], befunde["sued"]
    assert (nord.ergebnis, nord.schwere, nord.zeilen) == ("verletzt", "sperrend", [{"meldung": "9 statt 8"}])
    assert (sued.ergebnis, sued.zeilen) == ("bestanden", [])


def test_a_passed_test_is_a_finding_too(dbt: Dbt, monkeypatch: pytest.MonkeyPatch) -> None:
    _baue(dbt, monkeypatch, "pass")
    assert [b.ergebnis for b in dbt.befunde(["nord"])["nord"]] == ["bestanden"]


def test_a_test_without_a_verdict_has_not_passed(dbt: Dbt, monkeypatch: pytest.MonkeyPatch) -> None:
    _baue(dbt, monkeypatch, "no-op")
    assert [b.ergebnis for b in dbt.befunde(["nord"])["nord"]] == ["fehler"]


def test_another_process_knows_what_ran_until_the_next_build_begins(dbt: Dbt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster takes a failed run up from the step that failed, in a process of its own."""
    with pytest.raises(DbtGescheitert, match="als Ganzes neu starten"):  # nothing has been built yet
        dbt.befunde(["nord"], "heute")
    _baue(dbt, monkeypatch, "pass", fuer="heute")
    anderer = Dbt(dbt.umgebung)
    anderer.manifest = dbt.manifest
    assert [b.ergebnis for b in anderer.befunde(["nord"], "heute")["nord"]] == ["bestanden"]
    with pytest.raises(DbtGescheitert, match="seit dem Bau kamen Lieferungen"):
        anderer.befunde(["nord"], "morgen")

    def stirb(*_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dbt, "_rufe", stirb)
    with pytest.raises(KeyboardInterrupt):
        dbt.baue("--select", "kern", fuer="heute")
    with pytest.raises(DbtGescheitert, match="ein anderer Lauf brach ab"):
        anderer.befunde(["nord"], "heute")


def test_too_little_memory_is_told_with_its_remedy(dbt: Dbt, monkeypatch: pytest.MonkeyPatch) -> None:
    voll = SimpleNamespace(
        node=SimpleNamespace(unique_id="model.gross"), status="error", failures=None, execution_time=9.0,
        message="Runtime Error\n  Out of Memory Error: failed to pin block of size 256.0 KiB (2.7 GiB/2.7 GiB used)",
    )  # fmt: skip
    monkeypatch.setattr(dbt, "parse_einmal", lambda: None)
    monkeypatch.setattr(dbt, "_rufe", lambda *_: SimpleNamespace(exception=None, result=[voll]))
    with pytest.raises(SpeicherReichtNicht, match="BERICHTSWESEN_SPEICHER höher setzen") as fehler:
        dbt.baue()
    assert "256.0 KiB" not in str(fehler.value)


def test_too_little_memory_for_geheimhaltung_is_told_with_the_same_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quality.geheimhaltung import schutz

    def voll(*argumente: object) -> None:
        raise duckdb.OutOfMemoryException(f"limit {argumente[-1]}")

    monkeypatch.setattr(schutz, "schuetze", voll)
    monkeypatch.setenv("BERICHTSWESEN_SPEICHER", "7GB")
    haus = Haus(Umgebung(tmp_path, ()))
    with pytest.raises(SpeicherReichtNicht, match="BERICHTSWESEN_SPEICHER höher setzen") as fehler:
        haus.schuetze()
    assert "limit 7GB" in str(fehler.value.__context__)


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
