"""Secondary suppression: which further cells hide the primary ones, at little loss.

Not here: what an attacker can derive (``pruefung.py``); it judges what this module proposes and does not trust it.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from quality.geheimhaltung.pruefung import Bericht
from quality.geheimhaltung.tabelle import Problem

MARKEN = {"zelle": pl.Int64, "marke": pl.String}


@dataclass(frozen=True)
class Sperrung:
    """What to hide.

    Attributes:
        marken: columns ``zelle``, ``marke`` ("primaer", "sekundaer", "offen"), all cells of the problem except those
            of lage "bekannt" and "ungenannt". Internal: published is only that a cell is "gesperrt".
        bericht: result of the audit of exactly these marks; publish only if ``bericht.sicher``.
        schranke: proven lower bound of the loss (sum of ``gewicht`` of secondary cells) over all safe patterns.
        optimal: the loss equals that bound.
    """

    marken: pl.DataFrame
    bericht: Bericht
    schranke: float
    optimal: bool


def sperre(problem: Problem) -> Sperrung:
    """Choose the secondary cells and audit the result. Deterministic.

    If no pattern is safe (e.g. a known total gives a cell away), the marks are the best found and
    ``bericht.sicher`` is False; ``bericht.zellen`` names the cells.
    """
    raise NotImplementedError


def grundlinie(problem: Problem) -> pl.DataFrame:
    """The naive way, for comparison: blank the smallest second cell in every equation with a lone suppressed one.

    Returns:
        Columns ``zelle``, ``marke`` as in ``Sperrung.marken``.
    """
    raise NotImplementedError
