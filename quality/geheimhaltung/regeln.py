"""Primary rules: which figures must not be shown by themselves.

Here: the rules on one figure, or one figure beside its whole, as polars expressions; which are in force for which
table stands in its declaration.
Not here: what else must be hidden (``sperrung.py``), rounding instead of hiding (``runden.py``).
"""

from __future__ import annotations

import polars as pl

MEDIAN_MINDESTENS = 10
"""A median of durations is shown over at least so many ended Hilfen."""


def haeufigkeit(wert: pl.Expr, k: pl.Expr | int) -> pl.Expr:
    """Frequency rule: 0 < wert < k. Zeros are shown. ``wert`` counts Fälle or Familien, never young people."""
    return (wert > 0) & (wert < k)


def gruppe(wert: pl.Expr, gesamt: pl.Expr) -> pl.Expr:
    """Group disclosure: nobody or everybody of a group that is not empty has a sensitive feature (0 % or 100 %).

    A table with this rule hides zeros too: the ``untergrenze`` of all its cells is 0.
    """
    return (gesamt > 0) & ((wert == 0) | (wert == gesamt))


def anteil(wert: pl.Expr, gesamt: pl.Expr, k: pl.Expr | int) -> pl.Expr:
    """A share gives away both sides: hide it if the cases with or those without the feature are few."""
    return haeufigkeit(wert, k) | haeufigkeit(gesamt - wert, k)


def nenner_zu_klein(nenner: pl.Expr, mindestens: pl.Expr | float) -> pl.Expr:
    """A rate over too small a denominator says nothing: status ``nenner_zu_klein``, not ``gesperrt``."""
    return nenner < mindestens


def dominanz(groesste: pl.Expr, gesamt: pl.Expr, grenze_pct: float = 85.0) -> pl.Expr:
    """Dominance rule (n,k) on money: the n largest contributions are more than ``grenze_pct`` % of the sum.

    Args:
        groesste: sum of the n largest contributions in Euro (n = 2 by default of sdcTable).
        gesamt: the sum to be shown, in Euro.
        grenze_pct: k of the rule, in per cent.
    """
    return (gesamt > 0) & (groesste * 100 > gesamt * grenze_pct)


def p_prozent(groesster: pl.Expr, zweiter: pl.Expr, gesamt: pl.Expr, p: float = 80.0) -> pl.Expr:
    """The p % rule on money: the second largest contributor can estimate the largest to within ``p`` %.

    Args:
        groesster: largest contribution in Euro.
        zweiter: second largest contribution in Euro.
        gesamt: the sum to be shown, in Euro.
        p: per cent of the largest contribution (80 by default of sdcTable).
    """
    return (gesamt > 0) & ((gesamt - groesster - zweiter) * 100 < groesster * p)


def median_zu_wenige(beendet: pl.Expr) -> pl.Expr:
    """A median (in whole months, never with minimum or maximum) needs ``MEDIAN_MINDESTENS`` ended Hilfen."""
    return beendet < MEDIAN_MINDESTENS
