"""51 Räume in 5 regions x 19 nodes of Hilfearten x 4 concepts x 10 years, safe within the time that is promised."""

from __future__ import annotations

import time

import polars as pl
import pytest

from quality.geheimhaltung.pruefung import verlust
from quality.geheimhaltung.sperrung import grundlinie, sperre
from tests.unit.geheimhaltung.tafeln import kreis

SEKUNDEN = 60


@pytest.mark.lang
def test_zehn_jahre_des_kreises_mit_pruefung_in_der_zeit(capsys):
    p = kreis()
    naiv = verlust(p, grundlinie(p)).select("ebene", sekundaer_naiv="sekundaer", gewicht_naiv="gewicht")
    anfang = time.process_time()
    ergebnis = sperre(p)
    dauer = time.process_time() - anfang
    je_ebene = ergebnis.bericht.verlust.join(naiv, on="ebene")
    with capsys.disabled(), pl.Config(tbl_rows=-1, tbl_cols=-1):
        print(f"\n{len(p.zellen)} Zellen, {dauer:.1f} s Rechenzeit, Schranke {ergebnis.schranke:.0f}\n{je_ebene}")
    assert ergebnis.bericht.sicher
    oben = je_ebene.filter(pl.col("ebene").is_in(["kreis/insgesamt", "kreis/mit"]))
    assert oben["sekundaer"].sum() == 0
    assert dauer < SEKUNDEN
