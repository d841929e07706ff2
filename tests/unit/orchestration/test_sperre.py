"""The lock of a data home: one at a time, it says who, and it dies with its process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.sperre import Gesperrt, sperre

WURZEL = Path(__file__).resolve().parents[3]
HALTER = """
import sys, time
from pathlib import Path
from orchestration.sperre import sperre
with sperre(Path(sys.argv[1]), "refresh"):
    print("hat", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def _halte(datei: Path, sekunden: float) -> subprocess.Popen[str]:
    halter = subprocess.Popen(
        [sys.executable, "-c", HALTER, str(datei), str(sekunden)], cwd=WURZEL, stdout=subprocess.PIPE, text=True
    )
    assert halter.stdout is not None
    assert halter.stdout.readline().strip() == "hat"
    return halter


def test_says_who_holds_it_since_when_and_what_to_do(tmp_path: Path) -> None:
    datei = tmp_path / "neu" / "refresh.lock"
    halter = _halte(datei, 60)
    try:
        with pytest.raises(Gesperrt) as gesperrt, sperre(datei, "release approve"):
            pass
    finally:
        halter.kill()
        halter.wait()
    text = str(gesperrt.value)
    assert f"'refresh' (Prozess {halter.pid}) seit " in text
    assert re.search(r"seit \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d", text)
    assert "Bitte: warten" in text


def test_dies_with_its_process(tmp_path: Path) -> None:
    datei = tmp_path / "refresh.lock"
    halter = _halte(datei, 60)
    halter.send_signal(signal.SIGKILL)
    halter.wait()
    assert json.loads(datei.read_text())["pid"] == halter.pid  # what it wrote stays, the lock does not
    with sperre(datei, "refresh"):
        assert json.loads(datei.read_text())["pid"] == os.getpid()


def test_waits_when_asked_to(tmp_path: Path) -> None:
    datei = tmp_path / "refresh.lock"
    halter = _halte(datei, 1.5)
    beginn = time.monotonic()
    with sperre(datei, "refresh", warten_s=20):
        assert time.monotonic() - beginn < 10
    assert halter.wait() == 0


def test_is_given_back_after_an_error(tmp_path: Path) -> None:
    datei = tmp_path / "refresh.lock"
    with pytest.raises(ValueError, match="x"), sperre(datei, "refresh"):
        raise ValueError("x")
    with sperre(datei, "refresh"):
        pass
    assert datei.read_text() == ""


@pytest.mark.parametrize("rest", ["", "{", "\x00\x00"])
def test_an_unreadable_note_is_no_reason_to_break(tmp_path: Path, rest: str) -> None:
    """Between taking the lock and writing who took it, or after a crash, the note may hold anything."""
    datei = tmp_path / "refresh.lock"
    halter = _halte(datei, 60)
    datei.write_text(rest)
    try:
        with pytest.raises(Gesperrt, match="arbeitet an diesem Datenhaus"), sperre(datei, "refresh"):
            pass
    finally:
        halter.kill()
        halter.wait()
