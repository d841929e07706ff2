"""Delivered records become cells and Kennzahlen: hand-calculated cases in the tiny Jugendamt.

Here: counting, zeros, secret parts, which denominator is taken. Kreis 99001 = Region Ost (Musterstadt 99001001,
Musterdorf 99001002) and Region West (Musterau 99001003).
Not here: cells that come as such (``test_modelle.py``), real figures (``test_alle_kreise.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from quality.schema import polars_schema
from sources.vertraege import lade_vertraege

Baue = Callable[..., Any]
KREIS, OST, WEST = "99001", "musterkreis:ost", "musterkreis:west"
STADT, DORF, AU = "99001001", "99001002", "99001003"
REST = "musterkreis:nicht_zuordenbar"
_VORGABEN: dict[str, dict[str, Any]] = {
    "einwohnermelde": {"stichtag": date(2020, 12, 31), "alter": 10, "geschlecht": "weiblich",
                       "nationalitaet": "deutsch", "nebenwohnung": "nein"},
    "bewegungen": {"jahr": 2020, "art": "geburt", "alter": 0, "geschlecht": "weiblich", "nationalitaet": "deutsch"},
    "haushalte": {"stichtag": date(2020, 12, 31), "haushaltstyp": "alleinerziehend", "personen": 2, "kinder": 1},
    "schuelerstatistik": {"schuljahr": "2020/21", "schulnummer": "1000", "bildungsgang": "gymnasium",
                          "klassenstufe": 5},
    "uebergaenge": {"schuljahr": "2020/21", "nach": "wohnort", "schulart": "gymnasium"},
    "schuleingangsuntersuchung": {"jahr": 2020, "bereich": "insgesamt", "befund": "unauffaellig"},
    "lebenslagen_raeume": {"stichtag": date(2020, 12, 31), "personengruppe": "regelleistungsberechtigte"},
    "kinderbetreuung_wohnort": {"stichtag": date(2021, 3, 1), "altersgruppe": "0-3"},
}  # fmt: skip


@pytest.fixture
def lager(baue: Baue) -> Baue:
    """``lager(zellen, extrakt=[(Raum, number, {column: value}), ...])``"""

    def machen(zellen: Any = None, beschreibung: dict[str, pl.DataFrame] | None = None, **saetze: Any) -> Any:
        neu = baue(zellen or {}, **(beschreibung or {}))
        for extrakt, zeilen in saetze.items():
            vertrag = lade_vertraege()[extrakt]
            technisch = {"zeile": 1, "jugendamt": "musterkreis", "lieferung": "a" * 64, "lieferung_nr": 1,
                         "datenstand": None, "musterdaten": True}  # fmt: skip
            fertig = []
            for raum, anzahl, *mehr in zeilen:
                satz = {**_VORGABEN[extrakt], "raum_schluessel": raum, "anzahl": anzahl, **(mehr[0] if mehr else {})}
                fertig.append({**technisch, "periode": str(satz[vertrag.periode]), **satz})
            neu.tabelle(f"lake_{extrakt}", fertig, polars_schema(vertrag))
        return neu

    return machen


def _alle_alter(*je_alter: tuple[str, int]) -> list[tuple[str, int, dict[str, Any]]]:
    """Residents with so many persons of each age from 0 to 79."""
    return [(raum, anzahl, {"alter": alter}) for raum, anzahl in je_alter for alter in range(80)]


def _fct(lager: Any, messgroesse: str, **wo: str) -> dict[str, tuple[float | None, str]]:
    """Raum -> value and status of the one breakdown asked for."""
    genau = {"geschlecht": "insgesamt", "altersgruppe": "insgesamt", "nationalitaet": "insgesamt",
             "merkmal": "insgesamt", **wo}  # fmt: skip
    bedingung = " and ".join(f"{spalte} = '{wert}'" for spalte, wert in genau.items())
    zeilen = lager.modell("fct_messgroessen", f"messgroesse = '{messgroesse}' and {bedingung}")
    return {z["raum_id"]: (z["wert"], z["status"]) for z in zeilen}


def _kennzahl(lager: Any, raum: str, kennzahl: str, jahr: int = 2020, **wo: str) -> dict[str, Any]:
    mehr = "".join(f" and {spalte} = '{wert}'" for spalte, wert in wo.items())
    bedingung = f"raum_id = '{raum}' and kennzahl = '{kennzahl}' and berichtsjahr = {jahr}{mehr}"
    (zeile,) = lager.modell("kennzahlen", bedingung)
    return zeile


def test_bestand_nach_geschlecht_alter_und_staatsangehoerigkeit(lager: Baue) -> None:
    haus = lager(
        einwohnermelde=[
            (STADT, 7), (STADT, 5, {"alter": 20, "geschlecht": "maennlich"}),
            (STADT, 1, {"alter": 33, "geschlecht": "divers"}), (STADT, 9, {"nebenwohnung": "ja"}),
            (DORF, 2, {"alter": 20, "nationalitaet": "auslaendisch"}), (AU, 3, {"alter": 80}), (None, 4),
        ]
    )  # fmt: skip
    assert _fct(haus, "bevoelkerung") == {
        STADT: (13.0, "gueltig"), DORF: (2.0, "gueltig"), AU: (3.0, "gueltig"), REST: (4.0, "gueltig"),
        OST: (15.0, "gueltig"), WEST: (3.0, "gueltig"), KREIS: (22.0, "gueltig"),
    }  # fmt: skip
    assert _fct(haus, "bevoelkerung", altersgruppe="20-21")[KREIS] == (7.0, "gueltig")
    assert _fct(haus, "bevoelkerung", altersgruppe="20-21")[AU] == (0.0, "null_genau")
    assert _fct(haus, "bevoelkerung", altersgruppe="30-35")[STADT] == (1.0, "gueltig")
    assert _fct(haus, "bevoelkerung", nationalitaet="auslaendisch")[OST] == (2.0, "gueltig")
    assert _fct(haus, "bevoelkerung", geschlecht="divers")[KREIS] == (1.0, "gueltig")
    assert haus.singulaer("geschlechter_ergeben_insgesamt") == []


def test_u21_und_u27_sind_aus_dem_register_genau(lager: Baue) -> None:
    """One person of each age from 0 to 90: 21 under 21, 27 under 27, 45 from 20 to under 65."""
    haus = lager(einwohnermelde=[(raum, 1, {"alter": a}) for raum in (STADT, DORF, AU) for a in range(91)])
    for kennzahl, wert in (("bev_u21", 63.0), ("bev_u27", 81.0), ("bev_18_u21", 9.0), ("bev_u3", 9.0)):
        zeile = _kennzahl(haus, KREIS, kennzahl)
        assert (zeile["wert"], zeile["hinweise"]) == (wert, "musterdaten")
    assert _kennzahl(haus, STADT, "altenquotient")["wert"] == pytest.approx(100 * 26 / 45)


def test_der_letzte_stichtag_eines_jahres_gilt(lager: Baue) -> None:
    sommer = {"stichtag": date(2020, 6, 30)}
    haus = lager(
        einwohnermelde=[(STADT, 1, sommer), (DORF, 50, sommer), (AU, 1, sommer), (STADT, 7), (DORF, 2), (AU, 3)]
    )
    assert {r: w for r, (w, _) in _fct(haus, "bevoelkerung").items()}[KREIS] == 12.0
    assert _kennzahl(haus, DORF, "bev_gesamt")["stichtag"] == date(2020, 12, 31)


def test_ein_vergessener_raum_hat_keine_bevoelkerung_null(lager: Baue) -> None:
    haus = lager(einwohnermelde=[(STADT, 7), (DORF, 2)])
    assert set(_fct(haus, "bevoelkerung")) == {STADT, DORF, OST}
    assert _kennzahl(haus, AU, "bev_gesamt")["status"] == "nicht_verfuegbar"


def test_ein_raum_ohne_ereignis_zaehlt_null(lager: Baue) -> None:
    haus = lager(bewegungen=[(STADT, 4)])
    assert _fct(haus, "lebendgeborene") == {
        STADT: (4.0, "gueltig"), DORF: (0.0, "null_genau"), AU: (0.0, "null_genau"), OST: (4.0, "gueltig"),
        WEST: (0.0, "null_genau"), KREIS: (4.0, "gueltig"),
    }  # fmt: skip


def test_wo_nur_das_ganze_geliefert_ist_bekommen_die_teile_keine_null(lager: Baue) -> None:
    assert _fct(lager(bewegungen=[("Musterkreis", 4)]), "lebendgeborene") == {KREIS: (4.0, "gueltig")}
    assert set(_fct(lager(bewegungen=[("Region Ost", 4), (AU, 1)]), "lebendgeborene")) == {OST, AU, WEST, KREIS}


def test_umzuege_heben_sich_im_ganzen_auf(lager: Baue) -> None:
    bewegungen = [
        (STADT, 10, {"art": "zuzug"}), (STADT, 4, {"art": "fortzug"}), (STADT, 3, {"art": "binnenfortzug"}),
        (DORF, 2, {"art": "binnenzuzug"}), (AU, 1, {"art": "binnenzuzug"}), (AU, 9, {"art": "sterbefall"}),
    ]  # fmt: skip
    bestand = [(r, w, {"stichtag": date(j, 12, 31)}) for j, w in ((2019, 90), (2020, 110)) for r in (STADT, DORF, AU)]
    haus = lager(bewegungen=bewegungen, einwohnermelde=bestand)
    assert {r: w for r, (w, _) in _fct(haus, "wanderungssaldo").items()} == {
        STADT: 3.0, DORF: 2.0, AU: 1.0, OST: 5.0, WEST: 1.0, KREIS: 6.0,
    }  # fmt: skip
    ganzes = _kennzahl(haus, KREIS, "wanderungssaldo_je_1000")
    assert (ganzes["zaehler"], ganzes["nenner"], ganzes["wert"]) == (6.0, 300.0, 20.0), "Mittel aus 270 und 330"


@pytest.mark.parametrize(
    ("jahr", "status", "hinweis"), [(2010, "gueltig", True), (2011, "zeitreihenbruch", True), (2012, "gueltig", False)]
)
def test_durchschnittliche_bevoelkerung(lager: Baue, jahr: int, status: str, hinweis: bool) -> None:
    zellen = {
        "geburten": [(KREIS, jahr, 10.0)],
        "bevoelkerung_geschlecht": [(KREIS, jahr, 1100.0), (KREIS, jahr - 1, 900.0)],
    }
    zeile = _kennzahl(lager(zellen), KREIS, "geburten_je_1000", jahr)
    assert (zeile["status"], "geschaetzt" in zeile["hinweise"]) == (status, hinweis)
    assert zeile["wert"] == (10.0 if status == "gueltig" else None)


def test_betreuung_am_ersten_maerz_ueber_dem_vorjahresende(lager: Baue) -> None:
    """The sum of both kinds is no sum of children; who is cared for elsewhere counts by residence only."""
    amtlich = {"altersgruppe": "0-3", "messgroesse": "betreute_kinder", "stichtag": date(2021, 3, 1)}
    zellen = {
        "kindertagesbetreuung": [
            (KREIS, 2021, 30.0, amtlich), (KREIS, 2021, 25.0, {**amtlich, "merkmal": "tageseinrichtung"}),
            (KREIS, 2021, 10.0, {**amtlich, "merkmal": "tagespflege"}),
        ],
        "bevoelkerung_altersgruppen": [
            (r, j, w, {"altersgruppe": "0-3"}) for j, w in ((2020, 40.0), (2021, 99.0)) for r in (STADT, DORF, AU)
        ],
    }  # fmt: skip
    amtliche = _kennzahl(lager(zellen), KREIS, "betreuungsquote_u3_pct_einrichtungsort", 2021)
    assert (amtliche["zaehler"], amtliche["nenner"], amtliche["wert"]) == (30.0, 120.0, 25.0)
    ersatz = _kennzahl(lager(zellen), KREIS, "betreuungsquote_u3_pct", 2021)
    assert (ersatz["wert"], ersatz["hinweise"]) == (25.0, "geschaetzt, musterdaten")
    haus = lager(zellen, kinderbetreuung_wohnort=[(STADT, 20), (DORF, 10), (AU, 6)])
    nach_wohnort = _kennzahl(haus, KREIS, "betreuungsquote_u3_pct", 2021, quelle="kita_verwaltung")
    assert (nach_wohnort["wert"], nach_wohnort["hinweise"]) == (30.0, "musterdaten")
    assert _kennzahl(haus, STADT, "betreuungsquote_u3_pct", 2021)["wert"] == 50.0


def test_amtliche_quoten_nur_ueber_der_fortschreibung(lager: Baue) -> None:
    """The source's publisher takes them over the Fortschreibung; a register does not stand in for it."""
    zellen = {"mindestsicherung": [(KREIS, 2020, 8.0, {"messgroesse": "sgb2_regelleistungsberechtigte"})]}
    register = _alle_alter((STADT, 1), (DORF, 1), (AU, 1))
    ohne = _kennzahl(lager(zellen, einwohnermelde=register), KREIS, "sgb2_pct")
    assert ohne["status"] == "nicht_verfuegbar"
    assert "Nenner" in ohne["grund"]
    zellen["bevoelkerung_altersgruppen"] = [(KREIS, 2020, 160.0, {"altersgruppe": "0-65"})]
    mit = _kennzahl(lager(zellen, einwohnermelde=register), KREIS, "sgb2_pct")
    assert (mit["nenner"], mit["wert"]) == (160.0, 5.0)


