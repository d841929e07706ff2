"""Kennzahlen of every Kreis from the nationwide tables, against what official statistics publish or define.

Here: the project's SQL on the real files, each Kreis (and Land) as a Jugendamt of its own, compared with AI003-2 and
with the official formulas worked out in plain Python from the raw text of the files.
Not here: the four places and their releases (``tests/integration/test_orakel.py``).

Figures: © Statistische Ämter des Bundes und der Länder, Deutschland, 2017, dl-de/by-2-0, Tabellen 12411-01-01-4,
12411-02-03-5, 12612-01-01-4, 21111-02-06-4, 22543-01-02-4, 22811-01-01-4, 22811-02-02-4, AI003-2.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from quality import tuer
from quality.schema import polars_schema
from sources import stammdaten
from sources.katalog import lade_katalog
from sources.vertraege import lade_vertraege
from tests.warehouse.conftest import PROJEKT, Lager

DATEIEN = {
    "abgaenger": ["schools/21111-02-06-4.csv"],
    "kindertagesbetreuung": ["kjh/22543-01-02-4_00.csv"],
    "bevoelkerung_altersgruppen": ["population/12411-02-03-5_00.csv"],
    "bevoelkerung_geschlecht": ["population/12411-01-01-4_00.csv"],
    "mindestsicherung": ["social/22811-01-01-4_00.csv", "social/22811-02-02-4_00.csv"],
    "geburten": ["population/12612-01-01-4_00.csv"],
}
Roh = Callable[[str], list[list[str]]]


@pytest.fixture(scope="module")
def roh(testdaten: Path) -> Roh:
    """Rows of a file as text, as they stand in it."""

    def lies(datei: str) -> list[list[str]]:
        with (testdaten / "genesis" / datei).open(encoding="iso-8859-1", newline="") as offen:
            return list(csv.reader(offen, delimiter=";"))

    return lies


@pytest.fixture(scope="module")
def gebiete(roh: Roh) -> list[str]:
    """Germany, Länder and Kreise: all keys of AI003-2."""
    return sorted({z[1] for z in roh("schools/AI003-2_00.csv") if len(z) == 5 and z[0].isdigit()})


@pytest.fixture(scope="module")
def kennzahlen(gebiete: list[str], testdaten: Path) -> dict[tuple[str, str, int], dict[str, Any]]:
    """(Kennzahl, key, year) -> row of the calculated Kennzahlen, each Gebiet a Jugendamt of its own."""
    vertraege = lade_vertraege()
    katalog = lade_katalog(PROJEKT / "kennzahlen")
    lager = Lager([k.kennzahl for k in katalog])
    immer = date(1900, 1, 1)
    eigene: dict[str, list[dict[str, Any]]] = {
        "jugendaemter": [
            {"jugendamt": g, "name": g, "land": "", "kennzahlenprofil": "", "ganzes": g, "haupthierarchie": "planung"}
            for g in gebiete
        ],
        "quellenrang": [{"jugendamt": g, "quelle": "fortschreibung", "rang": 0} for g in gebiete],
        "schluessel": [
            {"jugendamt": g, "schluesselart": "ags", "schluessel": g, "raum_id": g} for g in gebiete
        ],
        "raeume": [
            {"jugendamt": g, "raum_id": g, "raum_name": g, "raumebene": "jugendamt", "gebietsart": "kreis",
             "gueltig_von": immer, "gueltig_bis": None, "belegt": True}
            for g in gebiete
        ],
    }  # fmt: skip
    for name, tabelle in stammdaten.als_tabellen([], vertraege, katalog, [], []).items():
        schema = stammdaten.SCHEMATA[name][1]
        lager.tabelle(f"stammdaten_{name}", pl.DataFrame(eigene[name], schema=schema) if name in eigene else tabelle)
    for extrakt, vertrag in vertraege.items():
        teile = [pl.DataFrame(schema=polars_schema(vertrag))]
        for nr, datei in enumerate(DATEIEN.get(extrakt, ())):
            inhalt = (testdaten / "genesis" / datei).read_bytes()
            zellen = tuer.pruefe(inhalt, Path(datei).name, vertrag, {}).zellen
            technisch = {"jugendamt": "_amtlich", "lieferung": str(nr), "lieferung_nr": nr, "datenstand": None,
                         "musterdaten": False}  # fmt: skip
            zellen = zellen.filter(pl.col("raum_schluessel").is_in(gebiete)).with_columns(
                pl.lit(wert).alias(name) for name, wert in technisch.items()
            )
            teile.append(zellen.select(pl.col(n).cast(t) for n, t in polars_schema(vertrag).items()))
        lager.tabelle(f"lake_{extrakt}", pl.concat(teile))
    zeilen = lager.modell("int_kennzahlen__berechnet")
    return {(z["kennzahl"], z["raum_id"], z["berichtsjahr"]): z for z in zeilen}


def _gerundet(wert: Fraction, stellen: int = 1) -> str:
    """As official tables round: half away from zero."""
    zahl = Decimal(wert.numerator) / Decimal(wert.denominator)
    return str(zahl.quantize(Decimal(1).scaleb(-stellen), ROUND_HALF_UP)).replace(".", ",")


def _zahl(text: str) -> int | None:
    return int(text) if text.isdigit() else 0 if text == "-" else None


def _quote(zeile: dict[str, Any], faktor: int = 100) -> Fraction:
    assert zeile["wert"] == pytest.approx(faktor * zeile["zaehler"] / zeile["nenner"], rel=1e-12), "ungerundet"
    return Fraction(zeile["zaehler"]) * faktor / Fraction(zeile["nenner"])


@pytest.mark.parametrize(("kennzahl", "spalte"), [("abgaenger_ahr_pct", 3), ("abgaenger_ohne_hsa_pct", 4)])
def test_abgaenger_wie_der_regionalatlas_fuer_jeden_kreis_und_jedes_jahr(
    kennzahlen: dict[tuple[str, str, int], dict[str, Any]], roh: Roh, kennzahl: str, spalte: int
) -> None:
    """9,111 rates, no exception. Where the atlas prints "-" beside leavers (Landkreise Bamberg and Schweinfurt, 2014
    and 2015: nobody with Hochschulreife), ours is the 0 that this sign means; where it has ".", we have no rate either.
    """
    falsch, verglichen = {}, 0
    for zeile in roh("schools/AI003-2_00.csv"):
        if len(zeile) != 5 or not zeile[0].isdigit():
            continue
        gerechnet = kennzahlen.get((kennzahl, zeile[1], int(zeile[0])))
        hat_wert = gerechnet is not None and gerechnet["wert"] is not None
        soll = zeile[spalte]
        if soll[0].isdigit():
            verglichen += 1
            ist = _gerundet(_quote(gerechnet)) if gerechnet and hat_wert else "kein Wert"
        else:
            ist = _gerundet(_quote(gerechnet)) if gerechnet and hat_wert else soll
            soll = "0,0" if hat_wert and soll == "-" else soll
        if ist != soll:
            falsch[zeile[1], zeile[0]] = (ist, soll)
    assert falsch == {}
    assert verglichen == {"abgaenger_ahr_pct": 4545, "abgaenger_ohne_hsa_pct": 4566}[kennzahl]


def _bevoelkerung_2015(roh: Roh) -> dict[str, list[int]]:
    """Key -> the 17 age groups of both sexes."""
    zeilen = [z for z in roh("population/12411-02-03-5_00.csv") if len(z) == 56 and z[0] and z[0] != "__________"]
    return {z[0]: [_zahl(w) or 0 for w in z[2:19]] for z in zeilen}


@pytest.mark.parametrize(
    ("code", "spalte", "gruppe"), [("betreuungsquote_u3_pct", 5, 0), ("betreuungsquote_3_u6_pct", 6, 1)]
)
def test_betreuungsquoten_nach_amtlicher_definition_fuer_jeden_kreis(
    kennzahlen: dict[tuple[str, str, int], dict[str, Any]], roh: Roh, code: str, spalte: int, gruppe: int
) -> None:
    """AI0306, AI0307: children on 1 March 2016, each once, over the children of 31.12.2015."""
    einwohner, verglichen = _bevoelkerung_2015(roh), 0
    for zeile in roh("kjh/22543-01-02-4_00.csv"):
        if len(zeile) < 7 or zeile[0] != "01.03.2016" or not zeile[3].startswith("Insgesamt"):
            continue
        zeile_hier = kennzahlen.get((f"{code}_einrichtungsort", zeile[1], 2016))
        if zeile_hier is None or zeile_hier["wert"] is None:
            assert _zahl(zeile[spalte]) in {None, 0} or not einwohner.get(zeile[1], [0, 0])[gruppe], zeile
            continue
        kinder = _zahl(zeile[spalte])
        assert (zeile_hier["zaehler"], zeile_hier["nenner"]) == (kinder, einwohner[zeile[1]][gruppe]), zeile
        assert zeile_hier["stichtag"] == date(2016, 3, 1)
        assert not zeile_hier["ist_geschaetzt"]
        verglichen += 1
        nach_wohnort = kennzahlen[code, zeile[1], 2016]
        assert (nach_wohnort["wert"], nach_wohnort["ist_geschaetzt"]) == (zeile_hier["wert"], True), "nur ein Ersatz"
    assert verglichen >= 400
    deutschland = {"betreuungsquote_u3_pct": "32,7", "betreuungsquote_3_u6_pct": "93,6"}
    assert _gerundet(_quote(kennzahlen[f"{code}_einrichtungsort", "DG", 2016])) == deutschland[code]


def test_sgb2_quoten_nach_amtlicher_definition_fuer_jeden_kreis(
    kennzahlen: dict[tuple[str, str, int], dict[str, Any]], roh: Roh
) -> None:
    """AI2102 and AI2107: December 2015 over under 65 and under 15 of 31.12.2015."""
    einwohner, verglichen = _bevoelkerung_2015(roh), 0
    for zeile in roh("social/22811-02-02-4_00.csv"):
        if len(zeile) < 16 or zeile[0] != "31.12.2015" or ("sgb2_pct", zeile[1], 2015) not in kennzahlen:
            continue
        gruppen = einwohner[zeile[1]]
        for code, spalte, bis in (("sgb2_pct", 4, 15), ("sozialgeld_u15_pct", 15, 4)):
            ist, soll = kennzahlen[code, zeile[1], 2015], _zahl(zeile[spalte])
            if soll and sum(gruppen):
                assert (ist["zaehler"], ist["nenner"]) == (soll, sum(gruppen[:bis])), zeile
                verglichen += 1
            else:
                assert not ist["wert"]
    assert verglichen >= 800


def test_geburten_ueber_der_durchschnittlichen_bevoelkerung(
    kennzahlen: dict[tuple[str, str, int], dict[str, Any]], roh: Roh
) -> None:
    """AI0209 from 2012 on: births over the mean of start and end of the year; before the census an approximation."""
    bestand: dict[tuple[str, int], int | None] = {}
    alle = roh("population/12411-01-01-4_00.csv")
    (kopf,) = [z for z in alle if len(z) > 2 and z[2].startswith("31.12.")]
    for zeile in alle:
        if zeile and zeile[0].isdigit() and len(zeile) == len(kopf):
            bestand |= {(zeile[0], int(kopf[s][-4:])): _zahl(zeile[s]) for s in range(2, len(zeile), 3)}
    verglichen = 0
    for zeile in roh("population/12612-01-01-4_00.csv"):
        if len(zeile) != 6 or not zeile[0].isdigit() or len(zeile[1]) != 5:
            continue
        jahr, geboren = int(zeile[0]), _zahl(zeile[3])
        ist = kennzahlen.get(("geburten_je_1000", zeile[1], jahr))
        mittel = [bestand.get((zeile[1], j)) for j in (jahr, jahr - 1)]
        if ist is None or not geboren or not all(mittel):
            continue
        if jahr == 2011:
            assert (ist["status"], ist["wert"]) == ("zeitreihenbruch", None)
            continue
        assert _quote(ist, 1000) == Fraction(geboren * 2000, sum(m or 0 for m in mittel)), zeile
        assert ist["ist_geschaetzt"] == (jahr < 2012)
        verglichen += 1
    assert verglichen > 7000
