"""Nothing heavy is imported where a person or a code location waits for it, and imports run one way."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

WURZEL = Path(__file__).resolve().parents[3]
DANACH = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def _module(befehl: str, env: dict[str, str]) -> set[str]:
    lauf = subprocess.run(
        [sys.executable, "-c", f"{befehl}\n{DANACH}"], cwd=WURZEL, env=env, capture_output=True, text=True, check=False
    )
    assert lauf.returncode == 0, lauf.stderr
    return set(json.loads(lauf.stdout.splitlines()[-1]))


def test_definitions_import_nothing_heavy(leeres_haus) -> None:
    geladen = _module("import orchestration.dagster_ort", leeres_haus.env)
    assert "dagster" in geladen
    assert not geladen & {"great_expectations", "pandera", "pandas", "highspy", "scipy", "reports.bericht"}


AUFRUF = """
import sys
sys.argv = ["berichtswesen", "check"]
from orchestration.cli import app
try:
    app()
except SystemExit as ende:
    assert not ende.code, ende.code
"""


def test_check_imports_neither_dagster_nor_dbt(neues_haus) -> None:
    geladen = {m.split(".")[0] for m in _module(AUFRUF, neues_haus().env)}
    assert not geladen & {"dagster", "dagster_dbt", "dbt", "great_expectations"}


def test_check_takes_less_than_five_seconds_and_touches_no_store(neues_haus) -> None:
    haus = neues_haus("nirgends")
    beginn = time.monotonic()
    lauf = haus.cli("check")
    dauer = time.monotonic() - beginn
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert lauf.stdout.count("✓") == 8
    assert dauer < 5
    assert not haus.home.exists()


def test_imports_run_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contracts of pyproject.toml (import-linter)."""
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    monkeypatch.chdir(WURZEL)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


def test_only_orchestration_reads_the_environment() -> None:
    fremd = [
        f"{datei.relative_to(WURZEL)}:{nummer}: {zeile.strip()}"
        for raum in ("sources", "quality", "reports")
        for datei in sorted((WURZEL / raum).rglob("*.py"))
        for nummer, zeile in enumerate(datei.read_text("utf-8").splitlines(), 1)
        if "os.getenv" in zeile or ("os.environ" in zeile and "GX_ANALYTICS_ENABLED" not in zeile)
    ]
    assert not fremd, "\n".join(fremd)
