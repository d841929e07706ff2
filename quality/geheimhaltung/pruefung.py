"""The audit: what can be derived from everything published?

Not here: choosing what to hide (``sperrung.py``). The audit takes any marks, from wherever they come.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from quality.geheimhaltung.tabelle import Problem


@dataclass(frozen=True)
class Bericht:
    """Result of an audit.

    Attributes:
        zellen: one row per protected cell: ``zelle``, ``wert``, ``kleinster``, ``groesster`` (of the values that an
            attacker cannot rule out; where ``exakt`` is false the true range is at least as wide), ``exakt``,
            ``verletzt``.
        verlust: one row per ``ebene``: ``zellen``, ``primaer``, ``sekundaer``, ``offen``, ``gewicht`` (of the
            secondary ones).
        engstes: smallest proven width of an interval of a protected cell; None if nothing is protected.
        verletzt: number of protected cells whose interval is too narrow or holds no value of at least k.
    """

    zellen: pl.DataFrame
    verlust: pl.DataFrame
    engstes: int | None
    verletzt: int

    @property
    def sicher(self) -> bool:
        """Nothing protected can be narrowed down too far."""
        return self.verletzt == 0


def pruefe(problem: Problem, marken: pl.DataFrame) -> Bericht:
    """Audit marks against an attacker who knows the rules, all equations, and that counts are whole.

    Protected are all cells of lage "primaer". A mark "offen" on one of them makes it derivable, hence violated.

    Args:
        problem: cells and equations.
        marken: columns ``zelle``, ``marke``; a cell without a row is taken as shown, unless lage is "ungenannt".
    """
    raise NotImplementedError
