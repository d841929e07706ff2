import pickle

import polars as pl
import pytest

from sources.formate import Lesefehler
from sources.formate.regionaldatenbank import erkennt, lies


def _zeilen(text: str, *spalten: str) -> list[tuple[object, ...]]:
    return lies(text.encode()).daten.select(spalten).rows()


def test_recognises_the_code() -> None:
    assert erkennt(b"GENESIS-Tabelle: 12411-01-01-5\nx") == "12411-01-01-5"
    assert erkennt(b"\xef\xbb\xbfGENESIS-Tabelle: AI003-2;;;\n") == "AI003-2"
    assert erkennt(b"GENESIS-Tabelle: 12411-01-01-5-B\n") == "12411-01-01-5-B"
    assert erkennt(b"Name;Alter\n") is None
    assert erkennt(b"") is None


def test_tidy_columns_and_meta(beispiel: str) -> None:
    gelesen = lies(beispiel.encode("iso-8859-1"))
    assert gelesen.daten.columns == [
        "tabelle", "raum_schluessel", "raum_name", "zeit", "merkmal", "einheit", "wert", "zeichen", "dim_1",
        "zeile",
    ]  # fmt: skip
    assert gelesen.daten.row(2) == (
        "12411-99-01-5", "08317", "Ortenaukreis", "31.12.2015", "Bevölkerungsstand", "Anzahl", 1.5, "",
        "männlich", 7,
    )  # fmt: skip
    assert gelesen.daten["zeichen"].to_list() == ["", "-", "", "."]
    assert gelesen.daten["wert"].to_list() == [12.0, None, 1.5, None]
    assert gelesen.kodierung == "iso-8859-1"
    assert gelesen.kennung == "12411-99-01-5"
    assert gelesen.meta["stand"] == "2017-10-10T18:42:14"
    assert gelesen.meta["lizenz"] == "dl-de/by-2-0"
    assert gelesen.meta["gebietsstand"] == ("Baden-Württemberg (ab Berichtsjahr 2011): Gebietsstand 01.01.2011")
    assert gelesen.meta["fussnoten"].startswith('zu "gesamter Tabelle":')
    assert not gelesen.musterdaten


@pytest.mark.parametrize(
    "zeit", ["2015", "31.12.2015", "2015/16", "SS 2015", "1. Quartal 2015", "Januar 2015", "WS 2015/16"]
)
def test_time_in_key_column_header_or_preamble(genesis, zeit: str) -> None:
    mass = ("Geburten", "Lebendgeborene (Anzahl)")
    vorn = genesis([["", "", "", "männlich", "weiblich"]], [[zeit, "DG", "Deutschland", "1", "2"]], mass)
    oben = genesis([["", "", zeit, zeit], ["", "", "männlich", "weiblich"]], [["DG", "D", "1", "2"]], mass)
    allein = genesis([["", "", "männlich", "weiblich"]], [["DG", "D", "1", "2"]], (*mass, zeit))
    benannt = genesis([["", "", "männlich", "weiblich"]], [["DG", "D", "1", "2"]], (*mass, f"Jahr: {zeit}"))
    for text in (vorn, oben, allein, benannt):
        assert _zeilen(text, "zeit", "merkmal", "einheit", "dim_1", "wert") == [
            (zeit, "Lebendgeborene", "Anzahl", "männlich", 1.0),
            (zeit, "Lebendgeborene", "Anzahl", "weiblich", 2.0),
        ]


def test_single_column_table(genesis) -> None:
    text = genesis([["", "", "", "Gebietsfläche"], ["", "", "", "qkm"]], [["2015", "DG", "D", "7,25"]], ("Fläche",))
    daten = lies(text.encode()).daten
    assert [c for c in daten.columns if c.startswith("dim")] == []
    assert _zeilen(text, "merkmal", "einheit", "wert") == [("Gebietsfläche", "qkm", 7.25)]


def test_captions_are_no_dimension_and_key_columns_come_first(genesis) -> None:
    text = genesis(
        [
            ["", "", "", "Kinder", "Kinder", "Mittag"],
            ["", "", "", "Altersgruppe", "Altersgruppe", ""],
            ["", "", "", "unter 3", "3 bis 6", ""],
            ["", "", "", "Anzahl", "Anzahl", "Anzahl"],
        ],
        [["DG", "D", "Tagespflege", "1", "2", "3"]],
        ("Kindertagesbetreuung", "2015"),
    )
    assert _zeilen(text, "merkmal", "dim_1", "dim_2", "wert") == [
        ("Kinder", "Tagespflege", "unter 3", 1.0),
        ("Kinder", "Tagespflege", "3 bis 6", 2.0),
        ("Mittag", "Tagespflege", "", 3.0),
    ]


