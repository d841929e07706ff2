"""Several cases at once: in processes of their own, as many as there are processors.

Here: starting them, handing cases over, that none outlives its parent, and what suits each of our processes.
Not here: what they do (``quality/urteil.py``, ``quality/geheimhaltung``, ``orchestration/kandidat.py``).
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")
E = TypeVar("E")

PROZESSE = os.cpu_count() or 1
PR_SET_PDEATHSIG = 1


class ProzessVerloren(Exception):
    """The system ended a process that was calculating; German text."""

    def __init__(self) -> None:
        """Say what is known of it."""
        super().__init__(
            "Ein Rechenprozess wurde vom Betriebssystem beendet. Erwartet: genug Speicher für "
            f"{PROZESSE} Prozesse nebeneinander. Bitte: andere Programme schließen und den Lauf noch einmal starten."
        )


def suche_selten_nach_muell() -> None:
    """Let Python look for garbage less often: what a refresh makes stays to its end, so that looking finds none."""
    gc.set_threshold(100_000, 50, 100)


def je_prozess(rechne: Callable[[T], E], faelle: Sequence[T]) -> Iterator[E]:
    """Results in the order of ``faelle``, each as soon as it is there; a single one is calculated right here.

    What a process raises is raised here as if it had happened here.
    """
    if len(faelle) < 2:
        yield from map(rechne, faelle)
        return
    with in_prozessen(rechne, min(len(faelle), PROZESSE)) as reiche_ein:
        yield from (ergebnis() for ergebnis in [reiche_ein(fall) for fall in faelle])


@contextmanager
def in_prozessen(rechne: Callable[[T], E], anzahl: int = PROZESSE) -> Iterator[Callable[[T], Callable[[], E]]]:
    """A way to hand over cases: each is begun as soon as a process is free, and the call it gives waits for its result.

    What is not begun at the end is left.
    """
    # a fork would take over threads and open databases
    neu = multiprocessing.get_context("spawn")
    arbeit = (os.getpid(), max(1, PROZESSE // anzahl), pickle.dumps(rechne))
    prozesse = ProcessPoolExecutor(anzahl, mp_context=neu, initializer=_beginne, initargs=arbeit)
    try:
        yield lambda fall: partial(_ergebnis, prozesse.submit(_rechne, fall))
    finally:
        prozesse.shutdown(cancel_futures=True)


def _ergebnis(zukunft: Future[E]) -> E:
    try:
        return zukunft.result()
    except BrokenProcessPool:
        raise ProzessVerloren from None
    except Exception as fehler:
        fehler.add_note(str(fehler.__cause__))  # where it happened; as a cause it would be taken for the reason
        raise fehler from None


_aufgabe: Callable[[Any], Any]


def _beginne(elternprozess: int, faeden: int, aufgabe: bytes) -> None:
    global _aufgabe  # noqa: PLW0603 - what this process is for
    _stirb_mit(elternprozess)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends what it has begun
    suche_selten_nach_muell()
    os.putenv("POLARS_MAX_THREADS", str(faeden))  # read when it is imported, with the task
    _aufgabe = pickle.loads(aufgabe)  # noqa: S301 - from the parent


def _rechne(fall: Any) -> Any:
    return _aufgabe(fall)


def _stirb_mit(elternprozess: int) -> None:
    """End with the parent, even if that is killed (Linux; elsewhere a process ends with its task)."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != elternprozess:
            os._exit(1)
