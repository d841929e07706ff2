"""Cells and equations that do not fit are refused; sums along an axis; what may be hidden; same input, same marks."""

from __future__ import annotations

import polars as pl
import pytest

from quality.geheimhaltung.bewegung import HOECHSTENS, Bewegung, Netz
from quality.geheimhaltung.pruefung import pruefe
from quality.geheimhaltung.sperrung import grundlinie, sperre
from quality.geheimhaltung.tabelle import Problem, Unstimmig, problem, summen
from tests.unit.geheimhaltung.tafeln import kreis


def zeile(werte: list[int], **spalten: object) -> Problem:
    """One sum (cell 0) of the others."""
    zellen = pl.DataFrame({"zelle": range(len(werte)), "wert": werte} | spalten)
    glieder = [(0, z, 1 if z == 0 else -1) for z in range(len(werte))]
    return problem(zellen, pl.DataFrame(glieder, schema=["gleichung", "zelle", "koeffizient"], orient="row"))


@pytest.mark.parametrize(
    ("werte", "spalten", "stelle"),
    [
        ([9, 1, 7], {}, "Gleichung 0 geht nicht auf: Summe 1 statt 0"),
        ([8, 1, 7], {"lage": "geheim"}, "Unbekannte Lage"),
        ([8, 1, 7], {"gewicht": 0.0}, "Gewicht"),
        ([8, 0, 8], {"lage": "primaer"}, "Zelle 1 hat den Wert 0 außerhalb ihrer Grenzen"),
    ],
)
def test_unstimmiges_wird_abgelehnt(werte, spalten, stelle):
    with pytest.raises(Unstimmig, match=stelle):
        zeile(werte, **spalten)


def test_doppelte_und_fremde_zellen_werden_abgelehnt():
    leer = pl.DataFrame(schema={"gleichung": pl.Int64, "zelle": pl.Int64, "koeffizient": pl.Int64})
    with pytest.raises(Unstimmig, match="Zelle 4 kommt mehrmals vor"):
        problem(pl.DataFrame({"zelle": [4, 4], "wert": [1, 1]}), leer)
    with pytest.raises(Unstimmig, match="unbekannte Zelle 9"):
        problem(
            pl.DataFrame({"zelle": [4], "wert": [1]}),
            pl.DataFrame({"gleichung": [0], "zelle": [9], "koeffizient": [1]}),
        )


def test_summen_je_jahr_mit_wechselnder_zugehoerigkeit():
    zellen = pl.DataFrame(
        {"zelle": range(6), "raum": ["kreis", "a", "b"] * 2, "jahr": [1, 1, 1, 2, 2, 2], "wert": [5, 2, 3, 4, 4, 9]}
    )
    eltern = pl.DataFrame({"kind": ["a", "b", "a"], "elter": ["kreis"] * 3, "jahr": [1, 1, 2]})
    gleichungen = summen(zellen, "raum", eltern, ["jahr"], ab=7)
    assert gleichungen.rows() == [(7, 0, 1), (7, 1, -1), (7, 2, -1), (8, 3, 1), (8, 4, -1)]
    problem(zellen.select("zelle", "wert"), gleichungen)
    with pytest.raises(Unstimmig, match="fehlt die Zelle ihrer Summe kreis"):
        summen(zellen.filter(pl.col("raum") != "kreis"), "raum", eltern, ["jahr"])


def test_ein_gezeigtes_und_ein_bekanntes_ist_verletzt_und_nichts_hilft():
    p = zeile([9, 1, 8], lage=["bekannt", "primaer", "bekannt"])
    wahl = sperre(p)
    assert not wahl.bericht.sicher
    assert wahl.bericht.zellen.rows() == [(1, 1, 1, 1, True, True)]
    offen = zeile([9, 1, 8], lage=["frei", "primaer", "frei"])
    assert pruefe(offen, pl.DataFrame({"zelle": [1], "marke": ["offen"]})).verletzt == 1


def test_gezeigte_null_und_bekanntes_lassen_sich_nicht_sperren():
    for p in (zeile([8, 0, 8]), zeile([8, 1, 7], lage=["frei", "bekannt", "frei"])):
        with pytest.raises(Unstimmig, match=r"Zelle 1 .* kann nicht gesperrt werden"):
            pruefe(p, pl.DataFrame({"zelle": [1], "marke": ["sekundaer"]}))


def test_gruppengeheimnis_keine_und_alle_werden_zum_bereich():
    """Of 12 nobody has the feature: both cells are hidden, and neither 0 nor 12 can be told."""
    p = zeile([12, 0, 12], lage=["frei", "primaer", "primaer"], untergrenze=0)
    wahl = sperre(p)
    assert wahl.bericht.sicher
    assert wahl.marken["marke"].to_list() == ["offen", "primaer", "primaer"]
    genau = pruefe(p, wahl.marken, genau=True).zellen
    assert genau.select("kleinster", "groesster").rows() == [(0, 12), (0, 12)]


def test_ein_falscher_beweis_zaehlt_nicht():
    p = zeile([9, 1, 8], lage=["frei", "primaer", "frei"])
    marken = pl.DataFrame({"zelle": [1], "marke": ["primaer"]})
    for stellen, um in (([1, 2], [2, -2]), ([1], [2])):  # moves a shown cell; breaks the sum
        assert pruefe(p, marken, [Bewegung(pl.Series(stellen).to_numpy(), pl.Series(um).to_numpy())]).verletzt == 1


def test_ungenannte_zellen_schuetzen_mit():
    p = zeile([9, 1, 8], lage=["frei", "primaer", "ungenannt"])
    wahl = sperre(p)
    assert wahl.bericht.sicher
    assert wahl.marken.rows() == [(0, "offen"), (1, "primaer")]


def test_gleicher_inhalt_gleiche_marken_und_der_kreis_bleibt_sichtbar():
    ergebnisse = [sperre(kreis(raeume=4, regionen=2, jahre=2)) for _ in range(2)]
    assert ergebnisse[0].marken.equals(ergebnisse[1].marken)
    bericht = ergebnisse[0].bericht
    assert bericht.sicher
    assert bericht.engstes == 2
    oben = bericht.verlust.filter(pl.col("ebene").is_in(["kreis/insgesamt", "kreis/mit"]))
    assert oben["sekundaer"].sum() == 0
    assert 0 < ergebnisse[0].schranke <= bericht.verlust["gewicht"].sum()


def test_die_naive_zweite_sperrung_laesst_zellen_errechnen():
    p = kreis(raeume=3, regionen=1, jahre=1)
    assert pruefe(p, grundlinie(p)).verletzt > 0


def test_die_naive_zweite_sperrung_beachtet_nur_gesperrtes():
    """A cell that no table names stands alone in its sum: nothing there is blanked for it."""
    ungenannt, gesperrt = (zeile([9, 1, 8], lage=["frei", lage, "frei"]) for lage in ("ungenannt", "primaer"))
    assert grundlinie(ungenannt)["marke"].to_list() == ["offen", "offen"]
    assert grundlinie(gesperrt)["marke"].to_list() == ["offen", "primaer", "sekundaer"]


def test_offene_grenzen_passen_in_die_32_bit_des_loesers():
    """Beyond them, HiGHS never ends where whole numbers are enforced; one of 559 Jugendämter waited for ever."""
    problem = zeile([2**33, 2, 1, 2**33 - 3])
    netz = Netz(problem)
    assert problem.spalte("obergrenze").max() > 2**31
    assert netz.oben.max() == -netz.unten.min() == HOECHSTENS < 2**31
