"""Gebietsstand in dbt: figures of ended Räume, series in today's cut, divisions by weight."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sources.profile import lade_profil
from sources.stammdaten import als_tabellen
from sources.vertraege import lade_vertraege
from tests.warehouse.conftest import MUSTERPROFILE, Lager

# 001 and 002 become 005 in 2020; 003 is divided into 006 (60 %) and 007 in 2020
RAEUME = """99001005,Neustadt,sozialraum,gemeinde,2020-01-01,,true,Musterdaten
99001006,Au Nord,sozialraum,gemeinde,2020-01-01,,true,Musterdaten
99001007,Au Süd,sozialraum,gemeinde,2020-01-01,,true,Musterdaten
"""
ZUORDNUNG = """99001005,planung,musterkreis:ost,2020-01-01,,1,true,Musterdaten
99001006,planung,musterkreis:west,2020-01-01,,1,true,Musterdaten
99001007,planung,musterkreis:west,2020-01-01,,1,true,Musterdaten
"""
NACHFOLGER = """alt,neu,gueltig_ab,gewicht,belegt,quelle
99001001,99001005,2020-01-01,1,true,Musterdaten
99001002,99001005,2020-01-01,1,true,Musterdaten
99001003,99001006,2020-01-01,0.6,false,Musterdaten
99001003,99001007,2020-01-01,0.4,false,Musterdaten
"""


@pytest.fixture
def stammdaten(tmp_path: Path) -> dict[str, pl.DataFrame]:
    ordner = tmp_path / "musterkreis"
    shutil.copytree(MUSTERPROFILE / "musterkreis", ordner)
    for datei, zusatz in (("raeume.csv", RAEUME), ("zuordnung.csv", ZUORDNUNG)):
        text = (ordner / datei).read_text("utf-8")
        alte = "\n".join(
            zeile.replace("1900-01-01,,", "1900-01-01,2019-12-31,") if zeile[:8] in NACHFOLGER else zeile
            for zeile in text.splitlines()
        )
        (ordner / datei).write_text(f"{alte}\n{zusatz}", "utf-8")
    (ordner / "nachfolger.csv").write_text(NACHFOLGER, "utf-8")
    tabellen = als_tabellen([lade_profil(ordner)], lade_vertraege(), [], [], [])
    return {n: tabellen[n] for n in ("raeume", "zuordnung", "abloesungen", "schluessel")}


def _werte(lager: Lager, jahr: int) -> dict[str, tuple[float, bool]]:
    zeilen = lager.modell("fct_messgroessen", f"berichtsjahr = {jahr}")
    return {re.sub("^(99001|musterkreis:)(?=.)", "", z["raum_id"]): (z["wert"], z["ist_geschaetzt"]) for z in zeilen}


def _zellen(jahr: int, **werte: float) -> list[tuple[Any, ...]]:
    return [(f"99001{raum[1:]}", jahr, wert, {}) for raum, wert in werte.items()]


def test_reihe_im_heutigen_zuschnitt(baue: Callable[..., Lager], stammdaten: dict[str, pl.DataFrame]) -> None:
    zellen = _zellen(2019, r001=100, r002=50, r003=10) + _zellen(2020, r005=151, r006=7, r007=4)
    lager = baue({"bevoelkerung_geschlecht": zellen}, **stammdaten)
    assert _werte(lager, 2019) == {
        "001": (100, False), "002": (50, False), "003": (10, False), "005": (150, False), "006": (6, True),
        "007": (4, True), "ost": (150, False), "west": (10, False), "99001": (160, False),
    }  # fmt: skip
    assert _werte(lager, 2020) == {
        "005": (151, False), "006": (7, False), "007": (4, False), "ost": (151, False), "west": (11, False),
        "99001": (162, False),
    }  # fmt: skip


def test_spaete_werte_alter_raeume_gehen_auf_den_neuen_ueber(
    baue: Callable[..., Lager], stammdaten: dict[str, pl.DataFrame]
) -> None:
    """Of a merger to the new Raum; of a division nobody knows to which: to the members that are no Raum."""
    zellen = _zellen(2020, r001=100, r005=51, r003=3, r006=7, r007=4)
    lager = baue({"bevoelkerung_geschlecht": zellen}, **stammdaten)
    werte = _werte(lager, 2020)
    assert (werte["005"], werte["006"], werte["nicht_zuordenbar"]) == ((151, False), (7, False), (3, False))
    assert {"001", "003"}.isdisjoint(werte)
    (ganzes,) = lager.modell("fct_messgroessen", "raum_id = '99001'")
    assert ganzes["wert"] == 165


def test_raeume_gelten(baue: Callable[..., Lager], stammdaten: dict[str, pl.DataFrame]) -> None:
    """The new Raum named before it exists; late figures of an old one are none, they went to the new one."""
    zellen = _zellen(2019, r005=151) + _zellen(2020, r001=100, r005=51, r006=7, r007=4)
    lager = baue({"bevoelkerung_geschlecht": zellen}, **stammdaten)
    (zeile,) = lager.singulaer("raeume_gelten")
    assert (zeile["jugendamt"], "Neustadt (99001005) zum 31.12.2019" in zeile["meldung"]) == ("musterkreis", True)
