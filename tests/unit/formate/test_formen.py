"""Header shapes of the Regionaldatenbank that the real test inputs do not have, rebuilt with Musterdaten.

Each shape is taken from a published export; numbers and labels are invented. Cells, sum and signs are compared
with an independent recount (fixture `zaehle`).
"""

import csv
import io
from dataclasses import dataclass, field

import polars as pl
import pytest

from sources.formate import Lesefehler
from sources.formate.regionaldatenbank import lies

ORT = ["08317", "      Musterkreis, Landkreis"]
LAND = ["08", "  Musterland"]


def _mal(*gruppen: tuple[str, int]) -> list[str]:
    return [text for text, anzahl in gruppen for _ in range(anzahl)]


@dataclass(frozen=True)
class Form:
    """One export: preamble, header rows and data rows; `schluessel` key columns; `erwartet` labels per column."""

    titel: tuple[str, ...]
    kopf: list[list[str]]
    daten: list[list[str]]
    schluessel: int
    erwartet: dict[str, list[str]] = field(default_factory=dict)


FORMEN = {
    "one header row under a measure in the preamble": Form(
        ("Muster nach Monaten", "- Jahressumme -", "Musterstatistik", "Geburten (Anzahl)"),
        [["", "", "", "Insgesamt", "Januar", "Februar"]],
        [["2015", *LAND, "11", "5", "6"], ["2015", *ORT, "3", "-", "3"]],
        3,
        {"zeit": ["2015"], "merkmal": ["Geburten"], "einheit": ["Anzahl"], "dim_1": ["Insgesamt", "Januar", "Februar"]},
    ),
    "six header rows, captions over some columns": Form(
        ("Abschlüsse", "regionale Tiefe: Kreise und krfr. Städte", "Musterstatistik der Schulen"),
        [
            _mal(("", 3), ("Abgänger", 4), ("nachrichtlich", 2)),
            _mal(("", 3), ("Geschlecht", 2), ("davon mit", 2), ("Geschlecht", 2)),
            ["", "", "", "Insgesamt", "weiblich", "Abschluss A", "Abschluss A", "Insgesamt", "weiblich"],
            _mal(("", 5), ("Geschlecht", 2), ("", 2)),
            ["", "", "", "", "", "Insgesamt", "weiblich", "", ""],
            _mal(("", 3), ("Anzahl", 6)),
        ],
        [["2015", *ORT, "26", "12", "9", "4", "7", "."]],
        3,
        {
            "merkmal": ["Abgänger", "nachrichtlich"],
            "dim_1": ["Geschlecht", "davon mit"],
            "dim_2": ["Insgesamt", "weiblich", "Abschluss A"],
            "dim_3": ["", "Insgesamt", "weiblich"],
        },
    ),
    "total without a label beside labelled parts": Form(
        ("Quotienten", "- Stichtag 31.12. -", "Musterfortschreibung"),
        [
            _mal(("", 3), ("Jugendquotient", 3), ("Altenquotient", 3)),
            ["", "", "", "", "männlich", "weiblich", "", "männlich", "weiblich"],
            _mal(("", 3), ("Anzahl", 6)),
        ],
        [["31.12.2015", *LAND, "30,3", "30,9", "29,6", "34,7", "29,8", "39,9"]],
        3,
        {"merkmal": ["Jugendquotient", "Altenquotient"], "dim_1": ["", "männlich", "weiblich"]},
    ),
    "total without any heading, measure in the preamble": Form(
        ("Gestorbene", "Musterstatistik", "Gestorbene (Anzahl)"),
        [["", "", "", "", "männlich", "weiblich"]],
        [["2015", *LAND, "15", "7", "8"], ["2015", *ORT, "7", "-", "7"], ["2014", *LAND, ".", "x", "/"]],
        3,
        {"merkmal": ["Gestorbene"], "dim_1": ["", "männlich", "weiblich"]},
    ),
    "measures of one and of three header levels, units mixed": Form(
        ("Bruttoprodukt (Muster 2008)", "- Jahressumme -", "Mustergesamtrechnung"),
        [
            ["", "", "", "Produkt", "Produkt je Einwohner", "Wertschöpfung", "Wertschöpfung", "Wertschöpfung"],
            _mal(("", 5), ("Abschnitte", 3)),
            ["", "", "", "", "", "Insgesamt", "Bau (F)", "Handel,Verkehr"],
            ["", "", "", "Tsd. EUR", "EUR", "Tsd. EUR", "Tsd. EUR", "Tsd. EUR"],
        ],
        [["2014", *LAND, "915650", "36003", "623090", "120738", "."]],
        3,
        {
            "merkmal": ["Produkt", "Produkt je Einwohner", "Wertschöpfung"],
            "einheit": ["Tsd. EUR", "EUR"],
            "dim_1": ["", "Insgesamt", "Bau (F)", "Handel,Verkehr"],
        },
    ),
    "unknown unit among known ones below a line that looks like measure and unit": Form(
        ("Arbeitsleistung", "Musterzählung", "Betriebe (inkl. Muster)", "Jahr: 2010"),
        [
            ["", "", "Betriebe", "Fläche", "Arbeitskräfte", "Familie", "Familie"],
            ["", "", "", "", "", "Arbeitskräfte", "Leistung"],
            ["", "", "Anzahl", "ha", "Anzahl", "Anzahl", "AK-E"],
        ],
        [["DG", "Deutschland", "14", "995,5", "45", "24", "16"], [*ORT, "8", ".", "-", "...", "x"]],
        2,
        {
            "zeit": ["2010"],
            "merkmal": ["Betriebe", "Fläche", "Arbeitskräfte", "Familie"],
            "einheit": ["Anzahl", "ha", "AK-E"],
            "dim_1": ["", "Arbeitskräfte", "Leistung"],
        },
    ),
    "measure and unit in key columns, size classes in the header, year on its own line": Form(
        ("Betriebe nach Größenklassen", "- Jahr - regionale Tiefe: Kreise", "Musterzählung", "Jahr: 2010"),
        [_mal(("", 4), ("Größenklassen", 3)), ["", "", "", "", "Insgesamt", "unter 5 ha", "5 bis unter 10 ha"]],
        [["DG", "Deutschland", "Betriebe", "Anzahl", "29", "20", "9"], [*ORT, "Fläche", "ha", "33", "5", "."]],
        4,
        {
            "zeit": ["2010"],
            "merkmal": ["Betriebe", "Fläche"],
            "einheit": ["Anzahl", "ha"],
            "dim_1": ["Insgesamt", "unter 5 ha", "5 bis unter 10 ha"],
        },
    ),
    "quoted title, measures with signs in their names": Form(
        ('"Nachhaltigkeit" Themenbereich "Fläche"', "Musteratlas"),
        [
            ["", "", "", "Dichte (Einwohner je qkm)", "Zunahme(+)/Abnahme(-) je 10.000 EW"],
            ["", "", "", "Anzahl", "Prozent"],
        ],
        [["1995", *LAND, "229,2", "x"], ["1996", *LAND, "-14,6", "."], ["1996", *ORT, "-", "-0,2"]],
        3,
        {"zeit": ["1995", "1996"], "merkmal": ["Dichte (Einwohner je qkm)", "Zunahme(+)/Abnahme(-) je 10.000 EW"]},
    ),
    "indented dimension in a key column": Form(
        ("Erwerbsstatus", "regionale Ebenen", "Musterzensus", "09.05.2011"),
        [_mal(("", 3), ("Bevölkerung", 2)), ["", "", "", "", "männlich"], ["", "", "", "Anzahl", "Anzahl"]],
        [[*ORT, "Erwerbspersonen", "438", "233"], [*ORT, "    dar. Erwerbslose", "29", "/"]],
        3,
        {"zeit": ["09.05.2011"], "dim_1": ["Erwerbspersonen", "dar. Erwerbslose"], "dim_2": ["", "männlich"]},
    ),
    "code and name of a class in two key columns, total without code, date below the measure": Form(
        (
            "Betriebe nach Wirtschaftsabteilungen",
            "Musterstatistik (MZ2008)",
            "Tätige Personen (Arbeitsort) (Anzahl)",
            "30.06.2015",
        ),
        [
            _mal(("", 4), ("Nationalität", 3)),
            _mal(("", 4), ("Insgesamt", 2), ("Ausländer(innen)", 1)),
            _mal(("", 4), ("Geschlecht", 3)),
            ["", "", "", "", "Insgesamt", "weiblich", "weiblich"],
        ],
        [
            ["DG", "Deutschland", "MZ08-B", "Bergbau (B)", "54", "20", "7"],
            ["DG", "Deutschland", "MZ08-05", "Kohle", "0", "-", "."],
            ["DG", "Deutschland", "", "Insgesamt", "54", "20", "7"],
        ],
        4,
        {
            "zeit": ["30.06.2015"],
            "raum_schluessel": ["DG"],
            "merkmal": ["Tätige Personen (Arbeitsort)"],
            "einheit": ["Anzahl"],
            "dim_1": ["MZ08-B", "MZ08-05", ""],
            "dim_2": ["Bergbau (B)", "Kohle", "Insgesamt"],
            "dim_3": ["Insgesamt", "Ausländer(innen)"],
            "dim_4": ["Insgesamt", "weiblich"],
        },
    ),
    "measure below the classes it is broken down by, units told by it alone": Form(
        ("Betriebe nach Art", "- Erhebungsjahr - regionale Tiefe: Kreise", "Musterstrukturerhebung"),
        [
            _mal(("", 3), ("Art der Bewirtschaftung", 4)),
            _mal(("", 3), ("Insgesamt", 2), ("mit Muster", 2)),
            ["", "", "", "Betriebe", "Fläche", "Betriebe", "Fläche"],
            ["", "", "", "Anzahl", "ha", "Anzahl", "ha"],
        ],
        [["2007", *LAND, "37", "169", "14", "."], ["2007", *ORT, "2", "x", "0", "-"]],
        3,
        {"merkmal": ["Betriebe", "Fläche"], "einheit": ["Anzahl", "ha"], "dim_1": ["Insgesamt", "mit Muster"]},
    ),
    "a bare number as unit, measures that name money and area": Form(
        ("Erwerbstätige", "- Jahresdurchschnitt - (MZ2008)", "Musterrechnung"),
        [
            ["", "", "", "Tätige im JD", "Entgelt pro cbm", "Verbrauch", "Fläche"],
            ["", "", "", "1000", "EUR", "Tsd. MJ", "m²"],
        ],
        [["2014", *LAND, "42703,0", "1,45", "x", "."], ["2014", *ORT, "0,0", "-", "7", "90,5"]],
        3,
        {
            "merkmal": ["Tätige im JD", "Entgelt pro cbm", "Verbrauch", "Fläche"],
            "einheit": ["1000", "EUR", "Tsd. MJ", "m²"],
        },
    ),
    "periods of several years as time": Form(
        ("Mehrjährige Muster", "Musterstatistik", "Fälle (Anzahl)"),
        [["", "", "", "Insgesamt", "neu"]],
        [["2010/2012", *LAND, "1", "2"], ["2013-2015", *LAND, "3", "4"], ["01.10.2015 - 30.09.2016", *LAND, "5", "6"]],
        3,
        {"zeit": ["2010/2012", "2013-2015", "01.10.2015 - 30.09.2016"], "dim_1": ["Insgesamt", "neu"]},
    ),
    "table without regions, cells with semicolons and quotes": Form(
        ("Parteien", "Musterwahl", "Stimmen (Anzahl)"),
        [["", "", "Insgesamt", 'Liste "A; B"']],
        [["22.09.2013", "Erststimmen", "7", "2"], ["22.09.2013", 'Zweit; "gültig"', "5", ""]],
        2,
        {
            "zeit": ["22.09.2013"],
            "raum_schluessel": [""],
            "dim_1": ["Erststimmen", 'Zweit; "gültig"'],
            "dim_2": ["Insgesamt", 'Liste "A; B"'],
        },
    ),
}


