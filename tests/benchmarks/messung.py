"""Measuring one way from files to figures: a process of its own, timed by stages, its whole tree sampled for memory.

Here: the clock inside the measured process (:func:`stufe`, :class:`Teiluhr`), the parent that samples (:func:`miss`).
Not here: what is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import psutil

WURZEL = Path(__file__).parents[2]
_TAKT_S = 0.2
_KENNUNG = "MESSUNG "

Werte = dict[str, Any]
Teile = dict[str, dict[str, float]]
"""Name of a part to sekunden, cpu, mal."""


def _cpu() -> float:
    """Seconds of processor of this process and its ended children."""
    zeiten = os.times()
    return zeiten.user + zeiten.system + zeiten.children_user + zeiten.children_system


@contextmanager
def stufe(name: str) -> Iterator[None]:
    """Time a stage of the measured process and tell the parent, whose clock is the same."""
    beginn, cpu = time.monotonic(), _cpu()
    yield
    melde(stufe=name, beginn=beginn, ende=time.monotonic(), cpu=_cpu() - cpu)


def melde(**werte: object) -> None:
    """One line to the parent."""
    print(_KENNUNG + json.dumps(werte), flush=True)


class Teiluhr:
    """Sums of parts that are spread over a stage: functions are replaced by ones that count and time themselves.

    Parts that run side by side in threads each count in full, so they may sum up to more than their stage.
    """

    def __init__(self) -> None:
        self.teile: Teile = {}
        self._hier = threading.local()

    def lege_an(self, teil: str, ort: Any, funktion: str) -> None:
        """Time a function of a module or class under the name of a part, without the parts that run inside it."""
        self.nimm({teil: {"sekunden": 0.0, "cpu": 0.0, "mal": 0}})
        innen: Callable[..., Any] = getattr(ort, funktion)

        @wraps(innen)
        def aussen(*argumente: Any, **benannte: Any) -> Any:
            darin: list[tuple[float, float]] = []
            davor, self._hier.darin = getattr(self._hier, "darin", []), darin
            beginn, cpu = time.monotonic(), time.process_time()
            try:
                return innen(*argumente, **benannte)
            finally:
                sekunden, cpu = time.monotonic() - beginn, time.process_time() - cpu
                davor.append((sekunden, cpu))
                self._hier.darin = davor
                eigen = {"sekunden": sekunden - sum(s for s, _ in darin), "cpu": cpu - sum(c for _, c in darin)}
                self.nimm({teil: eigen | {"mal": 1}})

        setattr(ort, funktion, aussen)

    def nimm(self, teile: Teile) -> None:
        """Add what was timed, here or in another process."""
        for teil, werte in teile.items():
            summe = self.teile.setdefault(teil, dict.fromkeys(werte, 0.0))
            for mass, wert in werte.items():
                summe[mass] += wert


def _speicher(baum: psutil.Process) -> int:
    """Bytes of a process and all below it; what they may share counts once, by the largest (cheap, so often)."""
    eigen = geteilt = 0
    for prozess in [baum, *baum.children(recursive=True)]:
        try:
            speicher = prozess.memory_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        eigen += speicher.rss - speicher.shared
        geteilt = max(geteilt, speicher.shared)
    return eigen + geteilt


def _nimm_proben(prozess: psutil.Process, proben: list[tuple[float, int]], ende: threading.Event) -> None:
    while not ende.is_set():
        try:
            proben.append((time.monotonic(), _speicher(prozess)))
        except psutil.NoSuchProcess:
            return
        ende.wait(_TAKT_S)


class Abbruch(RuntimeError):
    """A way that did not come to its end; ``werte``: what it took until then, and why (``abbruch``)."""

    def __init__(self, ende: str, werte: Werte) -> None:
        super().__init__(ende)
        self.werte = werte | {"abbruch": ende.strip().rpartition("\n")[2]}


def miss(modul: str, *argumente: object, speicher: int | None = None) -> Werte:
    """Run `python -m <modul>`, with so many bytes of memory if given, and return what it took.

    Returns:
        sekunden, cpu, spitze_mb of the whole tree; stufen: name -> the same for each stage; further values that the
        process told.

    Raises:
        Abbruch: it failed; with the end of what it wrote.
    """
    return miss_befehl([sys.executable, "-m", modul, *map(str, argumente)], speicher=speicher)


def _erzaehlt(ausgabe: Iterable[str]) -> Iterator[str]:
    """The lines as they come; the end of each stage is shown at once."""
    for zeile in ausgabe:
        if zeile.startswith(f'{_KENNUNG}{{"stufe"'):
            werte = json.loads(zeile.removeprefix(_KENNUNG))
            dauer = werte["ende"] - werte["beginn"]
            print(f"{werte['stufe']}: {dauer:.1f} s, {werte['cpu']:.1f} s of processor", file=sys.stderr, flush=True)
        yield zeile


def miss_befehl(befehl: Sequence[str], umgebung: dict[str, str] | None = None, *, speicher: int | None = None) -> Werte:
    """As :func:`miss`, for any command."""
    beginn, vorher = time.monotonic(), os.times()
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | (umgebung or {})
    lauf = subprocess.Popen(befehl, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=WURZEL)
    baum = psutil.Process(lauf.pid)
    if speicher:
        baum.rlimit(psutil.RLIMIT_DATA, (speicher, speicher))
    proben: list[tuple[float, int]] = []
    ende = threading.Event()
    beobachter = threading.Thread(target=_nimm_proben, args=(baum, proben, ende))
    beobachter.start()
    assert lauf.stdout is not None
    zeilen = list(_erzaehlt(lauf.stdout))
    lauf.wait()
    dauer, nachher = time.monotonic() - beginn, os.times()
    ende.set()
    beobachter.join()
    gemeldet = [json.loads(z.removeprefix(_KENNUNG)) for z in zeilen if z.startswith(_KENNUNG)]
    cpu = nachher.children_user + nachher.children_system - vorher.children_user - vorher.children_system
    werte: Werte = {"sekunden": dauer, "cpu": cpu, "spitze_mb": _spitze(proben, beginn, beginn + dauer), "stufen": {}}
    for meldung in gemeldet:
        if "stufe" in meldung:
            werte["stufen"][meldung["stufe"]] = {
                "sekunden": meldung["ende"] - meldung["beginn"],
                "cpu": meldung["cpu"],
                "spitze_mb": _spitze(proben, meldung["beginn"], meldung["ende"]),
            }
        else:
            werte |= meldung
    if lauf.returncode:
        raise Abbruch(f"{' '.join(befehl)} endet mit {lauf.returncode}:\n{''.join(zeilen[-40:])}", werte)
    return werte


def _spitze(proben: Sequence[tuple[float, int]], von: float, bis: float) -> float:
    """Peak in MB between two times; of a stage shorter than the beat, the sample nearest to it."""
    innen = [b for t, b in proben if von <= t <= bis + _TAKT_S]
    naechste = min(proben, key=lambda probe: abs(probe[0] - bis), default=(0, 0))[1]
    return max(innen, default=naechste) / 1e6