def test_alle_raeume_haben_den_nenner_aus_derselben_quelle(lager: Baue) -> None:
    """The Fortschreibung ranks first but knows the whole only; the register knows every Raum, so all take it."""
    haus = lager(
        {"bevoelkerung_altersgruppen": [(KREIS, 2020, 900.0, {"altersgruppe": "0-65"})]},
        einwohnermelde=_alle_alter((STADT, 5), (DORF, 3), (AU, 2)),
        lebenslagen_raeume=[(STADT, 5), (DORF, 3), (AU, 2)],
    )
    assert [_kennzahl(haus, r, "sgb2_pct")["nenner"] for r in (STADT, KREIS)] == [325.0, 650.0]


def test_eine_summe_mit_einem_geheimen_teil_ist_keine(lager: Baue) -> None:
    haus = lager(
        einwohnermelde=_alle_alter((STADT, 5), (DORF, 3), (AU, 2)),
        lebenslagen_raeume=[(STADT, 5), (DORF, None), (AU, 2)],
    )
    status = {r: _kennzahl(haus, r, "sgb2_pct")["status"] for r in (STADT, DORF, OST, WEST, KREIS)}
    assert status == {STADT: "gueltig", WEST: "gueltig", **dict.fromkeys((DORF, OST, KREIS), "unbekannt_oder_geheim")}