def test_measure_and_unit_in_key_columns(genesis) -> None:
    text = genesis(
        [
            ["", "", "", "", "", "Baulandverkäufe", "Baulandverkäufe"],
            ["", "", "", "", "", "Insgesamt", "baureif"],
        ],
        [
            ["2015", "DG", "D", "Fläche", "1000 qm", "7", "6"],
            ["2015", "DG", "D", "Kaufsumme", "Tsd. EUR", "5", "."],
        ],
        ("Baulandverkäufe", "Statistik der Kaufwerte"),
    )
    assert _zeilen(text, "merkmal", "einheit", "dim_1", "wert") == [
        ("Fläche", "1000 qm", "Insgesamt", 7.0),
        ("Fläche", "1000 qm", "baureif", 6.0),
        ("Kaufsumme", "Tsd. EUR", "Insgesamt", 5.0),
        ("Kaufsumme", "Tsd. EUR", "baureif", None),
    ]


def test_measure_right_above_the_unit(genesis) -> None:
    einzeln = genesis(
        [
            ["", "", "Nutzung", "Nutzung"],
            ["", "", "Weizen", "Roggen"],
            ["", "", "Fläche", "Fläche"],
            ["", "", "ha", "ha"],
        ],
        [["DG", "D", "1", "2"]],
        ("Anbau", "Jahr: 2010"),
    )  # fmt: skip
    assert _zeilen(einzeln, "merkmal", "einheit", "dim_1") == [
        ("Fläche", "ha", "Weizen"), ("Fläche", "ha", "Roggen")
    ]  # fmt: skip
    mehrere = genesis(
        [["", "", "Weizen", "Weizen"], ["", "", "Betriebe", "Fläche"], ["", "", "Anzahl", "ha"]],
        [["DG", "D", "1", "2"]],
        ("Anbau", "2010"),
    )
    assert _zeilen(mehrere, "merkmal", "einheit") == [("Betriebe", "Anzahl"), ("Fläche", "ha")]


def test_caption_over_some_columns_stays_when_it_alone_tells_them_apart(genesis) -> None:
    text = genesis(
        [["", "", "Fälle", "Fälle"], ["", "", "", "darunter beendet"], ["", "", "Anzahl", "Anzahl"]],
        [["DG", "D", "9", "4"]],
        ("Hilfen", "2015"),
    )
    assert _zeilen(text, "dim_1", "wert") == [("", 9.0), ("darunter beendet", 4.0)]


def test_identical_columns_stay_two_cells(genesis) -> None:
    text = genesis([["", "", "Plätze", "Plätze"], ["", "", "Anzahl", "Anzahl"]], [["DG", "D", "9", "4"]], ("T", "2015"))
    assert _zeilen(text, "wert") == [(9.0,), (4.0,)]


def test_signs_and_flags_are_kept(genesis) -> None:
    zellen = ["-", ".", "x", "X", "/", "...", "–", "(12)", "12 p", "1 234,5", "", "0", "-3,5", " 7 "]
    text = genesis(
        [["", ""] + [f"m{i}" for i in range(len(zellen))]],
        [["DG", "D", *zellen]],
        ("T", "Fälle (Anzahl)", "2015"),
    )
    assert _zeilen(text, "wert", "zeichen") == [
        (None, "-"), (None, "."), (None, "x"), (None, "X"), (None, "/"), (None, "..."), (None, "–"),
        (12.0, "()"), (12.0, "p"), (1234.5, ""), (None, ""), (0.0, ""), (-3.5, ""), (7.0, ""),
    ]  # fmt: skip


def test_quoted_cells_may_hold_separator_and_line_end(genesis) -> None:
    text = genesis(
        [["", "", '"a;\nb"', "c"]],
        [["DG", '"D; ""gesamt"""', "1", "2"], ["01", '"SH\nNord"', "3", "4"], ["02", "HH", "5", "6"]],
        ("T", "Fälle (Anzahl)", "2015"),
    )
    daten = lies(text.encode()).daten
    assert daten["raum_name"].to_list()[::2] == ['D; "gesamt"', "SH\nNord", "HH"]
    assert daten["zeile"].to_list() == [7, 7, 8, 8, 10, 10]
    assert daten["wert"].sum() == 21


def test_windows_line_ends_and_blank_lines(beispiel: str) -> None:
    erwartet = lies(beispiel.encode()).daten
    assert lies(beispiel.replace("\n", "\r\n").encode()).daten.equals(erwartet)
    mit_leerzeile = beispiel.replace("\n08317", "\n\n;;;\n08317")
    assert lies(mit_leerzeile.encode()).daten.drop("zeile").equals(erwartet.drop("zeile"))


def test_table_without_region(genesis) -> None:
    text = genesis([["", "", "m", "w"]], [["2015", "ledig", "1", "2"]], ("T", "Fälle (Anzahl)"))
    assert _zeilen(text, "raum_schluessel", "raum_name", "zeit", "dim_1", "dim_2", "wert") == [
        ("", "", "2015", "ledig", "m", 1.0),
        ("", "", "2015", "ledig", "w", 2.0),
    ]


