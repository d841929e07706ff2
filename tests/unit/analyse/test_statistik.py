"""The arithmetic of the analyses against hand-calculated figures, published tables and scipy.stats."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.analyse.statistik import (
    WARNNIVEAU,
    differenz_der_veraenderungen,
    fehlalarm_bei,
    fruehwarnung,
    naechste,
    poisson_spanne,
    spearman,
    ueberstreuung,
    z_werte,
)

ZAHLEN = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=40)


def test_z_werte_von_hand() -> None:
    assert z_werte([1, 2, 3, 4, 5]) == pytest.approx([-math.sqrt(2), -math.sqrt(0.5), 0, math.sqrt(0.5), math.sqrt(2)])
    assert z_werte([7.1, 7.1, 7.1]).tolist() == [0, 0, 0]


@given(ZAHLEN, st.floats(0.01, 100), st.floats(-100, 100))
def test_z_werte_haben_mittel_0_streuung_1_und_keine_einheit(zahlen: list[int], faktor: float, plus: float) -> None:
    z = z_werte(zahlen)
    assert z.mean() == pytest.approx(0, abs=1e-9)
    assert z.std() == pytest.approx(1 if len(set(zahlen)) > 1 else 0, abs=1e-9)
    if len(set(zahlen)) > 1:
        assert z_werte(np.array(zahlen) * faktor + plus) == pytest.approx(z, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=5, max_size=40))
def test_spearman_wie_scipy_und_im_eigenen_intervall(paare: list[tuple[int, int]]) -> None:
    x, y = zip(*paare, strict=True)
    r = spearman(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert r is None
        return
    assert r is not None
    assert r.wert == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert -1 <= r.unten <= r.wert + 1e-9
    assert r.wert - 1e-9 <= r.oben <= 1


def test_spanne_des_spearman_von_hand() -> None:
    x = np.arange(23)
    y = np.array([*range(1, 23), 0])  # d = 1 for 22 pairs and 22 for one: r = 1 - 6 * 506 / (23 * 528) = 0.75
    r = spearman(x, y)
    assert r is not None
    weite = 1.959964 * math.sqrt((1 + 0.75**2 / 2) / 20)
    assert r == pytest.approx((0.75, math.tanh(math.atanh(0.75) - weite), math.tanh(math.atanh(0.75) + weite)))


@pytest.mark.parametrize(("anzahl", "unten", "oben"), [(0, 0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.391)])
def test_exakte_poisson_spanne_aus_der_tafel(anzahl: int, unten: float, oben: float) -> None:
    assert poisson_spanne(anzahl) == pytest.approx((anzahl, unten, oben), abs=0.001)


@given(st.integers(0, 2000), st.floats(1, 20))
def test_poisson_spanne_wie_chi2_und_nie_enger_durch_ueberstreuung(anzahl: int, phi: float) -> None:
    genau = poisson_spanne(anzahl)
    assert genau.unten == pytest.approx(stats.chi2.ppf(0.025, 2 * anzahl) / 2 if anzahl else 0)
    assert genau.oben == pytest.approx(stats.chi2.ppf(0.975, 2 * anzahl + 2) / 2)
    weit = poisson_spanne(anzahl, phi)
    assert weit.unten <= genau.unten + 1e-9
    assert weit.oben >= genau.oben - 1e-9


def test_ueberstreuung_von_hand() -> None:
    gleich = [[100] * 3] * 2
    # (0-4)²/4 + (8-4)²/4 + 0 = 8, and 0 for the even one: 8 over 2 * 2 degrees of freedom
    assert ueberstreuung([[0, 8, 4], [3, 3, 3]], gleich) == pytest.approx(2)
    assert ueberstreuung([[0, 8, 4], [0, 0, 0]], gleich) == pytest.approx(4)
    assert ueberstreuung([[3, 3, 3]], [[1, 1, 1]]) == 1
    assert ueberstreuung([[0, 0]], [[1, 1]]) == 1


def test_ueberstreuung_findet_die_gepflanzte_wieder_und_haelt_niveaus_nicht_dafuer() -> None:
    zufall = np.random.default_rng(5)
    personen = np.full((400, 5), 1000.0)
    mittel = zufall.uniform(2, 40, (400, 1)) * np.ones((1, 5))
    assert ueberstreuung(zufall.poisson(mittel), personen) == pytest.approx(1, abs=0.08)
    assert ueberstreuung(zufall.negative_binomial(mittel / 2, 1 / 3), personen) == pytest.approx(3, abs=0.3)


@given(st.integers(0, 40), st.integers(0, 200), st.integers(100, 3000), st.integers(500, 15_000))
def test_fruehwarnung_wie_der_binomialtest(neu: int, frueher: int, n: int, n_frueher: int) -> None:
    warnung = fruehwarnung(neu, frueher, n, n_frueher)
    verteilung = stats.binom(neu + frueher, n / (n + n_frueher))
    rand = (1 - WARNNIVEAU) / 2
    viele, wenige = verteilung.sf(neu - 1) < rand, verteilung.cdf(neu) < rand
    assert warnung.richtung == int(viele) - int(wenige)
    assert warnung.erwartet == pytest.approx(verteilung.mean())
    k = np.arange(neu + frueher + 1)
    alarm = (verteilung.sf(k - 1) < rand) | (verteilung.cdf(k) < rand)
    assert warnung.fehlalarm == pytest.approx(verteilung.pmf(k)[alarm].sum(), abs=1e-9)
    assert warnung.fehlalarm <= 1 - WARNNIVEAU + 1e-12


def test_fruehwarnung_in_beide_richtungen() -> None:
    assert fruehwarnung(30, 50, 1000, 5000).richtung == 1
    assert fruehwarnung(0, 100, 1000, 5000).richtung == -1
    assert fruehwarnung(12, 50, 1000, 5000).richtung == 0
    assert fruehwarnung(0, 0, 1000, 5000) == (0, 0, 0)


def test_fehlalarme_unter_ueberstreuung() -> None:
    assert fehlalarm_bei(1) == pytest.approx(0.002)
    assert fehlalarm_bei(2) == pytest.approx(2 * stats.norm.sf(stats.norm.ppf(0.999) / math.sqrt(2)))


def test_differenz_der_veraenderungen_von_hand() -> None:
    # 40/1000 -> 30/1000 here, 30/1000 -> 28/1000 there: -0.010 against -0.002
    spanne = differenz_der_veraenderungen(((40, 30), (1000, 1000)), ((60, 56), (2000, 2000)), 2)
    weite = 1.959964 * math.sqrt(2 * (70 / 1000**2 + 116 / 2000**2))
    assert spanne == pytest.approx((-0.008, -0.008 - weite, -0.008 + weite))


def test_naechste_nach_standardisiertem_abstand() -> None:
    # the second column is large in figures, not in meaning
    assert naechste([1, 5000], [[5, 5000], [1, 5100], [1, 9000], [9, 1000]], 2) == [1, 0]
    assert naechste([1], [[3], [1], [1]], 2) == [1, 2]
