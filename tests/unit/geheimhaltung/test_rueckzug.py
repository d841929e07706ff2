"""Jugendämter with very few cases get a safe pattern, in the limit one that shows nothing of a line."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from quality.geheimhaltung import aufbau, verlauf
from quality.geheimhaltung.aufbau import Bestand, baue
from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.pruefung import pruefe
from quality.geheimhaltung.rueckzug import sperre_oder_halte_zurueck
from quality.geheimhaltung.tabelle import PRIMAER, UNGENANNT
from quality.geheimhaltung.umfeld import Umfeld
from tests.unit.geheimhaltung import test_aufbau
from tests.unit.geheimhaltung.test_aufbau import umfeld  # noqa: F401

RAEUME = ("a", "b", "c", "uma")


@pytest.fixture
def winzig(monkeypatch: pytest.MonkeyPatch, umfeld: Umfeld) -> Any:  # noqa: F811
    """Bestand, beendet (of both years, per Raum) and Wechsel -> cells and equations."""

    def machen(bestand: list[int], beendet: list[int], wechsel: dict[tuple[str, int], int]) -> Bestand:
        orte = [(r, j) for j in (1, 2) for r in RAEUME]
        monkeypatch.setattr(test_aufbau, "BESTAND", dict(zip(orte, bestand, strict=True)))
        monkeypatch.setattr(test_aufbau, "BEENDET", dict(zip(orte, beendet, strict=True)))
        monkeypatch.setattr(test_aufbau, "WECHSEL", wechsel)
        return baue(test_aufbau.zaehlungen(), umfeld, lade_erklaerung())

    return machen


@pytest.mark.parametrize("bestand", [[1, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]])
def test_a_handful_of_cases_needs_no_line_held_back(winzig: Any, bestand: list[int]) -> None:
    bild = verlauf.verbinde(winzig(bestand * 2, [1, 2, 0, 0] * 2, {}), [])
    rueckzug = sperre_oder_halte_zurueck(bild.problem, bild.nummern)
    assert rueckzug.sperrung.bericht.sicher
    assert rueckzug.zellen.is_empty()


def test_a_case_that_zeros_give_away_takes_its_line_with_it(winzig: Any) -> None:
    """Nobody on the day before, nobody began or ended: the one who is there has changed his Hilfe, and stands alone."""
    bild = verlauf.verbinde(winzig([0, 9, 9, 9, 1, 9, 9, 9], [0, 4, 4, 5] * 2, {("a", 2): 1}), [])
    rueckzug = sperre_oder_halte_zurueck(bild.problem, bild.nummern)
    assert rueckzug.sperrung.bericht.sicher
    weg = bild.nummern.filter(pl.col("zelle").is_in(rueckzug.zellen.implode()))
    assert "hze_faelle_bestand|insgesamt|insgesamt|insgesamt|kreis|2022-12-31" in weg["schluessel"].to_list()
    assert 0 in weg["wert"].to_list()
    assert len(weg) < len(bild.nummern)


@pytest.mark.lang
def test_what_an_earlier_release_gives_away_is_not_hidden_by_any_line(winzig: Any) -> None:
    heute = winzig([0, 9, 9, 9, 1, 9, 9, 9], [0, 4, 4, 5] * 2, {("a", 2): 1})
    marke = pl.when(pl.col("lage") == "frei").then(pl.lit("offen")).otherwise("lage").alias("marke")
    bild = verlauf.verbinde(heute, [verlauf.Notiz("2022-1", heute.zellen.with_columns(marke), heute.gleichungen)])
    assert not sperre_oder_halte_zurueck(bild.problem, bild.nummern).sperrung.bericht.sicher


def test_a_part_that_no_table_shows_is_not_known(winzig: Any) -> None:
    """Of those with a feature the Jahressumme and those who ended are shown; who goes on is their difference."""
    bestand = winzig([12, 12, 12, 12] * 2, [20, 20, 20, 20] * 2, {})
    differenz = bestand.zellen.filter(pl.col("schluessel").str.starts_with("hze_faelle_bestand|insgesamt|situation=2"))
    assert set(differenz["lage"]) <= {UNGENANNT, PRIMAER}
    assert PRIMAER in set(differenz["lage"])  # below 5, and found by subtraction
    fest = bestand.gleichungen.filter(pl.col("schluessel") == aufbau.KONSTANTE)["gleichung"]
    assert not [g for g in fest if g.startswith("identitaet")]
    bild = verlauf.verbinde(bestand, [])
    offen = bild.nummern.select("zelle", pl.lit("offen").alias("marke"))
    shown = bild.problem.zellen.filter(pl.col("lage") == "frei").join(offen, on="zelle").select("zelle", "marke")
    marken = bild.problem.zellen.filter(pl.col("lage") == PRIMAER).select("zelle", pl.lit(PRIMAER).alias("marke"))
    leck = pruefe(bild.problem, pl.concat([shown, marken])).zellen.filter("verletzt")
    assert set(leck["zelle"]) & set(bild.nummern.join(differenz, on="schluessel")["zelle"])
