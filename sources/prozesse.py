"""Several Jugendämter at once: each in a process of its own, as many as there are processors.

Here: starting them, and that none outlives its parent.
Not here: what they do (``quality/geheimhaltung``, ``orchestration/kandidat.py``).
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E")

PR_SET_PDEATHSIG = 1


def je_prozess(rechne: Callable[[T], E], faelle: Sequence[T]) -> Iterator[E]:
    """Results in the order of ``faelle``, each as soon as it is there; a single one is calculated right here.

    What a process raises is raised here as if it had happened here.
    """
    if len(faelle) < 2:
        yield from map(rechne, faelle)
        return
    # a fork would take over threads and open databases
    neu = multiprocessing.get_context("spawn")
    anzahl = min(len(faelle), os.cpu_count() or 1)
    with ProcessPoolExecutor(anzahl, mp_context=neu, initializer=_beginne, initargs=(os.getpid(),)) as prozesse:
        try:
            yield from prozesse.map(rechne, faelle)
        except Exception as fehler:
            fehler.add_note(str(fehler.__cause__))  # where it happened; as a cause it would be taken for the reason
            raise fehler from None


def _beginne(elternprozess: int) -> None:
    # a Jugendamt is a great many values that all stay to its end: looking for garbage among them finds none
    gc.set_threshold(100_000, 50, 100)
    _stirb_mit(elternprozess)


def _stirb_mit(elternprozess: int) -> None:
    """End with the parent, even if that is killed (Linux; elsewhere a process ends with its task)."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != elternprozess:
            os._exit(1)
