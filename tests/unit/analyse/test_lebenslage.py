"""Lebenslagenindex and HzE beside it: rules on n, inhabitants, breaks and yardsticks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.analyse.lebenslage import (
    INDIKATOREN,
    analysiere_lage,
    analysiere_zusammenhang,
    dynamik,
    juengste_lage,
    lage,
    status,
    veraenderung,
)
from reports.analyse.typen import Daten
from tests.unit.analyse.conftest import GANZES, raum

Baue = Callable[..., Daten]
SGB2, KINDER = INDIKATOREN[:2]


def reihe(anzahl: int, steigung: float = 1.0, plus: float = 0.0) -> list[float | None]:
    return [plus + steigung * i for i in range(anzahl)]


def test_index_von_hand(baue: Baue) -> None:
    sgb2, kinder = np.arange(40.0), np.arange(40.0)[::-1] ** 2
    jetzt = lage(baue(40, {SGB2: {2023: [*sgb2]}, KINDER: {2023: [*kinder]}}), 2023)
    assert jetzt is not None
    erwartet = stats.zscore(stats.zscore(sgb2) + stats.zscore(kinder))
    assert [*jetzt.werte.values()] == pytest.approx(erwartet)
    assert jetzt.indikatoren == (SGB2, KINDER)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=30, max_size=50))
def test_ab_30_raeumen_ist_der_index_standardisiert(baue: Baue, paare: list[tuple[int, int]]) -> None:
    sgb2, kinder = ([float(w) for w in werte] for werte in zip(*paare, strict=True))
    jetzt = lage(baue(len(paare), {SGB2: {2023: sgb2}, KINDER: {2023: kinder}}), 2023)
    assert jetzt is not None
    werte = np.array([*jetzt.werte.values()])
    assert werte.mean() == pytest.approx(0, abs=1e-9)
    assert werte.std() == pytest.approx(1, abs=1e-6) or np.ptp(werte) < 1e-6


def test_klassengrenzen() -> None:
    assert [status(z) for z in (-1.01, -1, 1, 1.5, 1.51)] == ["hoch", "mittel", "mittel", "niedrig", "sehr niedrig"]
    assert [dynamik(z) for z in (-1.01, -1, 1, 1.01)] == ["positiv", "stabil", "stabil", "negativ"]


@pytest.mark.parametrize(("anzahl", "klassen"), [(29, False), (30, True)])
def test_unter_30_raeumen_keine_klassen(baue: Baue, anzahl: int, klassen: bool) -> None:
    daten = baue(anzahl, {k: {j: reihe(anzahl, j - 2019) for j in (2020, 2023)} for k in (SGB2, KINDER)})
    jetzt = juengste_lage(daten)
    analyse = analysiere_lage(daten, jetzt)
    assert ("status" in analyse.spalten, "dynamik" in analyse.spalten) == (klassen, klassen)
    assert all(("status" in z) is klassen for z in analyse.zeilen)
    assert any("keine Klassen" in satz for satz in analyse.aussagen) is not klassen
    assert any("Annahme" in satz for satz in analyse.aussagen) is klassen
    assert f"n = {anzahl} von {anzahl}" in analyse.aussagen[0]


def test_position_gegen_feste_bezugswerte(baue: Baue) -> None:
    """8 Räume, 0 to 14 in 2021 with the whole at 6; SD of 0, 2, ..., 14 is sqrt(21)."""
    werte = {2021: reihe(8, 2), 2022: reihe(8, 2, 3), 2023: reihe(8, 2, 5)}
    ganzes = {(k, 2021): 6.0 for k in (SGB2, KINDER)}
    daten = baue(8, {SGB2: werte, KINDER: werte}, ganzes=ganzes)
    jetzt = lage(daten, 2023)
    assert jetzt is not None
    assert jetzt.bezugsjahr == 2021
    assert jetzt.werte[raum(0)] == pytest.approx((5 - 6) / 21**0.5)
    assert jetzt.werte[raum(7)] == pytest.approx((19 - 6) / 21**0.5)
    bewegt = veraenderung(daten, jetzt)
    assert bewegt is not None
    assert bewegt[0] == 2
    assert [*bewegt[1].values()] == pytest.approx([5 / 21**0.5] * 8)
    # a change in another Raum does not move the yardstick
    anders = {**werte, 2023: [*reihe(8, 2, 5)[:-1], 90.0]}
    neu = lage(baue(8, {SGB2: anders, KINDER: anders}, ganzes=ganzes), 2023)
    assert neu is not None
    assert neu.werte[raum(0)] == jetzt.werte[raum(0)]


def test_bezugsjahr_liegt_nach_dem_bruch(baue: Baue) -> None:
    werte = {j: reihe(8, 2) for j in range(2018, 2024)}
    jetzt = lage(baue(8, {SGB2: werte, KINDER: werte}, brueche=[(KINDER, 3, 2021)]), 2023)
    assert jetzt is not None
    assert jetzt.bezugsjahr == 2021


def test_raum_unter_300_einwohnern_ist_draussen_und_bleibt_in_der_tabelle(baue: Baue) -> None:
    werte = {2023: [*reihe(31)[:-1], 10_000.0]}
    daten = baue(31, {SGB2: werte, KINDER: werte}, einwohner={30: 299.0, 29: 300.0})
    jetzt = lage(daten, 2023)
    assert jetzt is not None
    assert raum(30) not in jetzt.werte
    assert raum(29) in jetzt.werte
    assert max(jetzt.werte.values()) == pytest.approx(stats.zscore(np.arange(30.0))[-1])
    zeile = analysiere_lage(daten, jetzt).zeilen[30]
    assert (zeile["einbezogen"], zeile["index"], zeile["status"]) == ("unter 300 Einwohner", None, None)
    assert any("unter 300 Einwohner: 1 von 31" in satz for satz in analysiere_lage(daten, jetzt).aussagen)


def test_ohne_einwohnerzahl_ist_ein_raum_draussen(baue: Baue) -> None:
    daten = baue(31, {SGB2: {2023: reihe(31)}, KINDER: {2023: reihe(31)}, "bev_gesamt": {2021: [None], 2022: [None]}})
    vorher = lage(daten, 2023)
    daten.werte.pop((raum(0), "bev_gesamt", 2023))  # type: ignore[attr-defined]
    jetzt = lage(daten, 2023)
    assert vorher is not None
    assert jetzt is not None
    assert (vorher.gueltigkeit[raum(0)], jetzt.gueltigkeit[raum(0)]) == ("gültig", "Einwohnerzahl nicht ausgewiesen")
    assert raum(0) not in jetzt.werte


def test_gesperrter_wert_fehlt_und_wird_gezaehlt(baue: Baue) -> None:
    daten = baue(31, {SGB2: {2023: [None, *reihe(30)]}, KINDER: {2023: reihe(31)}})
    analyse = analysiere_lage(daten, juengste_lage(daten))
    assert analyse.zeilen[0]["einbezogen"] == "Indikatoren unvollständig"
    assert any("unvollständig: 1 von 31" in satz for satz in analyse.aussagen)


def test_keine_dynamik_ueber_einen_bruch(baue: Baue) -> None:
    werte = {j: reihe(30, j - 2019) for j in range(2020, 2024)}
    kennzahlen = {SGB2: werte, KINDER: werte}
    ohne_bruch = baue(30, kennzahlen)
    jetzt = juengste_lage(ohne_bruch)
    assert jetzt is not None
    bewegt = veraenderung(ohne_bruch, jetzt)
    assert bewegt is not None
    assert bewegt[0] == 3
    for bruch_jahr, jahre in [(2021, 2), (2022, None), (2023, None), (2020, 3)]:
        daten = baue(30, kennzahlen, brueche=[(KINDER, s, bruch_jahr) for s in range(30)])
        gefunden = veraenderung(daten, jetzt)
        assert (gefunden and gefunden[0]) == jahre, bruch_jahr
    daten = baue(30, kennzahlen, brueche=[(KINDER, s, 2023) for s in range(30)])
    analyse = analysiere_lage(daten, jetzt)
    assert all(z["veraenderung"] is None for z in analyse.zeilen)
    assert any(satz.startswith("Keine Dynamik") for satz in analyse.aussagen)


def test_hze_geht_nie_in_den_index_ein(baue: Baue) -> None:
    assert not any(k.startswith("hze") for k in INDIKATOREN)
    werte: dict[str, Any] = {SGB2: {2023: reihe(30)}, KINDER: {2023: reihe(30, 2)}}
    ohne = lage(baue(30, werte), 2023)
    mit = lage(baue(30, {**werte, "hze_quote": {2023: reihe(30, -7)}, "hze_ohne_28_quote": {2023: reihe(30)}}), 2023)
    assert ohne == mit


def test_ein_indikator_ist_kein_index(baue: Baue) -> None:
    daten = baue(40, {SGB2: {2023: reihe(40)}, "hze_quote": {2023: reihe(40)}})
    assert juengste_lage(daten) is None
    assert analysiere_lage(daten, None).aussagen[0].startswith("Kein Index")
    assert not analysiere_zusammenhang(daten, None).zeilen


def test_jahr_mit_den_meisten_indikatoren_der_letzten_drei(baue: Baue) -> None:
    zwei = {j: reihe(30) for j in (2015, 2021, 2023)}
    daten = baue(30, {SGB2: zwei, KINDER: zwei, INDIKATOREN[2]: {j: reihe(30) for j in (2015, 2021)}})
    jetzt = juengste_lage(daten)
    assert jetzt is not None
    assert (jetzt.jahr, len(jetzt.indikatoren)) == (2021, 3)


@pytest.mark.parametrize("anzahl", [19, 20])
def test_korrelation_erst_ab_20_raeumen(baue: Baue, anzahl: int) -> None:
    hze: list[float | None] = [float((7 * i) % 23) for i in range(anzahl)]
    daten = baue(anzahl, {SGB2: {2023: reihe(anzahl)}, KINDER: {2023: reihe(anzahl)}, "hze_quote": {2023: hze}})
    daten.namen.update({"hze_quote": "HzE-Quote"})  # type: ignore[attr-defined]
    daten.einheiten.update({"hze_quote": "Einheit von hze_quote"})  # type: ignore[attr-defined]
    analyse = analysiere_zusammenhang(daten, juengste_lage(daten))
    r = stats.spearmanr(range(anzahl), hze).statistic
    text = f"{r:.2f}".replace(".", ",").replace("-", "\u2212")
    assert (f"Rangkorrelation nach Spearman {text}" in analyse.aussagen[0]) is (anzahl == 20)
    assert (f"n = {anzahl} Räume: unter 20" in analyse.aussagen[0]) is (anzahl == 19)
    assert analyse.bild is not None
    assert len(analyse.bild.zeichen) == anzahl
    assert analyse.spalten["hze"].titel == "HzE: Einheit von hze_quote"
    assert "gilt für Räume, nicht für Familien" in analyse.grenzen[0]


def test_raum_mit_gesperrter_hze_quote_fehlt_im_vergleich(baue: Baue) -> None:
    hze: list[float | None] = [None, *reihe(24)]
    daten = baue(25, {SGB2: {2023: reihe(25)}, KINDER: {2023: reihe(25)}, "hze_quote": {2023: hze}})
    daten.namen.update({"hze_quote": "HzE-Quote"})  # type: ignore[attr-defined]
    daten.einheiten.update({"hze_quote": "Einheit von hze_quote"})  # type: ignore[attr-defined]
    analyse = analysiere_zusammenhang(daten, juengste_lage(daten))
    assert "n = 24" in analyse.aussagen[0]
    assert analyse.aussagen[-1].endswith(": 1 von 25 Räumen.")
    assert analyse.zeilen[0]["hze"] is None


def test_bruch_des_ganzen_gilt_fuer_seine_raeume(baue: Baue) -> None:
    daten = baue(3, ganzes={(SGB2, 2022): 5.0})
    ganzes = daten.werte[GANZES, SGB2, 2022]
    object.__setattr__(ganzes, "nach_bruch", True)
    assert daten.bruch(raum(0), [SGB2], [2022])
    assert not daten.bruch(raum(0), [KINDER], [2022])
