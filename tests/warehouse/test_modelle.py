"""Roll-up, Kennzahlen and marts on hand-calculated cases of the tiny Jugendamt.

Here: what the models make of a few cells. Kreis 99001 = Region Ost (Musterstadt 99001001, Musterdorf 99001002)
and Region West (Musterau 99001003).
Not here: real figures (``tests/integration/test_orakel.py``), dbt's own tests (``test_dbt_tests.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
import yaml

from sources import stammdaten
from sources.katalog import lade_katalog
from sources.profile import lade_profile
from sources.vertraege import lade_vertraege
from tests.warehouse.conftest import MUSTERPROFILE, PROJEKT

KREIS, OST, WEST = "99001", "musterkreis:ost", "musterkreis:west"
STADT, DORF, AU = "99001001", "99001002", "99001003"
GESCHLECHT, ALTER, ABGANG, REGISTER = (
    "bevoelkerung_geschlecht", "bevoelkerung_altersgruppen", "abgaenger", "opendata_hro",
)  # fmt: skip
GRENZEN = (0, 3, 6, 10, 15, 18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 75)
Baue = Callable[..., Any]


def _wert(lager: Any, raum: str, kennzahl: str, jahr: int = 2020, quelle: str = "fortschreibung") -> dict[str, Any]:
    wo = f"raum_id = '{raum}' and kennzahl = '{kennzahl}' and berichtsjahr = {jahr} and quelle = '{quelle}'"
    (zeile,) = lager.modell("kennzahlen", wo)
    return zeile


def _alle(wert: float, jahr: int = 2020, **angaben: Any) -> list[tuple[Any, ...]]:
    return [(raum, jahr, wert, angaben) for raum in (STADT, DORF, AU)]


def _jahrgaenge(raum: str, je_jahr: int, offen: int) -> list[tuple[Any, ...]]:
    """Cells of the 17 age groups with the same number of persons per year of age, and an open last group."""
    zellen: list[tuple[Any, ...]] = []
    for von, bis in pairwise(GRENZEN):
        zellen.append((raum, 2020, float(je_jahr * (bis - von)), {"altersgruppe": f"{von}-{bis}"}))
    return [*zellen, (raum, 2020, float(offen), {"altersgruppe": f"{GRENZEN[-1]}-"})]


def _fct(lager: Any, raum: str) -> dict[str, Any]:
    (zeile,) = lager.modell("fct_messgroessen", f"raum_id = '{raum}' and geschlecht = 'insgesamt'")
    return zeile


# --- roll-up ------------------------------------------------------------------------------------------------


def test_summe_ueber_zwei_stufen(baue: Baue) -> None:
    lager = baue({GESCHLECHT: [(STADT, 2020, 100.0), (DORF, 2020, 20.0), (AU, 2020, 3.0)]})
    assert [_fct(lager, r)["wert"] for r in (OST, WEST, KREIS)] == [120.0, 3.0, 123.0]
    assert [_fct(lager, r)["ist_summe"] for r in (STADT, OST, KREIS)] == [False, True, True]


def test_eigene_lieferung_geht_der_bundesweiten_vor(baue: Baue) -> None:
    eigen = {"jugendamt": "musterkreis", "lieferung": "eigen", "lieferung_nr": 2}
    lager = baue({GESCHLECHT: [*_alle(10.0), (STADT, 2020, 12.0, eigen), *_alle(20.0, 2021)]})
    werte = {(z["raum_id"], z["berichtsjahr"]): z["wert"] for z in lager.modell("fct_messgroessen")}
    assert [werte[r, 2020] for r in (STADT, DORF, AU, KREIS)] == [12.0, 10.0, 10.0, 32.0]
    assert werte[STADT, 2021] == 20.0


def test_geliefertes_ganzes_bleibt_wie_geliefert(baue: Baue) -> None:
    lager = baue({GESCHLECHT: [(KREIS, 2020, 999.0), *_alle(10.0)]})
    assert (_fct(lager, KREIS)["wert"], _fct(lager, KREIS)["ist_summe"]) == (999.0, False)
    assert _fct(lager, OST)["wert"] == 20.0


def test_fehlt_ein_kind_gibt_es_keine_summe(baue: Baue) -> None:
    lager = baue({GESCHLECHT: [(STADT, 2020, 100.0), (AU, 2020, 3.0)]})
    assert {z["raum_id"] for z in lager.modell("fct_messgroessen")} == {STADT, AU, WEST}
    fehlt = _wert(lager, OST, "bev_gesamt")
    assert (fehlt["wert"], fehlt["status"]) == (None, "nicht_verfuegbar")
    assert fehlt["grund"]


@pytest.mark.parametrize("status", ["unbekannt_oder_geheim", "unsicher", "nicht_sinnvoll", "folgt_spaeter"])
def test_summe_mit_einem_wert_ohne_zahl_ist_keine(baue: Baue, status: str) -> None:
    lager = baue({GESCHLECHT: [(STADT, 2020, None, {"status": status}), (DORF, 2020, 20.0), (AU, 2020, 3.0)]})
    for raum in (STADT, OST, KREIS):
        assert (_fct(lager, raum)["wert"], _fct(lager, raum)["status"]) == (None, status)
    assert _fct(lager, WEST)["wert"] == 3.0


def test_summe_aus_lauter_nullen_ist_eine_null(baue: Baue) -> None:
    lager = baue({GESCHLECHT: _alle(0.0, status="null_genau")})
    assert (_fct(lager, KREIS)["wert"], _fct(lager, KREIS)["status"]) == (0.0, "null_genau")
    gemischt = baue({GESCHLECHT: [(STADT, 2020, 5.0), *_alle(0.0, status="null_genau")[1:]]})
    assert (_fct(gemischt, KREIS)["wert"], _fct(gemischt, KREIS)["status"]) == (5.0, "gueltig")


def test_gelieferte_quoten_werden_nie_summiert(baue: Baue) -> None:
    quote = {"herkunft": "geliefert", "messgroesse": "auslaenderanteil_pct"}
    lager = baue({GESCHLECHT: _alle(10.0, **quote)})
    assert {z["raum_id"] for z in lager.modell("fct_messgroessen")} == {STADT, DORF, AU}
    assert _wert(lager, STADT, "auslaenderanteil_pct")["wert"] == 10.0
    assert _wert(lager, KREIS, "auslaenderanteil_pct")["status"] == "nicht_verfuegbar"


def test_lauter_unbekannte_schluessel_stehen_zusammen_im_mitglied(baue: Baue) -> None:
    eigen = {"jugendamt": "musterkreis"}
    lager = baue({REGISTER: [("Y", 2020, 3.0, eigen), ("Z", 2020, 7.0, eigen)]})
    assert _fct(lager, "musterkreis:nicht_zuordenbar")["wert"] == 10.0


def test_unbekannter_schluessel_des_eigenen_feeds_zaehlt_zum_ganzen(
    baue: Baue, beschreibungen: dict[str, pl.DataFrame]
) -> None:
    schluessel = pl.concat(
        [
            beschreibungen["schluessel"],
            pl.DataFrame(
                [("musterkreis", "opendata_hro", b, r) for b, r in (("A", STADT), ("B", DORF), ("C", AU))],
                schema=beschreibungen["schluessel"].schema,
                orient="row",
            ),
        ]
    )
    eigen = {"jugendamt": "musterkreis"}
    lager = baue(
        {REGISTER: [("A", 2020, 100.0, eigen), ("B", 2020, 20.0, eigen), ("C", 2020, 3.0, eigen),
                    ("Z", 2020, 7.0, eigen)]},
        schluessel=schluessel,
    )  # fmt: skip
    assert _fct(lager, "musterkreis:nicht_zuordenbar")["wert"] == 7.0
    assert _fct(lager, KREIS)["wert"] == 130.0
    ganzes = _wert(lager, KREIS, "bev_gesamt", quelle="register")
    teile = lager.modell("kennzahlen", "kennzahl = 'bev_gesamt' and raumebene in ('sozialraum', 'sonstige')")
    assert sum(z["wert"] or 0 for z in teile) == ganzes["wert"] == 130.0


def test_fremde_gebiete_bundesweiter_dateien_zaehlen_nicht(baue: Baue) -> None:
    lager = baue({GESCHLECHT: [*_alle(10.0), ("DG", 2020, 8e7), ("99002", 2020, 5.0)]})
    assert {z["jugendamt"] for z in lager.modell("fct_messgroessen")} == {"musterkreis"}
    assert _fct(lager, KREIS)["wert"] == 30.0


def test_gewichtete_zuordnung_schaetzt(baue: Baue, beschreibungen: dict[str, pl.DataFrame]) -> None:
    halb = beschreibungen["zuordnung"].with_columns(
        gewicht=pl.when(pl.col("raum_id") == DORF).then(0.5).otherwise(pl.col("gewicht"))
    )
    lager = baue({GESCHLECHT: [(KREIS, 2020, 123.0), (STADT, 2020, 100.0), (DORF, 2020, 20.0), (AU, 2020, 3.0)]},
                 zuordnung=halb)  # fmt: skip
    zeile = _wert(lager, OST, "bev_gesamt")
    assert zeile["wert"] == 110.0
    assert "geschaetzt" in zeile["hinweise"]
    assert "geschaetzt" not in _wert(lager, STADT, "bev_gesamt")["hinweise"]


def test_zuordnung_gilt_nur_in_ihrer_zeit(baue: Baue, beschreibungen: dict[str, pl.DataFrame]) -> None:
    """Musterdorf moves from Ost to West on 1.1.2020: each year is summed as it was then."""
    alt = beschreibungen["zuordnung"]
    bleibt = alt.filter(pl.col("raum_id") != DORF)
    bis = alt.filter(pl.col("raum_id") == DORF).with_columns(gueltig_bis=pl.lit(date(2019, 12, 31)))
    ab = alt.filter(pl.col("raum_id") == DORF).with_columns(
        eltern_raum_id=pl.lit(WEST), gueltig_von=pl.lit(date(2020, 1, 1))
    )
    zellen = [(r, j, w) for j in (2019, 2020) for r, w in ((STADT, 100.0), (DORF, 20.0), (AU, 3.0))]
    lager = baue({GESCHLECHT: zellen}, zuordnung=pl.concat([bleibt, bis, ab]))
    assert _wert(lager, OST, "bev_gesamt", 2019)["wert"] == 120.0
    assert _wert(lager, OST, "bev_gesamt", 2020)["wert"] == 100.0
    assert _wert(lager, WEST, "bev_gesamt", 2020)["wert"] == 23.0
    assert {_wert(lager, KREIS, "bev_gesamt", j)["wert"] for j in (2019, 2020)} == {123.0}


# --- which delivery holds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zweite", "gilt"),
    [
        ({"datenstand": date(2024, 8, 1)}, 11.0),
        ({"datenstand": date(2024, 6, 1)}, 10.0),
        ({"datenstand": date(2024, 7, 1)}, 11.0),
        ({"datenstand": None}, 10.0),
    ],
)
def test_der_spaetere_stand_gilt_bei_gleichem_die_spaetere_lieferung(
    baue: Baue, zweite: dict[str, Any], gilt: float
) -> None:
    lager = baue({GESCHLECHT: [*_alle(10.0), *_alle(11.0, lieferung_nr=2, lieferung="b" * 64, **zweite)]})
    assert {_fct(lager, r)["wert"] for r in (STADT, DORF, AU)} == {gilt}


def test_korrektur_ersetzt_nur_ihren_zeitraum(baue: Baue) -> None:
    neu = {"lieferung_nr": 2, "datenstand": date(2025, 7, 1)}
    lager = baue({GESCHLECHT: [*_alle(10.0, 2019), *_alle(10.0, 2020), *_alle(12.0, 2020, **neu)]})
    assert _wert(lager, STADT, "bev_gesamt", 2019)["wert"] == 10.0
    assert _wert(lager, STADT, "bev_gesamt", 2020)["wert"] == 12.0


# --- Kennzahlen ---------------------------------------------------------------------------------------------


def test_quotienten_und_u18_von_hand(baue: Baue) -> None:
    # 10 persons per year of age up to 75, 50 above: 0-18 180, 0-20 200, 20-65 450, 65+ 100 + 50
    lager = baue({ALTER: [*_jahrgaenge(STADT, 10, 50), (STADT, 2020, 800.0)]})
    assert _wert(lager, STADT, "bev_u18")["wert"] == 180.0
    jugend, alten = _wert(lager, STADT, "jugendquotient"), _wert(lager, STADT, "altenquotient")
    assert (jugend["zaehler"], jugend["nenner"]) == (200.0, 450.0)
    assert jugend["wert"] == pytest.approx(100 * 200 / 450, rel=1e-12)
    assert (alten["zaehler"], alten["nenner"]) == (150.0, 450.0)
    assert alten["wert"] == pytest.approx(100 * 150 / 450, rel=1e-12)


def test_quotient_der_region_aus_summen_nicht_aus_quotienten(baue: Baue) -> None:
    lager = baue({ALTER: [*_jahrgaenge(STADT, 10, 50), *_jahrgaenge(DORF, 1, 100)]})
    ost = _wert(lager, OST, "altenquotient")
    assert (ost["zaehler"], ost["nenner"]) == (150.0 + 110.0, 450.0 + 45.0)
    assert ost["wert"] == pytest.approx(100 * 260 / 495, rel=1e-12)


def test_altersgrenze_die_die_quelle_nicht_hat(baue: Baue) -> None:
    gruppen = [(STADT, 2020, 10.0, {"altersgruppe": g}) for g in ("0-3", "3-6", "6-15", "15-25", "25-65", "65-")]
    lager = baue({ALTER: gruppen})
    u18 = _wert(lager, STADT, "bev_u18")
    assert (u18["wert"], u18["status"]) == (None, "nicht_verfuegbar")
    assert "Altersgrenze" in u18["grund"]


def test_eine_luecke_in_den_altersgruppen_wird_nicht_ueberbrueckt(baue: Baue) -> None:
    zellen = [z for z in _jahrgaenge(STADT, 10, 50) if z[3]["altersgruppe"] != "6-10"]
    lager = baue({ALTER: zellen})
    assert _wert(lager, STADT, "bev_u18")["status"] == "nicht_verfuegbar"
    assert _wert(lager, STADT, "altenquotient")["wert"] == pytest.approx(100 * 150 / 450)


def test_veraenderung_zum_vorjahr(baue: Baue) -> None:
    lager = baue({GESCHLECHT: [(STADT, 2019, 200.0), (STADT, 2020, 210.0), (STADT, 2022, 220.0)]})
    zeile = _wert(lager, STADT, "bev_veraenderung_pct")
    assert (zeile["zaehler"], zeile["nenner"], zeile["wert"]) == (10.0, 200.0, 5.0)
    erstes = _wert(lager, STADT, "bev_veraenderung_pct", 2019)
    assert (erstes["wert"], erstes["status"]) == (None, "nicht_verfuegbar")
    assert "Vorjahr" in erstes["grund"]


@pytest.mark.parametrize(("jahr", "status"), [(2010, "gueltig"), (2011, "zeitreihenbruch"), (2012, "gueltig")])
def test_keine_veraenderung_ueber_den_zensus(baue: Baue, jahr: int, status: str) -> None:
    lager = baue({GESCHLECHT: [(STADT, j, 100.0 + j - 2009) for j in (2009, 2010, 2011, 2012)]})
    zeile = _wert(lager, STADT, "bev_veraenderung_pct", jahr)
    assert zeile["status"] == status
    assert (zeile["wert"] is None) == (status == "zeitreihenbruch") == ("Zensus 2011" in zeile["grund"])
    assert _wert(lager, STADT, "bev_gesamt", jahr)["status"] == "gueltig", "der Bestand selbst ist gültig"


def test_nenner_null_ist_nicht_sinnvoll(baue: Baue) -> None:
    lager = baue({GESCHLECHT: [(STADT, 2019, 0.0, {"status": "null_genau"}), (STADT, 2020, 5.0)]})
    zeile = _wert(lager, STADT, "bev_veraenderung_pct")
    assert (zeile["wert"], zeile["status"]) == (None, "nicht_sinnvoll")
    assert zeile["grund"], "kein fehlender Wert ohne Grund"


def test_mindestnenner(baue: Baue, beschreibungen: dict[str, pl.DataFrame]) -> None:
    katalog = beschreibungen["kennzahlen"].with_columns(
        mindestnenner=pl.when(pl.col("kennzahl") == "bev_veraenderung_pct").then(201.0).otherwise(0.0)
    )
    zellen = [(STADT, 2019, 200.0), (STADT, 2020, 210.0), (DORF, 2019, 201.0), (DORF, 2020, 201.0)]
    lager = baue({GESCHLECHT: zellen}, kennzahlen=katalog)
    klein = _wert(lager, STADT, "bev_veraenderung_pct")
    assert (klein["wert"], klein["status"]) == (None, "nenner_zu_klein")
    assert klein["grund"], "kein fehlender Wert ohne Grund"
    assert (_wert(lager, DORF, "bev_veraenderung_pct")["wert"], klein["nenner"]) == (0.0, 200.0)


def test_abgaenger_ohne_hauptschulabschluss(baue: Baue) -> None:
    zellen = [(KREIS, 2020, 250.0), (KREIS, 2020, 13.0, {"merkmal": "ohne_hauptschulabschluss"})]
    lager = baue({ABGANG: zellen})
    zeile = _wert(lager, KREIS, "abgaenger_ohne_hsa_pct", quelle="schulstatistik")
    assert (zeile["zaehler"], zeile["nenner"], zeile["wert"]) == (13.0, 250.0, 5.2)
    unten = _wert(lager, STADT, "abgaenger_ohne_hsa_pct", quelle="schulstatistik")
    assert unten["status"] == "nicht_verfuegbar"
    assert "Kreise" in unten["grund"]


def test_geheimer_zaehler_gibt_keine_quote(baue: Baue) -> None:
    geheim = {"merkmal": "ohne_hauptschulabschluss", "status": "unbekannt_oder_geheim"}
    lager = baue({ABGANG: [(KREIS, 2020, 250.0), (KREIS, 2020, None, geheim)]})
    zeile = _wert(lager, KREIS, "abgaenger_ohne_hsa_pct", quelle="schulstatistik")
    assert (zeile["wert"], zeile["status"]) == (None, "unbekannt_oder_geheim")
    assert _wert(lager, KREIS, "abgaenger_gesamt", quelle="schulstatistik")["wert"] == 250.0


def test_erste_tabelle_im_rang_spricht(baue: Baue) -> None:
    lager = baue({GESCHLECHT: [(KREIS, 2020, 10.0, {"tabelle": "12411-01-01-4"}), (KREIS, 2020, 11.0)]})
    assert _wert(lager, KREIS, "bev_gesamt")["wert"] == 11.0


def test_eine_veraenderung_bleibt_in_einer_quelle(baue: Baue, beschreibungen: dict[str, pl.DataFrame]) -> None:
    schluessel = pl.DataFrame(
        [("musterkreis", "opendata_hro", "A", STADT)], schema=beschreibungen["schluessel"].schema, orient="row"
    )
    lager = baue(
        {GESCHLECHT: [(STADT, 2019, 100.0)], REGISTER: [("A", 2020, 120.0, {"jugendamt": "musterkreis"})]},
        schluessel=pl.concat([beschreibungen["schluessel"], schluessel]),
    )
    zeilen = lager.modell("kennzahlen", f"raum_id = '{STADT}' and kennzahl = 'bev_veraenderung_pct'")
    assert {z["status"] for z in zeilen} == {"nicht_verfuegbar"}


def _katalog_mit(tmp_path: Any, **angaben: Any) -> dict[str, pl.DataFrame]:
    """Catalogue tables with one more entry: leavers per 1,000 persons, the numerator and denominator of two sources."""
    eintrag = {
        **yaml.safe_load((PROJEKT / "kennzahlen" / "abgaenger_ohne_hsa_pct.yml").read_text("utf-8")),
        "kennzahl": "abgaenger_je_1000", "faktor": 1000, "niedrigste_ebene": "gemeinde",
        "zaehler": {"text": "Abgänger", "bestandteile": [{"messgroesse": "abgaenger"}]},
        "nenner": {"text": "Bevölkerung", "bestandteile": [{"messgroesse": "bevoelkerung"}]},
        **angaben,
    }  # fmt: skip
    (tmp_path / "abgaenger_je_1000.yml").write_text(yaml.safe_dump(eintrag), "utf-8")
    tabellen = stammdaten.als_tabellen(lade_profile([MUSTERPROFILE]), lade_vertraege(), lade_katalog(tmp_path), [], [])
    return {name: tabellen[name] for name in ("kennzahlen", "bestandteile")}


def test_nenner_aus_einer_anderen_quelle(baue: Baue, tmp_path: Any) -> None:
    zellen = {ABGANG: [(KREIS, 2020, 250.0), (KREIS, 2021, 9.0)], GESCHLECHT: [(KREIS, 2020, 10000.0)]}
    lager = baue(zellen, **_katalog_mit(tmp_path))
    zeile = _wert(lager, KREIS, "abgaenger_je_1000", quelle="schulstatistik")
    assert (zeile["zaehler"], zeile["nenner"], zeile["wert"]) == (250.0, 10000.0, 25.0)
    assert lager.modell("kennzahlen", "berichtsjahr = 2021 and wert is not null") == [], "kein Zähler ohne Nenner"


def test_index_ist_das_verhaeltnis_zum_ganzen(baue: Baue) -> None:
    lager = baue({ALTER: [*_jahrgaenge(STADT, 10, 50), *_jahrgaenge(DORF, 20, 50), *_jahrgaenge(AU, 30, 900)]})
    ganzes, stadt = _wert(lager, KREIS, "jugendanteil_pct"), _wert(lager, STADT, "jugendanteil_pct")
    assert ganzes["index_jugendamt"] == 100.0
    assert stadt["index_jugendamt"] == pytest.approx(100 * stadt["wert"] / ganzes["wert"])
    assert _wert(lager, STADT, "bev_gesamt")["index_jugendamt"] is None, "eine Zahl ist keine Quote"


def test_gesperrtes_ganzes_gibt_keinen_index(baue: Baue) -> None:
    zellen = {ALTER: [*_jahrgaenge(STADT, 10, 50), *_jahrgaenge(DORF, 20, 50), *_jahrgaenge(AU, 30, 900)]}
    marke = ("intern_kennzahlen", f"musterkreis|{KREIS}|2020|2020-12-31|jugendanteil_pct|1|fortschreibung")
    stadt = _wert(baue(zellen, marken=[marke]), STADT, "jugendanteil_pct")
    assert stadt["wert"] is not None
    assert stadt["index_jugendamt"] is None


@pytest.mark.parametrize(("profil", "faktor", "annahme"), [("NI", 10000, True), ("BW", 1000, False)])
def test_das_kennzahlenprofil_geht_der_allgemeinen_fassung_vor(
    baue: Baue, tmp_path: Any, profil: str, faktor: float, annahme: bool
) -> None:
    abweichung = {profil: {"faktor": 10000, "einheit": "je 10.000", "belegt": False}}
    zellen = {ABGANG: [(KREIS, 2020, 250.0)], GESCHLECHT: [(KREIS, 2020, 10000.0)]}
    zeile = _wert(
        baue(zellen, **_katalog_mit(tmp_path, je_profil=abweichung)),
        KREIS,
        "abgaenger_je_1000",
        quelle="schulstatistik",
    )
    assert zeile["wert"] == 0.025 * faktor
    assert ("annahme" in zeile["hinweise"]) == annahme


# --- marts --------------------------------------------------------------------------------------------------


def test_gesperrte_zelle_verliert_ihre_zahlen_und_behaelt_ihren_schluessel(baue: Baue) -> None:
    zelle = f"musterkreis|{KREIS}|2020|2020-07-31|abgaenger_ohne_hsa_pct|1|schulstatistik"
    zellen = [(KREIS, 2020, 250.0), (KREIS, 2020, 2.0, {"merkmal": "ohne_hauptschulabschluss"})]
    lager = baue({ABGANG: zellen}, marken=[("intern_kennzahlen", zelle)])
    zeile = _wert(lager, KREIS, "abgaenger_ohne_hsa_pct", quelle="schulstatistik")
    assert [zeile[s] for s in ("wert", "zaehler", "nenner", "status")] == [None, None, None, "gesperrt"]
    assert _wert(lager, KREIS, "abgaenger_gesamt", quelle="schulstatistik")["wert"] == 250.0
    (intern,) = lager.modell("intern_kennzahlen", f"raum_id = '{KREIS}' and kennzahl = 'abgaenger_ohne_hsa_pct'")
    assert intern["wert"] == pytest.approx(0.8)


def test_jede_zeile_ohne_wert_hat_status_und_grund(baue: Baue) -> None:
    lager = baue({ALTER: _jahrgaenge(STADT, 10, 50), GESCHLECHT: [(STADT, 2010, 5.0), *_alle(0.0, 2011)]})
    zeilen = lager.modell("kennzahlen")
    ohne = [z for z in zeilen if z["wert"] is None]
    assert ohne
    assert [z for z in ohne if z["status"] in ("gueltig", "null_genau", "gerundete_null") or not z["grund"]] == []
    assert [z for z in zeilen if z["wert"] is not None and z["grund"]] == []


def test_jeder_raum_hat_jede_kennzahl_jedes_jahr_einmal_in_der_hauptquelle(baue: Baue) -> None:
    lager = baue({ALTER: _jahrgaenge(STADT, 10, 50), GESCHLECHT: _alle(5.0, 2019), ABGANG: [(KREIS, 2018, 9.0)]})
    je = "raum_id, berichtsjahr, kennzahl"
    anzahl = lager.sql(f"select {je}, count(*) as n from {lager.ref('kennzahlen')} where hauptquelle group by {je}")
    assert {z["n"] for z in anzahl} == {1}
    (katalog,) = lager.sql(f"select count(*) as n from {lager.ref('dim_kennzahl')}")
    assert len(anzahl) == 6 * 3 * katalog["n"], "Räume x Jahre x Kennzahlen"


def test_steckbrief_ist_die_hauptquelle_der_kennzahlen(baue: Baue) -> None:
    lager = baue({ALTER: _jahrgaenge(STADT, 10, 50), GESCHLECHT: [*_alle(5.0, 2019), (KREIS, 2018, 9.0)]})
    breit = {(z["raum_id"], z["berichtsjahr"]): z for z in lager.modell("steckbrief")}
    haupt = lager.modell("kennzahlen", "hauptquelle")
    assert haupt
    for z in haupt:
        zeile = breit[z["raum_id"], z["berichtsjahr"]]
        assert (zeile[z["kennzahl"]], zeile[z["kennzahl"] + "_status"]) == (z["wert"], z["status"])
    codes = {z["kennzahl"] for z in haupt}
    assert len(codes) > 8
    assert len(breit) * len(codes) == len(haupt)


def test_fehlende_familien_stehen_in_der_datenqualitaet(baue: Baue) -> None:
    lager = baue({GESCHLECHT: _alle(5.0)})
    familien = {z["gegenstand"]: z for z in lager.modell("datenqualitaet", "bereich = 'familie'")}
    for anfang in ("Hilfen zur Erziehung", "Budget"):
        (zeile,) = [z for name, z in familien.items() if name.startswith(anfang)]
        assert zeile["ergebnis"] == "fehlt"
        assert "keine Lieferung" in zeile["meldung"]
