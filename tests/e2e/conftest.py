"""Corrected re-deliveries of the tiny Jugendamt, and a reader that never stops asking."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

FRAGE = """
select
    (select wert from mart.kennzahlen where raum_id = '99001001' and kennzahl = 'bev_gesamt'
        and berichtsjahr = 2023 and hauptquelle) as kennzahlen,
    (select bev_gesamt from mart.steckbrief where raum_id = '99001001' and berichtsjahr = 2023) as steckbrief,
    (select max(wert) from mart.bevoelkerung where raum_id = '99001001' and berichtsjahr = 2023
        and geschlecht = 'insgesamt' and altersgruppe = 'insgesamt') as bevoelkerung
"""


def _weniger(quelle: Path, ziel: Path, stellen: tuple[int, ...], um: int) -> None:
    """Copy a delivery with ``um`` fewer people in Musterstadt and so in the Musterkreis."""
    zeilen = []
    for zeile in quelle.read_bytes().split(b"\n"):
        felder = zeile.split(b";")
        if felder[0] in {b"99001", b"99001001"} and len(felder) > max(stellen):
            for stelle in stellen:
                felder[stelle] = str(int(felder[stelle]) - um).encode()
        zeilen.append(b";".join(felder))
    ziel.write_bytes(b"\n".join(zeilen))


@pytest.fixture(scope="session")
def berichtige(muster_lieferung: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Folder of a corrected delivery: ``um`` boys under 3 fewer in Musterstadt in 2023, in all tables."""

    def mache(um: int) -> Path:
        quelle, ziel = muster_lieferung / "_amtlich", tmp_path_factory.mktemp(f"berichtigt{um}_")
        # total and male of 2023; then under 3 and all ages, both sexes together and male
        for name, stellen in (
            ("12411-01-01-4_muster.csv", (2, 3)),
            ("12411-01-01-5_muster.csv", (2, 3)),
            ("12411-02-03-5_muster_2023.csv", (2, 19, 20, 37)),
        ):
            _weniger(quelle / name, ziel / name, stellen, um)
        return ziel

    return mache


@dataclass
class Leser:
    """Opens ``current/bi/marts.duckdb`` anew for every question, as a BI tool does, until stopped.

    It asks as soon as anything about the pointer or the folders behind it has changed, looked at every two
    milliseconds, and five times a second in any case: opening the file blindly all the time takes half a processor.
    """

    home: Path
    antworten: list[tuple[float | None, ...]] = field(default_factory=list)
    fehler: list[str] = field(default_factory=list)
    _ende: threading.Event = field(default_factory=threading.Event)
    _faden: threading.Thread | None = None

    def _lage(self) -> list[int]:
        orte = (self.home / name for name in ("current", "stand", "bi"))
        return [ort.lstat().st_mtime_ns for ort in orte if ort.is_symlink() or ort.exists()]

    def _frage(self) -> None:
        datei, gesehen, naechste = self.home / "current" / "bi" / "marts.duckdb", [0], 0.0
        while not self._ende.wait(0.002):
            if (lage := self._lage()) == gesehen and time.monotonic() < naechste:
                continue
            gesehen, naechste = lage, time.monotonic() + 0.2
            try:
                with duckdb.connect(str(datei), read_only=True) as con:
                    erste = con.execute(FRAGE).fetchone()
                    # a connection keeps its state, whatever is released meanwhile
                    zweite = con.execute(FRAGE).fetchone()
            except duckdb.Error as fehler:
                self.fehler.append(str(fehler))
                continue
            if erste != zweite:
                self.fehler.append(f"{erste} became {zweite} within one connection")
            self.antworten.append(erste or ())

    def __enter__(self) -> Leser:
        self._faden = threading.Thread(target=self._frage, daemon=True)
        self._faden.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ende.set()
        assert self._faden is not None
        self._faden.join(30)

    def pruefe(self) -> list[float | None]:
        """Assert that every question was answered from one release; returns the distinct answers in order."""
        assert not self.fehler, self.fehler[:3]
        assert self.antworten, "the reader never got to ask"
        gemischt = [a for a in self.antworten if len(set(a)) != 1 or None in a]
        assert not gemischt, gemischt[:3]
        return list(dict.fromkeys(a[0] for a in self.antworten))


@pytest.fixture
def leser() -> Callable[[Path], Leser]:
    """A reader on a data home: ``with leser(home) as l: ...``, then ``l.pruefe()``."""
    return Leser
