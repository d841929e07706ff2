"""The real Regionaldatenbank exports against an independent recount and the published oracles."""

import re
import time
from pathlib import Path

import polars as pl
import pytest

from sources.formate import Gelesen
from sources.formate.regionaldatenbank import lies

ANZAHL_DATEIEN = 21
DATEIEN = {
    "12411-01-01-5": "population/12411-01-01-5_00.csv",
    "12411-02-03-5": "population/12411-02-03-5_00.csv",
    "21111-02-06-4": "schools/21111-02-06-4.csv",
    "22542-01-02-4": "kjh/22542-01-02-4_00.csv",
}


@pytest.fixture(scope="module")
def tabelle(testdaten: Path):
    gelesen: dict[str, Gelesen] = {}

    def hole(kennung: str) -> pl.DataFrame:
        if kennung not in gelesen:
            gelesen[kennung] = lies((testdaten / "genesis" / DATEIEN[kennung]).read_bytes())
        return gelesen[kennung].daten

    return hole


def test_every_file_gives_exactly_its_cells_sum_and_signs(testdaten: Path, zaehle) -> None:
    dateien = sorted((testdaten / "genesis").rglob("*.csv"))
    assert len(dateien) == ANZAHL_DATEIEN
    for datei in dateien:
        inhalt = datei.read_bytes()
        zellen, summe, zeichen = zaehle(inhalt)
        gelesen = lies(inhalt)
        daten = gelesen.daten
        gefunden = daten.filter(pl.col("zeichen") != "")["zeichen"].value_counts().rows()
        assert daten.height == zellen, datei.name
        assert daten["wert"].sum() == pytest.approx(summe, rel=1e-12), datei.name
        assert dict(gefunden) == zeichen, datei.name
        assert daten["wert"].null_count() == sum(zeichen.values()), datei.name
        assert gelesen.kennung == datei.stem.removesuffix("_00")
        assert gelesen.kodierung == ("utf-8" if datei.stem.endswith("_00") else "iso-8859-1")
        assert gelesen.meta["lizenz"] == "dl-de/by-2-0"
        assert re.fullmatch(r"201[78]-\d\d-\d\dT\d\d:\d\d:\d\d", gelesen.meta["stand"])
        assert not gelesen.musterdaten
        for spalte in ("raum_schluessel", "raum_name", "zeit", "merkmal", "einheit"):
            assert (daten[spalte] != "").all(), (datei.name, spalte)
        zelle = [s for s in daten.columns if s not in ("wert", "zeichen")]
        if datei.stem != "22542-01-02-4_00":
            assert daten.select(zelle).is_unique().all(), datei.name


def test_dimensions_are_told_from_captions(tabelle) -> None:
    werte = {
        ("12411-01-01-5", "dim_1"): {"Insgesamt", "männlich", "weiblich"},
        ("12411-02-03-5", "dim_1"): {"Insgesamt", "männlich", "weiblich"},
        ("21111-02-06-4", "dim_2"): {"Insgesamt", "weiblich"},
    }
    for (kennung, spalte), erwartet in werte.items():
        assert set(tabelle(kennung)[spalte].unique()) == erwartet
    assert tabelle("12411-02-03-5")["dim_2"].n_unique() == 18
    assert "ohne Hauptschulabschluss" in tabelle("21111-02-06-4")["dim_1"].unique()
    assert tabelle("12411-02-03-5")["merkmal"].unique().to_list() == ["Bevölkerungsstand"]


