"""Primary rules: which figures must not be shown by themselves.

Here: the rules on one figure or one pair of figures, as polars expressions.
Not here: which rule holds for which table (the declarations), what else must be hidden (``sperrung.py``).
"""

from __future__ import annotations

import polars as pl


def haeufigkeit(wert: pl.Expr, k: pl.Expr | int) -> pl.Expr:
    """Frequency rule: 0 < wert < k. Zeros are shown. ``wert`` counts Fälle or Familien, never young people."""
    return (wert > 0) & (wert < k)
