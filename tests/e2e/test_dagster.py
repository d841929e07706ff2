"""The same job from Dagster's web interface, through its GraphQL API, as ``berichtswesen ui`` starts it."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

WURZEL = Path(__file__).resolve().parents[2]
REPO = {"repositoryLocationName": "orchestration.dagster_ort", "repositoryName": "__repository__"}
Frage = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.lang

ORTE = """query($repo: RepositorySelector!) { repositoryOrError(repositorySelector: $repo) {
  __typename ... on Repository { jobs { name } sensors { name } schedules { name cronSchedule executionTimezone }
  assetNodes { assetKey { path } groupName } } ... on PythonError { message } } }"""
STARTE = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }"""
WEITER = """mutation($p: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $p) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
LAUF = """query($id: ID!) { runOrError(runId: $id) { ... on Run { status tags { key value }
  eventConnection { events { __typename ... on MessageEvent { message }
    ... on MaterializationEvent { assetKey { path } metadataEntries { label } }
    ... on AssetCheckEvaluationEvent { evaluation { checkName success assetKey { path } } }
    ... on ExecutionStepFailureEvent { error { message } } } } } } }"""


def _freier_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _beende(prozess: subprocess.Popen[bytes]) -> None:
    """Stop it as Ctrl+C or systemd would; nothing may stay behind."""
    kinder = psutil.Process(prozess.pid).children(recursive=True)
    prozess.terminate()
    prozess.wait(60)
    _, lebt = psutil.wait_procs(kinder, timeout=30)
    for p in lebt:
        p.kill()
    assert not lebt, lebt


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory, _muster_haus: Any) -> Iterator[tuple[Any, Frage]]:
    """A web interface with daemon on an empty house, and a function that asks its GraphQL."""
    ordner = tmp_path_factory.mktemp("ui")
    haus = replace(_muster_haus, home=ordner / "data")
    port = _freier_port()
    with (ordner / "ausgabe.txt").open("wb") as ausgabe:
        prozess = subprocess.Popen(
            [*haus.befehl, "ui", "--port", str(port)], cwd=WURZEL, env=haus.env, stdout=ausgabe, stderr=ausgabe
        )

    def frage(text: str, **variablen: Any) -> dict[str, Any]:
        antwort = requests.post(
            f"http://127.0.0.1:{port}/graphql", json={"query": text, "variables": variablen}, timeout=60
        )
        inhalt = antwort.json()
        assert not inhalt.get("errors"), inhalt["errors"]
        return dict(inhalt["data"])

    try:
        ende = time.monotonic() + 90
        while True:
            try:
                if frage(ORTE, repo=REPO)["repositoryOrError"]["__typename"] == "Repository":
                    break
            except requests.RequestException:
                pass
            assert prozess.poll() is None, (ordner / "ausgabe.txt").read_text()
            assert time.monotonic() < ende, (ordner / "ausgabe.txt").read_text()
            time.sleep(0.5)
        yield haus, frage
    finally:
        if prozess.poll() is None:
            _beende(prozess)


def _starte(frage: Frage, landing: Path | None, **auftrag: Any) -> str:
    auftrag |= {"landing": str(landing)} if landing else {}
    antwort = frage(
        STARTE,
        p={
            "selector": {**REPO, "jobName": "refresh"},
            "runConfigData": {"resources": {"auftrag": {"config": auftrag}}},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "musterkreis"}]},
        },
    )["launchRun"]
    assert antwort["__typename"] == "LaunchRunSuccess", antwort
    return str(antwort["run"]["runId"])


def _warte(frage: Frage, lauf_id: str, sekunden: float = 180) -> dict[str, Any]:
    ende = time.monotonic() + sekunden
    while time.monotonic() < ende:
        lauf = frage(LAUF, id=lauf_id)["runOrError"]
        if lauf["status"] in {"SUCCESS", "FAILURE", "CANCELED"}:
            return dict(lauf)
        time.sleep(0.5)
    raise AssertionError(f"run {lauf_id} did not end: {lauf['status']}")


def _pfade(ereignisse: list[dict[str, Any]], art: str) -> set[str]:
    return {"/".join(e["assetKey"]["path"]) for e in ereignisse if e["__typename"] == art}


def test_lists_job_sensor_and_yearly_schedule(ui) -> None:
    _, frage = ui
    ort = frage(ORTE, repo=REPO)["repositoryOrError"]
    assert "refresh" in {j["name"] for j in ort["jobs"]}
    assert "landing" in {s["name"] for s in ort["sensors"]}
    assert {"name": "jahr_musterkreis", "cronSchedule": "0 6 1 10 *", "executionTimezone": "Europe/Berlin"} in ort[
        "schedules"
    ]
    assert {"annahme", "geheimhaltung", "release", "stand", "lieferung/_amtlich/abgaenger"} <= {
        "/".join(a["assetKey"]["path"]) for a in ort["assetNodes"]
    }


def test_launches_a_refresh_to_a_release(ui, muster_lieferung: Path) -> None:
    haus, frage = ui
    lauf = _warte(frage, _starte(frage, muster_lieferung))
    ereignisse = lauf["eventConnection"]["events"]
    assert lauf["status"] == "SUCCESS", [e for e in ereignisse if "Failure" in e["__typename"]]

    manifest = json.loads((haus.home / "current" / "musterkreis" / "manifest.json").read_text("utf-8"))
    assert manifest["release"] == "2023-1"
    assert haus.frage("select count(*) as n from mart.raeume where raumebene = 'sozialraum'") == [{"n": 3}]

    entstanden = _pfade(ereignisse, "MaterializationEvent")
    soll = json.loads((WURZEL / "tests" / "unit" / "orchestration" / "graph.json").read_text("utf-8"))
    geliefert = ("abgaenger", "bevoelkerung_altersgruppen", "bevoelkerung_geschlecht")
    assert entstanden == set(soll["job"]) | {f"lieferung/_amtlich/{feed}" for feed in geliefert}, "nur was ankam"

    urteile = [e["evaluation"] for e in ereignisse if e["__typename"] == "AssetCheckEvaluationEvent"]
    geprueft = {("/".join(u["assetKey"]["path"]), u["checkName"]) for u in urteile}
    assert geprueft == {(k, c) for k, a in soll["assets"].items() for c in a["checks"]}
    assert ("release", "gate") in geprueft
    assert all(u["success"] for u in urteile), [u for u in urteile if not u["success"]]


def test_runs_started_together_wait_for_each_other(ui, muster_lieferung: Path) -> None:
    """Four yearly schedules fire at the same minute: all succeed, none is taken for dead while it waits."""
    haus, frage = ui
    laeufe = [_starte(frage, muster_lieferung) for _ in range(3)]
    fertig = [_warte(frage, lauf) for lauf in laeufe]
    assert [lauf["status"] for lauf in fertig] == ["SUCCESS"] * 3, [
        e.get("message") for lauf in fertig for e in lauf["eventConnection"]["events"] if "Failure" in e["__typename"]
    ]
    tot = [
        e for lauf in fertig for e in lauf["eventConnection"]["events"] if "lebt nicht mehr" in (e.get("message") or "")
    ]
    assert not tot
    assert [p.name for p in (haus.home / "releases" / "musterkreis").iterdir() if p.is_dir()] == ["2023-1"]


def test_a_failed_run_is_taken_up_from_the_step_that_failed(ui) -> None:
    """What a data engineer clicks after a failure: the house is not built again, the release is the same as without."""
    haus, frage = ui
    marken = haus.home / "lake" / "geheimhaltung_marken" / "daten.parquet"
    marken.unlink()
    marken.mkdir()
    gescheitert = _starte(frage, None, jahr=2022)
    assert _warte(frage, gescheitert)["status"] == "FAILURE"
    marken.rmdir()
    antwort = frage(WEITER, p={"parentRunId": gescheitert, "strategy": "FROM_FAILURE"})["launchRunReexecution"]
    assert antwort["__typename"] == "LaunchRunSuccess", antwort
    lauf = _warte(frage, antwort["run"]["runId"])
    ereignisse = lauf["eventConnection"]["events"]
    assert lauf["status"] == "SUCCESS", [e for e in ereignisse if "Failure" in e["__typename"]]
    entstanden = _pfade(ereignisse, "MaterializationEvent")
    assert {"geheimhaltung", "release", "stand"} <= entstanden
    assert not {"annahme", "core/fct_messgroessen"} & entstanden
    stand = json.loads((haus.home / "pruefung" / "musterkreis.json").read_text("utf-8"))
    assert (stand["ergebnis"], stand["release"]) == ("freigegeben", "2022-1")


def test_listens_on_this_machine_only(ui) -> None:
    haus, _ = ui
    fremd = [
        v.laddr
        for p in psutil.process_iter()
        for v in _verbindungen(p, str(haus.home))
        if v.status == psutil.CONN_LISTEN and v.laddr.ip not in {"127.0.0.1", "::1"}
    ]
    assert not fremd


def _verbindungen(prozess: psutil.Process, home: str) -> list[Any]:
    try:
        eigener = prozess.environ().get("BERICHTSWESEN_HOME") == home
        return list(prozess.net_connections(kind="tcp")) if eigener else []
    except (psutil.Error, OSError):
        return []
