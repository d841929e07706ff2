"""The audit of costs: what can be derived of an amount that one or two Fälle dominate?

Here: the smallest and the largest amount that fits all sums over Räume and Hilfearten, and which costs are not shown
for it. Costs obey the sums of the counts that they follow; a reader is assumed to know that none is below 0.
Not here: which amounts are dominated (``dominanz.py``), which counts are hidden (``sperrung.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np
import polars as pl
from scipy import sparse

from quality.geheimhaltung.bewegung import Kommazahlen, aufgabe
from quality.geheimhaltung.dominanz import DOMINIERT

GESCHLOSSEN = {"jugendamt": pl.String, "berichtsjahr": pl.Int64, "merkmal": pl.String}
CENT = 0.01
STELLE = pl.col("schluessel").str.replace(r"\|[^|]*\|([^|]*)$", "|$1").alias("stelle")
"""The key of a count without its Raum."""
Gleichung = Mapping[str, int]


def geschlossene(kosten: pl.DataFrame, gleichungen: pl.DataFrame, marken: pl.DataFrame) -> pl.DataFrame:
    """Costs that no Raum shows in a year (``GESCHLOSSEN``), as a dominated amount could be seen by them.

    That is where its count is not hidden (zero, or shown by an earlier release), where the largest amounts are unknown,
    or where the range that is left is too narrow.

    Args:
        kosten: columns of ``KOSTEN``, one Jugendamt.
        gleichungen: equations of its counts.
        marken: schluessel, marke (offen, gesperrt).
    """
    mit = kosten.join(marken, on="schluessel", how="left", maintain_order="left")
    verborgen = pl.col("marke").eq_missing("gesperrt")
    # a difference is seen where both sums are
    summen = marken.filter(pl.col("marke") == "gesperrt").select(pl.col("schluessel").alias("von"))
    zu = [mit.filter(DOMINIERT, ~verborgen).join(summen, on="von", how="anti", maintain_order="left")]
    ueber_raeume = gleichungen.filter(pl.col("gleichung").str.contains(r"^(raum|summe)\|")).with_columns(STELLE)
    zu += [
        _zu_eng(jahr, _gleichungen(jahr["schluessel"], ueber_raeume))
        for _, jahr in mit.filter(pl.col("betrag").is_not_null()).group_by("berichtsjahr", maintain_order=True)
    ]
    return pl.concat(zu).select(GESCHLOSSEN.keys()).unique(maintain_order=True)


def _gleichungen(schluessel: pl.Series, gleichungen: pl.DataFrame) -> list[Gleichung]:
    """Sums among the counts of these costs, in all Räume of that year."""
    stellen = schluessel.to_frame().select(STELLE.unique()).to_series()
    fremd = ~pl.col("stelle").is_in(stellen.implode()) & pl.col("schluessel").str.contains("|", literal=True)
    summen = gleichungen.filter(~fremd.any().over("gleichung"))
    je = summen.filter(~fremd, pl.col("schluessel").str.contains("|", literal=True)).group_by(
        "gleichung", maintain_order=True
    )
    return [dict(zip(t["schluessel"], t["koeffizient"], strict=True)) for _, t in je]


def _zu_eng(kosten: pl.DataFrame, gleichungen: Sequence[Gleichung]) -> pl.DataFrame:
    """Dominated amounts of a year whose count is hidden, but which can be narrowed down too far."""
    offen = kosten.filter(
        pl.col("marke") == "offen", pl.col("schluessel").str.split("|").list.get(1) == pl.col("merkmal")
    )
    betraege = dict(kosten.select("schluessel", "betrag").iter_rows())
    unbekannt = sorted({s for g in gleichungen for s in g} - set(offen["schluessel"]))
    wahr = np.array([betraege.get(s, 0.0) for s in unbekannt])
    pruefen = kosten.filter(DOMINIERT, pl.col("marke") == "gesperrt", pl.col("schluessel").is_in(unbekannt))
    if pruefen.is_empty():
        return pruefen
    matrix = sparse.csc_array([[g.get(s, 0) for s in unbekannt] for g in gleichungen], dtype=float)
    # what all amounts can change by; only the objective differs from one to the next
    h = aufgabe(matrix, 0 * wahr, np.minimum(wahr, 0) - wahr, np.full(len(wahr), highspy.kHighsInf))
    eng = [_ist_eng(h, wahr, unbekannt.index(z["schluessel"]), z["bedarf"]) for z in pruefen.iter_rows(named=True)]
    return pruefen.filter(pl.Series(eng, dtype=pl.Boolean))


def _ist_eng(h: highspy.Highs, wahr: Kommazahlen, stelle: int, bedarf: float) -> bool:
    """Can the amount at ``stelle`` not be so much more, and so much less (or nothing), in other amounts that fit?"""
    return any(
        _aenderung(h, stelle, richtung) < weit - CENT
        for richtung, weit in ((1, bedarf), (-1, min(bedarf, wahr[stelle])))
    )


def _aenderung(h: highspy.Highs, stelle: int, richtung: int) -> float:
    """How far an amount can move in one direction; -inf if the solver does not say."""
    h.changeColCost(stelle, -richtung)
    h.run()
    status, weite = h.getModelStatus(), -h.getInfo().objective_function_value
    h.changeColCost(stelle, 0)
    if status == highspy.HighsModelStatus.kUnbounded:
        return np.inf
    return weite if status == highspy.HighsModelStatus.kOptimal else -np.inf
