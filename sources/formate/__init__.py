"""The format readers' shared result and refusal.

Here: what every reader returns (`Gelesen`) and how it refuses (`Lesefehler`). The readers themselves are
modules of this package; what a column or sign means is decided by contract (`sources/vertraege.py`),
whether values are good enough by `quality`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Gelesen:
    """One file, read completely.

    `format` is a format of contracts (`Vertrag.format`); `kennung` the table code (None for plain tables and
    records); `daten` all cells, text unless the reader says otherwise; `kodierung` one of "utf-8",
    "utf-8-sig", "iso-8859-1", "windows-1252" ("xlsx" for workbooks); `meta` the texts around the table, ""
    when absent; `musterdaten` True when the file itself says that it is invented.
    """

    format: str
    kennung: str | None
    daten: pl.DataFrame
    kodierung: str
    meta: dict[str, str]
    musterdaten: bool


class Lesefehler(Exception):
    """A named refusal: the file is not read, and the office that sent it can be told why.

    `art` is a short code (listed in README.md); `was`, `erwartet`, `tun` are German sentences.
    """

    def __init__(self, art: str, was: str, erwartet: str, tun: str) -> None:
        """Keep the parts; the message is "was. Erwartet: ... Bitte: ..."."""
        self.art = art
        self.was = was
        self.erwartet = erwartet
        self.tun = tun
        super().__init__(f"{was.rstrip('.')}. Erwartet: {erwartet.rstrip('.')}. Bitte: {tun.rstrip('.')}.")

    def __reduce__(self) -> tuple[type[Lesefehler], tuple[str, str, str, str]]:
        """Survive pickling between processes with all four parts."""
        return Lesefehler, (self.art, self.was, self.erwartet, self.tun)
