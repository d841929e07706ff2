"""The budget from lake to mart: mapping per year, unmapped euros, what is in force, and its rules of two rows.

Here: hand-calculated cases in the tiny Jugendamt, and the gate's line on unmapped euros.
Not here: the files (``tests/unit/haushalt``), the other marts (``test_modelle.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from quality.schema import polars_schema
from sources.vertraege import lade_vertraege

Baue = Callable[..., Any]
PLAN_SPALTEN = ("jugendamt", "rang", "produkt", "konto", "gueltig_von", "gueltig_bis", "berichtsgruppe", "paragraf",
                "belegt")  # fmt: skip
PLAN = [
    ("musterkreis", 2, "363", "", 2000, None, "jugendhilfe_ungeteilt", "", False),
    ("musterkreis", 2, "363130", "", 2000, 2022, "ambulant", "§ 31", False),
    ("musterkreis", 2, "363130", "", 2023, None, "hilfen_ungeteilt", "§§ 27-35", False),
    ("musterkreis", 1, "36337", "", 2000, None, "stationaer", "§ 34", True),
    ("musterkreis", 1, "36337", "3", 2000, None, "uebrige_jugendhilfe", "§ 91", True),
    ("anderes", 1, "363130", "", 2000, None, "ausserhalb", "", True),
]


def _satz(extrakt: str, **angaben: Any) -> dict[str, Any]:
    technisch = {"zeile": 1, "jugendamt": "musterkreis", "lieferung": "a" * 64, "lieferung_nr": 1,
                 "datenstand": None, "musterdaten": True}  # fmt: skip
    vorgaben = {
        "haushalt": {"haushaltsjahr": 2024, "monat": None, "produkt": "36.31.30", "produkt_name": "SPFH",
                     "konto": "433100", "konto_name": None, "kostenstelle": None, "wertart": "ist", "art": "aufwand",
                     "betrag_eur": 100.0},
        "sozialraumbudget": {"haushaltsjahr": 2024, "raum_schluessel": "Region Ost", "topf": "fall",
                             "deckungskreis": "DK 1", "wertart": "ansatz", "betrag_eur": 100.0},
        "srae_massnahmen": {"massnahme": "1", "beginn": date(2022, 3, 1), "ende": date(2023, 2, 28),
                            "evaluation_ergebnis": "geeignet_und_notwendig", "verlaengerung_von": None},
    }[extrakt]  # fmt: skip
    satz = {**technisch, **vorgaben, **angaben}
    periode = "gesamt" if extrakt == "srae_massnahmen" else f"{satz['haushaltsjahr']} {satz['wertart']}"
    return {"periode": periode, **satz}


@pytest.fixture
def lager(baue: Baue) -> Callable[..., Any]:
    """``lager(haushalt=[{column: value}], ...)``: a warehouse with these records and the plan above."""

    def machen(plan: Iterable[tuple[Any, ...]] = PLAN, schluessel: Any = None, **saetze: list[dict[str, Any]]) -> Any:
        schema = {s: pl.Int64 if s in {"rang", "gueltig_von", "gueltig_bis"} else pl.String for s in PLAN_SPALTEN}
        schema["belegt"] = pl.Boolean
        ersatz = {"produktplan": pl.DataFrame(list(plan), schema=schema, orient="row")}
        neu = baue({}, **ersatz, **({"schluessel": schluessel} if schluessel is not None else {}))
        for extrakt, zeilen in saetze.items():
            vertrag = lade_vertraege()[extrakt]
            neu.tabelle(f"lake_{extrakt}", [_satz(extrakt, **z) for z in zeilen], polars_schema(vertrag))
        return neu

    return machen


def _gruppen(zeilen: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(z["haushaltsjahr"], z["berichtsgruppe"], z["paragraf"], z["betrag_eur"], z["belegt"]) for z in zeilen]


def test_no_delivery_is_an_empty_mart(lager: Callable[..., Any]) -> None:
    leer = lager()
    assert leer.modell("haushalt") == []
    assert {z["ergebnis"] for z in leer.modell("datenqualitaet", "gegenstand = 'Budget (Haushalt)'")} == {"fehlt"}


def test_a_product_is_mapped_per_year(lager: Callable[..., Any]) -> None:
    zeilen = lager(haushalt=[{"haushaltsjahr": jahr} for jahr in (2021, 2022, 2023)]).modell("haushalt")
    assert _gruppen(zeilen) == [
        (2021, "ambulant", "§ 31", 100.0, False),
        (2022, "ambulant", "§ 31", 100.0, False),
        (2023, "hilfen_ungeteilt", "§§ 27-35", 100.0, False),
    ]


def test_the_own_line_wins_and_the_longest_number(lager: Callable[..., Any]) -> None:
    zeilen = lager(
        haushalt=[
            {"produkt": "363370", "konto": "433200"},
            {"produkt": "363370", "konto": "3211", "art": "ertrag"},
            {"produkt": "363-999"},
        ]
    ).modell("haushalt")
    assert sorted(g[1:] for g in _gruppen(zeilen)) == [
        ("jugendhilfe_ungeteilt", "", 100.0, False),
        ("stationaer", "§ 34", 100.0, True),
        ("uebrige_jugendhilfe", "§ 91", 100.0, True),
    ]


def test_unmapped_euros_are_shown(lager: Callable[..., Any]) -> None:
    (zeile,) = lager(haushalt=[{"produkt": "51.20"}]).modell("haushalt")
    assert (zeile["berichtsgruppe"], zeile["produkt"], zeile["betrag_eur"]) == ("nicht_zugeordnet", "51.20", 100.0)
    assert zeile["berichtsgruppe_name"] == "Keiner Berichtsgruppe zugeordnet"


def test_every_euro_arrives_once(lager: Callable[..., Any]) -> None:
    """Konten, Kostenstellen and months are summed, Sonderperioden count to December, nothing is lost or doubled."""
    haus = lager(
        haushalt=[
            {"monat": m, "konto": k, "kostenstelle": s, "betrag_eur": 10.25}
            for m in (None, 1, 12, 13, 16)
            for k in ("433100", "433200")
            for s in (None, "4711")
        ]
    )
    zeilen = haus.modell("haushalt")
    assert [(z["bis_monat"], z["betrag_eur"]) for z in zeilen] == [(12, 205.0)]
    assert {z["status"] for z in zeilen} == {"gueltig"}
    (null,) = lager(haushalt=[{"betrag_eur": 5.0}, {"konto": "9", "betrag_eur": -5.0}]).modell("haushalt")
    assert (null["betrag_eur"], null["status"]) == (0.0, "null_genau")


def test_a_kostenstelle_may_stand_for_a_raum(
    lager: Callable[..., Any], beschreibungen: dict[str, pl.DataFrame]
) -> None:
    eigene = {"jugendamt": "musterkreis", "schluesselart": "kostenstelle", "schluessel": "510110",
              "raum_id": "99001001"}  # fmt: skip
    schluessel = pl.concat([beschreibungen["schluessel"], pl.DataFrame([eigene])], how="diagonal")
    plan = {"wertart": "ansatz"}
    haus = lager(
        haushalt=[{"kostenstelle": s, **w} for s in ("510110", "999", None) for w in (plan, {})], schluessel=schluessel
    )
    zeilen = [(z["wertart"], z["raum_id"], z["betrag_eur"]) for z in haus.modell("haushalt")]
    assert sorted(zeilen) == [("ansatz", "99001", 200.0), ("ansatz", "99001001", 100.0), ("ist", "99001", 300.0)]


def test_what_may_show_a_single_hilfe_is_not_published(lager: Callable[..., Any]) -> None:
    haus = lager(haushalt=[{"wertart": "obligo", "betrag_eur": 70.0}, {"monat": 3, "betrag_eur": 5.0}])
    (zeile,) = haus.modell("haushalt")
    assert (zeile["wertart"], zeile["bis_monat"], zeile["betrag_eur"]) == ("ist", 3, 5.0)
    assert {z["wertart"] for z in haus.modell("int_haushalt__zugeordnet")} == {"ist", "obligo"}


def test_a_new_ist_leaves_the_ansatz_in_force(lager: Callable[..., Any]) -> None:
    haus = lager(
        haushalt=[
            {"wertart": "ansatz", "betrag_eur": 900.0},
            {"monat": 1, "betrag_eur": 70.0},
            {"monat": 1, "betrag_eur": 75.0, "lieferung_nr": 2},
            {"monat": 2, "betrag_eur": 80.0, "lieferung_nr": 2},
        ]
    )
    zeilen = haus.modell("haushalt")
    assert sorted((z["wertart"], z["bis_monat"], z["betrag_eur"]) for z in zeilen) == [
        ("ansatz", None, 900.0), ("ist", 2, 155.0),
    ]  # fmt: skip


def test_a_budget_finds_its_raum_by_name_or_key(lager: Callable[..., Any]) -> None:
    haus = lager(sozialraumbudget=[{"raum_schluessel": r} for r in ("Region Ost", "99001003", "Team 7")])
    assert {z["raum_schluessel"]: z["raum_schluessel_raum_id"] for z in haus.modell("stg_sozialraumbudget")} == {
        "Region Ost": "musterkreis:ost", "99001003": "99001003", "Team 7": "musterkreis:nicht_zuordenbar",
    }  # fmt: skip


def test_the_family_counts_as_delivered(lager: Callable[..., Any], beschreibungen: dict[str, pl.DataFrame]) -> None:
    da = beschreibungen["familien"].with_columns(vorhanden=pl.lit(True))
    haus = lager(haushalt=[{}])
    haus.tabelle("stammdaten_familien", da)
    qualitaet = haus.modell("datenqualitaet")
    assert {(z["ergebnis"]) for z in qualitaet if z["gegenstand"] == "Budget (Haushalt)"} == {"vorhanden"}
    (hze,) = (z for z in qualitaet if z["gegenstand"] == "Hilfen zur Erziehung (HzE)")
    assert (hze["ergebnis"], "Datenschutzgründen" in hze["meldung"]) == ("nicht_verfuegbar", True)
    assert [z["meldung"] for z in qualitaet if z["gegenstand"] == "haushalt"] == ["Jahre 2024 bis 2024, 1 Werte"]


def test_a_release_holds_no_haushaltsjahr_after_its_berichtsjahr(tmp_path: Path) -> None:
    import duckdb

    from reports.marts import exportiere

    with duckdb.connect(str(tmp_path / "w.duckdb")) as con:
        con.sql("create schema mart")
        con.sql("create table mart.haushalt as select 'musterkreis' as jugendamt, unnest([2022, 2023, 2024]) as jahr")
        con.sql("alter table mart.haushalt rename jahr to haushaltsjahr")
    exportiere(tmp_path / "w.duckdb", tmp_path, {"haushalt": ["jugendamt", "haushaltsjahr"]}, "musterkreis", 2023)
    assert pl.read_parquet(tmp_path / "haushalt.parquet")["haushaltsjahr"].to_list() == [2022, 2023]


# --- the gate ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fremd", "ergebnis"), [(4.0, "bestanden"), (6.0, "verletzt")])
def test_unmapped_euros_close_the_gate(lager: Callable[..., Any], tmp_path: Path, fremd: float, ergebnis: str) -> None:
    from quality import gate

    titel = "Fast jeder Euro des Haushalts ist einer Berichtsgruppe zugeordnet"
    haus = lager(haushalt=[{"betrag_eur": 600.0}, {"konto": "9", "wertart": "nachtrag", "betrag_eur": -396.0},
                           {"produkt": "99.01", "betrag_eur": fremd}])  # fmt: skip
    pl.DataFrame(haus.modell("haushalt")).write_parquet(tmp_path / "haushalt.parquet")
    liste = gate.lade_liste()
    nur = gate.Liste(liste.schwellen, tuple(e for e in liste.erwartungen if "from haushalt" in e.sicht))
    befunde = {b.titel: b for b in gate.pruefe(tmp_path, 2024, "planung", {}, liste=nur).befunde}
    assert befunde[titel].ergebnis == ergebnis
    assert befunde["Beträge des Haushalts stehen mit Wert oder Status"].ergebnis == "bestanden"
    if ergebnis == "verletzt":
        (zeile,) = befunde[titel].zeilen
        assert (zeile["haushaltsjahr"], zeile["produkte"]) == (2024, "99.01")


def test_no_budget_keeps_the_gate_open(lager: Callable[..., Any], tmp_path: Path) -> None:
    from quality import gate

    haus = lager()
    haus.con.sql(f"copy {haus.ref('haushalt')} to '{tmp_path}/haushalt.parquet'")
    liste = gate.lade_liste()
    nur = gate.Liste(liste.schwellen, tuple(e for e in liste.erwartungen if "from haushalt" in e.sicht))
    assert len(nur.erwartungen) == 2
    assert {b.ergebnis for b in gate.pruefe(tmp_path, 2024, "planung", {}, liste=nur).befunde} == {"bestanden"}


def test_a_value_without_reason_closes_the_gate(lager: Callable[..., Any], tmp_path: Path) -> None:
    from quality import gate

    rahmen = pl.DataFrame(lager(haushalt=[{}]).modell("haushalt"))
    rahmen.with_columns(betrag_eur=pl.lit(None, pl.Float64)).write_parquet(tmp_path / "haushalt.parquet")
    liste = gate.lade_liste()
    nur = gate.Liste(liste.schwellen, tuple(e for e in liste.erwartungen if e.titel.startswith("Beträge des Haus")))
    (befund,) = gate.pruefe(tmp_path, 2024, "planung", {}, liste=nur).befunde
    assert befund.ergebnis == "verletzt"


# --- rules of two rows ------------------------------------------------------------------------------------------------

ZWEITE = {"massnahme": "2", "beginn": date(2023, 3, 1), "ende": date(2024, 2, 29), "verlaengerung_von": "1",
          "evaluation_ergebnis": None}  # fmt: skip


@pytest.mark.parametrize(
    ("erste", "zweite", "wort"),
    [
        ({}, {}, ""),
        ({"evaluation_ergebnis": "nicht_geeignet"}, {}, "nicht als geeignet und notwendig evaluiert"),
        ({"evaluation_ergebnis": None}, {}, "nicht als geeignet und notwendig evaluiert"),
        ({}, {"ende": date(2024, 3, 1)}, "über 24 Monate"),
        ({}, {"beginn": date(2023, 2, 28)}, "vor dem Ende"),
        ({}, {"verlaengerung_von": "9"}, "steht nicht in der Lieferung"),
        ({"verlaengerung_von": "0"}, {}, "selbst schon eine Verlängerung"),
    ],
)
def test_srae_verlaengerung_zulaessig(lager: Callable[..., Any], erste: Any, zweite: Any, wort: str) -> None:
    davor = [{"massnahme": "0", "beginn": date(2021, 3, 1), "ende": date(2022, 2, 28)}]
    meldungen = [
        z["meldung"]
        for z in lager(srae_massnahmen=[*davor, erste, {**ZWEITE, **zweite}]).singulaer("srae_verlaengerung_zulaessig")
    ]
    assert [m.startswith("Maßnahme 2 verlängert ") and wort in m for m in meldungen] == [True] * bool(wort)


@pytest.mark.parametrize(
    ("saetze", "wort"),
    [
        ([{}, {"topf": "milieu"}, {"wertart": "ist"}], ""),
        ([{"wertart": "umbuchung"}, {"wertart": "umbuchung", "topf": "milieu", "betrag_eur": -100.0}], ""),
        ([{}, {"haushaltsjahr": 2025, "deckungskreis": "DK 2"}], ""),
        ([{}, {"raum_schluessel": "Region West", "deckungskreis": None}], ""),
        ([{}, {"wertart": "ist", "deckungskreis": "DK 2"}], "mehreren Deckungskreisen (DK 1, DK 2)"),
        ([{}, {"wertart": "ist", "deckungskreis": None}], "(DK 1, keiner)"),
        ([{"wertart": "umbuchung", "betrag_eur": 60.0}], "es bleiben 60.0 Euro"),
    ],
)
def test_sozialraumbudget_deckungskreise(lager: Callable[..., Any], saetze: Any, wort: str) -> None:
    funde = lager(sozialraumbudget=saetze).singulaer("sozialraumbudget_deckungskreise")
    assert [wort in z["meldung"] for z in funde] == [True] * bool(wort)