def test_municipalities_sum_to_their_kreis(tabelle) -> None:
    daten = tabelle("12411-01-01-5").filter(pl.col("dim_1") == "Insgesamt")
    erwartet = {
        "08317": [420106, 415639, 412678, 411700, 410408, 417513, 417267, 417613],
        "03361": [134645, 133215, 132459, 132129, 131936, 133368, 133328, 133560],
    }
    for kreis, summen in erwartet.items():
        im_kreis = daten.filter(pl.col("raum_schluessel").str.starts_with(kreis))
        gemeinden = im_kreis.filter(pl.col("raum_schluessel").str.len_chars() == 8)
        for jahr, summe in zip(range(2015, 2007, -1), summen, strict=True):
            tag = f"31.12.{jahr}"
            assert gemeinden.filter(pl.col("zeit") == tag)["wert"].sum() == summe
            zeile = im_kreis.filter((pl.col("raum_schluessel") == kreis) & (pl.col("zeit") == tag))
            assert zeile["wert"].to_list() == [summe]


@pytest.mark.parametrize(
    ("schluessel", "unter_18", "gesamt"),
    [
        ("08317001", 4283, 25018),
        ("03361001", 5380, 31156),
        ("05958004", 12193, 73784),
        ("13003", 27883, 206011),
        ("08317", 73178, 420106),
        ("03361", 23646, 134645),
    ],
)
def test_under_18(tabelle, schluessel: str, unter_18: int, gesamt: int) -> None:
    ort = tabelle("12411-02-03-5").filter((pl.col("raum_schluessel") == schluessel) & (pl.col("dim_1") == "Insgesamt"))
    jung = ["unter 3 Jahre", "3 bis unter 6 Jahre", "6 bis unter 10 Jahre", "10 bis unter 15 Jahre",
            "15 bis unter 18 Jahre"]  # fmt: skip
    assert ort.filter(pl.col("dim_2").is_in(jung))["wert"].sum() == unter_18
    assert ort.filter(pl.col("dim_2") == "Insgesamt")["wert"].to_list() == [gesamt]


def test_school_leavers_and_institutions(tabelle) -> None:
    abgaenger = tabelle("21111-02-06-4").filter((pl.col("zeit") == "2015") & (pl.col("dim_2") == "Insgesamt"))
    for schluessel, (alle, ohne) in {"08317": (5217, 224), "13003": (1448, 140)}.items():
        ort = abgaenger.filter(pl.col("raum_schluessel") == schluessel)
        assert ort.filter(pl.col("dim_1") == "Insgesamt")["wert"].to_list() == [alle]
        assert ort.filter(pl.col("dim_1") == "ohne Hauptschulabschluss")["wert"].to_list() == [ohne]
    hilfen = tabelle("22542-01-02-4").filter(
        (pl.col("zeit") == "31.12.2014") & pl.col("dim_1").str.starts_with("Hilfe z. Erziehung")
    )
    for schluessel, (einrichtungen, plaetze) in {
        "08317": (26, 304),
        "03361": (24, 237),
        "13003": (61, 398),
    }.items():
        ort = hilfen.filter(pl.col("raum_schluessel") == schluessel)
        assert ort["wert"].to_list()[:2] == [einrichtungen, plaetze]


def test_destatis_csv_of_the_same_family(testdaten: Path) -> None:
    gelesen = lies((testdaten / "destatis" / "12411-0015.csv").read_bytes())
    assert gelesen.kennung == "12411-0015"
    assert gelesen.daten.filter(pl.col("raum_schluessel") == "08317")["zeit"].to_list() == [
        f"31.12.{jahr}" for jahr in range(2014, 2019)
    ]


def test_large_export_is_fast(testdaten: Path) -> None:
    inhalt = (testdaten / "genesis" / DATEIEN["12411-02-03-5"]).read_bytes()
    beginn = time.perf_counter()
    assert lies(inhalt).daten.height == 782_622
    assert time.perf_counter() - beginn < 4


def test_cut_anywhere_is_refused(testdaten: Path) -> None:
    from sources.formate import Lesefehler

    inhalt = (testdaten / "genesis" / "population" / "12411-01-01-4_00.csv").read_bytes().rstrip()
    for ende in range(1, len(inhalt), 4999):
        with pytest.raises(Lesefehler):
            lies(inhalt[:ende])
