"""Numbers so small that no pattern of single cells is safe: whole lines are held back, zeros and totals with them.

Here: which lines, then which tables and years, and the problem that is left when they are.
Not here: the choice among single cells (``sperrung.py``), the audit (``pruefung.py``).

Whoever sees nothing of a line does not know where its zeros are, so each of its cells may be 0 for him. In the limit
nothing is shown, and then only earlier releases or outside knowledge could give a cell away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from quality.geheimhaltung.pruefung import pruefe
from quality.geheimhaltung.sperrung import Sperrung, sperre
from quality.geheimhaltung.tabelle import FREI, PRIMAER, UNGENANNT, Problem

STUFEN = (r"^(.*\|)[^|]*(\|[^|]*)$", r"^([^|]*\|).*(\|[^|]*)$", r"^()[^|]*\|.*(\|[^|]*)$", r"^()().*$")
"""Parts of a key that name what is held back together: a figure of all Räume, a Messgröße of a year, a year, all."""


@dataclass(frozen=True)
class Rueckzug:
    """``sperrung``: the choice; ``zellen``: numbers of the cells held back; ``problem``: what is left of it."""

    sperrung: Sperrung
    zellen: pl.Series
    problem: Problem


def sperre_oder_halte_zurueck(problem: Problem, nummern: pl.DataFrame) -> Rueckzug:
    """Choose marks; as long as a protected cell can be found, hold back what it stands in, wider each time.

    Args:
        problem: everything an attacker may write down.
        nummern: schluessel, zelle, heute (only cells of today can be held back).
    """
    weg = pl.Series("zelle", [], dtype=pl.Int64)
    sperrung, rest = sperre(problem), problem
    if not sperrung.bericht.sicher and not _hilft(problem, nummern):
        return Rueckzug(sperrung, weg, rest)
    for stufe in STUFEN:
        verletzt = sperrung.bericht.zellen.filter("verletzt")["zelle"]
        if verletzt.is_empty():
            break
        block = pl.concat_str(pl.col("schluessel").str.extract(stufe, 1), pl.col("schluessel").str.extract(stufe, 2))
        mit = nummern.with_columns(block.alias("block"))
        betroffen = mit.filter(pl.col("zelle").is_in(verletzt.implode()))["block"].drop_nulls().unique()
        neu = mit.filter("heute", pl.col("block").is_in(betroffen.implode()))["zelle"]
        weg = pl.concat([weg, neu]).unique().sort()
        rest = _ohne(problem, weg)
        sperrung = sperre(rest)
    return Rueckzug(sperrung, weg, rest)


def _hilft(problem: Problem, nummern: pl.DataFrame) -> bool:
    """Would it be safe to show nothing of today? If not, it is others or earlier releases that give cells away."""
    nichts = _ohne(problem, nummern.filter("heute")["zelle"])
    marken = nichts.zellen.filter(pl.col("lage") == PRIMAER).select("zelle", pl.lit(PRIMAER).alias("marke"))
    return pruefe(nichts, marken).sicher


def _ohne(problem: Problem, weg: pl.Series) -> Problem:
    """The same problem, these cells not shown at all."""
    verborgen = pl.col("zelle").is_in(weg.implode()) & (pl.col("lage") != "bekannt")
    return replace(
        problem,
        zellen=problem.zellen.with_columns(
            pl.when(verborgen & (pl.col("lage") == FREI)).then(pl.lit(UNGENANNT)).otherwise("lage").alias("lage"),
            pl.when(verborgen).then(0).otherwise("untergrenze").cast(pl.Int64).alias("untergrenze"),
        ),
    )