def test_arbeitslosenquote_nur_wo_erwerbspersonen_geliefert_sind(lager: Baue) -> None:
    gruppen = {"arbeitslose": 60, "arbeitslose_u25": 6}
    haus = lager(
        einwohnermelde=_alle_alter((STADT, 20), (DORF, 20), (AU, 20)),
        lebenslagen_raeume=[
            *[(r, n, {"personengruppe": g}) for g, n in gruppen.items() for r in (STADT, DORF, AU)],
            ("Musterkreis", 1500, {"personengruppe": "erwerbspersonen"}),
            ("Musterkreis", 300, {"personengruppe": "erwerbspersonen_u25"}),
        ],
    )
    assert _kennzahl(haus, KREIS, "arbeitslosenquote_pct")["wert"] == pytest.approx(100 * 180 / 1500)
    assert _kennzahl(haus, KREIS, "jugendarbeitslosenquote_pct")["wert"] == pytest.approx(100 * 18 / 300)
    assert _kennzahl(haus, STADT, "arbeitslosenquote_pct")["status"] == "nicht_verfuegbar"
    assert _kennzahl(haus, STADT, "arbeitslosenanteil_pct")["wert"] == pytest.approx(100 * 60 / 1000)
    assert _kennzahl(haus, STADT, "jugendarbeitslosenanteil_pct")["wert"] == pytest.approx(100 * 6 / 200)


