"""Which format a file has, from its content.

Here: asking the readers, and the reader of each format that can be told this way. Fixed-width records cannot: their
contract names them. Not here: which extract it is (contracts, feeds).
"""

from __future__ import annotations

from collections.abc import Callable

from sources.formate import Gelesen, destatis, ffcsv, geodaten, regionaldatenbank

LESER: dict[str, Callable[[bytes, str], Gelesen]] = {
    "destatis": destatis.lies,
    "regionaldatenbank_csv": lambda inhalt, _: regionaldatenbank.lies(inhalt),
    "ffcsv": ffcsv.lies,
    "geodaten": geodaten.lies,
}


def erkenne(inhalt: bytes) -> str:
    """A name in `LESER`, or "tabelle": also for what nobody can read."""
    if destatis.erkennt(inhalt):
        return "destatis"
    if regionaldatenbank.erkennt(inhalt):
        return "regionaldatenbank_csv"
    if geodaten.erkennt(inhalt):
        return "geodaten"
    return "ffcsv" if ffcsv.erkennt(inhalt) else "tabelle"