def _text(form: Form) -> str:
    aus = io.StringIO()
    schreibe = csv.writer(aus, delimiter=";", lineterminator="\n").writerow
    aus.write("GENESIS-Tabelle: 99999-01-01-4-B\n")
    for zeile in form.titel:
        schreibe([zeile, *[""] * (len(form.kopf[0]) - 1)])
    for reihe in [*form.kopf, *form.daten]:
        schreibe(reihe)
    return aus.getvalue() + '__________\n"Musterdaten, ""frei"" erfunden"\nStand: 10.10.2017 / 18:42:14\n'


@pytest.mark.parametrize("name", FORMEN)
@pytest.mark.parametrize("kodierung", ["utf-8", "utf-8-sig", "iso-8859-1"])
def test_shape(name: str, kodierung: str, zaehle) -> None:
    form = FORMEN[name]
    zellen, summe, zeichen = zaehle(_text(form).encode(), form.schluessel)
    gelesen = lies(_text(form).encode(kodierung))
    daten = gelesen.daten
    assert daten.height == zellen == len(form.daten) * (len(form.kopf[0]) - form.schluessel)
    assert daten["wert"].sum() == pytest.approx(summe)
    gefunden = dict(daten.filter(pl.col("wert").is_null())["zeichen"].value_counts().rows())
    assert gefunden == zeichen
    for spalte, werte in form.erwartet.items():
        assert daten[spalte].unique(maintain_order=True).to_list() == werte, spalte
    dims = [s for s in daten.columns if s.startswith("dim_")]
    assert len(dims) == len([s for s in form.erwartet if s.startswith("dim_")])
    assert daten.drop("wert", "zeichen").is_unique().all()
    assert gelesen.musterdaten


