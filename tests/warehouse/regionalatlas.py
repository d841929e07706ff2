"""A published table of the Regionalatlas beside the calculated Kennzahlen.

Here: which column is which Kennzahl (``regionalatlas.yml``), rounding as published, what counts as different.
Not here: where the calculated Kennzahlen come from (``test_alle_kreise``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

INDIKATOREN: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8"))
Zeilen = list[list[str]]
Werte = Mapping[tuple[str, str, int], Mapping[str, Any]]


class Vergleich(NamedTuple):
    """Published figures that were compared, and those that differ: (key, year) -> (ours, published)."""

    verglichen: int
    falsch: dict[tuple[str, str], tuple[str, str]]


def indikatoren(zeilen: Zeilen) -> Iterator[tuple[str, int]]:
    """Code and column of every indicator of the table that we calculate, too."""
    for zeile in zeilen:
        if len(zeile) > 3 and not any(zeile[:3]):
            for stelle, text in enumerate(zeile[3:], 3):
                for code, indikator in INDIKATOREN.items():
                    if " ".join(text.split()) in indikator["ueberschriften"]:
                        yield code, stelle


def gerundet(wert: Fraction, stellen: int = 1) -> str:
    """As official tables round: half away from zero."""
    zahl = Decimal(wert.numerator) / Decimal(wert.denominator)
    return str(zahl.quantize(Decimal(1).scaleb(-stellen), ROUND_HALF_UP)).replace(".", ",")


def quote(zeile: Mapping[str, Any], faktor: int = 100) -> Fraction:
    """The exact rate of a calculated row, which must not have been rounded."""
    assert zeile["wert"] == pytest.approx(faktor * zeile["zaehler"] / zeile["nenner"], rel=1e-12), "ungerundet"
    return Fraction(zeile["zaehler"]) * faktor / Fraction(zeile["nenner"])


def vergleiche(zeilen: Iterable[list[str]], stelle: int, code: str, werte: Werte, faktor: int) -> Vergleich:
    """Column `stelle` of a published table against ours.

    Left out are Gebiete and years that we have no figures for, and ours that are flagged as estimated. Where the
    table prints "-" beside cases of ours, the 0 that this sign means is expected.
    """
    indikator, verglichen, falsch = INDIKATOREN[code], 0, {}
    for zeile in zeilen:
        if len(zeile) <= stelle or not zeile[0].isdigit():
            continue
        unser, soll = werte.get((indikator["kennzahl"], zeile[1], int(zeile[0]))), zeile[stelle]
        if unser is None or unser["ist_geschaetzt"]:
            continue
        hat_wert = unser["wert"] is not None
        ist = gerundet(quote(unser, faktor) * indikator.get("mal", 1)) if hat_wert else "kein Wert"
        if soll == "-" and hat_wert:
            soll = "0,0"
        elif soll[0] not in "-0123456789" or soll == "-":
            # a sign for "no figure": ours must have none, either
            soll = "kein Wert"
        else:
            verglichen += 1
        if ist != soll:
            falsch[zeile[1], zeile[0]] = (ist, soll)
    return Vergleich(verglichen, falsch)
