"""Rounding instead of hiding, where the profile of a Jugendamt says so.

Here: rounding counts to multiples, and what a reader must be told.
Not here: hiding cells (``sperrung.py``).
"""

from __future__ import annotations

import polars as pl

BASIS = 5
ERKLAERUNG = f"Werte auf Vielfache von {BASIS} gerundet (Abweichung höchstens {BASIS // 2}); Summen weichen ab."


def gerundet(wert: pl.Expr) -> pl.Expr:
    """Each count to the nearest multiple of ``BASIS``, by itself, totals too: sums of the parts may differ.

    Destatis, 5er-Rundung. A total that must fit its parts would give some of them away.
    """
    return (wert + BASIS // 2) // BASIS * BASIS


def moegliche(gerundeter: int) -> range:
    """The counts behind a rounded one, as an attacker knows them; a rounded 0 may be 0, 1 or 2."""
    return range(max(gerundeter - BASIS // 2, 0), gerundeter + BASIS // 2 + 1)