def test_blanks_grouping_thousands_in_many_different_cells(genesis) -> None:
    daten = [["DG", "D", str(jahr), f"{i // 1000 + 1} {i % 1000:03}"] for i, jahr in enumerate(range(1000, 4000))]
    text = genesis([["", "", "", "Fälle"]], daten, ("T", "Fälle (Anzahl)", "Jahr: 2015"))
    gelesen = lies(text.encode()).daten
    assert gelesen["wert"].sum() == sum(1000 + i for i in range(3000))
    assert (gelesen["zeichen"] == "").all()


def test_many_different_signs_mean_text(genesis) -> None:
    daten = [["DG", "D", f"k{i}", chr(97 + i // 26) + chr(97 + i % 26)] for i in range(60)]
    with pytest.raises(Lesefehler) as fehler:
        lies(genesis([["", "", "", "Kürzel"]], daten, ("T", "Fälle (Anzahl)", "2015")).encode())
    assert fehler.value.art == "zelle"


@pytest.mark.parametrize(
    ("kopf", "daten"),
    [
        # dates and units stand over every data column: a lack of one is damage
        ([["", "", "", "2015", "2014"]], [["DG", "D", "5", "2", "3"], ["01", "S", "4", "2", "2"]]),
        (
            [["", "", "", "m", "w"], ["", "", "", "Anzahl", "Anzahl"]],
            [["DG", "D", "5", "2", "3"], ["01", "S", "4", "2", "2"]],
        ),
        # equal rows told apart by figures and signs: key or data
        ([["", "", "", "m", "w"]], [["DG", "D", "5", "2", "3"], ["DG", "D", "-", "2", "2"]]),
    ],
)
def test_figures_without_heading_with_two_readings_are_refused(genesis, kopf, daten) -> None:
    with pytest.raises(Lesefehler) as fehler:
        lies(genesis(kopf, daten, ("T", "Fälle (Anzahl)", "2015")).encode())
    assert fehler.value.art == "kopf"
    assert "Spalte 3" in fehler.value.was


def test_codes_in_the_last_key_column_are_no_figures(genesis) -> None:
    text = genesis([["", "", "m", "w"]], [["2015", "01", "5", "2"], ["2014", "02", "4", "2"]], ("T", "Fälle (Anzahl)"))
    gelesen = lies(text.encode()).daten
    assert gelesen["raum_schluessel"].unique(maintain_order=True).to_list() == ["01", "02"]
    assert gelesen["wert"].sum() == 13


@pytest.mark.parametrize("zwischen", ["31.12.2014", "Frauen", " 2014 "])
def test_a_heading_among_the_data_is_refused_with_its_line(genesis, zwischen: str) -> None:
    daten = [["DG", "D", "1", "2"], [zwischen, "", " ", ""], ["DG", "D", "3", "4"]]
    text = genesis([["", "", "m", "w"]], daten, ("T", "Fälle (Anzahl)", "31.12.2015"))
    with pytest.raises(Lesefehler) as fehler:
        lies(text.encode())
    assert fehler.value.art == "kopf"
    assert f"Zeile 7 mitten in den Daten enthält nur „{zwischen.strip()}“" in fehler.value.was


def test_empty_cells_beside_a_full_key_are_cells(genesis) -> None:
    text = genesis([["", "", "m", "w"]], [["01", "A", "", ""], ["02", "B", "1", "2"]], ("T", "Fälle (Anzahl)", "2015"))
    gelesen = lies(text.encode()).daten
    assert gelesen["wert"].to_list() == [None, None, 1.0, 2.0]
    assert gelesen["zeichen"].to_list() == ["", "", "", ""]


@pytest.mark.parametrize("kodierung", ["utf-8", "iso-8859-1"])
def test_a_table_without_code(beispiel: str, kodierung: str) -> None:
    text = beispiel.replace("12411-99-01-5", "Temporär")
    assert lies(text.encode(kodierung)).kennung == "Temporär"


def test_damaged_letters_are_refused_in_the_table_and_let_pass_in_the_footnotes(beispiel: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        lies(beispiel.replace("Deutschland;", "SÃ¼d;").encode())
    assert fehler.value.art == "kodierung"
    gelesen = lies(beispiel.replace("gesamter Tabelle", "SÃ¼d").encode())
    assert gelesen.daten.equals(lies(beispiel.encode()).daten)
    assert "SÃ¼d" in gelesen.meta["fussnoten"]


def test_one_label_over_some_columns_is_no_measure(genesis) -> None:
    text = genesis(
        [["", "", "Fälle", "Fälle"], ["", "", "", "darunter neu"], ["", "", "Anzahl", "Anzahl"]],
        [["DG", "D", "9", "4"]],
        ("Muster", "2015"),
    )
    daten = lies(text.encode()).daten
    assert daten["merkmal"].to_list() == ["Fälle", "Fälle"]
    assert daten["dim_1"].to_list() == ["", "darunter neu"]
