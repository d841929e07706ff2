"""HzE and Kinderschutz from aggregates to Kennzahlen, on hand-counted cases of the tiny Jugendamt.

Here: years, nodes of the Hilfearten and their conventions, Räume and zeros, medians, the identity of stocks and flows.
Not here: counting the Hilfen themselves (``tests/integration/personenbezogen/test_nachgezaehlt.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from quality.schema import polars_schema
from sources.vertraege import lade_vertraege

KREIS, OST = "99001", "musterkreis:ost"
STADT, DORF, AU = "99001001", "99001002", "99001003"
Baue = Callable[..., Any]

_SATZ: dict[str, Any] = {
    "raumart": "wohnraum", "raum_id": STADT, "hilfeart": "07", "altersgruppe": "6-10", "geschlecht": "weiblich",
    "konzept": "bestand", "merkmal": "insgesamt", "auspraegung": "insgesamt", "faelle": 0, "familien": 0,
    "junge_menschen": 0, "hilfemonate": 0.0, "kosten_bewilligt_eur": 0.0, "kosten_ist_eur": 0.0, "zeile": 1,
    "periode": "2023", "jugendamt": "musterkreis", "lieferung": "a" * 64, "lieferung_nr": 1, "datenstand": None,
    "musterdaten": True,
}  # fmt: skip


def _satz(konzept: str, faelle: int, monat: int = 12, **angaben: Any) -> dict[str, Any]:
    jahr = int(angaben.get("periode", "2023"))
    tag = date(jahr + monat // 12, monat % 12 + 1, 1).toordinal() - 1
    return {**_SATZ, "konzept": konzept, "monat": date.fromordinal(tag), "faelle": faelle, **angaben}


def _merkmal(konzept: str, faelle: int, merkmal: str, auspraegung: str, **angaben: Any) -> dict[str, Any]:
    ohne = {"altersgruppe": "insgesamt", "geschlecht": "insgesamt", "merkmal": merkmal, "auspraegung": auspraegung}
    return _satz(konzept, faelle, **{**ohne, **angaben})


@pytest.fixture
def lager_aus(baue: Baue) -> Callable[..., Any]:
    """A warehouse with these aggregates; ``ersatz`` replaces tables of descriptions."""

    def machen(*saetze: dict[str, Any], zellen: Any = None, **ersatz: Any) -> Any:
        lager = baue(zellen or {}, **ersatz)
        lager.tabelle("lake_hze_aggregate", list(saetze), polars_schema(lade_vertraege()["hze_aggregate"]))
        return lager

    return machen


def _wert(lager: Any, messgroesse: str, raum: str = STADT, merkmal: str = "insgesamt", **wo: Any) -> float | None:
    weitere = "".join(f" and {k} = '{v}'" for k, v in {"altersgruppe": "insgesamt", **wo}.items())
    zeilen = lager.modell(
        "fct_messgroessen",
        f"messgroesse = '{messgroesse}' and raum_id = '{raum}' and merkmal = '{merkmal}' "
        f"and geschlecht = 'insgesamt'{weitere}",
    )
    assert len(zeilen) <= 1
    return zeilen[0]["wert"] if zeilen else None


# --- years ------------------------------------------------------------------------------------------------------


def test_the_stock_of_a_year_is_that_of_december_and_its_mean_that_of_twelve_months(lager_aus: Any) -> None:
    lager = lager_aus(
        *(_satz("bestand", 10 + m, m) for m in range(1, 13)), _satz("begonnen", 2, 3), _satz("begonnen", 1, 11),
        _satz("jahressumme", 25), *(_satz("hilfemonate", 9, m, hilfemonate=w) for m, w in ((1, 8.5), (2, 7.0))),
    )  # fmt: skip
    assert _wert(lager, "hze_faelle_bestand") == 22
    assert _wert(lager, "hze_faelle_mittlerer_bestand") == 16.5
    assert _wert(lager, "hze_faelle_begonnen") == 3
    assert _wert(lager, "hze_hilfemonate_hilfemonate") == 15.5
    assert _wert(lager, "hze_faelle_bestand", KREIS) == 22
    assert _wert(lager, "hze_faelle_bestand", altersgruppe="6-10") == 22


def test_a_year_that_is_not_counted_to_its_end_is_no_year(lager_aus: Any) -> None:
    lager = lager_aus(_satz("jahressumme", 3, periode="2022"), _satz("bestand", 9, 5), _satz("begonnen", 2, 3))
    assert {z["berichtsjahr"] for z in lager.modell("int_hze__jahreswerte")} == {2022}
    (zeile,) = lager.modell("datenqualitaet", "ergebnis = 'unvollstaendig'")
    assert zeile["meldung"].startswith("Hilfen 2023 sind erst bis 31.05.2023 gezählt")


def test_moves_count_between_raeume_only(lager_aus: Any) -> None:
    lager = lager_aus(
        _satz("jahressumme", 1),
        _satz("zugewechselt", 4, 5),
        _satz("zugewechselt", 1, 5, merkmal="raumwechsel"),
        _satz("weggewechselt", 1, 5, merkmal="raumwechsel", raum_id=AU),
    )
    assert _wert(lager, "hze_faelle_zugewechselt") == 1
    assert _wert(lager, "hze_faelle_weggewechselt", AU) == 1


# --- Räume ------------------------------------------------------------------------------------------------------


def test_a_raum_without_a_hilfe_has_its_zero_and_the_members_belong_to_the_whole(lager_aus: Any) -> None:
    lager = lager_aus(_satz("jahressumme", 3), _satz("jahressumme", 2, raum_id="musterkreis:uma"))
    assert [_wert(lager, "hze_faelle_jahressumme", r) for r in (STADT, DORF, OST, KREIS)] == [3, 0, 3, 5]
    assert _wert(lager, "hze_faelle_jahressumme", "musterkreis:uma") == 2
    assert _wert(lager, "hze_faelle_jahressumme", "musterkreis:uma", "art_15") == 0, "auch dort fehlt keine Hilfe"
    assert _wert(lager, "hze_faelle_jahressumme", "musterkreis:ausserhalb") is None


def test_what_stands_above_the_counted_level_cannot_be_spread(lager_aus: Any) -> None:
    lager = lager_aus(
        _satz("jahressumme", 3), _satz("jahressumme", 2, raum_id=OST), _satz("jahressumme", 1, raum_id="?")
    )
    assert [_wert(lager, "hze_faelle_jahressumme", r) for r in (STADT, OST, KREIS)] == [3, 3, 6]
    assert _wert(lager, "hze_faelle_jahressumme", "musterkreis:nicht_zuordenbar") == 3


def test_without_any_raum_all_is_counted_for_the_whole(lager_aus: Any) -> None:
    lager = lager_aus(
        _satz("jahressumme", 3, raum_id="musterkreis:nicht_zuordenbar"),
        _satz("jahressumme", 1, raum_id="musterkreis:uma"),
    )
    zeilen = lager.modell("intern_hilfen", "konzept = 'jahressumme' and einheit = 'faelle' and wert > 0")
    assert {z["raum_id"] for z in zeilen} == {KREIS}
    assert _wert(lager, "hze_faelle_jahressumme", KREIS) == 4
    assert _wert(lager, "hze_faelle_jahressumme", KREIS, "art_15") == 0


def test_budgetraum_and_leistungsraum_stand_beside_the_wohnraum(lager_aus: Any) -> None:
    lager = lager_aus(
        _satz("jahressumme", 3), _satz("jahressumme", 3, raumart="budgetraum", raum_id=AU),
        _satz("jahressumme", 3, raumart="leistungsraum", raum_id=DORF),
    )  # fmt: skip
    gezaehlt = [_wert(lager, f"hze_faelle_jahressumme{art}", r) for art, r in (("", STADT), ("_budgetraum", AU))]
    assert [*gezaehlt, _wert(lager, "hze_faelle_jahressumme_leistungsraum", DORF)] == [3, 3, 3]
    assert _wert(lager, "hze_faelle_jahressumme_budgetraum", STADT) == 0
    assert {z["raum_id"] for z in lager.modell("intern_hilfen", "wert = 3 and raumebene = 'sozialraum'")} == {STADT}


# --- Hilfearten -------------------------------------------------------------------------------------------------

_ARTEN = {"05": 1, "08": 2, "09": 4, "12_ambulant": 8, "12_stationaer": 16, "12": 32, "13_ambulant": 64}


@pytest.mark.parametrize(
    ("profil", "ambulant", "teilstationaer", "stationaer"),
    [("BW", 1 + 8, 2, 4 + 16), ("NRW", 1 + 2 + 8 + 16 + 32, 2, 4), ("XX", 1 + 8, 2, 4 + 16)],
)
def test_groups_follow_the_convention_of_the_land(
    lager_aus: Any, beschreibungen: dict[str, pl.DataFrame], profil: str, ambulant: int, teilstationaer: int,
    stationaer: int,
) -> None:  # fmt: skip
    jugendaemter = beschreibungen["jugendaemter"].with_columns(kennzahlenprofil=pl.lit(profil))
    lager = lager_aus(*(_satz("jahressumme", n, hilfeart=h) for h, n in _ARTEN.items()), jugendaemter=jugendaemter)
    ist = [_wert(lager, "hze_faelle_jahressumme", merkmal=m) for m in ("ambulant", "teilstationaer", "stationaer")]
    assert ist == [ambulant, teilstationaer, stationaer]
    assert _wert(lager, "hze_faelle_jahressumme") == 63
    assert _wert(lager, "hze_faelle_jahressumme", merkmal="para_35a") == 64
    assert _wert(lager, "hze_faelle_jahressumme", merkmal="art_12_ohne_form") == 32
    assert _wert(lager, "hze_faelle_jahressumme", merkmal="art_11") == 0


def test_with_para_28_there_is_a_figure_only_where_para_28_is_delivered(lager_aus: Any) -> None:
    assert _wert(lager_aus(_satz("jahressumme", 3)), "hze_faelle_jahressumme", merkmal="mit_28") is None
    lager = lager_aus(_satz("jahressumme", 3), _satz("jahressumme", 5, hilfeart="02"))
    assert _wert(lager, "hze_faelle_jahressumme", merkmal="mit_28") == 8
    assert _wert(lager, "hze_faelle_jahressumme") == 3


def test_a_hilfeart_counts_in_the_group_of_its_time(lager_aus: Any) -> None:
    lager = lager_aus(_satz("jahressumme", 3, hilfeart="08", periode="2021"), _satz("jahressumme", 5, hilfeart="08"))
    dim = pl.DataFrame(lager.modell("dim_hilfeart"), infer_schema_length=None)
    tagesgruppe, rest = dim.filter(pl.col("hilfeart") == "art_08"), dim.filter(pl.col("hilfeart") != "art_08")
    bis = tagesgruppe.with_columns(gueltig_bis=pl.lit(date(2022, 12, 31)))
    ab = tagesgruppe.with_columns(gueltig_von=pl.lit(date(2023, 1, 1)), eltern=pl.lit("ambulant"))
    lager.tabelle("dim_hilfeart", pl.concat([rest.with_columns(gueltig_bis=pl.lit(None, pl.Date)), bis, ab]))
    for jahr, teilstationaer, ambulant in ((2021, 3, 0), (2023, 0, 5)):
        assert _wert(lager, "hze_faelle_jahressumme", merkmal="teilstationaer", berichtsjahr=jahr) == teilstationaer
        assert _wert(lager, "hze_faelle_jahressumme", merkmal="ambulant", berichtsjahr=jahr) == ambulant


# --- Kennzahlen -------------------------------------------------------------------------------------------------


def _bevoelkerung(u18: float, ab_18: float) -> dict[str, Any]:
    gruppen = {"0-3": u18 / 6, "3-6": u18 / 6, "6-10": u18 / 6, "10-15": u18 / 3, "15-18": u18 / 6, "18-20": ab_18}
    return {"bevoelkerung_altersgruppen": [
        (r, 2023, w, {"altersgruppe": a}) for r in (STADT, DORF, AU) for a, w in {**gruppen, "20-25": 0.0}.items()
    ]}  # fmt: skip


@pytest.mark.parametrize(
    ("profil", "quote", "annahme"),
    [("NI", 1000 * 12 / 600, False), ("BW", 1000 * (12 - 2) / 800, False), ("NRW", 10_000 * 20 / 800, False),
     ("MV", 1000 * 12 / 800, True)],
)  # fmt: skip
def test_the_quote_is_that_of_the_land(
    lager_aus: Any, beschreibungen: dict[str, pl.DataFrame], profil: str, quote: float, annahme: bool
) -> None:
    jugendaemter = beschreibungen["jugendaemter"].with_columns(kennzahlenprofil=pl.lit(profil))
    lager = lager_aus(
        _satz("jahressumme", 12, junge_menschen=20), _merkmal("jahressumme", 2, "uma", "ja"),
        zellen=_bevoelkerung(600, 200), jugendaemter=jugendaemter,
    )  # fmt: skip
    (zeile,) = lager.modell("intern_kennzahlen", f"kennzahl = 'hze_quote' and raum_id = '{STADT}'")
    assert zeile["wert"] == pytest.approx(quote)
    assert ("annahme" in zeile["hinweise"]) == annahme


def test_without_a_population_of_the_raum_that_is_the_reason(lager_aus: Any) -> None:
    lager = lager_aus(_satz("jahressumme", 12))
    (zeile,) = lager.modell("intern_kennzahlen", f"kennzahl = 'hze_quote' and raum_id = '{STADT}'")
    assert zeile["status"] == "nicht_verfuegbar"
    assert "Nenner" in zeile["grund"]


def test_unknown_is_left_out_of_a_share_and_shown_beside_it(lager_aus: Any) -> None:
    lager = lager_aus(
        _satz("jahressumme", 30), _satz("begonnen", 30, 4),
        *(_merkmal("begonnen", n, "situation", a) for a, n in (("1", 10), ("2", 8), ("4", 2), ("5", 10))),
    )  # fmt: skip
    zeilen = lager.modell("intern_kennzahlen", f"kennzahl like '%_pct' and raum_id = '{STADT}' and wert is not null")
    werte = {z["kennzahl"]: (z["wert"], z["nenner"]) for z in zeilen}
    assert werte["alleinerziehend_bei_beginn_pct"] == (40, 20)
    assert werte["situation_unbekannt_pct"][0] == pytest.approx(100 / 3)


def test_the_median_of_durations_needs_ten_hilfen(lager_aus: Any) -> None:
    def dauer(monate: int, faelle: int, raum: str) -> dict[str, Any]:
        return _merkmal("beendet", faelle, "dauer_monate", str(monate), raum_id=raum)

    lager = lager_aus(
        _satz("jahressumme", 19), dauer(3, 5, STADT), dauer(8, 4, STADT), dauer(30, 1, STADT), dauer(1, 9, DORF)
    )
    zeilen = lager.modell("intern_kennzahlen", "kennzahl = 'hilfedauer_median_monate'")
    werte = {z["raum_id"]: (z["wert"], z["status"]) for z in zeilen}
    assert werte[STADT] == (3, "gueltig")
    assert werte[DORF] == werte[AU] == (None, "nenner_zu_klein")
    # 9 of 1, 5 of 3, 4 of 8, 1 of 30: the tenth lasts three months
    assert werte[OST] == werte[KREIS] == (3, "gueltig")


def test_the_two_dearest_faelle_of_a_raum_are_among_those_of_its_parts(lager_aus: Any) -> None:
    def kosten(raum: str, summe: float, *spitzen: float) -> list[dict[str, Any]]:
        ort: dict[str, Any] = {"raum_id": raum, "altersgruppe": "insgesamt", "geschlecht": "insgesamt"}
        raenge = [
            _merkmal("kosten_groesste", 0, "rang", str(n), kosten_ist_eur=w, raum_id=raum)
            for n, w in enumerate(spitzen, 1)
        ]
        return [_satz("kosten", 0, kosten_ist_eur=summe, **ort), *raenge]

    lager = lager_aus(
        _satz("jahressumme", 9),
        *kosten(STADT, 100.0, 70.0, 20.0),
        *kosten(DORF, 50.0, 50.0),
        *kosten(AU, 9.0, 5.0, 4.0),
    )
    zeilen = lager.modell("int_hze__kostenspitzen")
    je_raum = {r: {z["rang"]: z["betrag_eur"] for z in zeilen if z["raum_id"] == r} for r in (DORF, OST, KREIS)}
    assert je_raum[DORF] == {0: 50, 1: 50}
    assert je_raum[OST] == {0: 150, 1: 70, 2: 50}
    assert je_raum[KREIS] == {0: 159, 1: 70, 2: 50}
    # for the rule alone: no figure of the house holds them
    assert lager.modell("fct_messgroessen", "messgroesse like '%groesste%'") == []
    assert _wert(lager, "hze_kosten_ist_eur_kosten") == 100


def test_kinderschutz_is_counted_from_its_own_extracts(baue: Baue) -> None:
    lager = baue(_bevoelkerung(600, 0))
    rest = {"jahr": 2023, "periode": "2023", "jugendamt": "musterkreis", "lieferung": "b" * 64, "lieferung_nr": 1,
            "musterdaten": True, "altersgruppe": "0-3"}  # fmt: skip
    for extrakt, zeilen in {
        "gefaehrdungseinschaetzungen": [(STADT, "ergebnis", "akut", 4), (STADT, "ergebnis", "latent", 2),
                                        (None, "ergebnis", "akut", 1)],
        "inobhutnahmen": [(STADT, "anlass", "dringende_gefahr", 3), (STADT, "anlass", "unbegleitete_einreise", 5)],
    }.items():  # fmt: skip
        saetze = [{**rest, "raum_schluessel": r, feld: wert, "anzahl": n} for r, feld, wert, n in zeilen]
        lager.tabelle(f"lake_{extrakt}", saetze, polars_schema(lade_vertraege()[extrakt]))
    zeilen = lager.modell("intern_kennzahlen", "kennzahl in ('gefaehrdung_8a_quote', 'inobhutnahme_quote')")
    werte = {(z["kennzahl"], z["raum_id"]): z["wert"] for z in zeilen}
    assert werte["gefaehrdung_8a_quote", STADT] == 1000 * 6 / 600
    assert werte["gefaehrdung_8a_quote", AU] == 0
    assert werte["gefaehrdung_8a_quote", KREIS] == pytest.approx(1000 * 7 / 1800)
    assert werte["inobhutnahme_quote", STADT] == 10_000 * 3 / 600


# --- dbt test ---------------------------------------------------------------------------------------------------

_HILFEN = {"jugendamt": "musterkreis", "raum_id": KREIS, "raumebene": "jugendamt", "berichtsjahr": 2023,
           "hilfeart": "insgesamt", "einheit": "faelle", "altersgruppe": "insgesamt", "geschlecht": "insgesamt",
           "merkmal": "insgesamt"}  # fmt: skip
_PASST = {"anfangsbestand": 100.0, "begonnen": 20.0, "beendet": 30.0, "zugewechselt": 4.0, "weggewechselt": 5.0,
          "bestand": 89.0, "jahressumme": 119.0}  # fmt: skip


@pytest.mark.parametrize(
    ("anders", "vorjahr", "meldung"),
    [
        ({}, 100.0, None),
        ({}, 96.0, None),
        ({"begonnen": 21.0}, 100.0, "die Bewegungen ergeben einen Bestand von 90, gezählt sind 89"),
        ({"weggewechselt": 0.0}, 100.0, "die Bewegungen ergeben einen Bestand von 94, gezählt sind 89"),
        ({"jahressumme": 120.0}, 100.0, "Bestand und Beendete ergeben 119, die Jahressumme ist 120"),
        ({}, 90.0, "der Anfangsbestand ist 100, der Bestand am Ende des Vorjahres war 90"),
    ],
)
def test_hze_bestand_geht_auf(lager: Any, anders: dict[str, float], vorjahr: float, meldung: str | None) -> None:
    zeilen = [{**_HILFEN, "konzept": k, "wert": w} for k, w in {**_PASST, **anders}.items()]
    davor = {"bestand": vorjahr, "anfangsbestand": vorjahr, "jahressumme": vorjahr}
    zeilen += [{**_HILFEN, "berichtsjahr": 2022, "konzept": k, "wert": w} for k, w in davor.items()]
    lager.tabelle("intern_hilfen", zeilen)
    gefunden = lager.singulaer("hze_bestand_geht_auf")
    assert [z["meldung"].split("): ")[1] for z in gefunden] == ([meldung] if meldung else [])
    assert all(z["jugendamt"] == "musterkreis" for z in gefunden)
