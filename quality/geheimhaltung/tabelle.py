"""The problem of geheimhaltung as cells and equations.

Here: the two frames every part of geheimhaltung works on, their checks, and the equations of a hierarchy.
Not here: which tables are published and how their cells are called (the declarations), which cells are small
(``aufbau.py``), what is suppressed (``sperrung.py``), what an attacker can derive (``pruefung.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

Ganze = npt.NDArray[np.int64]
Wahr = npt.NDArray[np.bool_]

FREI, PRIMAER, BEKANNT, UNGENANNT = "frei", "primaer", "bekannt", "ungenannt"
LAGEN = (FREI, PRIMAER, BEKANNT, UNGENANNT)
UNBEGRENZT = 2**40
"""Stands for "no upper bound known"."""

ZELLEN = {
    "zelle": pl.Int64,
    "wert": pl.Int64,
    "gewicht": pl.Float64,
    "lage": pl.String,
    "k": pl.Int64,
    "breite": pl.Int64,
    "untergrenze": pl.Int64,
    "obergrenze": pl.Int64,
    "ebene": pl.String,
}
GLEICHUNGEN = {"gleichung": pl.Int64, "zelle": pl.Int64, "koeffizient": pl.Int64}


class Unstimmig(Exception):
    """Cells and equations do not fit together; the message says where."""


@dataclass(frozen=True)
class Problem:
    """Cells and the equations that every attacker can write down. Made by ``problem``.

    Attributes:
        zellen: columns of ``ZELLEN``, one row per cell, sorted by ``zelle``. The same figure in several tables is one
            cell. ``wert``: the count of Fälle or Familien that decides. ``gewicht``: cost of suppressing it, > 0.
            ``lage``: "frei" (may be shown or suppressed), "primaer" (must be suppressed and is protected), "bekannt"
            (the attacker has it anyway: outside tables, earlier releases), "ungenannt" (no table shows it, it needs no
            protection itself). ``k``: smallest harmless count. ``breite``: least width of the interval an attacker may
            reach. ``untergrenze``, ``obergrenze``: what he knows of a suppressed cell without any equation; a free
            cell whose value lies below its ``untergrenze`` (a zero where zeros are shown) is never suppressed.
            ``ebene``: group of the cell in reports of loss.
        gleichungen: columns of ``GLEICHUNGEN``; for each ``gleichung`` the sum of koeffizient x wert is 0.
    """

    zellen: pl.DataFrame
    gleichungen: pl.DataFrame

    def spalte(self, name: str) -> Ganze:
        """An integer column of ``zellen`` as array."""
        return self.zellen[name].to_numpy().astype(np.int64)

    def ist(self, lage: str) -> Wahr:
        """Which cells have this ``lage``."""
        return (self.zellen["lage"] == lage).to_numpy()

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """Equations x cells (in the order of ``zellen``), int64."""
        zeilen = self.gleichungen["gleichung"].rank("dense").to_numpy().astype(np.int64) - 1
        spalten = np.searchsorted(self.spalte("zelle"), self.gleichungen["zelle"].to_numpy())
        form = (int(zeilen.max(initial=-1)) + 1, len(self.zellen))
        return sparse.csr_array((self.gleichungen["koeffizient"].to_numpy(), (zeilen, spalten)), shape=form)

    @cached_property
    def sperrbar(self) -> Wahr:
        """Cells that a suppression may hide: free or primary, with a value within the known bounds."""
        wert = self.spalte("wert")
        innen = (wert >= self.spalte("untergrenze")) & (wert <= self.spalte("obergrenze"))
        return (self.ist(FREI) | self.ist(PRIMAER)) & innen

    def stellen(self, zellen: pl.Series) -> Ganze:
        """Positions in ``zellen`` of these cell numbers."""
        return np.searchsorted(self.spalte("zelle"), zellen.to_numpy()).astype(np.int64)


def problem(zellen: pl.DataFrame, gleichungen: pl.DataFrame) -> Problem:
    """A checked problem.

    Args:
        zellen: ``zelle`` and ``wert``; the others of ``ZELLEN`` may be absent or null. Their defaults: ``gewicht`` 1,
            ``lage`` "frei", ``k`` 3, ``breite`` k - 1, ``untergrenze`` 1 (zeros are shown, so whatever is suppressed
            is no zero; set 0 for a whole table in which zeros are hidden too) and 0 for "ungenannt", ``obergrenze``
            none, ``ebene`` "".
        gleichungen: columns of ``GLEICHUNGEN``.

    Raises:
        Unstimmig: a cell twice, an unknown cell, an equation that the values do not fulfil, a primary or unnamed cell
            outside of its own bounds.
    """
    fehlend = [pl.lit(None, typ).alias(n) for n, typ in ZELLEN.items() if n not in zellen.columns]
    ungenannt = pl.col("lage") == UNGENANNT
    voll = (
        zellen.with_columns(fehlend)
        .with_columns(pl.col("lage").fill_null(FREI), pl.col("k").fill_null(3), pl.col("gewicht").fill_null(1.0))
        .with_columns(
            pl.col("breite").fill_null(pl.col("k") - 1),
            pl.col("untergrenze").fill_null(pl.when(ungenannt).then(0).otherwise(1)),
            pl.col("obergrenze").fill_null(UNBEGRENZT),
            pl.col("ebene").fill_null(""),
        )
        .select(pl.col(n).cast(typ) for n, typ in ZELLEN.items())
        .sort("zelle")
    )
    geordnet = gleichungen.select(pl.col(n).cast(typ) for n, typ in GLEICHUNGEN.items())
    zusammen = geordnet.group_by("gleichung", "zelle").agg(pl.col("koeffizient").sum())
    ergebnis = Problem(voll, zusammen.filter(pl.col("koeffizient") != 0).sort("gleichung", "zelle"))
    _pruefe(ergebnis)
    return ergebnis


def _pruefe(p: Problem) -> None:
    doppelt = p.zellen.filter(pl.col("zelle").is_duplicated())
    if len(doppelt):
        raise Unstimmig(f"Zelle {doppelt['zelle'][0]} kommt mehrmals vor; jede Zahl ist eine Zelle.")
    fremd = p.gleichungen.join(p.zellen, on="zelle", how="anti")
    if len(fremd):
        raise Unstimmig(f"Gleichung {fremd['gleichung'][0]} nennt die unbekannte Zelle {fremd['zelle'][0]}.")
    if unbekannt := set(p.zellen["lage"].unique()) - set(LAGEN):
        raise Unstimmig(f"Unbekannte Lage {sorted(unbekannt)}; erwartet: {', '.join(LAGEN)}.")
    if (p.zellen["gewicht"] <= 0).any():
        raise Unstimmig("Ein Gewicht ist nicht größer als 0.")
    rest = p.matrix @ p.spalte("wert")
    if rest.any():
        nummern = p.gleichungen["gleichung"].unique().sort()
        stelle = int(np.flatnonzero(rest)[0])
        raise Unstimmig(f"Gleichung {nummern[stelle]} geht nicht auf: Summe {rest[stelle]} statt 0.")
    wert = p.spalte("wert")
    aussen = (wert < p.spalte("untergrenze")) | (wert > p.spalte("obergrenze"))
    falsch = p.zellen.filter((p.ist(PRIMAER) | p.ist(UNGENANNT)) & aussen)
    if len(falsch):
        raise Unstimmig(
            f"Zelle {falsch['zelle'][0]} hat den Wert {falsch['wert'][0]} außerhalb ihrer Grenzen; wo Nullen gesperrt "
            "werden, ist die Untergrenze aller Zellen der Tabelle 0."
        )


def summen(zellen: pl.DataFrame, achse: str, eltern: pl.DataFrame, andere: Sequence[str], ab: int = 0) -> pl.DataFrame:
    """Equations "parent = sum of its children" along one axis of a table, for every combination of the others.

    Args:
        zellen: ``zelle`` and the columns of the axes. Every child with a cell must be listed; absent cells count 0.
        achse: the axis, e.g. ``raum_id``.
        eltern: ``kind`` and ``elter`` (values of the axis), one row per direct relation; one hierarchy at a time.
            May hold columns of ``andere`` too (e.g. ``berichtsjahr``), where membership changes.
        andere: the other axes.
        ab: first number of an equation.

    Returns:
        Columns of ``GLEICHUNGEN``.
    """
    schluessel = [*andere]
    bedingt = [s for s in schluessel if s in eltern.columns]
    kinder = zellen.join(eltern, left_on=[achse, *bedingt], right_on=["kind", *bedingt], how="inner").select(
        *schluessel, pl.col("elter").alias(achse), "zelle", pl.lit(-1, pl.Int64).alias("koeffizient")
    )
    oben = zellen.join(kinder.select(*schluessel, achse).unique(), on=[*schluessel, achse], how="semi").select(
        *schluessel, achse, "zelle", pl.lit(1, pl.Int64).alias("koeffizient")
    )
    verwaist = kinder.join(oben, on=[*schluessel, achse], how="anti")
    if len(verwaist):
        raise Unstimmig(f"Zu Zelle {verwaist['zelle'][0]} fehlt die Zelle ihrer Summe {verwaist[achse][0]}.")
    paare = pl.concat([oben, kinder]).with_columns(
        (pl.struct(*schluessel, achse).rank("dense").cast(pl.Int64) - 1 + ab).alias("gleichung")
    )
    return paare.select(GLEICHUNGEN.keys()).sort("gleichung", "zelle")
