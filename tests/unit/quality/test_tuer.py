"""The door, row by row: what does not meet the contract waits in quarantine with a sentence that can be sent back.

Here: judging one delivery (``quality.tuer``). Not here: the readers (``tests/unit/formate``), the order of steps
for many files (``tests/integration``).
"""

from __future__ import annotations

import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality import tuer
from quality.schema import pandera_schema
from sources.formate import Lesefehler
from sources.vertraege import Schwellen, Vertrag, lade_vertraege
from sources.zellen import in_zellen

KOPF = "stadtbereich_code,stadtbereich_bezeichnung,einwohnerzahl,bevoelkerungsdichte\n"
ANGABEN = {"thema": "insgesamt", "jahr": "2023"}
GUT = ("A,Warnemünde,8000,700.5", "B,Rostock-Ost,1200,60.0", "C,Lichtenhagen,14000,5000.0", "D,Groß Klein,12000,4000.0")


def _vertrag(extrakt: str = "opendata_hro", anteil: float = 1.0) -> Vertrag:
    schwellen = Schwellen(quarantaene_anteil=anteil)
    return lade_vertraege()[extrakt].model_copy(update={"schwellen": schwellen})


def _pruefe(*zeilen: str, vertrag: Vertrag | None = None, **angaben: str) -> tuer.Geprueft:
    inhalt = (KOPF + "\n".join(zeilen) + "\n").encode()
    return tuer.pruefe(inhalt, "insgesamt_2023.csv", vertrag or _vertrag(), {**ANGABEN, **angaben})


def test_a_good_delivery_passes_whole() -> None:
    geprueft = _pruefe(*GUT)
    assert len(geprueft.zellen) == 8
    assert geprueft.quarantaene.is_empty()
    assert geprueft.quarantaene.schema == tuer.QUARANTAENE_SCHEMA


@pytest.mark.parametrize(
    ("zeile", "regel", "spalte", "wert", "satz"),
    [
        ("B,Rostock-Ost,,60.0", "wert", "wert", "(leer)", "ist keine Zahl und kein vereinbartes Zeichen"),
        ("B,Rostock-Ost,viele,60.0", "wert", "wert", "viele", "ist keine Zahl und kein vereinbartes Zeichen"),
        ("B,Rostock-Ost,NaN,60.0", "wert", "wert", "NaN", "ist keine Zahl und kein vereinbartes Zeichen"),
        ("B,Rostock-Ost,inf,60.0", "wert", "wert", "inf", "ist keine Zahl und kein vereinbartes Zeichen"),
        ("B,Rostock-Ost,-5,60.0", "bereich", "wert", "-5.0", "liegt außerhalb des vereinbarten Bereichs"),
    ],
)
def test_a_bad_value_waits_alone(zeile: str, regel: str, spalte: str, wert: str, satz: str) -> None:
    """Only the bad cell waits; the other figure of its line and all other lines pass."""
    geprueft = _pruefe(GUT[0], zeile, GUT[2], GUT[3])
    assert len(geprueft.zellen) == 7
    assert geprueft.quarantaene.select("zeile", "regel", "spalte", "wert", "meldung").to_dicts() == [
        {
            "zeile": 3,
            "regel": regel,
            "spalte": spalte,
            "wert": wert,
            "meldung": f"Zeile 3, Rostock-Ost (B), 2023: {spalte} '{wert}' {satz}.",
        }
    ]


def test_a_key_of_another_form_waits() -> None:
    geprueft = _pruefe(GUT[0], "B7,Rostock-Ost,1200,60.0", GUT[2])
    assert geprueft.quarantaene["zeile"].to_list() == [3, 3]
    assert set(geprueft.quarantaene["regel"]) == {"muster"}
    assert set(geprueft.quarantaene["meldung"]) == {
        "Zeile 3, Rostock-Ost (B7), 2023: raum_schluessel 'B7' entspricht nicht der vereinbarten Form."
    }
    assert geprueft.zellen["raum_schluessel"].unique(maintain_order=True).to_list() == ["A", "C"]


def test_a_missing_key_waits_and_says_so() -> None:
    geprueft = _pruefe(GUT[0], ",Rostock-Ost,1200,60.0")
    assert set(geprueft.quarantaene["zeile"]) == {3}
    assert "Rostock-Ost (ohne Schlüssel)" in geprueft.quarantaene["meldung"][0]
    assert geprueft.zellen["raum_schluessel"].unique().to_list() == ["A"]


