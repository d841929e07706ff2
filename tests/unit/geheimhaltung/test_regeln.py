"""Primary rules on figures worked out by hand, and rounding."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.geheimhaltung import regeln, runden

W, G = pl.col("w"), pl.col("g")


def rechne(ausdruck: pl.Expr, **spalten: list[float]) -> list[object]:
    return pl.DataFrame(spalten).select(x=ausdruck)["x"].to_list()


@pytest.mark.parametrize(
    ("k", "gesperrt"), [(3, [False, True, True, False, False]), (5, [False, True, True, True, False])]
)
def test_haeufigkeit(k, gesperrt):
    assert rechne(regeln.haeufigkeit(W, k), w=[0, 1, 2, 3, 5]) == gesperrt


def test_gruppe_keiner_oder_alle_aber_nicht_die_leere_gruppe():
    assert rechne(regeln.gruppe(W, G), w=[0, 7, 3, 0], g=[7, 7, 7, 0]) == [True, True, False, False]


def test_anteil_97_prozent_von_30_verraet_den_einen():
    assert rechne(regeln.anteil(W, G, 3), w=[29, 1, 15], g=[30, 30, 30]) == [True, True, False]


def test_nenner_und_median():
    assert rechne(regeln.nenner_zu_klein(W, 300), w=[299, 300]) == [True, False]
    assert rechne(regeln.median_zu_wenige(W), w=[9, 10]) == [True, False]


def test_dominanz_und_p_prozent():
    # 90 + 5 of 100 Euro: two contributors hold 95 %; the second sees the first to within 5 of 90 Euro
    assert rechne(regeln.dominanz(W, G), w=[95, 85, 40], g=[100, 100, 100]) == [True, False, False]
    p_regel = regeln.p_prozent(W, pl.col("z"), G)
    assert rechne(p_regel, w=[90, 20], z=[5, 20], g=[100, 100]) == [True, False]


@given(st.integers(0, 10_000))
def test_rundung_weicht_hoechstens_um_zwei_ab_und_laesst_fuenf_werte_offen(n):
    [rund] = rechne(runden.gerundet(W), w=[n])
    assert rund % 5 == 0
    assert abs(rund - n) <= 2
    assert n in runden.moegliche(rund)
    assert len(runden.moegliche(rund)) >= 3
