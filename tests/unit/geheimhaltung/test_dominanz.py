"""Costs that one or two Fälle dominate: rules, what two shown sums differ by, what hiding the count brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from quality.geheimhaltung import verlauf
from quality.geheimhaltung.aufbau import baue
from quality.geheimhaltung.dominanz import DOMINIERT, dominierte
from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.seiten import Seite
from quality.geheimhaltung.sperrung import sperre
from quality.geheimhaltung.umfeld import Umfeld
from sources.profile import Profil, lade_profile

WURZEL = Path(__file__).resolve().parents[3]
J = "musterkreis"
KNOTEN = [("05", "ambulant"), ("06", "ambulant"), ("11", "stationaer"), ("13", "para_35a")]
KNOTEN += [(a, "insgesamt") for a in ("05", "06", "11")]
FAELLE = "hze_faelle_jahressumme"


@pytest.fixture(scope="module")
def profil() -> Profil:
    (eines,) = (p for p in lade_profile([WURZEL / "tests" / "jugendaemter"]) if p.jugendamt == J)
    return eines


def _seite(*teile: tuple[str, int], kosten: bool = True) -> Seite:
    name = teile[0][0] if len(teile) == 1 else "summe " + " ".join(f"{'+' if v > 0 else '-'}{m}" for m, v in teile)
    return Seite("k", 1, "alle", "zaehler", FAELLE, name, "insgesamt", "insgesamt", teile, kosten)


def _finde(profil: Profil, kosten: dict[tuple[str, str], list[float]], *seiten: Seite, spitzen: int = 2) -> list[Any]:
    """(merkmal of the count, Raum, merkmal of the costs), from the costs of single Fälle per Raum and Hilfeart."""
    zeilen = [
        (J, 2022, raum, art, rang, wert)
        for (raum, art), werte in kosten.items()
        for rang, wert in enumerate([sum(werte), *sorted(werte, reverse=True)[:spitzen]])
    ]
    with duckdb.connect() as con:
        con.sql("create schema intermediate")
        con.sql("""create table intermediate.int_hze__kostenspitzen (jugendamt varchar, berichtsjahr integer,
            raum_id varchar, schluessel varchar, rang integer, betrag_eur double)""")
        con.executemany("insert into intermediate.int_hze__kostenspitzen values (?, ?, ?, ?, ?, ?)", zeilen)
        con.sql("""create table intermediate.int_hilfearten__knoten (jugendamt varchar, schluessel varchar,
            hilfeart varchar, ist_blatt boolean, gueltig_von date, gueltig_bis date)""")
        con.executemany(
            "insert into intermediate.int_hilfearten__knoten values (?, ?, ?, ?, date '1900-01-01', null)",
            [(J, a, k, False) for a, k in KNOTEN] + [(J, a, f"art_{a}", True) for a, _ in KNOTEN[:4]],
        )
        gefunden = dominierte(con, profil, seiten, lade_erklaerung())
    assert set(gefunden["berichtsjahr"]) <= {2022}
    return sorted(
        (*((s.split("|")[1], s.split("|")[4]) if s else ("", "")), m)
        for s, m in gefunden.select("schluessel", "merkmal").rows()
    )


@pytest.mark.parametrize(
    ("werte", "dominiert"),
    [
        ([90.0, 2.0, 2.0, 2.0, 2.0, 2.0], True),  # one Fall of six
        ([45.0, 45.0, 3.0, 3.0, 4.0], True),  # two of five: over 85 %
        ([40.0, 10.0, 10.0, 10.0, 10.0, 20.0], False),  # 60 %, and beside both as much again as the dearest
        ([50.0, 20.0, 10.0, 10.0, 10.0], True),  # 70 %, but the second knows the first to within 60 %
        ([10.0, 10.0, 10.0], False),
        ([10.0, 10.0], True),
        ([30.0, 10.0, -40.0], True),  # money that came back hides nobody
        ([0.0, 0.0], False),
    ],
)
def test_the_rules(profil: Profil, werte: list[float], dominiert: bool) -> None:
    grenzen = {"dominanz_anteil_pct": 85.0, "dominanz_naehe_pct": 80.0}
    gefunden = _finde(profil.model_copy(update={"schwellen": grenzen}), {("r", "05"): werte}, _seite(("insgesamt", 1)))
    assert bool(gefunden) is dominiert


def test_a_profile_sets_its_own_limits(profil: Profil) -> None:
    milder = profil.model_copy(update={"schwellen": {"dominanz_anteil_pct": 95, "dominanz_naehe_pct": 5}})
    kosten = {("r", "05"): [90.0, 2.0, 2.0, 2.0, 2.0, 2.0]}
    assert _finde(profil, kosten, _seite(("insgesamt", 1)))
    assert not _finde(milder, kosten, _seite(("insgesamt", 1)))


def test_the_two_dearest_are_those_of_all_hilfearten_together(profil: Profil) -> None:
    gleich = {("r", art): [10.0, 10.0, 10.0] for art in ("05", "06")}
    assert not _finde(profil, gleich, _seite(("insgesamt", 1)))
    assert _finde(profil, gleich | {("r", "11"): [300.0]}, _seite(("insgesamt", 1)))


def test_where_no_cost_is_shown_no_count_is_hidden(profil: Profil) -> None:
    kosten = {("r", "11"): [90.0, 1.0, 1.0]} | {("r", "05"): [80.0] * 9}
    assert not _finde(profil, kosten, _seite(("insgesamt", 1)), _seite(("stationaer", 1), kosten=False))
    assert _finde(profil, kosten, _seite(("stationaer", 1))) == [("stationaer", "r", "stationaer")]


def test_what_shown_sums_differ_by_is_an_amount_too(profil: Profil) -> None:
    """insgesamt less stationaer is ambulant; with § 35a less without is § 35a; what has no count, the smaller sum."""
    alle = _seite(("insgesamt", 1), ("para_35a", 1))
    breit = {("r", a): [50.0] * 5 for a in ("05", "06", "11", "13")}
    seiten = [alle, _seite(("insgesamt", 1)), _seite(("stationaer", 1))]
    assert not _finde(profil, breit, *seiten)
    assert _finde(profil, breit | {("r", "13"): [70.0]}, *seiten) == [("para_35a", "r", "insgesamt")]
    eng = breit | {("r", "05"): [70.0], ("r", "06"): [1.0]}
    assert _finde(profil, eng, *seiten) == [("ambulant", "r", "stationaer")]
    beide = eng | {("r", "13"): [1.0]}
    assert ("stationaer", "r", "stationaer") in _finde(profil, beide, *seiten)


def test_unknown_largest_amounts_close_the_year(profil: Profil) -> None:
    seiten = [_seite(("insgesamt", 1)), _seite(("stationaer", 1))]
    gefunden = _finde(profil, {("r", "05"): [10.0] * 9}, *seiten, spitzen=0)
    assert gefunden == [("", "", "insgesamt"), ("", "", "stationaer")]


def test_costs_of_one_fall_cannot_be_recomputed() -> None:
    """Six Fälle in Raum a, one of them with 90 % of the costs: both are hidden, and no sum gives them back."""
    faelle = {"a": 6, "b": 9, "c": 12, "ost": 15, "west": 12, "kreis": 27}
    eltern = {"a": "ost", "b": "ost", "c": "west", "ost": "kreis", "west": "kreis"}
    ebene = {"kreis": "jugendamt", "ost": "region", "west": "region"}
    zaehlungen = pl.DataFrame(
        {"messgroesse": FAELLE, "merkmal": "insgesamt", "geschlecht": "insgesamt", "altersgruppe": "insgesamt",
         "raum_id": r, "stichtag": date(2022, 12, 31), "berichtsjahr": 2022, "raumebene": ebene.get(r, "raum"),
         "wert": n} for r, n in faelle.items()
    )  # fmt: skip
    kinder = pl.DataFrame(
        {"stichtag": date(2022, 12, 31), "hierarchie": "h", "eltern_raum_id": e, "raum_id": k}
        for k, e in eltern.items()
    )
    leer = pl.DataFrame(schema={"kind": pl.String, "elter": pl.String})
    umfeld = Umfeld(("jugendamt", "region"), kinder, leer, (), ())
    schluessel = f"{FAELLE}|insgesamt|insgesamt|insgesamt|a|2022-12-31"
    dominiert = pl.DataFrame([(J, 2022, schluessel, "insgesamt")], schema=DOMINIERT, orient="row")
    for gefunden, erwartet in ((pl.DataFrame(schema=DOMINIERT), False), (dominiert, True)):
        bild = verlauf.verbinde(baue(zaehlungen, replace(umfeld, dominiert=gefunden), lade_erklaerung()), [])
        wahl = sperre(bild.problem)
        assert wahl.bericht.sicher
        marken = bild.nummern.join(wahl.marken, on="zelle")
        verborgen = {s.split("|")[4] for s in marken.filter(pl.col("marke") != "offen")["schluessel"]}
        assert ("a" in verborgen) is erwartet
        assert (len(verborgen) > 1) is erwartet
    # the costs obey the same sums: with those hidden, is that of a the only solution?
    raeume = list(faelle)
    summen = np.array([[(r == e) - (eltern.get(r) == e) for r in raeume] for e in ("ost", "west", "kreis")], float)
    offen = np.array([[float(r == s) for r in raeume] for s in raeume if s not in verborgen])
    alles = np.vstack([summen, offen])
    nur_a = np.vstack([alles, [float(r == "a") for r in raeume]])
    assert np.linalg.matrix_rank(nur_a) > np.linalg.matrix_rank(alles)
