"""Other tables that fit as well: integer changes of the cells that keep every equation.

Here: finding such changes near a cell at least cost, and how far a cell can move. A change that raises a cell from 1
to 3 and touches hidden cells only proves that an attacker cannot exclude 3; it needs no trust in the solver, only
adding up.
Not here: what must be proved (``pruefung.py``), which cells may be hidden for it (``sperrung.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from quality.geheimhaltung.tabelle import Ganze, Problem, Wahr

Kommazahlen = npt.NDArray[np.float64]
KNOTEN = 1000
"""Nodes of branch and bound per search; a search that ends there counts as "not found"."""
SCHRITTE = 20_000
"""Iterations of the simplex method per search, likewise."""
GANZZAHLIG = 3000
"""Most cells for which whole numbers are enforced, where the linear programme did not give them by itself."""
MITSTEIGEND = 2
"""In an equation with at most so many cells on the other side, these are taken as the sum of the cells on this one."""
LOHN = 50.0
"""What a further cell, moved by one as it needs, may cost in passing."""
GENAU = 1e-6
HOECHSTENS = 2**30
"""A cell changes by at most so much: HiGHS keeps bounds of whole numbers in 32 bits and does not end beyond them."""


@dataclass(frozen=True)
class Bewegung:
    """A change of some cells. ``stellen``: positions in the problem, ascending; ``um``: integers other than 0."""

    stellen: Ganze
    um: Ganze


@dataclass(frozen=True)
class Netz:
    """A problem as the search sees it: which cell may change by how much."""

    problem: Problem

    @cached_property
    def unten(self) -> Ganze:
        """Largest allowed decrease per cell, as a number <= 0."""
        return np.clip(self.problem.spalte("untergrenze") - self.problem.spalte("wert"), -HOECHSTENS, 0)

    @cached_property
    def oben(self) -> Ganze:
        """Largest allowed increase per cell."""
        return np.clip(self.problem.spalte("obergrenze") - self.problem.spalte("wert"), 0, HOECHSTENS)

    @cached_property
    def je_zelle(self) -> sparse.csc_array:
        """The matrix of equations, by column."""
        return self.problem.matrix.tocsc()

    def teile(self, beweglich: Wahr) -> Ganze:
        """Number of the connected component per cell, when only movable cells connect; -1 for the others."""
        stellen = np.flatnonzero(beweglich)
        ergebnis = np.full(len(beweglich), -1, dtype=np.int64)
        ergebnis[stellen] = _gruppen(self.je_zelle[:, stellen])
        return ergebnis

    @cached_property
    def nachbarn(self) -> sparse.csr_array:
        """Per cell the cells that share an equation with it."""
        drin = abs(self.problem.matrix)
        return (drin.T @ drin).tocsr()

    @cached_property
    def mitsteigende(self) -> sparse.csr_array:
        """Per cell those that may rise with it: on the other side of an equation, where they are one or two."""
        seiten = [(self.problem.matrix * vorzeichen).maximum(0) for vorzeichen in (1, -1)]
        for seite in seiten:
            seite.eliminate_zeros()
        wenige = [sparse.diags_array(1.0 * (np.diff(s.indptr) <= MITSTEIGEND)) @ s for s in seiten]
        zusammen = (seiten[0].T @ wenige[1] + seiten[1].T @ wenige[0]).tocsr()
        zusammen.eliminate_zeros()
        return zusammen

    def umgebung(self, start: int, beweglich: Wahr, rang: Kommazahlen, groesse: int) -> Ganze:
        """Positions of at most ``groesse`` movable cells around a cell.

        Up to half of them may rise with it (its sums, and theirs): with these a way upwards mostly exists, whatever it
        costs. The others are the nearest, among equals those of lowest ``rang``.
        """
        drin = np.zeros(len(beweglich), dtype=bool)
        drin[start] = True
        for hoechstens, naechste in ((groesse // 2, self.mitsteigende), (groesse, self.nachbarn)):
            gesehen = np.zeros(len(beweglich), dtype=bool)
            rand = np.array([start])
            while len(rand) and drin.sum() < hoechstens:
                gesehen[rand] = True
                erreicht = np.zeros(len(beweglich), dtype=bool)
                erreicht[_eintraege(naechste, rand)] = True
                rand = np.flatnonzero(erreicht & beweglich & ~gesehen)
                neu = rand[~drin[rand]]
                drin[neu[np.argsort(rang[neu], kind="stable")][: hoechstens - drin.sum()]] = True
        return np.flatnonzero(drin)

    def tragende(self, zellen: Ganze) -> Ganze:
        """Those of some cells that can move if all others stay: whoever is alone in an equation stays, too."""
        zeile, spalte, _ = self._stellen(zellen)
        beweglich = np.ones(len(zellen), dtype=bool)
        while (allein := np.bincount(zeile, minlength=1)[zeile] == 1).any():
            beweglich[spalte[allein]] = False
            bleibt = beweglich[spalte]
            zeile, spalte = zeile[bleibt], spalte[bleibt]
        return zellen[beweglich]

    def suche(self, zellen: Ganze, preis: Kommazahlen, start: int, um: int, gern: Ganze) -> list[Bewegung]:
        """A cheapest change of some cells that moves one of them by a given amount.

        Args:
            zellen: positions that may change; all others stay.
            preis: per cell of ``zellen``, for each unit of change.
            start: index in ``zellen`` of the cell that must move.
            um: by how much, of either sign.
            gern: per cell of ``zellen``, an increase that is rewarded with ``LOHN`` per unit; 0 for none.

        Returns:
            Connected integer changes, that of ``start`` among them unless none was found.
        """
        unten, oben = self.unten[zellen].astype(float), self.oben[zellen].astype(float)
        if not unten[start] <= um <= oben[start]:
            return []
        unten[start] = oben[start] = um
        matrix, wunsch = self._ausschnitt(zellen), np.flatnonzero(gern)
        null, n = np.zeros(len(zellen)), len(zellen)
        hin_und_her = matrix[:, np.concatenate([np.arange(n), np.arange(n), wunsch])]
        hin_und_her.data[matrix.nnz : 2 * matrix.nnz] *= -1
        h = aufgabe(
            hin_und_her,
            np.concatenate([preis, preis, preis[wunsch] - LOHN]),
            np.concatenate([np.maximum(unten, 0), np.maximum(-oben, 0), null[wunsch]]),
            np.concatenate([np.maximum(oben, 0), np.maximum(-unten, 0), gern[wunsch]]),
        )

        def aenderung() -> Kommazahlen:
            x = _loesung(h)
            d = x[:n] - x[n : 2 * n]
            d[wunsch] += x[2 * n :]
            return d

        d = aenderung()
        teile = _ganze_teile(matrix, d)
        if not any(start in t for t in teile) and h.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
            if len(wunsch):
                return self.suche(zellen, preis, start, um, np.zeros_like(gern))
            if len(zellen) > GANZZAHLIG:
                return []
            _ganzzahlig(h)
            d = aenderung()
            teile = _ganze_teile(matrix, d)
        return [Bewegung(zellen[t], np.round(d[t]).astype(np.int64)) for t in teile]

    def weiteste(self, zellen: Ganze, start: int, richtung: int, hoechstens: int) -> tuple[Bewegung | None, bool]:
        """The change of these cells that moves ``start`` (an index in ``zellen``) furthest in one direction.

        Returns:
            The change (None: it cannot move), and whether it is proved that none goes further, up to ``hoechstens``.
        """
        unten, oben = self.unten[zellen].astype(float), self.oben[zellen].astype(float)
        unten[start], oben[start] = max(unten[start], -hoechstens), min(oben[start], hoechstens)
        ziel = np.zeros(len(zellen))
        ziel[start] = -richtung
        matrix = self._ausschnitt(zellen)
        h = aufgabe(matrix, ziel, unten, oben)
        d = _loesung(h)
        bewiesen = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if np.abs(d - np.round(d)).max() > GENAU:
            _ganzzahlig(h)
            d = _loesung(h)
            bewiesen = h.getModelStatus() == highspy.HighsModelStatus.kOptimal
        gefunden = [t for t in _ganze_teile(matrix, d) if start in t]
        if not gefunden:
            return None, bewiesen
        return Bewegung(zellen[gefunden[0]], np.round(d[gefunden[0]]).astype(np.int64)), bewiesen

    def _ausschnitt(self, zellen: Ganze) -> sparse.csc_array:
        """The equations of these cells, by column, without those that hold none of them."""
        zeile, spalte, faktor = self._stellen(zellen)
        gefunden, zeile = np.unique(zeile, return_inverse=True)
        anfang = np.searchsorted(spalte, np.arange(len(zellen) + 1))
        return sparse.csc_array((faktor, zeile, anfang), shape=(len(gefunden), len(zellen)))

    def _stellen(self, zellen: Ganze) -> tuple[Ganze, Ganze, Ganze]:
        """Where these cells stand: per term the equation, the index in ``zellen`` (ascending) and the factor."""
        wo = _wo(self.je_zelle, zellen)
        spalte = np.repeat(np.arange(len(zellen)), np.diff(self.je_zelle.indptr)[zellen])
        return self.je_zelle.indices[wo].astype(np.int64), spalte, self.je_zelle.data[wo]


def aufgabe(matrix: sparse.csc_array, kosten: Kommazahlen, unten: Kommazahlen, oben: Kommazahlen) -> highspy.Highs:
    """Minimise costs over matrix x change = 0. Deterministic: one thread, stopped by nodes and steps, never by time."""
    zeilen, spalten = matrix.shape
    h, null, stetig = loeser(), np.zeros(zeilen), np.zeros(spalten, dtype=np.int32)
    form = (int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize), 0.0)
    anfang, stellen = matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32)
    faktor = matrix.data.astype(float)
    h.passModel(spalten, zeilen, matrix.nnz, *form, kosten, unten, oben, null, null, anfang, stellen, faktor, stetig)
    return h


def loeser() -> highspy.Highs:
    """A silent HiGHS that gives the same answer every time."""
    h = highspy.Highs()
    for name, wert in (
        ("output_flag", False),
        ("presolve", "off"),  # the programmes are small: simplifying takes longer than solving
        ("threads", 1),
        ("random_seed", 0),
        ("mip_max_nodes", KNOTEN),
        ("simplex_iteration_limit", SCHRITTE),
        ("mip_rel_gap", 0.0),
    ):
        h.setOptionValue(name, wert)
    return h


def _loesung(h: highspy.Highs) -> Kommazahlen:
    """Solve; all zero (no change) where nothing feasible was found."""
    h.run()
    if h.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return np.zeros(h.getNumCol())
    return np.array(h.getSolution().col_value)


def _ganzzahlig(h: highspy.Highs) -> None:
    anzahl = h.getNumCol()
    h.changeColsIntegrality(
        anzahl, np.arange(anzahl, dtype=np.int32), np.full(anzahl, highspy.HighsVarType.kInteger, dtype=object)
    )


def _ganze_teile(matrix: sparse.csc_array, d: Kommazahlen) -> list[Ganze]:
    """Split a change into connected parts; those that are integer and keep the equations."""
    wo = np.flatnonzero(np.abs(d) > GENAU)
    if not len(wo):
        return []
    teil, rund = matrix[:, wo], np.round(d[wo])
    gruppe = _gruppen(teil)
    schlecht = (np.abs(d[wo] - rund) >= GENAU) | (abs(teil).T @ (teil @ rund != 0) > 0)
    ordnung = np.argsort(gruppe, kind="stable")
    ordnung = ordnung[~np.isin(gruppe, gruppe[schlecht])[ordnung]]
    return [wo[t] for t in np.split(ordnung, np.flatnonzero(np.diff(gruppe[ordnung])) + 1) if len(t)]


def _gruppen(matrix: sparse.csc_array) -> Ganze:
    """Connected component of each column; columns connect through rows."""
    zeilen, spalten = matrix.shape
    paare = matrix.tocoo()
    graph = sparse.coo_array(
        (np.ones(paare.nnz), (paare.row, paare.col + zeilen)), shape=(zeilen + spalten, zeilen + spalten)
    )
    return connected_components(graph, directed=False)[1][zeilen:].astype(np.int64)


def _eintraege(matrix: sparse.csr_array, zeilen: Ganze) -> Ganze:
    """Column numbers of the entries in these rows; some more than once."""
    return matrix.indices[_wo(matrix, zeilen)]


def _wo(matrix: sparse.csr_array | sparse.csc_array, nummern: Ganze) -> Ganze:
    """Positions of the entries of these rows (of these columns, if stored by column), one after the other."""
    anfang = matrix.indptr[nummern]
    laenge = matrix.indptr[nummern + 1] - anfang
    versatz = np.repeat(anfang - np.cumsum(laenge) + laenge, laenge)
    return versatz + np.arange(len(versatz))