def test_running_number_as_key_column(genesis) -> None:
    text = genesis([["", "", "", "m", "w"]], [["DG", "D", "1", "5", "6"], ["DG", "D", "2", "7", "8"]])
    assert _zeilen(text, "dim_1", "dim_2", "wert")[1:3] == [("1", "w", 6.0), ("2", "m", 7.0)]


def test_says_musterdaten(beispiel: str) -> None:
    assert lies(beispiel.replace("©", "Musterdaten ©").encode()).musterdaten
    assert lies(beispiel.replace("Bevölkerung nach", "MUSTERDATEN Bevölkerung nach").encode()).musterdaten


def _ohne(stueck: str, statt: str = ""):
    return lambda text: text.replace(stueck, statt, 1)


@pytest.mark.parametrize(
    ("aendern", "art", "wort"),
    [
        (lambda t: t[: t.index("__________")], "abgeschnitten", "Trennlinie"),
        (lambda t: t[: t.index("Stand:")], "abgeschnitten", "Stand: TT"),
        (lambda t: t[:-2], "abgeschnitten", "Stand:"),
        (lambda t: t[: t.index("08317") + 8], "abgeschnitten", "Trennlinie"),
        (_ohne("08317;      Ortenaukreis;1,5;.", "08317;      Ortenaukreis;1,5"), "abgeschnitten", "Zeile 7"),
        (_ohne(";1,5;.", ";1,5;.;3"), "abgeschnitten", "Zeile 7 hat 5 Felder"),
        (_ohne("GENESIS-Tabelle", "Irgendwas"), "unbekannt", "GENESIS-Tabelle"),
        (_ohne("1,5", "1.5"), "zelle", "Zeile 7"),
        (_ohne("1,5", "1.234"), "zelle", "Dezimalkomma"),
        (_ohne("1,5", "=cmd|' /C calc'!A0"), "zelle", "Zeile 7"),
        (_ohne("1,5", "zwölf Personen"), "zelle", "zwölf"),
        (_ohne(";;männlich;weiblich", ";;;"), "ok", ""),
        (_ohne(";;männlich;weiblich", "Code;Name;männlich;weiblich"), "zelle", "männlich"),
        (_ohne(";;männlich;weiblich", ";;männlich"), "kopf", "3 Felder"),
        (lambda t: t[: t.index(";;31")] + t[t.index("DG") :], "kopf", "Kopfzeile"),
        (lambda t: t[: t.index("DG")] + t[t.index("____") :], "leer", "Datenzeile"),
        (_ohne("31.12.2015;31.12.2015\n;;männlich;", ";31.12.2015\n;;;"), "kopf", "Überschrift"),
        (_ohne("Deutschland", '"Deutschland'), "anfuehrung", "Zeile 6"),
        (_ohne("Deutschland", "Deutsch\x00land"), "binaer", "Steuerzeichen"),
        (lambda t: t.replace(";", ","), "abgeschnitten", ""),
        (lambda t: t.replace(";", "\t"), "abgeschnitten", ""),
    ],
)  # fmt: skip
def test_broken_variants_end_in_a_named_refusal(beispiel: str, aendern, art: str, wort: str) -> None:
    kaputt = aendern(beispiel)
    if art == "ok":
        assert lies(kaputt.encode()).daten.height == 4
        return
    with pytest.raises(Lesefehler) as fehler:
        lies(kaputt.encode())
    assert wort in str(fehler.value)
    assert fehler.value.art in (art, "kopf") if not wort else fehler.value.art == art


def test_refusal_survives_pickling() -> None:
    fehler = Lesefehler("leer", "Was.", "Dies", "jenes tun")
    assert str(fehler) == "Was. Erwartet: Dies. Bitte: jenes tun."
    zurueck = pickle.loads(pickle.dumps(fehler))
    assert (zurueck.art, str(zurueck)) == ("leer", str(fehler))


def test_same_bytes_same_frame(beispiel: str) -> None:
    a, b = lies(beispiel.encode()), lies(beispiel.encode())
    assert a.daten.equals(b.daten)
    assert a.meta == b.meta
    assert a.daten.schema["zeile"] == pl.Int64


def test_a_stand_that_no_calendar_knows_is_refused(testdaten) -> None:
    inhalt = (testdaten / "genesis" / "population" / "12411-01-01-4.csv").read_bytes()
    falsch = inhalt.replace(b"Stand: 14.12.2017", b"Stand: 31.02.2017")
    assert falsch != inhalt
    with pytest.raises(Lesefehler) as fehler:
        lies(falsch)
    assert fehler.value.art == "stand"
