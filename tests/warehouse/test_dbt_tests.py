"""Every dbt test has data that must fail it and data that must pass.

Here: the generic tests and the singular ones, each on rows made for it.
Not here: the models (``test_modelle.py``).
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

TESTS = Path(__file__).resolve().parents[2] / "dbt_project" / "tests"
KREIS, STADT, DORF = "99001", "99001001", "99001002"

_TEXT = ("jugendamt", "raum_id", "quelle", "tabelle", "messgroesse", "herkunft", "geschlecht", "altersgruppe",
         "nationalitaet", "merkmal", "status")  # fmt: skip
_FCT = {
    **dict.fromkeys(_TEXT, pl.String),
    **dict.fromkeys(("berichtsjahr", "alter_von", "alter_bis"), pl.Int64),
    "stichtag": pl.Date,
    "wert": pl.Float64,
    "ist_summe": pl.Boolean,
}
_VORGABE: dict[str, Any] = {
    "jugendamt": "musterkreis", "raum_id": STADT, "berichtsjahr": 2020, "stichtag": date(2020, 12, 31),
    "quelle": "fortschreibung", "tabelle": "T1", "messgroesse": "bevoelkerung", "herkunft": "gezaehlt",
    "geschlecht": "insgesamt", "altersgruppe": "insgesamt", "alter_von": 0, "alter_bis": 999,
    "nationalitaet": "insgesamt", "merkmal": "insgesamt", "wert": 100.0, "status": "gueltig", "ist_summe": False,
}  # fmt: skip
_KINDER = {
    "jugendamt": pl.String, "stichtag": pl.Date, "hierarchie": pl.String, "eltern_raum_id": pl.String,
    "raum_id": pl.String, "gewicht": pl.Float64, "ist_besonders": pl.Boolean, "erwartete_kinder": pl.Int64,
}  # fmt: skip


def _alter(gruppe: str, wert: float, **angaben: Any) -> dict[str, Any]:
    von, _, bis = gruppe.partition("-")
    return {"altersgruppe": gruppe, "alter_von": int(von), "alter_bis": int(bis or 999), "wert": wert, **angaben}


def _kind(raum: str, **angaben: Any) -> dict[str, Any]:
    vorgabe = {"jugendamt": "musterkreis", "stichtag": date(2020, 12, 31), "hierarchie": "planung",
               "eltern_raum_id": KREIS, "raum_id": raum, "gewicht": 1.0, "ist_besonders": False,
               "erwartete_kinder": 2}  # fmt: skip
    return {**vorgabe, **angaben}


def _fct(lager: Any, *zeilen: dict[str, Any]) -> None:
    lager.tabelle("fct_messgroessen", [{**_VORGABE, **z} for z in zeilen], _FCT)


def test_jeder_dbt_test_hat_seinen_fall() -> None:
    da = {f"test_{d.stem}" for d in (*TESTS.glob("*.sql"), *TESTS.glob("generic/*.sql"))}
    assert da, "keine dbt-Tests gefunden"
    faelle = (d.read_text("utf-8") for d in Path(__file__).parent.glob("test_*.py"))
    assert da <= {name for text in faelle for name in re.findall(r"^def (test_\w+)", text, re.M)}, "dbt-Test ohne Fall"


def test_eindeutig(lager: Any) -> None:
    lager.tabelle("t", pl.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "x"]}))
    assert lager.generisch("eindeutig", "t", spalten=["a", "b"]) == []
    assert lager.generisch("eindeutig", "t", spalten=["a"]) == [{"a": 1, "anzahl": 2}]


def test_eindeutig_sieht_auch_doppelte_leere_schluessel(lager: Any) -> None:
    lager.tabelle("t", pl.DataFrame({"a": [None, None, "x"]}))
    assert [z["anzahl"] for z in lager.generisch("eindeutig", "t", spalten=["a"])] == [2]


def test_vollstaendig(lager: Any) -> None:
    lager.tabelle("t", pl.DataFrame({"a": [1, None, 3], "b": ["x", "y", None], "c": [None, None, None]}))
    assert len(lager.generisch("vollstaendig", "t", spalten=["a", "b"])) == 2
    assert lager.generisch("vollstaendig", "t", spalten=["a"]) == [{"a": None, "b": "y", "c": None}]
    lager.tabelle("t", pl.DataFrame({"a": [1, 2], "c": [None, None]}))
    assert lager.generisch("vollstaendig", "t", spalten=["a"]) == []


def test_geschlechter_ergeben_insgesamt(lager: Any) -> None:
    gut = [{"wert": 100.0}, {"geschlecht": "maennlich", "wert": 40.0}, {"geschlecht": "weiblich", "wert": 60.0}]
    _fct(lager, *gut)
    assert lager.singulaer("geschlechter_ergeben_insgesamt") == []
    _fct(lager, {"wert": 101.0}, *gut[1:])
    (fall,) = lager.singulaer("geschlechter_ergeben_insgesamt")
    assert fall["jugendamt"] == "musterkreis"
    for teil in (STADT, "31.12.2020", "40", "60", "101"):
        assert teil in fall["meldung"]


def test_geschlechter_ohne_eine_seite_sind_kein_fehler(lager: Any) -> None:
    _fct(lager, {"wert": 100.0}, {"geschlecht": "maennlich", "wert": 40.0})
    assert lager.singulaer("geschlechter_ergeben_insgesamt") == []


def test_altersgruppen_ergeben_insgesamt(lager: Any) -> None:
    gruppen = [_alter("0-18", 20.0), _alter("18-65", 50.0), _alter("65-", 30.0)]
    _fct(lager, {"wert": 100.0}, *gruppen)
    assert lager.singulaer("altersgruppen_ergeben_insgesamt") == []
    _fct(lager, {"wert": 100.0}, *gruppen[:2], _alter("65-", 31.0))
    (fall,) = lager.singulaer("altersgruppen_ergeben_insgesamt")
    assert "101" in fall["meldung"]
    assert "100" in fall["meldung"]


def test_altersgruppen_mit_luecke_werden_nicht_verglichen(lager: Any) -> None:
    _fct(lager, {"wert": 100.0}, _alter("0-18", 20.0), _alter("65-", 30.0))
    assert lager.singulaer("altersgruppen_ergeben_insgesamt") == []


def test_altersgruppen_nur_innerhalb_einer_quelle(lager: Any) -> None:
    _fct(lager, {"wert": 100.0}, *[_alter(g, 50.0, quelle="register") for g in ("0-18", "18-65", "65-")])
    assert lager.singulaer("altersgruppen_ergeben_insgesamt") == []


def test_kinder_ergeben_eltern(lager: Any) -> None:
    lager.tabelle("int_raeume__kinder", [_kind(STADT), _kind(DORF)], _KINDER)
    kinder = [{"raum_id": STADT, "wert": 60.0}, {"raum_id": DORF, "wert": 40.0}]
    _fct(lager, {"raum_id": KREIS, "wert": 100.0}, *kinder)
    assert lager.singulaer("kinder_ergeben_eltern") == []
    _fct(lager, {"raum_id": KREIS, "wert": 99.0}, *kinder)
    (fall,) = lager.singulaer("kinder_ergeben_eltern")
    for teil in (KREIS, "31.12.2020", "100", "99"):
        assert teil in fall["meldung"]


def test_kinder_zaehlen_besondere_mit_und_lassen_unvollstaendige_aus(lager: Any) -> None:
    rest = "musterkreis:nicht_zuordenbar"
    lager.tabelle("int_raeume__kinder", [_kind(STADT), _kind(DORF), _kind(rest, ist_besonders=True)], _KINDER)
    _fct(lager, {"raum_id": KREIS, "wert": 100.0}, {"raum_id": STADT, "wert": 60.0})
    assert lager.singulaer("kinder_ergeben_eltern") == [], "ein fehlendes Kind ist keine falsche Summe"
    voll = [{"raum_id": STADT, "wert": 60.0}, {"raum_id": DORF, "wert": 30.0}, {"raum_id": rest, "wert": 10.0}]
    _fct(lager, {"raum_id": KREIS, "wert": 100.0}, *voll)
    assert lager.singulaer("kinder_ergeben_eltern") == []
    _fct(lager, {"raum_id": KREIS, "wert": 90.0}, *voll)
    assert len(lager.singulaer("kinder_ergeben_eltern")) == 1


def test_gewichtete_kinder_sind_schaetzungen(lager: Any) -> None:
    lager.tabelle("int_raeume__kinder", [_kind(STADT, gewicht=0.5), _kind(DORF)], _KINDER)
    _fct(lager, {"raum_id": KREIS, "wert": 1.0}, {"raum_id": STADT, "wert": 60.0}, {"raum_id": DORF, "wert": 40.0})
    assert lager.singulaer("kinder_ergeben_eltern") == []


def test_tabellen_stimmen_ueberein(lager: Any) -> None:
    _fct(lager, {"tabelle": "T1"}, {"tabelle": "T2"})
    assert lager.singulaer("tabellen_stimmen_ueberein") == []
    _fct(lager, {"tabelle": "T1"}, {"tabelle": "T2", "wert": 101.0})
    (fall,) = lager.singulaer("tabellen_stimmen_ueberein")
    for teil in ("T1", "T2", "100 / 101", STADT):
        assert teil in fall["meldung"]


@pytest.mark.parametrize("anders", [{"quelle": "register"}, {"status": "unsicher"}, {"herkunft": "geliefert"}])
def test_tabellen_nur_gleiches_wird_verglichen(lager: Any, anders: dict[str, str]) -> None:
    _fct(lager, {"tabelle": "T1"}, {"tabelle": "T2", "wert": 101.0, **anders})
    assert lager.singulaer("tabellen_stimmen_ueberein") == []


def test_anteile_ergeben_hundert(lager: Any) -> None:
    deutsch = {"messgroesse": "deutschenanteil_pct", "herkunft": "geliefert"}
    anders = {"messgroesse": "auslaenderanteil_pct", "herkunft": "geliefert"}
    _fct(lager, {**deutsch, "wert": 93.4}, {**anders, "wert": 6.7}, {**deutsch, "raum_id": DORF, "wert": 50.0})
    assert lager.singulaer("anteile_ergeben_hundert") == [], "gerundet, und ein Anteil allein"
    _fct(lager, {**deutsch, "wert": 93.4}, {**anders, "wert": 7.6})
    (fall,) = lager.singulaer("anteile_ergeben_hundert")
    assert STADT in fall["meldung"]
    assert "101" in fall["meldung"]


def _abschluss(merkmal: str, wert: float | None, **angaben: Any) -> dict[str, Any]:
    return {"messgroesse": "abgaenger", "merkmal": merkmal, "raum_id": KREIS, "wert": wert, **angaben}


def test_abschluesse_ergeben_insgesamt(lager: Any) -> None:
    namen = ("ohne_hauptschulabschluss", "mittlerer_abschluss", "allgemeine_hochschulreife")
    teile = [_abschluss(n, w) for n, w in zip(namen, (10.0, 60.0, 30.0), strict=True)]
    teile.append(_abschluss("darunter_schulischer_teil_fhr", 5.0))
    _fct(lager, _abschluss("insgesamt", 100.0), *teile)
    assert lager.singulaer("abschluesse_ergeben_insgesamt") == []
    _fct(lager, _abschluss("insgesamt", 105.0), *teile)
    (fall,) = lager.singulaer("abschluesse_ergeben_insgesamt")
    for teil in (KREIS, "2020", "100", "105"):
        assert teil in fall["meldung"]


def test_abschluesse_mit_einem_geheimen_werden_nicht_verglichen(lager: Any) -> None:
    _fct(lager, _abschluss("insgesamt", 100.0), _abschluss("mittlerer_abschluss", 60.0),
         _abschluss("ohne_hauptschulabschluss", None, status="unbekannt_oder_geheim"))  # fmt: skip
    assert lager.singulaer("abschluesse_ergeben_insgesamt") == []


def _bestaende(lager: Any, geliefert: dict[str, float]) -> None:
    """Stocks of 100 in 2019 and 110 in 2020 in each Raum, and the change as delivered."""
    register = {"quelle": "register"}
    vorher = {**register, "berichtsjahr": 2019, "stichtag": date(2019, 12, 31)}
    _fct(
        lager,
        *[{"raum_id": r, "wert": 100.0, **vorher} for r in geliefert],
        *[{"raum_id": r, "wert": 110.0, **register} for r in geliefert],
        *[{"raum_id": r, "wert": w, "messgroesse": "bestandsveraenderung", **register} for r, w in geliefert.items()],
    )


def test_bestandsveraenderung_passt(lager: Any) -> None:
    _bestaende(lager, {"A": 10.0, "B": 10.0, "C": 10.0})
    assert lager.singulaer("bestandsveraenderung_passt") == []
    _bestaende(lager, {"A": 10.0, "B": 10.0, "C": 11.0})
    (fall,) = lager.singulaer("bestandsveraenderung_passt")
    for teil in ("C", "2020", "11", "10"):
        assert teil in fall["meldung"]
    _bestaende(lager, {"A": 12.0, "B": 12.0, "C": 11.0})
    assert lager.singulaer("bestandsveraenderung_passt") == [], "ein ganzes Jahr anders ist eine andere Definition"