def test_quoten_aus_zaehlungen(lager: Baue) -> None:
    haus = lager(
        haushalte=[(STADT, 5), (STADT, 15, {"haushaltstyp": "paar_mit_kindern", "personen": 4, "kinder": 2}),
                   (STADT, 60, {"haushaltstyp": "einperson", "personen": 1, "kinder": 0})],
        uebergaenge=[(STADT, 12), (STADT, 17, {"schulart": "realschule"}), (STADT, 1, {"schulart": "wiederholung"}),
                     (STADT, 99, {"nach": "schulort"})],
        schuleingangsuntersuchung=[(STADT, 30), (STADT, 6, {"befund": "foerderbedarf"}),
                                   (STADT, 4, {"befund": "in_foerderung"}), (STADT, 7, {"befund": "nicht_beurteilt"}),
                                   (STADT, 50, {"bereich": "sprache"})],
        schuelerstatistik=[(STADT, 300), (STADT, 80, {"bildungsgang": "berufliche_schule"}), (DORF, 20)],
    )  # fmt: skip
    for kennzahl, zaehler, nenner in (
        ("alleinerziehende_pct", 5, 20), ("uebergang_gymnasium_pct", 12, 30), ("esu_foerderbedarf_pct", 10, 40),
    ):  # fmt: skip
        zeile = _kennzahl(haus, STADT, kennzahl)
        assert (zeile["zaehler"], zeile["nenner"], zeile["wert"]) == (zaehler, nenner, 100 * zaehler / nenner)
    assert "annahme" in _kennzahl(haus, STADT, "esu_foerderbedarf_pct")["hinweise"]
    assert [_kennzahl(haus, r, "schueler_gesamt")["wert"] for r in (STADT, OST, KREIS)] == [300.0, 320.0, 320.0]
