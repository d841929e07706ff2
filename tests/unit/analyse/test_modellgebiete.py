"""Model areas: full years, matched Räume, the difference by hand, and every reason not to compare."""

from collections.abc import Callable
from datetime import date

import pytest

from reports.analyse.modellgebiete import analysiere_modellgebiete, erstes_volles_jahr
from reports.analyse.typen import Analyse, Daten
from sources.profile import Modellgebiet
from tests.unit.analyse.conftest import GANZES, raum

Baue = Callable[..., Daten]
JAHRE = range(2015, 2024)


def gebiet(raum_id: str, von: date, belegt: bool = True) -> Modellgebiet:
    return Modellgebiet(gebiet="nord_west", raum_id=raum_id, von=von, bis=None, belegt=belegt, quelle="erfunden")


def rechne(daten: Daten, *gebiete: Modellgebiet) -> Analyse:
    return analysiere_modellgebiete(daten, gebiete, daten.raeume.values())


@pytest.mark.parametrize(
    ("von", "jahr"), [(date(2025, 10, 1), 2026), (date(2021, 1, 1), 2021), (date(2021, 1, 2), 2022)]
)
def test_erstes_volles_jahr(von: date, jahr: int) -> None:
    assert erstes_volles_jahr(von) == jahr


def hilfen(nachher: float = 20.0, fehlt: tuple[int, int] | None = None) -> dict[str, dict[int, list[float | None]]]:
    """Raum 0 is the model with 30 a year before 2021; 1 to 3 are near it, 4 and 5 far; all others fall to 25 or 5."""
    je_jahr: dict[int, list[float | None]] = {
        j: [30.0, 28.0, 30.0, 32.0, 6.0, 5.0] if j < 2021 else [nachher, 25.0, 25.0, 25.0, 5.0, 5.0] for j in JAHRE
    }
    if fehlt:
        je_jahr[fehlt[1]][fehlt[0]] = None
    return {"begonnen": je_jahr}


def test_differenz_gegen_die_aehnlichsten(baue: Baue) -> None:
    analyse = rechne(baue(6, hilfen=hilfen()), gebiet(raum(0), date(2021, 1, 1)))
    z = analyse.zeilen[0]
    assert (z["vorher"], z["nachher"], z["raeume"]) == ("2016–2020", "2021–2023", 1)
    assert z["vergleich"] == ", ".join(f"Raum {raum(i)}" for i in (1, 2, 3))
    assert (z["je_1000_vorher"], z["je_1000_nachher"]) == pytest.approx((30, 20))
    assert (z["vergleich_vorher"], z["vergleich_nachher"]) == pytest.approx((30, 25))
    assert z["differenz"] == pytest.approx(-5)
    # counts 150, 60 over 5,000, 3,000 person-years here; 450, 225 over 15,000, 9,000 there
    weite = 1.959964 * 1000 * (150 / 5000**2 + 60 / 3000**2 + 450 / 15000**2 + 225 / 9000**2) ** 0.5
    assert (z["unten"], z["oben"]) == pytest.approx((-5 - weite, -5 + weite))
    assert z["lesart"] == "Beobachtung, keine Wirkung"
    assert "Nord West" in analyse.aussagen[0]
    assert "Unterschied −5,0" in analyse.aussagen[0]
    assert any("Rückkehr zum Mittelwert" in satz for satz in analyse.grenzen)


