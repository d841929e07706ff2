"""Jugendämter side by side: results in order, and no process that outlives a killed parent."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from sources.prozesse import ProzessVerloren, in_prozessen, je_prozess

WURZEL = Path(__file__).resolve().parents[3]
WARTET = "import time; from sources.prozesse import je_prozess; list(je_prozess(time.sleep, [600, 600]))"


def test_ergebnisse_stehen_in_der_reihenfolge_der_faelle() -> None:
    assert list(je_prozess(abs, [-3, 2, -1])) == [3, 2, 1]
    assert list(je_prozess(abs, [-3])) == [3]
    assert list(je_prozess(abs, [])) == []


def test_ein_fehler_kommt_wie_von_hier_und_nennt_seinen_ort() -> None:
    with pytest.raises(ValueError, match="math domain error") as fehler:
        list(je_prozess(math.sqrt, [4.0, -1.0]))
    assert fehler.value.__cause__ is None
    assert "concurrent" in fehler.value.__notes__[0]


def test_eingereichte_faelle_warten_auf_den_der_sie_abholt() -> None:
    with in_prozessen(abs, 2) as reiche_ein:
        erstes, zweites = reiche_ein(-3), reiche_ein(-4)
        assert (zweites(), erstes()) == (4, 3)


def test_ein_vom_system_beendeter_prozess_wird_gesagt() -> None:
    with pytest.raises(ProzessVerloren, match="vom Betriebssystem beendet"), in_prozessen(os._exit, 1) as reiche_ein:
        reiche_ein(9)()


def test_kein_prozess_ueberlebt_den_toten_auftraggeber() -> None:
    prozess = subprocess.Popen([sys.executable, "-c", WARTET], cwd=WURZEL)
    frist = time.monotonic() + 60
    kinder: list[psutil.Process] = []
    while len(kinder) < 3 and time.monotonic() < frist:  # two workers and multiprocessing's resource tracker
        kinder = psutil.Process(prozess.pid).children(recursive=True)
        time.sleep(0.05)
    assert len(kinder) >= 3
    prozess.kill()
    prozess.wait()
    _, lebt = psutil.wait_procs(kinder, timeout=20)
    assert lebt == []