def test_both_lines_of_a_doubled_key_wait() -> None:
    """Nobody can know which of the two is right."""
    geprueft = _pruefe(GUT[0], GUT[1], "B,Rostock-Ost,1300,60.0")
    assert sorted(geprueft.quarantaene["zeile"]) == [3, 3, 4, 4]
    assert set(geprueft.quarantaene["regel"]) == {"schluessel"}
    assert all("kommt doppelt vor" in m and "Rostock-Ost (B)" in m for m in geprueft.quarantaene["meldung"])
    assert geprueft.zellen["raum_schluessel"].unique().to_list() == ["A"]


def test_an_unreadable_date_waits() -> None:
    geprueft = _pruefe(GUT[0], jahr="20x3")
    assert geprueft.zellen.is_empty()
    stichtag = geprueft.quarantaene.filter(pl.col("spalte") == "stichtag")
    assert stichtag["zeile"].to_list() == [2, 2]
    assert set(stichtag["regel"]) == {"pflicht"}
    assert set(stichtag["meldung"]) == {"Zeile 2, Warnemünde (A), 20x3: stichtag '20x3' fehlt oder ist nicht lesbar."}


def test_a_year_out_of_range_waits() -> None:
    geprueft = _pruefe(GUT[0], jahr="1890")
    assert geprueft.zellen.is_empty()
    assert set(geprueft.quarantaene["regel"]) == {"bereich"}


def _regionaldatenbank(geschlechter: str = "Insgesamt;männlich;weiblich", werte: str = "9;4;5") -> bytes:
    breite = ";" * werte.count(";")
    tage = ";".join(["31.12.2023"] * (werte.count(";") + 1))
    return (
        f"GENESIS-Tabelle: 12411-01-01-5\nBevölkerungsstand: Bevölkerung nach Geschlecht;;{breite}\n"
        f"Bevölkerungsstand (Anzahl);;{breite}\n;;{tage}\n;;{geschlechter}\n99001;      Musterkreis;{werte}\n"
        "__________\nStand: 01.07.2024 / 12:00:00\n"
    ).encode("iso-8859-1")


def test_an_unknown_code_waits_for_someone_to_classify_it() -> None:
    vertrag = _vertrag("bevoelkerung_geschlecht")
    inhalt = _regionaldatenbank("Insgesamt;männlich;weiblich;divers", "9;4;5;1")
    geprueft = tuer.pruefe(inhalt, "12411-01-01-5.csv", vertrag, {})
    assert geprueft.zellen["geschlecht"].to_list() == ["insgesamt", "maennlich", "weiblich"]
    assert geprueft.quarantaene.select("zeile", "regel", "spalte").rows() == [(6, "code", "geschlecht")]
    meldung = geprueft.quarantaene["meldung"][0]
    assert meldung == "Zeile 6, Musterkreis (99001), 31.12.2023: geschlecht 'divers' unbekannter Code."


def test_signs_of_the_source_are_values_not_faults() -> None:
    geprueft = tuer.pruefe(
        _regionaldatenbank(werte="9;-;."), "12411-01-01-5.csv", _vertrag("bevoelkerung_geschlecht"), {}
    )
    assert geprueft.quarantaene.is_empty()
    assert geprueft.zellen.select("status", "wert").rows() == [
        ("gueltig", 9.0),
        ("null_genau", 0.0),
        ("unbekannt_oder_geheim", None),
    ]


def test_a_sign_nobody_agreed_on_waits() -> None:
    vertrag = lade_vertraege()["bevoelkerung_geschlecht"]
    zeichen = {k: v for k, v in vertrag.zeichen.items() if k != "/"}
    vertrag = _vertrag("bevoelkerung_geschlecht").model_copy(update={"zeichen": zeichen})
    geprueft = tuer.pruefe(_regionaldatenbank(werte="9;4;/"), "12411-01-01-5.csv", vertrag, {})
    assert geprueft.zellen["geschlecht"].to_list() == ["insgesamt", "maennlich"]
    assert set(geprueft.quarantaene["zeile"]) == {6}
    assert any("'/'" in m for m in geprueft.quarantaene["meldung"])


