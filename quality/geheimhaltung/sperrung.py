"""Secondary suppression: which further cells hide the primary ones, at little loss.

Here: the heuristic for large tables, its clean-up, the naive way for comparison. The exact choice for small parts
stands in ``optimum.py``.
Not here: what an attacker can derive (``pruefung.py``); it judges what this module proposes and does not trust it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from quality.geheimhaltung import optimum
from quality.geheimhaltung.bewegung import Bewegung, Netz
from quality.geheimhaltung.pruefung import (
    KEIN_PREIS,
    OFFEN,
    SEKUNDAER,
    Bericht,
    Spannen,
    pruefe,
    suche_beweise,
    verborgene,
)
from quality.geheimhaltung.tabelle import FREI, PRIMAER, Problem, Wahr

MARKEN = {"zelle": pl.Int64, "marke": pl.String}
RUNDEN = 1
"""Rounds of clean-up."""
TEUER = 0.9
"""Share of the loss that a round of clean-up looks at, dearest cells first."""


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

    Small connected parts are solved exactly. In large ones, cell by cell: the cheapest set of further cells whose
    joint change makes a primary cell safe (a linear programme on the cells around it), then all cells are shown again
    that no proof needs.

    If no pattern is safe (e.g. a known total gives a cell away), the marks are the best found and
    ``bericht.sicher`` is False; ``bericht.zellen`` names the cells.
    """
    netz = Netz(problem)
    gesperrt, behalten = _raeume_auf(problem, _beweise(netz, problem.sperrbar, []))
    for _ in range(RUNDEN):
        gesperrt, behalten = _billiger(netz, gesperrt, behalten)
    wahl = optimum.verbessere(netz, gesperrt)
    bericht = pruefe(problem, _marken(problem, wahl.gesperrt), [*behalten, *wahl.beweise])
    verlust = float(bericht.verlust["gewicht"].sum())
    optimal = bericht.sicher and verlust <= wahl.schranke * (1 + 1e-9)
    return Sperrung(_marken(problem, wahl.gesperrt), bericht, wahl.schranke, optimal)


def _beweise(netz: Netz, sperrbar: Wahr, bekannt: list[Bewegung]) -> list[Bewegung]:
    """Changes that prove all primary cells safe, as far as that is possible, cheap in the cells they need.

    Args:
        netz: the problem.
        sperrbar: cells that may be hidden.
        bekannt: proofs there are already; the result starts with them.
    """
    problem = netz.problem
    spannen = Spannen(problem)
    preis = np.where(problem.ist(FREI), problem.zellen["gewicht"].to_numpy(), KEIN_PREIS)
    for b in bekannt:
        spannen.nimm(b)
        preis[b.stellen] = KEIN_PREIS
    return [*bekannt, *suche_beweise(netz, spannen, verborgene(problem, sperrbar), preis)]


def _billiger(netz: Netz, gesperrt: Wahr, beweise: list[Bewegung]) -> tuple[Wahr, list[Bewegung]]:
    """Forget all proofs that need one of the dearest cells, find new ones among the hidden cells, keep the better."""
    gewicht = np.where(gesperrt & netz.problem.ist(FREI), netz.problem.zellen["gewicht"].to_numpy(), 0.0)
    if not gewicht.any():
        return gesperrt, beweise
    fallend = np.sort(gewicht)[::-1]
    summe = np.cumsum(fallend)
    teuer = gewicht >= fallend[np.searchsorted(summe, summe[-1] * TEUER)]
    rest = [b for b in beweise if not teuer[b.stellen].any()]
    neu, behalten = _raeume_auf(netz.problem, _beweise(netz, gesperrt, rest))
    schlechter = _ohne_beweis(netz.problem, behalten) > _ohne_beweis(netz.problem, beweise)
    return (gesperrt, beweise) if schlechter or gewicht[neu].sum() >= gewicht.sum() else (neu, behalten)


def _ohne_beweis(problem: Problem, beweise: list[Bewegung]) -> int:
    spannen = Spannen(problem)
    for b in beweise:
        spannen.nimm(b)
    return int(spannen.mangel().sum())


def _raeume_auf(problem: Problem, bewegungen: list[Bewegung]) -> tuple[Wahr, list[Bewegung]]:
    """Drop proofs that the others make superfluous, dearest first, and show the cells that none needs any more."""
    gewicht = np.where(problem.ist(FREI), problem.zellen["gewicht"].to_numpy(), 0.0)
    nutzung = np.zeros(len(gewicht), dtype=np.int64)
    alle = Spannen(problem)
    for b in bewegungen:
        alle.nimm(b)
        nutzung[b.stellen] += 1
    hoechste = alle.mangel()
    allein = [b.um >= np.maximum(alle.breite, alle.hoch)[b.stellen] for b in bewegungen]
    deckung = np.zeros(len(gewicht), dtype=np.int64)
    for b, reicht in zip(bewegungen, allein, strict=True):
        deckung[b.stellen[reicht]] += 1
    behalten = []
    teuer = sorted(range(len(bewegungen)), key=lambda i: -float(gewicht[bewegungen[i].stellen].sum()))
    for i in teuer:
        b, reicht = bewegungen[i], allein[i]
        noetig = alle.geschuetzt[b.stellen] & ~hoechste[b.stellen]
        wichtig = noetig & (deckung[b.stellen] - reicht < 1)
        if wichtig.any():
            behalten.append(b)
            continue
        deckung[b.stellen[reicht]] -= 1
        nutzung[b.stellen] -= 1
    return problem.ist(PRIMAER) | (problem.sperrbar & (nutzung > 0)), behalten


def _marken(problem: Problem, gesperrt: Wahr) -> pl.DataFrame:
    primaer, an = pl.col("lage") == PRIMAER, pl.Series(gesperrt)
    return (
        problem.zellen.with_columns(
            marke=pl.when(primaer).then(pl.lit(PRIMAER)).when(an).then(pl.lit(SEKUNDAER)).otherwise(pl.lit(OFFEN))
        )
        .filter(pl.col("lage").is_in([FREI, PRIMAER]))
        .select(MARKEN.keys())
    )


def grundlinie(problem: Problem) -> pl.DataFrame:
    """The naive way, for comparison: blank the smallest second cell in every equation with a lone suppressed one.

    Returns:
        Columns ``zelle``, ``marke`` as in ``Sperrung.marken``. Not safe: it repeats until no equation has a lone
        suppressed cell, but looks at one equation at a time. What no table names is nothing it would hide.
    """
    matrix, wert, je_zeile = problem.matrix, problem.spalte("wert"), (abs(problem.matrix) > 0).astype(np.int64)
    gesperrt, sperrbar = problem.ist(PRIMAER).copy(), problem.sperrbar
    while True:
        allein = je_zeile @ verborgene(problem, gesperrt).astype(np.int64) == 1
        einzeln = np.flatnonzero(allein & (je_zeile @ gesperrt.astype(np.int64) == 1))
        neu = False
        for zeile in einzeln:
            zellen = matrix.indices[matrix.indptr[zeile] : matrix.indptr[zeile + 1]]
            waehlbar = zellen[sperrbar[zellen] & ~gesperrt[zellen]]
            if len(waehlbar) and verborgene(problem, gesperrt)[zellen].sum() == 1:
                gesperrt[waehlbar[np.lexsort((waehlbar, wert[waehlbar]))[0]]] = neu = True
        if not neu:
            return _marken(problem, gesperrt)
