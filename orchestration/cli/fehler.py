"""Which errors are expected: they carry a German sentence for people and never end in a traceback.

Here: the two lists, and telling a full disk from all else. Not here: printing (``__init__.py``).
"""

from __future__ import annotations

from shutil import disk_usage

from duckdb import Error as DuckdbFehler

from orchestration.haus import UnbekanntesJugendamt
from orchestration.sperre import Gesperrt
from orchestration.umgebung import lies_umgebung
from reports.release import ReleaseFehler
from reports.typen import BerichtFehler
from sources.formate import Lesefehler
from sources.katalog import KatalogFehler
from sources.profile import ProfilFehler
from sources.vertraege import VertragFehler


class Bedienfehler(Exception):
    """Wrong use of a verb; German text."""


class NichtsFreigegeben(Exception):
    """A refresh ended without a release."""


FALSCHE_BENUTZUNG = (
    Bedienfehler,
    UnbekanntesJugendamt,
    ReleaseFehler,
    ProfilFehler,
    VertragFehler,
    KatalogFehler,
    DuckdbFehler,
)
ERWARTET = (*FALSCHE_BENUTZUNG, Gesperrt, NichtsFreigegeben, Lesefehler, BerichtFehler)


VOLL = (
    "Der Datenträger des Datenhauses ist voll. Das letzte Release bleibt in Kraft, ein halbes gibt es nicht. Bitte: "
    "Platz schaffen und 'berichtswesen refresh' noch einmal starten; es räumt auf und beginnt von vorn."
)
# bytes; with less, nothing can be written
KNAPP = 4 * 2**20
# how the system, SQLite and the others name it
_ZEICHEN_VOLL = ("no space left on device", "disk is full", "errno 28", "disk quota exceeded")


def ist_voll(fehler: BaseException | str) -> bool:
    """Whether an error, or one that led to it, says that the disk is full; SQLite may only speak of the disk."""
    if isinstance(fehler, str):
        knapp = "disk i/o error" in fehler.lower() and disk_usage(lies_umgebung().home).free < KNAPP
        return knapp or any(z in fehler.lower() for z in _ZEICHEN_VOLL)
    ursache = fehler.__cause__ or fehler.__context__
    return ist_voll(str(fehler)) or (ursache is not None and ist_voll(ursache))
