"""Pooled counts and early warning: only published years, no break, figures by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.analyse.daten import _hilfen, _vergleichsreihen
from reports.analyse.hilfen import analysiere_fruehwarnung, analysiere_mehrjahr, im_vergleich
from reports.analyse.typen import Daten
from tests.unit.analyse.conftest import raum

Baue = Callable[..., Daten]
JAHRE = range(2018, 2024)


def test_mehrjahreswert_von_hand(baue: Baue) -> None:
    """2 + 4 + 6 begun per 3,000 person-years; even over the years with twice as many: phi = 1."""
    begonnen = {2021: [2.0, 10.0], 2022: [4.0, 10.0], 2023: [6.0, 10.0]}
    monate = {j: [24.0, 36.0] for j in begonnen}
    daten = baue(2, hilfen={"begonnen": begonnen, "hilfemonate": monate})
    analyse = analysiere_mehrjahr(daten)
    zeile = analyse.zeilen[0]
    assert zeile["zeitraum"] == "2021–2023"
    assert (zeile["begonnen"], zeile["jugendeinwohnerjahre"], zeile["je_1000"]) == (12, 3000, 4)
    assert zeile["ueberstreuung"] == 1
    assert zeile["unten"] == pytest.approx(stats.chi2.ppf(0.025, 24) / 2 / 3)
    assert zeile["oben"] == pytest.approx(stats.chi2.ppf(0.975, 26) / 2 / 3)
    # 72 months over 36,000 person-months; at most 36 months per Hilfe: the interval of 2 Hilfen, times 36
    assert zeile["hilfemonate_je_1000"] == pytest.approx(2)
    assert zeile["hilfemonate_oben"] == pytest.approx(stats.chi2.ppf(0.975, 6) / 2 * 36 / 36)
    assert analyse.aussagen[0].startswith("2021–2023: 2 von 2 Räumen, zusammen 7,0 begonnene")
    assert analyse.aussagen[1].startswith("2019–2023: in keinem Raum")
    assert analyse.bild is not None
    assert len(analyse.bild.zeichen) == 2


def test_ein_gesperrtes_jahr_nimmt_den_ganzen_zeitraum(baue: Baue) -> None:
    begonnen: dict[int, list[float | None]] = {j: [5.0, 6.0, 7.0] for j in JAHRE}
    begonnen[2022][0] = None
    begonnen[2019][1] = None
    analyse = analysiere_mehrjahr(baue(3, hilfen={"begonnen": begonnen}))
    assert {(z["raum_id"], z["zeitraum"]) for z in analyse.zeilen} == {
        (raum(1), "2021–2023"), (raum(2), "2021–2023"), (raum(2), "2019–2023"),
    }  # fmt: skip
    assert analyse.aussagen[0].endswith("bricht: 1.")
    assert analyse.aussagen[1].endswith("bricht: 2.")


@settings(max_examples=40)
@given(st.lists(st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=6, max_size=6), min_size=1, max_size=6))
def test_summen_bestehen_nur_aus_veroeffentlichten_jahren(baue: Baue, zahlen: list[list[int | None]]) -> None:
    hilfen = {"begonnen": {j: [r[i] for r in zahlen] for i, j in enumerate(JAHRE)}}
    daten = baue(len(zahlen), hilfen=hilfen)
    for zeile in analysiere_mehrjahr(daten).zeilen:
        von, bis = map(int, zeile["zeitraum"].split("–"))
        reihe = zahlen[int(zeile["raum_id"][-3:])][von - 2018 : bis - 2017]
        assert None not in reihe
        assert zeile["begonnen"] == sum(x for x in reihe if x is not None)
        assert zeile["unten"] <= zeile["je_1000"] <= zeile["oben"]


def test_bruch_der_hze_reihe_teilt_die_zeitraeume(baue: Baue) -> None:
    begonnen = {j: [5.0, 6.0] for j in JAHRE}
    daten = baue(2, hilfen={"begonnen": begonnen}, brueche=[("hze_faelle", 0, 2022)],
                 kennzahlen={"hze_faelle": {2022: [9.0, 9.0]}})  # fmt: skip
    assert {z["raum_id"] for z in analysiere_mehrjahr(daten).zeilen} == {raum(1)}
    assert {z["raum_id"] for z in analysiere_fruehwarnung(daten).zeilen} == {raum(1)}
    # a break before the first year of a window does not split it
    daten = baue(2, hilfen={"begonnen": begonnen}, brueche=[("hze_faelle", 0, 2021)],
                 kennzahlen={"hze_faelle": {2021: [9.0, 9.0]}})  # fmt: skip
    assert (raum(0), "2021–2023") in {(z["raum_id"], z["zeitraum"]) for z in analysiere_mehrjahr(daten).zeilen}


def test_fruehwarnung_meldet_und_nennt_fehlalarme(baue: Baue) -> None:
    begonnen = {j: [10.0, 10.0, 20.0, None] for j in range(2018, 2023)} | {2023: [30.0, 12.0, 2.0, 5.0]}
    analyse = analysiere_fruehwarnung(baue(4, hilfen={"begonnen": begonnen}))
    assert [z["befund"] for z in analyse.zeilen] == ["auffällig viele", "unauffällig", "auffällig wenige"]
    assert [z["erwartet"] for z in analyse.zeilen] == pytest.approx([80 / 6, 62 / 6, 102 / 6])
    assert f"geprüft 3 von 4 Räumen, auffällig: Raum {raum(0)}, Raum {raum(2)}." in analyse.aussagen[0]
    assert "Fehlalarme zu erwarten" in analyse.aussagen[1]
    assert analyse.aussagen[2].endswith("bricht: 1 von 4.")


def test_ohne_hilfen_sagt_die_analyse_warum(baue: Baue) -> None:
    for analyse in (analysiere_mehrjahr(baue(3)), analysiere_fruehwarnung(baue(3))):
        assert not analyse.zeilen
        assert "keine veröffentlichten Zahlen" in analyse.aussagen[0]
    kurz = analysiere_fruehwarnung(baue(1, hilfen={"begonnen": {j: [5.0] for j in range(2019, 2024)}}))
    assert kurz.aussagen[0].startswith("Kein Vergleich von 2023 mit 2018 bis 2022")


def zeile(jahr: int, wert: float | None, **mehr: object) -> dict[str, object]:
    fest = {"jugendamt": "muster", "raum_id": "1", "stichtag": date(jahr, 12, 31), "quelle": "fachverfahren",
            "konzept": "begonnen", "einheit": "faelle", "hilfeart": "insgesamt", "altersgruppe": "insgesamt",
            "geschlecht": "insgesamt", "merkmal": "insgesamt", "auspraegung": None, "status": "gueltig"}  # fmt: skip
    return {**fest, "berichtsjahr": jahr, "wert": wert, **mehr}


def test_aus_dem_mart_kommen_nur_veroeffentlichte_gesamtzahlen(tmp_path: Path) -> None:
    zeilen = [
        zeile(2020, 7.0),
        zeile(2021, None, status="null_genau"),
        zeile(2022, 3.0, status="gesperrt"),
        zeile(2023, 40.0, status="unsicher"),
        zeile(2020, 99.0, hilfeart="mit_28"),
        zeile(2020, 98.0, altersgruppe="0-3"),
        zeile(2020, 97.0, einheit="junge_menschen"),
        zeile(2020, 96.0, merkmal="situation", auspraegung="2"),
        zeile(2020, 95.0, jugendamt="anderes"),
        zeile(2020, 94.0, quelle="bundesstatistik"),
        zeile(2020, 84.5, konzept="hilfemonate", einheit="hilfemonate"),
    ]
    pl.DataFrame(zeilen, infer_schema_length=None).write_parquet(tmp_path / "hilfen.parquet")
    assert _hilfen(tmp_path / "hilfen.parquet", "muster") == {
        ("begonnen", "1", 2020): 7, ("begonnen", "1", 2021): 0, ("hilfemonate", "1", 2020): 84.5,
    }  # fmt: skip
    assert _hilfen(tmp_path / "fehlt.parquet", "muster") == {}


def test_vergleichsreihen_des_jugendamts(tmp_path: Path) -> None:
    zeilen = [("muster", "B", 2021, 5.0, 50.0), ("muster", "A", 2021, 7.0, 70.0), ("anderes", "A", 2022, 9.0, 90.0)]
    tafel = pl.DataFrame(
        zeilen, schema=["jugendamt", "reihe", "berichtsjahr", "begonnen", "jugendeinwohner"], orient="row"
    )
    tafel.write_parquet(tmp_path / "vergleichsreihen.parquet")
    gelesen = _vergleichsreihen(tmp_path / "vergleichsreihen.parquet", "muster")
    assert gelesen == {"A": {2021: (7.0, 70.0)}, "B": {2021: (5.0, 50.0)}}
    assert _vergleichsreihen(tmp_path / "fehlt.parquet", "muster") == {}


def test_reform_der_erhebung_steht_dabei(baue: Baue) -> None:
    """It holds for every Raum: the windows stay and say what they join; a window after it says nothing."""
    begonnen = {j: [5.0, 6.0] for j in JAHRE}
    daten = baue(2, hilfen={"begonnen": begonnen}, reformen={2021: "KJSG"})
    mehrjahr = analysiere_mehrjahr(daten)
    assert {(z["zeitraum"], z.get("bruch")) for z in mehrjahr.zeilen} == {
        ("2021–2023", None), ("2019–2023", "ab 2021: KJSG"),
    }  # fmt: skip
    (satz,) = [satz for satz in mehrjahr.aussagen if "Zeitreihenbruch" in satz]
    assert satz.startswith("2019–2023 enthält einen Zeitreihenbruch (ab 2021: KJSG).")
    warnung = analysiere_fruehwarnung(daten)
    assert {z["bruch"] for z in warnung.zeilen} == {"ab 2021: KJSG"}
    assert any("Zwischen 2018 und 2023 liegt ein Zeitreihenbruch (ab 2021: KJSG)" in satz for satz in warnung.aussagen)
    assert "bruch" in warnung.spalten


def test_raum_neben_gelieferten_vergleichsreihen(baue: Baue) -> None:
    """Raum 0 begins 9 Hilfen per 1,000; Ring 2 ends a year earlier; a Raum without a published count says nothing."""
    hilfen = {"begonnen": {2023: [9.0, None]}}
    reihen = {"Ring 1": {2023: (800.0, 100_000.0)}, "Ring 2": {2022: (700.0, 100_000.0)}}
    saetze = im_vergleich(baue(2, hilfen=hilfen, reihen=reihen))
    assert list(saetze) == [raum(0)]
    assert "im Jahr 2023" in saetze[raum(0)]
    assert "9,0 (Spanne 4,1 bis 17,1); Ring 1 8,0, wie geliefert." in saetze[raum(0)]
    assert im_vergleich(baue(2, hilfen=hilfen)) == {}
