"""Money and Sozialraumarbeit: from records to cells, and the tests that hold them, on hand-made cases.

Here: what becomes of amounts, Töpfe, Angebote and measures in the tiny Jugendamt, and which of it is public.
Not here: forecast and decomposition (``test_formeln.py``), the mart ``haushalt`` (``test_haushalt.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from quality.schema import polars_schema
from sources.vertraege import lade_vertraege

GANZES, STADT, DORF, AU = "99001", "99001001", "99001002", "99001003"
REST = "musterkreis:nicht_zuordenbar"
HERKUNFT: dict[str, Any] = {"jugendamt": "musterkreis", "lieferung": "a" * 64, "datenstand": None, "musterdaten": True}
Baue = Callable[..., Any]
Zeile = dict[str, Any]


@pytest.fixture
def haus(baue: Baue) -> Callable[..., Any]:
    """``haus(haushalt=[...], sozialraumbudget=[...], ...)``: a warehouse with these records; haushalt as mapped."""

    def machen(haushalt: list[Zeile] = [], schluessel: Any = None, **saetze: list[Zeile]) -> Any:  # noqa: B006
        neu = baue({}, **({"schluessel": schluessel} if schluessel is not None else {}))
        vorgabe = {"haushaltsjahr": 2023, "monat": None, "berichtsgruppe": "stationaer", "sammelgruppe": "hze",
                   "wertart": "ist", "art": "aufwand", "raum_id": GANZES, "betrag_eur": 100.0, **HERKUNFT}  # fmt: skip
        schema = dict.fromkeys(vorgabe, pl.String) | {"haushaltsjahr": pl.Int64, "monat": pl.Int64}
        schema |= {"betrag_eur": pl.Float64, "datenstand": pl.Date, "musterdaten": pl.Boolean}
        neu.tabelle("int_haushalt__zugeordnet", [{**vorgabe, **z} for z in haushalt], schema)
        for extrakt, zeilen in saetze.items():
            schema = polars_schema(lade_vertraege()[extrakt])
            technisch = {**HERKUNFT, "zeile": 1, "lieferung_nr": 1}
            perioden = [f"{z.get('haushaltsjahr', 'gesamt')} {z.get('wertart', '')}".strip() for z in zeilen]
            voll = [
                {**dict.fromkeys(schema), **technisch, "periode": p, **z} for p, z in zip(perioden, zeilen, strict=True)
            ]
            neu.tabelle(f"lake_{extrakt}", voll, schema)
        return neu

    return machen


def _zellen(haus: Any, modell: str, wo: str = "true") -> dict[tuple[str, ...], float]:
    zeilen = haus.modell(modell, wo)
    werte = {(z["raum_id"], z["messgroesse"], z["merkmal"]): z["wert"] for z in zeilen}
    assert len(werte) == len(zeilen)
    return werte


# --- budget ---------------------------------------------------------------------------------------------------------


def test_amounts_stand_with_their_raum_and_the_whole_and_are_never_spread(haus: Any) -> None:
    werte = _zellen(haus(haushalt=[{"raum_id": STADT, "betrag_eur": 30.1}, {"betrag_eur": 70.2}]), "int_geld__zellen")
    assert {k: w for k, w in werte.items() if k[2] == "insgesamt" and k[1] == "haushalt_eur_ist"} == {
        (GANZES, "haushalt_eur_ist", "insgesamt"): 100.3,
        (STADT, "haushalt_eur_ist", "insgesamt"): 30.1,
        (REST, "haushalt_eur_ist", "insgesamt"): 70.2,
    }
    ohne_raum = _zellen(haus(haushalt=[{}]), "int_geld__zellen")
    assert {k[0] for k in ohne_raum} == {GANZES}


def test_the_fortgeschriebener_ansatz_is_the_sum_of_its_five_parts(haus: Any) -> None:
    teile = {"ansatz": 1000.0, "nachtrag": 50.0, "umbuchung": -20.0, "ueberplanmaessig": 7.0, "ermaechtigung": 3.0,
             "ist": 900.0, "obligo": 40.0}  # fmt: skip
    werte = _zellen(haus(haushalt=[{"wertart": a, "betrag_eur": b} for a, b in teile.items()]), "int_geld__zellen")
    assert werte[GANZES, "haushalt_eur_fortgeschrieben", "hze"] == 1040.0
    assert {werte[GANZES, f"haushalt_eur_{a}", "stationaer"] for a in teile} == set(teile.values())


def test_gross_revenue_and_cash_are_told_apart(haus: Any) -> None:
    arten = {"aufwand": 100.0, "ertrag": 8.0, "auszahlung": 90.0, "einzahlung": 5.0}
    zeilen = [{"art": a, "betrag_eur": b} for a, b in arten.items()]
    uma = {"art": "ertrag", "berichtsgruppe": "uma", "sammelgruppe": "uma", "betrag_eur": 33.0}
    fremd = {"berichtsgruppe": "ausserhalb", "sammelgruppe": "ausserhalb"}
    werte = _zellen(haus(haushalt=[*zeilen, uma, fremd]), "int_geld__zellen")
    assert werte[GANZES, "haushalt_eur_ist", "insgesamt"] == 100.0, "ohne die Berichtsgruppe außerhalb"
    assert werte[GANZES, "haushalt_ertrag_eur_ist", "hze"] == 8.0
    assert werte[GANZES, "haushalt_ertrag_eur_ist", "uma"] == 33.0
    assert werte[GANZES, "haushalt_auszahlung_eur_ist", "hze"] == 90.0
    assert werte[GANZES, "haushalt_einzahlung_eur_ist", "hze"] == 5.0
    ohne_ertrag = _zellen(haus(haushalt=[{"betrag_eur": 100.0}, uma]), "int_geld__zellen")
    assert ohne_ertrag[GANZES, "haushalt_ertrag_eur_ist", "hze"] == 0.0, "nichts gebucht, wo Erträge geliefert sind"
    assert (GANZES, "haushalt_ertrag_eur_ist", "hze") not in _zellen(haus(haushalt=[{}]), "int_geld__zellen")


def test_what_may_show_a_single_hilfe_is_in_no_public_table(haus: Any) -> None:
    budget = [{"haushaltsjahr": 2023, "raum_schluessel": r, "topf": "fall", "wertart": w, "betrag_eur": 10.0}
              for r in ("Region Ost", "Musterau") for w in ("ansatz", "ist", "obligo")]  # fmt: skip
    zeilen = [{"raum_id": r, "wertart": w} for r in (STADT, GANZES) for w in ("ansatz", "ist", "obligo")]
    lager = haus(haushalt=zeilen, sozialraumbudget=budget)
    zellen = lager.sql(
        f"""select messgroesse, merkmal, raum_id, oeffentlich from {lager.ref("int_geld__zellen")}
        inner join {lager.ref("dim_tabelle")} using (tabelle)"""
    )
    assert {z["oeffentlich"] for z in zellen} == {True, False}
    for z in zellen:
        wertart = z["messgroesse"].rpartition("_")[2]
        summe = z["merkmal"] in {"insgesamt", "hze"}
        ganzes = z["raum_id"] == GANZES
        assert z["oeffentlich"] == (wertart not in {"ist", "obligo"} or (ganzes and (wertart == "ist" or summe))), z


def test_toepfe_of_a_deckungskreis_count_together(haus: Any) -> None:
    toepfe = {"fall": ("DK", 100.0, 110.0), "milieu": ("DK", 50.0, 35.0), "struktur": (None, 20.0, 20.0)}
    budget = [{"haushaltsjahr": 2023, "raum_schluessel": "Region Ost", "topf": t, "deckungskreis": dk, "wertart": w,
               "betrag_eur": b}
              for t, (dk, plan, ist) in toepfe.items() for w, b in (("ansatz", plan), ("ist", ist))]  # fmt: skip
    werte = _zellen(haus(sozialraumbudget=budget), "int_geld__zellen")
    ost = {k[1:]: w for k, w in werte.items() if k[0] == "musterkreis:ost"}
    assert ost["sozialraumbudget_eur_fortgeschrieben", "deckungskreis"] == 150.0
    assert ost["sozialraumbudget_eur_ist", "deckungskreis"] == 145.0
    assert ost["sozialraumbudget_eur_fortgeschrieben", "insgesamt"] == 170.0
    assert {w for k, w in werte.items() if k[0] == GANZES and k[2] == "struktur"} == {20.0}


def _kosten(**angaben: Any) -> Zeile:
    return {"monat": date(2023, 12, 31), "periode": "2023", "raumart": "wohnraum", "raum_id": STADT, "hilfeart": "11",
            "konzept": "kosten", "merkmal": "insgesamt", "kosten_ist_eur": 60.0, "kosten_bewilligt_eur": 60.0,
            "hilfemonate": 0.0, **angaben}  # fmt: skip


def test_what_the_cases_do_not_explain_is_the_rest_of_the_whole(haus: Any) -> None:
    uma = {"berichtsgruppe": "uma", "sammelgruppe": "uma", "betrag_eur": 15.0}
    faelle = [_kosten(), _kosten(raum_id="musterkreis:uma", kosten_ist_eur=15.5), _kosten(raumart="budgetraum"),
              _kosten(hilfeart="01")]  # fmt: skip
    werte = _zellen(haus(haushalt=[{}, uma], hze_aggregate=faelle), "int_geld__zellen", "messgroesse like '%rest%'")
    assert werte == {(GANZES, "haushalt_rest_eur_ist", "insgesamt"): 39.5}
    offen = [_kosten(monat=date(2023, 11, 30))]
    assert not _zellen(haus(haushalt=[{}], hze_aggregate=offen), "int_geld__zellen", "messgroesse like '%rest%'")


# --- what budgets do to a release -----------------------------------------------------------------------------------


def _marts(con: Any, ziel: Path, *werte: tuple[str, str, int, float | None], quelle: str = "haushalt") -> None:
    """Marts of a Kreis and two Kommunen with the given figures (kennzahl, raum_id, berichtsjahr, wert)."""
    zeilen = [{"jugendamt": "musterkreis", "kennzahl": k, "raum_id": r, "berichtsjahr": j, "wert": w, "version": 1,
               "raum_name": r, "raumebene": "jugendamt" if r == GANZES else "sozialraum", "grund": "", "quelle": quelle,
               "stichtag": date(j, 12, 31), "hauptquelle": True,
               "status": "nicht_verfuegbar" if w is None else "gueltig"} for k, r, j, w in werte]  # fmt: skip
    katalog = [{"kennzahl": k, "familie": f, "nenner_text": "", "einheit": "Euro"}
               for k, f in (("ansatz_eur", "haushalt"), ("bev_gesamt", "bevoelkerung"))]  # fmt: skip
    gilt = {"gueltig_von": date(1900, 1, 1), "gueltig_bis": None}
    arten = ((GANZES, "kreis", "jugendamt"), (STADT, "gemeinde", "sozialraum"), (DORF, "gemeinde", "sozialraum"))
    raeume = [{"raum_id": r, "gebietsart": a, "raumebene": e, **gilt} for r, a, e in arten]
    oben = {"eltern_raum_id": GANZES, "hierarchie": "planung", "gewicht": 1.0, **gilt}
    teile = [{"raum_id": r, **oben} for r in (STADT, DORF)]
    for name, inhalt in (
        ("kennzahlen", zeilen), ("kennzahlenkatalog", katalog), ("raeume", raeume), ("raumzuordnung", teile),
    ):  # fmt: skip
        rahmen = pl.DataFrame(inhalt, infer_schema_length=None)
        rahmen.write_parquet(ziel / f"{name}.parquet")
        con.sql(f"create schema if not exists mart; create table mart.{name} as from '{ziel}/{name}.parquet'")


@pytest.mark.parametrize(("kennzahl", "ergebnis"), [("ansatz_eur", "bestanden"), ("bev_gesamt", "verletzt")])
def test_not_every_raum_needs_a_kostenstelle(tmp_path: Path, kennzahl: str, ergebnis: str) -> None:
    from quality import gate

    _marts(duckdb.connect(), tmp_path, (kennzahl, STADT, 2023, 5.0), (kennzahl, DORF, 2023, None))
    liste = gate.lade_liste()
    nur = gate.Liste(liste.schwellen, tuple(e for e in liste.erwartungen if e.titel.startswith("Kein Raum fehlt")))
    (befund,) = gate.pruefe(tmp_path, 2023, "planung", {}, liste=nur).befunde
    assert befund.ergebnis == ergebnis


@pytest.mark.parametrize(("quelle", "ergebnis"), [("haushalt", "bestanden"), ("fortschreibung", "verletzt")])
def test_raeume_with_a_kostenstelle_need_not_make_up_the_whole(tmp_path: Path, quelle: str, ergebnis: str) -> None:
    from quality import gate

    werte = (("ansatz_eur", STADT, 2023, 5.0), ("ansatz_eur", GANZES, 2023, 9.0))
    _marts(duckdb.connect(), tmp_path, *werte, quelle=quelle)
    liste = gate.lade_liste()
    nur = gate.Liste(liste.schwellen, tuple(e for e in liste.erwartungen if e.titel.startswith("Die Summe der Räume")))
    (befund,) = gate.pruefe(tmp_path, 2023, "planung", {}, liste=nur).befunde
    assert befund.ergebnis == ergebnis


def test_a_plan_for_next_year_makes_no_berichtsjahr(tmp_path: Path) -> None:
    from reports.marts import letztes_jahr

    for name, werte, jahr in (
        ("beides", [("ansatz_eur", 2025), ("bev_gesamt", 2023)], 2023),
        ("nur_haushalt", [("ansatz_eur", 2025)], 2025),
    ):
        (tmp_path / name).mkdir()
        with duckdb.connect(str(tmp_path / name / "w.duckdb")) as con:
            _marts(con, tmp_path / name, *[(k, GANZES, j, 1.0) for k, j in werte])
        assert letztes_jahr(tmp_path / name / "w.duckdb", "musterkreis") == jahr
    assert letztes_jahr(tmp_path / "beides" / "w.duckdb", "anderes") is None


# --- Sozialraumarbeit -----------------------------------------------------------------------------------------------


def _bevoelkerung(lager: Any) -> Any:
    lager.tabelle("stg_bevoelkerung_geschlecht", [("musterkreis", j) for j in (2022, 2023)],
                  {"jugendamt": pl.String, "berichtsjahr": pl.Int64})  # fmt: skip
    return lager


def test_angebote_count_where_they_stand_and_zero_where_none_stands(haus: Any) -> None:
    angebote = [
        {"angebot_id": "1", "raum_schluessel": "Musterstadt", "gueltig_von": date(2010, 1, 1)},
        {"angebot_id": "2", "raum_schluessel": "Musterstadt", "gueltig_von": date(2023, 6, 1)},
        {"angebot_id": "3", "raum_schluessel": "Musterau", "gueltig_von": date(2010, 1, 1),
         "gueltig_bis": date(2023, 12, 30)},
        {"angebot_id": "4", "raum_schluessel": "Region Ost", "gueltig_von": date(2010, 1, 1)},
        {"angebot_id": "5", "raum_schluessel": None, "gueltig_von": date(2010, 1, 1)},
    ]  # fmt: skip
    lager = _bevoelkerung(haus(angebote=angebote))
    alle = "messgroesse = 'angebote' and merkmal = 'insgesamt' and berichtsjahr"
    je_jahr = {
        jahr: {k[0]: w for k, w in _zellen(lager, "int_sozialraumarbeit__zellen", f"{alle} = {jahr}").items()}
        for jahr in (2022, 2023)
    }
    assert je_jahr == {
        2022: {GANZES: 4, STADT: 1, DORF: 0, AU: 1, REST: 2},
        2023: {GANZES: 4, STADT: 2, DORF: 0, AU: 0, REST: 2},
    }


def test_a_kind_with_an_angebot_of_unknown_size_has_no_sum_of_plaetze(haus: Any) -> None:
    """Kita: 40 Plätze in the Stadt, one in the Au names none; Beratung never names any, so it has no Plätze to sum."""
    seit = {"gueltig_von": date(2010, 1, 1)}
    lager = _bevoelkerung(haus(angebote=[
        {"angebot_id": "1", "raum_schluessel": "Musterstadt", "art": "kita", "plaetze": 40.0, **seit},
        {"angebot_id": "1", "raum_schluessel": "Musterdorf", "art": "kita", "plaetze": 9.0,
         "gueltig_von": date(2009, 1, 1)},
        {"angebot_id": "2", "raum_schluessel": "Musterau", "art": "kita", **seit},
        {"angebot_id": "3", "raum_schluessel": "Musterau", "art": "beratung", **seit},
    ]))  # fmt: skip
    ist = _zellen(lager, "int_sozialraumarbeit__zellen", "berichtsjahr = 2023 and merkmal != 'insgesamt'")
    assert ist == {
        **{(r, "angebotsplaetze", "kita"): w for r, w in {STADT: 40, DORF: 0, AU: None, GANZES: None}.items()},
        **{(r, "angebote", "kita"): w for r, w in {STADT: 1, DORF: 0, AU: 1, GANZES: 2}.items()},
        **{(r, "angebote", "beratung"): w for r, w in {STADT: 0, DORF: 0, AU: 1, GANZES: 1}.items()},
    }


@pytest.mark.parametrize(("kitas", "ergebnis"), [(2.0, "bestanden"), (3.0, "verletzt"), (None, "verletzt")])
def test_the_gate_stops_angebote_that_are_not_the_sum_of_their_kinds(
    tmp_path: Path, kitas: float | None, ergebnis: str
) -> None:
    from quality import gate

    zeilen = [("insgesamt", 3.0), ("kita", kitas), ("beratung", 1.0)]
    pl.DataFrame([
        {"raum_id": STADT, "raum_name": "Musterstadt", "stichtag": date(2023, 12, 31), "tabelle": "angebote",
         "messgroesse": "angebote", "angebotsart": art, "wert": wert, "status": "gueltig"} for art, wert in zeilen
    ], schema_overrides={"wert": pl.Float64}).write_parquet(tmp_path / "angebote.parquet")  # fmt: skip
    liste = gate.lade_liste()
    nur = gate.Liste(liste.schwellen, tuple(e for e in liste.erwartungen if e.titel.startswith("Jedes Angebot")))
    (befund,) = gate.pruefe(tmp_path, 2023, "planung", {}, liste=nur).befunde
    assert befund.ergebnis == ergebnis


def test_srae_measures_run_or_were_begun(haus: Any) -> None:
    def massnahme(nr: str, beginn: date, ende: date, abgerufen: float | None, **angaben: Any) -> Zeile:
        return {"massnahme": nr, "raum_schluessel": "Musterdorf", "lenkungsgruppe_votum": "befuerwortet",
                "beginn": beginn, "ende": ende, "budget_eur": 100.0, "abgerufen_eur": abgerufen, **angaben}  # fmt: skip

    lager = _bevoelkerung(haus(srae_massnahmen=[
        massnahme("1", date(2022, 3, 1), date(2023, 2, 28), 80.0),
        massnahme("2", date(2023, 1, 1), date(2023, 12, 31), 60.0),
        massnahme("3", date(2023, 2, 1), date(2023, 12, 30), None),
        massnahme("4", date(2023, 2, 1), date(2024, 1, 31), 9.0, lenkungsgruppe_votum="abgelehnt"),
    ]))  # fmt: skip
    for jahr, laufend, budget, abgerufen in ((2022, 1, 100, 80), (2023, 1, 100, 60)):
        werte = _zellen(lager, "int_sozialraumarbeit__zellen", f"berichtsjahr = {jahr} and raum_id = '{DORF}'")
        assert {k[1]: w for k, w in werte.items()} == {
            "srae_laufende_massnahmen": laufend, "srae_budget_eur": budget, "srae_abgerufen_eur": abgerufen,
        }  # fmt: skip


def test_the_leittraeger_of_a_region_leads_its_raeume(haus: Any, beschreibungen: dict[str, pl.DataFrame]) -> None:
    eigene = {"jugendamt": "musterkreis", "schluesselart": "leittraeger", "schluessel": "T01",
              "raum_id": "musterkreis:ost"}  # fmt: skip
    lager = _bevoelkerung(
        haus(schluessel=pl.concat([beschreibungen["schluessel"], pl.DataFrame([eigene])], how="diagonal"))
    )
    traeger = {(STADT, "T01"): 3.0, (STADT, "T02"): 1.0, (DORF, "T01"): 0.0, (AU, "T01"): 5.0,
               (STADT, "pflegefamilie"): 4.0, (STADT, "ohne_angabe"): 2.0}  # fmt: skip
    lager.tabelle("int_hze__jahreswerte", [
        {"raum_id": raum, "berichtsjahr": 2023, "messgroesse": "hze_faelle_bestand",
         "merkmal": f"insgesamt|traeger={t}", "wert": wert, **HERKUNFT} for (raum, t), wert in traeger.items()
    ], {"raum_id": pl.String, "berichtsjahr": pl.Int64, "messgroesse": pl.String, "merkmal": pl.String,
        "wert": pl.Float64, "jugendamt": pl.String, "lieferung": pl.String, "datenstand": pl.Date,
        "musterdaten": pl.Boolean})  # fmt: skip
    werte = _zellen(lager, "int_sozialraumarbeit__zellen")
    assert {k[:2]: w for k, w in werte.items() if k[0] in (GANZES, STADT, DORF)} == {
        (GANZES, "hze_faelle_leittraeger"): 3, (GANZES, "hze_faelle_mit_traeger"): 4,
        (STADT, "hze_faelle_leittraeger"): 3, (STADT, "hze_faelle_mit_traeger"): 4,
        (DORF, "hze_faelle_leittraeger"): 0, (DORF, "hze_faelle_mit_traeger"): 0,
    }  # fmt: skip
    assert werte.get((AU, "hze_faelle_mit_traeger", "insgesamt"), 0) == 0, "ohne Leitträger zählt ein Raum nicht mit"


# --- the dbt tests --------------------------------------------------------------------------------------------------

FCT = {**dict.fromkeys(("jugendamt", "raum_id", "familie", "messgroesse", "merkmal"), pl.String),
       "berichtsjahr": pl.Int64, "wert": pl.Float64, "ist_summe": pl.Boolean}  # fmt: skip


@pytest.mark.parametrize(
    ("ansatz", "rest", "wort"),
    [
        (100.0, 40.0, ""),
        (99.0, 40.0, "2023, haushalt_eur_ansatz, insgesamt: geliefert sind 100.0 Euro, beim Ganzen stehen 99.0"),
        (None, 40.0, "beim Ganzen stehen keine"),
        (100.0, 41.0, "2023, der Rest nach Abzug der Fälle: geliefert sind 40.0 Euro, beim Ganzen stehen 41.0"),
    ],
)
def test_haushalt_geht_auf(haus: Any, ansatz: float | None, rest: float, wort: str) -> None:
    lager = haus(haushalt=[{"wertart": "ansatz"}, {}, {"sammelgruppe": "ausserhalb"}])
    werte = [("haushalt", "haushalt_eur_ist", "insgesamt", 100.0), ("haushalt", "haushalt_eur_ist", "hze", 100.0),
             ("haushalt", "haushalt_rest_eur_ist", "insgesamt", rest),
             ("hze", "hze_kosten_ist_eur_kosten", "insgesamt", 45.0),
             ("hze", "hze_kosten_ist_eur_kosten", "para_35a", 15.0)]  # fmt: skip
    werte += [("haushalt", "haushalt_eur_ansatz", "insgesamt", ansatz)] * (ansatz is not None)
    zeilen = [("musterkreis", GANZES, *w[:3], 2023, w[3], w[0] == "hze") for w in werte]
    lager.tabelle("fct_messgroessen", zeilen, FCT)
    assert [wort in z["meldung"] for z in lager.singulaer("haushalt_geht_auf")] == [True] * bool(wort)


@pytest.mark.parametrize(("mix", "bevoelkerung", "faellt"), [(-90.0, 50.0, False), (-89.0, 50.0, True),
                                                             (-90.0, 51.0, True), (-90.0, None, False)])  # fmt: skip
def test_kostenzerlegung_geht_auf(lager: Any, mix: float, bevoelkerung: float | None, faellt: bool) -> None:
    effekte = {"menge": 250.0, "mix": mix, "preis": 66.0, "ohne_hilfemonate": 20.0, "gesamt": 246.0,
               "bevoelkerung": bevoelkerung, "inanspruchnahme": None if bevoelkerung is None else 200.0}  # fmt: skip
    schema = {"jugendamt": pl.String, "raum_id": pl.String, "berichtsjahr": pl.Int64, "effekt": pl.String,
              "betrag_eur": pl.Float64}  # fmt: skip
    zeilen = [("musterkreis", GANZES, 2023, effekt, betrag) for effekt, betrag in effekte.items()]
    lager.tabelle("intern_kostenzerlegung", zeilen, schema)
    meldungen = [z["meldung"] for z in lager.singulaer("kostenzerlegung_geht_auf")]
    assert ["die Änderung der Kosten ist 246.0 Euro" in m for m in meldungen] == [True] * faellt
