"""Number format, wording and chart geometry."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.diagramm import _x_jahre, achsenwerte, diagramm
from reports.typen import Angabe, Kennzahl, Wert
from reports.woerter import namensfolge, status_woerter
from reports.zahlen import mit_vorzeichen, zahl, zelle


@pytest.mark.parametrize(
    ("wert", "stellen", "text"),
    [
        (25018.0, 0, "25.018"),
        (0.05, 1, "0,1"),
        (2.5, 0, "3"),
        (-0.04, 1, "0,0"),
        (-1234.56, 1, "−1.234,6"),
        (1e-7, 1, "0,0"),
    ],
)
def test_zahl(wert: float, stellen: int, text: str) -> None:
    assert zahl(wert, stellen) == text


def test_vorzeichen_und_zellen() -> None:
    assert [mit_vorzeichen(w, 1) for w in (0.04, 1.25, -1.25)] == ["±0,0", "+1,3", "−1,3"]
    inhalt = [None, True, 2020, -21.25, date(2020, 1, 2), "x"]
    assert [zelle(i) for i in inhalt] == ["", "ja", "2020", "−21,25", "02.01.2020", "x"]


def test_namensfolge_ordnet_umlaute_wie_ihre_vokale() -> None:
    assert sorted(["Zell", "Öd", "Ohl", "Ahr", "Ärm"], key=namensfolge) == ["Ahr", "Ärm", "Öd", "Ohl", "Zell"]


def _wert(jahr: int, wert: float | None, status: str = "gueltig", bruch: bool = False) -> Wert:
    return Wert("k", jahr, None, "register", wert, None, status, (), "", None, False, bruch)


def _angabe(*reihe: Wert, vergleich: tuple[Wert, ...] = ()) -> Angabe:
    kennzahl = Kennzahl(
        kennzahl="k", version=1, profil="alle", belegt=True, familie="f", name="K", kurzname="K", definition="",
        zaehler_text="", nenner_text="N", faktor=100, einheit="Prozent", nachkommastellen=1, stichtagsregel="",
        niedrigste_ebene="", mindestnenner=None, richtung="", quelle_text="", amtliche_referenz="",
        reihenbrueche="", interpretation="", reihenfolge=1,
    )  # fmt: skip
    return Angabe(kennzahl, reihe[-1], None, None, None, reihe, vergleich)


def test_unbekannter_status_wird_gezeigt_nicht_verschwiegen() -> None:
    assert status_woerter(_wert(2020, None, "neu_erfunden")) == "neu_erfunden"
    assert status_woerter(_wert(2020, None, "gesperrt")) == "• aus Datenschutzgründen nicht ausgewiesen"


def test_luecke_und_bruch_trennen_die_linie() -> None:
    reihe = (
        _wert(2015, 1.0), _wert(2016, 2.0), _wert(2017, None, "gesperrt"), _wert(2018, 3.0), _wert(2019, 4.0),
        _wert(2020, 5.0, bruch=True), _wert(2021, 6.0),
    )  # fmt: skip
    d = diagramm(_angabe(*reihe), "R", (2015, 2021))
    assert d is not None
    assert [len(linie.split()) for linie in d.linien] == [2, 2, 2]
    assert [b.text for b in d.brueche] == ["2020"]
    assert "Kein Wert für 2017." in d.beschreibung
    assert "Bruch in der Zeitreihe vor 2020." in d.beschreibung
    assert [p.text for p in d.punkte] == ["1,0", "2,0", "3,0", "4,0", "5,0", "6,0"]


def test_ein_einzelner_wert_gibt_kein_diagramm() -> None:
    assert diagramm(_angabe(_wert(2020, 1.0)), "R", (2015, 2021)) is None


def test_achse_nennt_ihren_anfang() -> None:
    d = diagramm(_angabe(_wert(2020, 1000.0), _wert(2021, 1010.0)), "R", (2020, 2021))
    assert d is not None
    assert d.achse_ab == "1.000"
    nahe_null = diagramm(_angabe(_wert(2020, 2.0), _wert(2021, 10.0)), "R", (2020, 2021))
    assert nahe_null is not None
    assert nahe_null.achse_ab == ""
    assert nahe_null.y_marken[0].text == "0"


@given(st.lists(st.floats(-1e7, 1e7), min_size=2, max_size=25))
def test_alle_punkte_liegen_im_bild(zahlen: list[float]) -> None:
    reihe = [_wert(2000 + i, z) for i, z in enumerate(zahlen)]
    d = diagramm(_angabe(*reihe), "R", (2000, 2030))
    assert d is not None
    assert all(d.links <= p.x <= d.rechts and d.oben - 0.1 <= p.y <= d.unten + 0.1 for p in d.punkte)


@given(st.floats(-1e7, 1e7), st.floats(0, 1e7))
def test_achsenwerte_umfassen_die_daten(kleinster: float, spanne: float) -> None:
    marken = achsenwerte(kleinster, kleinster + spanne, 1)
    toleranz = 1e-6 * max(1.0, abs(kleinster), spanne)
    assert marken[0] <= kleinster + toleranz
    assert marken[-1] >= kleinster + spanne - toleranz
    assert 2 <= len(marken) <= 8


@given(st.integers(1990, 2030), st.integers(0, 40))
def test_jahre_der_achse_haben_platz_und_enden_mit_dem_letzten(erstes: int, spanne: int) -> None:
    jahre = _x_jahre(erstes, erstes + spanne)
    assert jahre[-1] == erstes + spanne
    assert 1 <= len(jahre) <= 7
