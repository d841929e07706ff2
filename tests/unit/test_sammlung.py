"""Every test has the same name in every process: two workers that collect different ones run none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WURZEL = Path(__file__).parents[2]


def _namen(saat: str) -> list[str]:
    befehl = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    umgebung = os.environ | {"PYTHONHASHSEED": saat}
    lauf = subprocess.run(befehl, cwd=WURZEL, env=umgebung, capture_output=True, text=True, check=True)
    return [zeile for zeile in lauf.stdout.splitlines() if "::" in zeile]


def test_names_depend_on_no_clock_and_no_hash() -> None:
    erste = _namen("1")
    assert len(erste) > 1000
    assert _namen("2") == erste
