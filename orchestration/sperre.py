"""One refresh per data home: a kernel lock that dies with its process.

Here: taking and giving back the lock, and saying who holds it.
Not here: marking runs of a dead process (``orchestration/resources.py``).
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO


class Gesperrt(Exception):
    """Another process is refreshing this data home; the German text says who, since when and what to do."""


def prozess_kennung(pid: int) -> str:
    """A process by number and start, so that a number used again is not mistaken; "" if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return f"{pid}:{stat.rsplit(')', 1)[1].split()[19]}"


def ist_gehalten(datei: Path) -> bool:
    """Whether a process holds the lock of a file."""
    try:
        with datei.open("r") as griff:
            fcntl.flock(griff, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def jetzt() -> str:
    """Now in UTC, ISO, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _halter(text: str) -> str:
    try:
        wer = json.loads(text)
    except json.JSONDecodeError:
        return "Ein anderer Lauf"
    beginn = datetime.fromisoformat(wer["beginn"]).astimezone()
    return f"'{wer['verb']}' (Prozess {wer['pid']}) seit {beginn:%d.%m.%Y %H:%M:%S}"


def _nimm(griff: IO[str], warten_s: float) -> None:
    """Take the lock, trying again for ``warten_s`` seconds."""
    ende = time.monotonic() + warten_s
    while True:
        try:
            fcntl.flock(griff, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= ende:
                griff.seek(0)
                raise Gesperrt(
                    f"{_halter(griff.read())} arbeitet an diesem Datenhaus. Erwartet: ein Lauf zur Zeit. Bitte: "
                    "warten, bis er fertig ist, und dann erneut starten; 'berichtswesen status' zeigt den Stand."
                ) from None
            time.sleep(1)
        else:
            return


@contextmanager
def sperre(datei: Path, verb: str, warten_s: float = 0) -> Iterator[None]:
    """Hold the lock of a data home. Raises :class:`Gesperrt` if another process holds it for ``warten_s`` more."""
    datei.parent.mkdir(parents=True, exist_ok=True)
    with datei.open("a+", encoding="utf-8") as griff:
        _nimm(griff, warten_s)
        griff.seek(0)
        griff.truncate()
        griff.write(json.dumps({"pid": os.getpid(), "verb": verb, "beginn": jetzt()}))
        griff.flush()
        yield
        griff.truncate(0)
