"""Which errors are expected: they carry a German sentence for people and never end in a traceback.

Here: the two lists. Not here: printing (``__init__.py``).
"""

from __future__ import annotations

from duckdb import Error as DuckdbFehler

from orchestration.haus import UnbekanntesJugendamt
from orchestration.sperre import Gesperrt
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
