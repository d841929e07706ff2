"""Several processes starting on a fresh data home: each parses the dbt project before anybody holds the lock."""

from __future__ import annotations

import subprocess

import pytest

PARSE = """
from orchestration.dbt import Dbt
from orchestration.umgebung import lies_umgebung
umgebung = lies_umgebung()
umgebung.setze_variablen()
umgebung.ablage.anlegen([])
print(len(Dbt(umgebung).manifest["nodes"]))
"""


@pytest.mark.lang
def test_processes_that_parse_at_the_same_moment(leeres_haus) -> None:
    python = leeres_haus.befehl[0]
    alle = [
        subprocess.Popen([python, "-c", PARSE], env=leeres_haus.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    ausgaben = [p.communicate(timeout=300) for p in alle]
    assert [p.returncode for p in alle] == [0] * 4, ausgaben
    assert len({aus for aus, _ in ausgaben}) == 1, ausgaben
    assert not list((leeres_haus.home / "dbt").rglob(".unfertig-*"))
