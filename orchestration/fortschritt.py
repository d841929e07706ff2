"""Telling a person at the command line which step of a refresh runs.

Here: the words for the steps, and whom they are told. Not here: Dagster's own log, what came out (``cli/lauf.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

# a run of the CLI works in the process and thread of who started it; runs of Dagster tell nobody
ANZEIGE: ContextVar[Callable[[str], None] | None] = ContextVar("anzeige", default=None)

_STUFEN = {
    "annahme": "1/6 Lieferungen annehmen und prüfen",
    "dbt_kern": "2/6 Kennzahlen rechnen",
    "geheimhaltung": "3/6 Geheimhaltung: kleine Zahlen und was sie verriete",
    "dbt_marts": "4/6 Veröffentlichte Tabellen bauen",
    "release": "5/6 Prüfen und Bericht schreiben",
    "stand": "6/6 Neuen Stand zeigen",
}


def melde_stufe(stufe: str, wer: str = "") -> None:
    """Tell which step begins, and for whom."""
    if anzeige := ANZEIGE.get():
        anzeige(_STUFEN[stufe] + (f": {wer}" if wer else ""))