def test_above_the_threshold_the_delivery_is_refused() -> None:
    viele = [f"{chr(ord('A') + n)},Ort {n},{1000 + n},10.0" for n in range(20)]
    viele[4] = "E,Ort 4,-1,10.0"
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(*viele, vertrag=_vertrag(anteil=0.02))
    assert fehler.value.art == "zu_viele_fehler"
    assert str(fehler.value).startswith("1 von 40 Werten (2.5%) verletzen den Vertrag: Zeile 6, Ort 4 (E), 2023: ")
    assert "die letzte gute Lieferung bleibt in Kraft" in str(fehler.value)
    geprueft = _pruefe(*viele, vertrag=_vertrag(anteil=0.025))
    assert (len(geprueft.zellen), len(geprueft.quarantaene)) == (39, 1)


def test_one_cell_that_breaks_two_rules_counts_once() -> None:
    geprueft = _pruefe(GUT[0], "B7,Rostock-Ost,-5,60.0")
    assert len(geprueft.zellen) == 2
    assert geprueft.quarantaene.select("zeile", "regel").sort("regel").rows() == [
        (3, "bereich"), (3, "muster"), (3, "muster"),
    ]  # fmt: skip


def test_frames_are_eager_so_that_one_bad_row_is_caught() -> None:
    """Pandera checks only the schema of a LazyFrame; this fails if the door is ever given one."""
    vertrag = _vertrag()
    inhalt = (KOPF + "A,Warnemünde,8000,700.5\nB,Rostock-Ost,-5,60.0\n").encode()
    zellen = in_zellen(tuer.lies(inhalt, "insgesamt_2023.csv", vertrag), vertrag, ANGABEN)
    assert isinstance(zellen, pl.DataFrame)
    pandera_schema(vertrag).validate(zellen.lazy(), lazy=True).collect()  # the trap: passes
    assert len(_pruefe("A,Warnemünde,8000,700.5", "B,Rostock-Ost,-5,60.0").quarantaene) == 1


ZAHL = st.one_of(
    st.integers(-5, 10**7).map(str),
    st.floats(-10, 10**6).map(lambda x: f"{x:.2f}"),
    st.sampled_from(["", "NaN", "inf", "-inf", "1e400", "viele", ".", "-", "1,5", "0x10", "١٢", "1_000", "−5"]),
)
FELD = st.text(st.characters(codec="utf-8", exclude_characters=',"\r\n\x00', exclude_categories=["C"]), max_size=6)
SCHLUESSEL = st.one_of(st.sampled_from("ABCDEFGHIJKLMNOPQRSTU"), FELD)
ZEILE = st.tuples(SCHLUESSEL, FELD, ZAHL, ZAHL)


@settings(max_examples=80, deadline=None)
@given(zeilen=st.lists(ZEILE, min_size=1, max_size=25), jahr=st.sampled_from(["2023", "1890", "x", ""]))
def test_every_cell_is_either_accepted_or_in_quarantine(zeilen: list[tuple[str, str, str, str]], jahr: str) -> None:
    """Cells in = cells accepted + cells in quarantine, and every accepted one meets the contract."""
    vertrag = _vertrag()
    inhalt = (KOPF + "".join(",".join(f'"{f}"' for f in z) + "\n" for z in zeilen)).encode()
    angaben = {**ANGABEN, "jahr": jahr}
    try:
        gelesen = tuer.lies(inhalt, "insgesamt_2023.csv", vertrag)
        geprueft = tuer.pruefe(inhalt, "insgesamt_2023.csv", vertrag, angaben)
    except Lesefehler:
        return  # refused whole, with a reason: nothing passed
    zellen = in_zellen(gelesen, vertrag, angaben)
    verstoesse = tuer._verstoesse(zellen, vertrag)
    schlecht = verstoesse["index"].n_unique()
    assert len(zellen) == len(geprueft.zellen) + schlecht
    assert len(geprueft.quarantaene) == len(verstoesse)
    gut = geprueft.zellen
    assert gut["wert"].is_null().sum() == 0
    assert gut["wert"].is_finite().all()
    assert (gut["wert"] >= 0).all()
    assert gut["raum_schluessel"].str.contains("^[A-Z]$").all()
    assert gut.select(vertrag.schluessel).is_unique().all()
    assert gut["stichtag"].unique().to_list() in ([], [datetime.date(2023, 12, 31)])
