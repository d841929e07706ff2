"""The audit: what can be derived from everything published?

Here: the attacker. He knows the rules and k, that zeros are shown (``untergrenze``), all shown and known values, all
equations, and that counts are whole. Assumed: he does not redo the choice of secondary cells from their costs.
Not here: choosing what to hide (``sperrung.py``). The audit takes any marks, from wherever they come, and checks
every proof handed to it by adding up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from quality.geheimhaltung.bewegung import Bewegung, Kommazahlen, Netz
from quality.geheimhaltung.tabelle import FREI, PRIMAER, UNGENANNT, Ganze, Problem, Unstimmig, Wahr

OFFEN, SEKUNDAER = "offen", "sekundaer"
MIT_ANDEREN = 4000
"""Cells of a search up to which it may prove others in passing."""
SUCHEN = (*((teil, zellen) for teil in (0.9, 0.99, 1.0) for zellen in (1000, MIT_ANDEREN)), (1.0, 2**40))
"""Searches around a cell, one after the other until one finds a proof: cells dearer than this share of all are left
alone as long as there is another way; so many are looked at, in the end all."""
KEIN_PREIS = 1e-3
"""Price of moving a cell that is hidden anyway; above 0, so that proofs stay small."""
WEIT = 2**20
"""A range is followed so far; beyond, it counts as open."""


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


@dataclass
class Spannen:
    """How far each cell has been proved to move, and which of the protected ones still lack proof."""

    problem: Problem
    unter: Ganze = field(init=False)
    ueber: Ganze = field(init=False)

    def __post_init__(self) -> None:
        self.unter = np.zeros(len(self.problem.zellen), dtype=np.int64)
        self.ueber = self.unter.copy()
        self.geschuetzt = self.problem.ist(PRIMAER)
        self.hoch = np.maximum(self.problem.spalte("k") - self.problem.spalte("wert"), 0)
        self.breite = np.maximum(self.problem.spalte("breite"), self.hoch)

    def nimm(self, bewegung: Bewegung) -> None:
        """Take a proof into account."""
        np.minimum.at(self.unter, bewegung.stellen, bewegung.um)
        np.maximum.at(self.ueber, bewegung.stellen, bewegung.um)

    def mangel(self) -> Wahr:
        """Protected cells not yet proved safe."""
        return self.geschuetzt & ((self.ueber < self.hoch) | (self.ueber - self.unter < self.breite))

    def bedarf(self, zellen: Ganze) -> Ganze:
        """The increase that would prove each of these cells safe at once; 0 where it is."""
        offen = np.maximum(self.breite + self.unter, self.hoch)[zellen]
        return np.where(self.mangel()[zellen], offen, 0)

    def wege(self, stelle: int) -> list[list[int]]:
        """Amounts by which a cell may move to be safe: upwards, else both ways, else downwards."""
        hoch, breite = int(self.hoch[stelle]), int(self.breite[stelle])
        hinauf, erst = int(self.bedarf(np.array([stelle]))[0]), hoch or -(-breite // 2)
        wege = [[hinauf], [u for u in (erst, erst - breite) if u], [-breite] if not hoch else []]
        return [w for i, w in enumerate(wege) if w and w not in wege[:i]]


def pruefe(problem: Problem, marken: pl.DataFrame, beweise: Iterable[Bewegung] = (), genau: bool = False) -> Bericht:
    """Audit marks against an attacker who knows the rules, all equations, and that counts are whole.

    Protected are all cells of lage "primaer". A mark "offen" on one of them makes it derivable, hence violated.

    Args:
        problem: cells and equations.
        marken: columns ``zelle``, ``marke``; a cell without a row is taken as shown, unless lage is "ungenannt".
        beweise: changes that may prove cells safe (from ``sperre``); each is checked before it counts.
        genau: compute the exact range of every protected cell, not only of the violated ones.

    Raises:
        Unstimmig: a cell is marked that cannot be hidden (known, or a zero where zeros are shown).
    """
    verborgen = _verborgen(problem, marken)
    netz, spannen = Netz(problem), Spannen(problem)
    for b in beweise:
        if _stimmt(netz, b, verborgen):
            spannen.nimm(b)
    suche_beweise(netz, spannen, verborgen, np.full(len(verborgen), KEIN_PREIS))
    teile = netz.teile(verborgen)
    exakt = spannen.geschuetzt & ~verborgen
    for stelle in np.flatnonzero(spannen.geschuetzt & verborgen & (genau | spannen.mangel())):
        exakt[stelle] = _messe(netz, spannen, np.flatnonzero(teile == teile[stelle]), int(stelle))
    return _bericht(problem, marken, spannen, exakt)


def suche_beweise(netz: Netz, spannen: Spannen, beweglich: Wahr, preis: Kommazahlen) -> list[Bewegung]:
    """Changes that prove the protected cells safe, as far as they are found, cheap in the cells they move.

    Args:
        netz: the problem.
        spannen: what is proved already; the findings are added.
        beweglich: cells that may move.
        preis: price per cell and unit; set to ``KEIN_PREIS`` for cells that have moved once.
    """
    gefunden: list[Bewegung] = []
    stufen = [(np.quantile(preis[beweglich], teil), groesse) for teil, groesse in SUCHEN] if beweglich.any() else []
    for stelle in np.flatnonzero(spannen.geschuetzt & beweglich):
        zuletzt = np.zeros(0, dtype=np.int64)
        for stufe, groesse in dict.fromkeys(stufen):
            if not spannen.mangel()[stelle]:
                break
            zellen = netz.tragende(netz.umgebung(int(stelle), beweglich & (preis <= stufe), preis, groesse))
            if stelle not in zellen or np.array_equal(zellen, zuletzt):
                continue
            zuletzt = zellen
            for b in _ein_beweis(netz, spannen, preis, zellen, int(stelle)):
                gefunden.append(b)
                spannen.nimm(b)
                preis[b.stellen] = KEIN_PREIS
    return gefunden


def _ein_beweis(netz: Netz, spannen: Spannen, preis: Kommazahlen, zellen: Ganze, stelle: int) -> list[Bewegung]:
    start = int(np.searchsorted(zellen, stelle))
    gern = spannen.bedarf(zellen) if len(zellen) <= MIT_ANDEREN else np.zeros_like(zellen)
    gern[start] = 0
    for weg in spannen.wege(stelle):
        gefunden: list[Bewegung] = []
        for um in weg:
            teil = netz.suche(zellen, preis[zellen], start, um, gern)
            if not any(stelle in b.stellen for b in teil):
                break
            gefunden += teil
        else:
            return gefunden
    return []


def verborgene(problem: Problem, gesperrt: Wahr) -> Wahr:
    """Which cells an attacker does not see: the suppressed and those that no table names."""
    return gesperrt | problem.ist(UNGENANNT)


def _verborgen(problem: Problem, marken: pl.DataFrame) -> Wahr:
    gesperrt = np.zeros(len(problem.zellen), dtype=bool)
    gesperrt[problem.stellen(marken.filter(pl.col("marke") != OFFEN)["zelle"])] = True
    falsch = np.flatnonzero(gesperrt & ~problem.sperrbar)
    if len(falsch):
        zelle = problem.zellen.row(int(falsch[0]), named=True)
        raise Unstimmig(f"Zelle {zelle['zelle']} (Wert {zelle['wert']}, {zelle['lage']}) kann nicht gesperrt werden.")
    return verborgene(problem, gesperrt)


def _stimmt(netz: Netz, b: Bewegung, verborgen: Wahr) -> bool:
    """Is this another table that fits, for someone who sees all cells but the hidden ones?"""
    innen = (b.um >= netz.unten[b.stellen]) & (b.um <= netz.oben[b.stellen])
    return bool(verborgen[b.stellen].all() and innen.all() and not (netz.je_zelle[:, b.stellen] @ b.um).any())


def _messe(netz: Netz, spannen: Spannen, zellen: Ganze, stelle: int) -> bool:
    """Range of a cell within its connected part; is it proved that it goes no further?"""
    start = int(np.searchsorted(zellen, stelle))
    bewiesen = True
    for richtung in (1, -1):
        b, sicher = netz.weiteste(zellen, start, richtung, WEIT)
        bewiesen &= sicher
        if b is not None:
            spannen.nimm(b)
    return bewiesen


def _bericht(problem: Problem, marken: pl.DataFrame, spannen: Spannen, exakt: Wahr) -> Bericht:
    verletzt = spannen.mangel()
    wert = problem.spalte("wert")
    zellen = problem.zellen.select("zelle", "wert").with_columns(
        kleinster=pl.Series(wert + spannen.unter),
        groesster=pl.Series(wert + spannen.ueber),
        exakt=pl.Series(exakt),
        verletzt=pl.Series(verletzt),
    )
    geschuetzt = zellen.filter(pl.Series(spannen.geschuetzt))
    breiten = geschuetzt["groesster"] - geschuetzt["kleinster"]
    return Bericht(geschuetzt, verlust(problem, marken), breiten.min() if len(breiten) else None, int(verletzt.sum()))  # type: ignore[arg-type]


def verlust(problem: Problem, marken: pl.DataFrame) -> pl.DataFrame:
    """What is hidden, per ``ebene``: zellen, primaer, sekundaer, offen (counts), gewicht (sum of the secondary)."""
    marke, sekundaer = pl.col("marke"), pl.col("marke") == SEKUNDAER
    return (
        problem.zellen.filter(pl.col("lage").is_in([FREI, PRIMAER]))
        .join(marken, on="zelle", how="left")
        .group_by("ebene")
        .agg(
            zellen=pl.len(),
            primaer=(marke == PRIMAER).sum(),
            sekundaer=sekundaer.sum(),
            offen=marke.fill_null(OFFEN).eq(OFFEN).sum(),
            gewicht=pl.col("gewicht").filter(sekundaer).sum(),
        )
        .sort("ebene")
    )