def test_angebrochenes_jahr_zaehlt_weder_davor_noch_danach(baue: Baue) -> None:
    je_jahr = hilfen()
    je_jahr["begonnen"][2020] = [900.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    z = rechne(baue(6, hilfen=je_jahr), gebiet(raum(0), date(2020, 8, 1))).zeilen[0]
    assert (z["vorher"], z["nachher"]) == ("2015–2019", "2021–2023")
    assert (z["je_1000_vorher"], z["je_1000_nachher"]) == pytest.approx((30, 20))


@pytest.mark.parametrize(("bis", "nachher"), [(date(2022, 12, 31), "2021–2022"), (date(2022, 12, 30), "2021")])
def test_nach_dem_ende_wird_nicht_gezaehlt(baue: Baue, bis: date, nachher: str) -> None:
    beendet = gebiet(raum(0), date(2021, 1, 1)).model_copy(update={"bis": bis})
    assert rechne(baue(6, hilfen=hilfen()), beendet).zeilen[0]["nachher"] == nachher


def test_lebenslage_vor_dem_start_waehlt_mit(baue: Baue) -> None:
    """Of five Räume with the same level the three with the same burden are taken."""
    je_jahr = {"begonnen": {j: [30.0] * 6 for j in JAHRE}}
    last = {2020: [20.0, 5.0, 5.0, 20.0, 21.0, 19.0]}
    kennzahlen = {"sgb2_pct": last, "kinder_in_bg_u15_pct": last}
    z = rechne(baue(6, kennzahlen, je_jahr), gebiet(raum(0), date(2021, 1, 1))).zeilen[0]
    assert z["vergleich"] == ", ".join(f"Raum {raum(i)}" for i in (3, 4, 5))


@pytest.mark.parametrize(
    ("raeume", "von", "grund"),
    [
        (
            (0,),
            date(2025, 10, 1),
            "01.10.2025, erstes volles Jahr 2026; veröffentlichte Hilfen reichen bis 2023.",
        ),
        ((0, 1, 2, 3, 4, 5), date(2021, 1, 1), "es gibt keinen Rest, mit dem"),
        ((GANZES,), date(2021, 1, 1), "es gibt keinen Rest, mit dem"),
        ((GANZES,), date(2023, 10, 1), "erstes volles Jahr 2024"),
        ((0,), date(2017, 1, 1), "Mindestens 3 volle Jahre vor 2017"),
        ((0, 1, 2, 3), date(2021, 1, 1), "für 4 Räume des Gebiets und 2 andere"),
    ],
)
def test_warum_kein_vergleich(baue: Baue, raeume: tuple[int | str, ...], von: date, grund: str) -> None:
    gebiete = [gebiet(r if isinstance(r, str) else raum(r), von) for r in raeume]
    analyse = rechne(baue(6, hilfen=hilfen(), hilfen_ganzes=dict.fromkeys(JAHRE, 100.0)), *gebiete)
    assert not analyse.zeilen
    assert grund in analyse.aussagen[0]


def test_drei_vorjahre_genuegen_zwei_nicht(baue: Baue) -> None:
    assert rechne(baue(6, hilfen=hilfen()), gebiet(raum(0), date(2018, 1, 1))).zeilen[0]["vorher"] == "2015–2017"
    assert not rechne(baue(6, hilfen=hilfen()), gebiet(raum(0), date(2017, 1, 1))).zeilen


def test_gesperrtes_jahr_nimmt_den_raum_heraus(baue: Baue) -> None:
    z = rechne(baue(6, hilfen=hilfen(fehlt=(2, 2022))), gebiet(raum(0), date(2021, 1, 1))).zeilen[0]
    assert z["vergleich"] == ", ".join(f"Raum {raum(i)}" for i in (1, 3, 4))


def test_unbelegte_abgrenzung_und_kein_modellgebiet(baue: Baue) -> None:
    daten = baue(6, hilfen=hilfen())
    assert rechne(daten, gebiet(raum(0), date(2021, 1, 1), False)).aussagen[-1].startswith("Abgrenzung angenommen")
    assert rechne(daten).aussagen == ["Im Profil sind keine Modellgebiete eingetragen."]
    assert "gibt es nicht" in rechne(baue(6), gebiet(raum(0), date(2021, 1, 1))).aussagen[0]


def test_ohne_rest_gegen_eine_gelieferte_reihe(baue: Baue) -> None:
    """The whole falls from 120 to 90 per 6,000, the long series from 18 to 17 per 1,000; the short one is left out."""
    eigene = {j: 120.0 if j < 2021 else 90.0 for j in JAHRE}
    reihen = {
        "Ring 2": {j: (1800.0 if j < 2021 else 1700.0, 100_000.0) for j in range(2017, 2023)},
        "Ring 3": dict.fromkeys(range(2019, 2024), (1.0, 100000.0)),
    }
    analyse = rechne(baue(6, hilfen_ganzes=eigene, reihen=reihen), gebiet(GANZES, date(2021, 1, 1)))
    (z,) = analyse.zeilen
    assert (z["vergleich"], z["vorher"], z["nachher"]) == ("Ring 2", "2017–2020", "2021–2022")
    assert (z["je_1000_vorher"], z["je_1000_nachher"]) == pytest.approx((20, 15))
    assert (z["vergleich_vorher"], z["vergleich_nachher"]) == pytest.approx((18, 17))
    assert z["differenz"] == pytest.approx(-4)
    zu_kurz = rechne(
        baue(6, hilfen_ganzes=eigene, reihen={"Ring 3": reihen["Ring 3"]}), gebiet(GANZES, date(2021, 1, 1))
    )
    assert not zu_kurz.zeilen
    assert "Keine gelieferte Vergleichsreihe" in zu_kurz.aussagen[0]


def test_ueber_eine_reform_nur_der_unterschied(baue: Baue) -> None:
    """It hits both sides, so the difference stands; the changes themselves would be those of the survey."""
    daten = baue(6, hilfen=hilfen(), reformen={2022: "KJSG"})
    analyse = rechne(daten, gebiet(raum(0), date(2021, 1, 1)))
    assert analyse.zeilen[0]["bruch"] == "ab 2022: KJSG"
    assert "Zeitreihenbruch (ab 2022: KJSG)" in analyse.aussagen[0]
    assert "−5,0" in analyse.aussagen[0]
    assert "−10,0" not in analyse.aussagen[0]
    assert "Zeitreihenbruch" not in rechne(baue(6, hilfen=hilfen()), gebiet(raum(0), date(2021, 1, 1))).aussagen[0]
