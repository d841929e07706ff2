"""Costs that one or two Fälle dominate: rules, what two shown sums differ by, what hiding the count brings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from quality.geheimhaltung import verlauf
from quality.geheimhaltung.aufbau import Bestand, baue
from quality.geheimhaltung.dominanz import DOMINIERT, KOSTEN, lies_kosten
from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.kostenspannen import geschlossene
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
        gefunden = lies_kosten(con, profil, seiten, lade_erklaerung()).filter(DOMINIERT)
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


RAEUME = {"a": "ost", "b": "ost", "c": "west", "ost": "kreis", "west": "kreis"}
FALL = {"a": 6, "b": 9, "c": 12, "ost": 15, "west": 12, "kreis": 27}
STELLE = FAELLE + "|insgesamt|insgesamt|insgesamt|{}|2022-12-31"


def _kosten(**je_raum: tuple[float, float]) -> pl.DataFrame:
    """betrag and bedarf of these Räume and, without bedarf, of all that are larger."""
    zeilen = dict(je_raum)
    for kind, elter in RAEUME.items():
        alt = zeilen.get(elter, (0.0, -1.0))
        zeilen[elter] = (alt[0] + zeilen[kind][0], -1.0)
    kopf = [(J, 2022, STELLE.format(r), "insgesamt", *werte, None) for r, werte in zeilen.items()]
    return pl.DataFrame(kopf, schema=KOSTEN, orient="row")


def _gewaehlt(kosten: pl.DataFrame) -> tuple[Bestand, pl.DataFrame]:
    """Cells of the small Kreis, and the marks chosen for them."""
    ebene = {"kreis": "jugendamt", "ost": "region", "west": "region"}
    tag = date(2022, 12, 31)
    zaehlungen = pl.DataFrame(
        {"messgroesse": FAELLE, "merkmal": "insgesamt", "geschlecht": "insgesamt", "altersgruppe": "insgesamt",
         "raum_id": r, "stichtag": tag, "berichtsjahr": 2022, "raumebene": ebene.get(r, "raum"),
         "wert": n} for r, n in FALL.items()
    )  # fmt: skip
    kinder = pl.DataFrame(
        {"stichtag": tag, "hierarchie": "h", "eltern_raum_id": e, "raum_id": k} for k, e in RAEUME.items()
    )
    leer = pl.DataFrame(schema={"kind": pl.String, "elter": pl.String})
    umfeld = Umfeld(("jugendamt", "region"), kinder, leer, (), (), kosten=kosten)
    bestand = baue(zaehlungen, umfeld, lade_erklaerung())
    bild = verlauf.verbinde(bestand, [])
    wahl = sperre(bild.problem)
    assert wahl.bericht.sicher
    gesperrt = pl.when(pl.col("marke") == "offen").then(pl.lit("offen")).otherwise(pl.lit("gesperrt"))
    return bestand, bild.nummern.join(wahl.marken, on="zelle").select("schluessel", gesperrt.alias("marke"))


def test_costs_of_one_fall_cannot_be_recomputed() -> None:
    """Six Fälle in Raum a, one of them with 90 % of the costs: both are hidden, and no sum gives them back."""
    for bedarf, erwartet in ((-1.0, False), (8.0, True)):
        kosten = _kosten(a=(100.0, bedarf), b=(60.0, -1.0), c=(70.0, -1.0))
        bestand, marken = _gewaehlt(kosten)
        verborgen = {s.split("|")[4] for s in marken.filter(pl.col("marke") == "gesperrt")["schluessel"]}
        assert ("a" in verborgen) is erwartet
        assert (len(verborgen) > 1) is erwartet
        assert geschlossene(kosten, bestand.gleichungen, marken).is_empty()
    # the costs obey the same sums: with those hidden, is that of a the only solution?
    raeume = list(FALL)
    summen = np.array([[(r == e) - (RAEUME.get(r) == e) for r in raeume] for e in ("ost", "west", "kreis")], float)
    offen = np.array([[float(r == s) for r in raeume] for s in raeume if s not in verborgen])
    alles = np.vstack([summen, offen])
    nur_a = np.vstack([alles, [float(r == "a") for r in raeume]])
    assert np.linalg.matrix_rank(nur_a) > np.linalg.matrix_rank(alles)


@pytest.mark.parametrize(("nachbar", "zu"), [(60.0, False), (10.0, False), (9.0, True), (0.0, True)])
def test_what_is_hidden_together_must_leave_room(nachbar: float, zu: bool) -> None:
    """a and b are hidden; their sum is shown, so that a is at most both: it must be able to be 10 more."""
    kosten = _kosten(a=(100.0, 10.0), b=(nachbar, -1.0), c=(70.0, -1.0))
    bestand, _ = _gewaehlt(kosten)
    marken = pl.DataFrame({"schluessel": [STELLE.format(r) for r in FALL], "marke": ["gesperrt"] * 2 + ["offen"] * 4})
    gefunden = geschlossene(kosten, bestand.gleichungen, marken)
    assert gefunden.rows() == ([(J, 2022, "insgesamt")] if zu else [])


def test_where_a_dominated_count_is_not_hidden_no_raum_shows_these_costs() -> None:
    """Its count is zero, or was shown before; or nobody knows the largest amounts."""
    kosten = _kosten(a=(100.0, 10.0), b=(60.0, -1.0), c=(70.0, -1.0))
    bestand, marken = _gewaehlt(kosten)
    offen = marken.with_columns(pl.lit("offen").alias("marke"))
    assert geschlossene(kosten, bestand.gleichungen, offen).rows() == [(J, 2022, "insgesamt")]
    # a difference is seen only where the sum is from which it is taken
    differenz = kosten.with_columns(pl.when(DOMINIERT).then(pl.lit(STELLE.format("kreis"))).alias("von"))
    assert geschlossene(differenz, bestand.gleichungen, offen).rows() == [(J, 2022, "insgesamt")]
    ohne_summe = offen.with_columns(
        pl.when(pl.col("schluessel") == STELLE.format("kreis"))
        .then(pl.lit("gesperrt"))
        .otherwise("marke")
        .alias("marke")
    )
    assert geschlossene(differenz, bestand.gleichungen, ohne_summe).is_empty()
    unbekannt = pl.DataFrame([(J, 2022, None, "stationaer", None, float("inf"), None)], schema=KOSTEN, orient="row")
    assert geschlossene(unbekannt, bestand.gleichungen, marken).rows() == [(J, 2022, "stationaer")]
