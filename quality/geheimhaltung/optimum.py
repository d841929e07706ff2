"""The least loss, exactly: for small connected parts of a table, and a proven bound for the others.

A choice of cells is safe exactly if it hits every "gap": the cells outside of a largest unsafe choice, because hiding
more never helps the attacker. So the least loss is a minimum weight hitting set over gaps; an integer programme
chooses, the attacker's own programme names the next gap, until the choice is safe (implicit hitting set). The value of
the integer programme is a lower bound at any time.
Not here: the choice in large parts (``sperrung.py``), the audit (``pruefung.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from quality.geheimhaltung.bewegung import GENAU, Bewegung, Kommazahlen, Netz, loeser
from quality.geheimhaltung.pruefung import Spannen, verborgene
from quality.geheimhaltung.tabelle import Ganze, Wahr

KLEIN = 40
"""Largest number of cells that may be hidden in addition, for the exact way."""
TEIL = 500
"""Largest number of cells of a part for the exact way: each of its questions is a programme over all of them. What
earlier releases hid hangs together, and a correction leaves few cells to choose among thousands."""
LUECKEN = 60
"""Most gaps that are looked for in one part; then its choice stays, with the bound reached."""


@dataclass(frozen=True)
class Wahl:
    """``gesperrt``: cells to hide (primary and further); ``beweise``: proofs; ``schranke``: lower bound of loss."""

    gesperrt: Wahr
    beweise: list[Bewegung]
    schranke: float


def verbessere(netz: Netz, gesperrt: Wahr) -> Wahl:
    """Replace the choice in small parts by the best one, and bound the loss of all.

    Args:
        netz: the problem.
        gesperrt: a safe choice where there is one.
    """
    problem = netz.problem
    frei = problem.sperrbar & ~Spannen(problem).geschuetzt
    gewicht = np.where(frei, problem.zellen["gewicht"].to_numpy(), 0.0)
    zwang = _zwaenge(netz)
    teile = netz.teile(verborgene(problem, problem.sperrbar))
    anzahl = np.bincount(teile[frei & (teile >= 0)], minlength=int(teile.max(initial=-1)) + 1)
    neu, beweise, schranke = gesperrt.copy(), [], 0.0
    for teil in np.unique(teile[Spannen(problem).geschuetzt & (teile >= 0)]):
        if not anzahl[teil]:  # as earlier releases left it: nothing to choose, and the audit follows
            continue
        zellen = np.flatnonzero(teile == teil)
        luecken = [z for z in zwang if teile[z[0]] == teil]
        if anzahl[teil] > KLEIN or len(zellen) > TEIL:
            schranke += _treffer(gewicht, zellen, luecken, ganz=False)[1]
            continue
        wahl, gefunden, grenze = _beste(netz, zellen, frei, gewicht, luecken)
        schranke += grenze
        if wahl is not None:
            neu[zellen] = problem.sperrbar[zellen] & (wahl[zellen] | ~frei[zellen])
            beweise += gefunden
    return Wahl(neu, beweise, schranke)


def _beste(
    netz: Netz, zellen: Ganze, frei: Wahr, gewicht: Kommazahlen, luecken: list[Ganze]
) -> tuple[Wahr | None, list[Bewegung], float]:
    """The best choice in one part (None: not found), its proofs, and the lower bound."""
    ziele = zellen[Spannen(netz.problem).geschuetzt[zellen]]
    fest = np.zeros(len(frei), dtype=bool)
    fest[zellen] = ~frei[zellen]
    grenze = 0.0
    for _ in range(LUECKEN):
        gewaehlt, grenze = _treffer(gewicht, zellen, luecken, ganz=True)
        beweise: list[Bewegung] = []
        offen = next((z for z in ziele if not _geschuetzt(netz, z, fest | gewaehlt, beweise)), None)
        if offen is None:
            return gewaehlt, beweise, grenze
        luecke = _luecke(netz, int(offen), fest | gewaehlt, zellen[frei[zellen]], gewicht)
        if not len(luecke):
            return None, [], grenze
        luecken.append(luecke)
    return None, [], grenze


def _luecke(netz: Netz, ziel: int, gewaehlt: Wahr, frei: Ganze, gewicht: Kommazahlen) -> Ganze:
    """Grow an unsafe choice while it stays unsafe for ``ziel``, cheapest cells first; return the cells left out."""
    probe = gewaehlt.copy()
    for zelle in frei[np.argsort(gewicht[frei], kind="stable")]:
        if not probe[zelle]:
            probe[zelle] = True
            probe[zelle] = not _geschuetzt(netz, ziel, probe, [])
    return frei[~probe[frei]]


def _geschuetzt(netz: Netz, ziel: int, beweglich: Wahr, beweise: list[Bewegung]) -> bool:
    """Is a cell safe if exactly these are hidden? Adds the proofs."""
    spannen = Spannen(netz.problem)
    for bekannt in beweise:
        spannen.nimm(bekannt)
    teile = netz.teile(beweglich)
    zellen = np.flatnonzero(teile == teile[ziel])
    start = int(np.searchsorted(zellen, ziel))
    for richtung in (1, -1):
        if not spannen.mangel()[ziel]:
            break
        b, _ = netz.weiteste(zellen, start, richtung, int(spannen.breite[ziel]))
        if b is not None:
            beweise.append(b)
            spannen.nimm(b)
    return not bool(spannen.mangel()[ziel])


def _treffer(gewicht: Kommazahlen, zellen: Ganze, luecken: list[Ganze], ganz: bool) -> tuple[Wahr, float]:
    """The lightest set of cells that hits every gap (``ganz``), or the bound of its relaxation."""
    gewaehlt = np.zeros(len(gewicht), dtype=bool)
    if not luecken:
        return gewaehlt, 0.0
    zeilen = np.repeat(np.arange(len(luecken)), [len(z) for z in luecken])
    spalten = np.searchsorted(zellen, np.concatenate(luecken))
    matrix = sparse.csc_array((np.ones(len(zeilen)), (zeilen, spalten)), shape=(len(luecken), len(zellen)))
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = gewicht[zellen], np.zeros(len(zellen)), np.ones(len(zellen))
    lp.row_lower_, lp.row_upper_ = np.ones(len(luecken)), np.full(len(luecken), highspy.kHighsInf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if ganz:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(zellen)
    h = loeser()
    h.passModel(lp)
    h.run()
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return gewaehlt, 0.0
    gewaehlt[zellen] = np.array(h.getSolution().col_value) > 1 - GENAU
    return gewaehlt, float(h.getInfo().objective_function_value)


def _zwaenge(netz: Netz) -> list[Ganze]:
    """Gaps seen in single equations: a primary cell that must rise and that no hidden neighbour can make up for.

    Returns:
        Per such equation the free cells of it, of which at least one must be hidden; without those that have none.
    """
    problem, spannen = netz.problem, Spannen(netz.problem)
    matrix, ziel = problem.matrix, spannen.geschuetzt & (spannen.hoch > 0)
    fest = verborgene(problem, spannen.geschuetzt)
    gefunden: dict[tuple[int, ...], Ganze] = {}
    for zeile in np.flatnonzero((abs(matrix) > 0) @ ziel.astype(np.int64)):
        teil = slice(matrix.indptr[zeile], matrix.indptr[zeile + 1])
        zellen, faktor = matrix.indices[teil].astype(np.int64), matrix.data[teil]
        hinauf = np.where(faktor > 0, faktor * netz.oben[zellen], faktor * netz.unten[zellen]) * fest[zellen]
        hinab = np.where(faktor > 0, faktor * netz.unten[zellen], faktor * netz.oben[zellen]) * fest[zellen]
        steigt = faktor * spannen.hoch[zellen]
        gegen = np.where(faktor > 0, hinab.sum() - hinab, hinauf.sum() - hinauf)
        waehlbar = zellen[problem.sperrbar[zellen] & ~fest[zellen]]
        if len(waehlbar) and (ziel[zellen] & (np.abs(gegen) < np.abs(steigt))).any():
            gefunden[tuple(waehlbar.tolist())] = waehlbar
    return list(gefunden.values())
