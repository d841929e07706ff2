import io
import zipfile

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formate import Lesefehler, arbeitsmappe, felder, spaltenweise, tabelle
from sources.formate.tabelle import lies, normiert

GUT = "code;name;anzahl\n01;Müller, A.;5\n02;;6\n"


def _lies(text: str, **mehr: object) -> pl.DataFrame:
    return lies(text.encode(), "t.csv", **mehr).daten  # type: ignore[arg-type]


def test_everything_is_text_and_empty_is_null() -> None:
    gelesen = lies(GUT.encode(), "t.csv")
    assert gelesen.daten.rows() == [("01", "Müller, A.", "5", 2), ("02", None, "6", 3)]
    assert gelesen.daten.schema == {
        "code": pl.String,
        "name": pl.String,
        "anzahl": pl.String,
        "zeile": pl.Int64,
    }
    assert (gelesen.format, gelesen.kennung, gelesen.kodierung) == ("tabelle", None, "utf-8")


@pytest.mark.parametrize("trenner", [";", ",", "\t", "|"])
def test_finds_the_separator(trenner: str) -> None:
    text = "a;b;c\n1;2;3\n4;;6\n".replace(";", trenner)
    erwartet = [("1", "2", "3", 2), ("4", None, "6", 3)]
    assert _lies(text).rows() == erwartet
    assert _lies(text.replace("2", '"2"')).rows() == erwartet


def test_separator_is_told_by_regular_rows() -> None:
    assert _lies("name, vorname;ort\nA, B;C\nD;E\n").columns == ["name, vorname", "ort", "zeile"]


@pytest.mark.parametrize("trenner", [";", "\t", "#", "^", "]", "\\"])
def test_sep_line(trenner: str) -> None:
    text = f"sep={trenner}\na{trenner}b\n1{trenner}2\n"
    assert _lies(text).rows() == [("1", "2", 3)]


def test_header_ends_in_an_extra_separator() -> None:
    assert _lies("a;b;\n1;2\n3;4\n").columns == ["a", "b", "zeile"]
    assert _lies("a;b;\n1;2;\n3;4;\n").columns == ["a", "b", "zeile"]


def test_unnamed_index_column_is_dropped() -> None:
    assert _lies('"","a","b"\n"1","x",3\n"2","y",4\n').rows() == [("x", "3", 2), ("y", "4", 3)]


def test_quoted_fields_over_lines_keep_line_numbers() -> None:
    assert _lies('a;b\n"x\ny; ""z""";1\nu;2\n').rows() == [('x\ny; "z"', "1", 2), ("u", "2", 4)]


def test_blank_lines_are_skipped() -> None:
    assert _lies("\na;b\n\n1;2\n;\n3;4\n\n")["zeile"].to_list() == [4, 6]


@pytest.mark.parametrize(("wert", "ist"), [("1", True), ("ja", True), ("TRUE", True), ("0", False), ("nein", False)])
def test_musterdaten_column(wert: str, ist: bool) -> None:
    gelesen = lies(f"a;musterdaten\n1;{wert}\n".encode(), "t.csv")
    assert gelesen.musterdaten is ist
    assert gelesen.daten.columns == ["a", "zeile"]


def test_encodings_are_those_of_the_contract() -> None:
    deutsch = GUT.encode("windows-1252")
    assert lies(deutsch, "t.csv", ("utf-8", "windows-1252")).kodierung == "iso-8859-1"
    assert lies(GUT.encode("utf-8-sig"), "t.csv").kodierung == "utf-8-sig"
    with pytest.raises(Lesefehler) as fehler:
        lies(deutsch, "t.csv")
    assert fehler.value.art == "kodierung"
    assert "iso-8859-1" in fehler.value.was
    assert fehler.value.erwartet == "utf-8"


@pytest.mark.parametrize(
    ("text", "art", "wort"),
    [
        ("a;a\n1;2\n", "spalten", "„a“"),
        ("a; a \n1;2\n", "spalten", "„a“"),
        ("a;zeile\n1;2\n", "spalten", "„zeile“"),
        ("a;;b\n1;2;3\n", "spalten", "Spalte 2"),
        ("a;b\n1;2\n3\n4;5\n", "zeilenbreite", "Zeile 3 hat 1 Felder"),
        ("a;b\n1;2;3\n", "zeilenbreite", "Zeile 2 hat 3 Felder"),
        ("a;b\n1;2\n3", "abgeschnitten", "Zeile 3"),
        ('a;b\n1;2\n3;"x', "anfuehrung", "Zeile 3"),
        ('a;b\n"1"2;2\n', "anfuehrung", "Zeile 2"),
        ("a;b\n", "leer", "keine Datenzeilen"),
        ("a;b\n;\n\n", "leer", "keine Datenzeilen"),
        ("sep=;\n", "leer", "keine Datenzeilen"),
        ("nur ein Text\nohne Spalten\n", "trennzeichen", "nur ein Text"),
        (";".join(f"s{i}" for i in range(10_001)) + "\n1;2\n", "spalten", "10001 Spalten"),
        ("a;b\n1;" + ";" * 1_000_000 + "2\n", "zeilenbreite", "1000002 Felder"),
        ("a;b\n1;=cmd|' /C calc'!A0\n", "formel", "Zeile 2, Spalte „b“"),
        ("a;b\n1;2\n@SUM(A1);3\n", "formel", "Zeile 3, Spalte „a“"),
        ("=a;b\n1;2\n", "formel", "„=a“"),
        ('a;b\n1;" =1+1"\n', "formel", "Zeile 2"),
        ("<html><body>Fehler</body></html>", "html", "Internetseite"),
    ],
)
def test_broken_variants(text: str, art: str, wort: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        _lies(text)
    assert fehler.value.art == art
    assert wort in str(fehler.value)


def test_plus_and_minus_are_values() -> None:
    assert _lies("a;b\n+1;-2\n")["a"].to_list() == ["+1"]


def test_workbook_cells_as_plain_text(mappe) -> None:
    gelesen = lies(mappe([["a", "b", "c"], ["I", 317.0, 3.8], [None, None, None], ["J", None, True]]), "t.xlsx")
    assert gelesen.daten.rows() == [("I", "317", "3.8", 2), ("J", None, "true", 4)]
    assert gelesen.kodierung == "xlsx"


@pytest.mark.parametrize(
    ("reihen", "art"),
    [
        ([["a", "a"], [1, 2]], "spalten"),
        ([["a"]], "leer"),
        ([], "leer"),
        ([["a", "b"], ["=1+1", 2]], "formel"),
    ],
)
def test_broken_sheets(mappe, reihen: list[list[object]], art: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        lies(mappe(reihen), "t.xlsx")
    assert fehler.value.art == art


def test_truncated_workbooks(mappe) -> None:
    ganz = mappe([["a", "b"], [1, 2]])
    for ende in (6, 40, len(ganz) // 2, len(ganz) - 5):
        with pytest.raises(Lesefehler) as fehler:
            lies(ganz[:ende], "t.xlsx")
        assert fehler.value.art == "beschaedigt"


def test_no_workbook_inside(mappe) -> None:
    puffer = io.BytesIO()
    with zipfile.ZipFile(puffer, "w") as archiv:
        archiv.writestr("geheim.txt", "x")
    with pytest.raises(Lesefehler) as fehler:
        lies(puffer.getvalue(), "t.xlsx")
    assert fehler.value.art == "beschaedigt"
    with pytest.raises(Lesefehler) as alt:
        lies(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "t.xls")
    assert alt.value.art == "beschaedigt"


def test_zip_bomb_and_giant_sheet(mappe, monkeypatch: pytest.MonkeyPatch) -> None:
    bombe = mappe([["a"], [1]], extra={"xl/media/x.bin": bytes(5_000_000)})
    riese = mappe([["a"], [1]], zusatz='<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    for inhalt in (bombe, riese):
        with pytest.raises(Lesefehler) as fehler:
            lies(inhalt, "t.xlsx")
        assert fehler.value.art == "zipbombe"
    monkeypatch.setattr(arbeitsmappe, "HOECHSTENS_BYTES", 100)
    with pytest.raises(Lesefehler) as zu_gross:
        lies(mappe([["a"], [1]]), "t.xlsx")
    assert zu_gross.value.art == "zipbombe"


def test_real_files(testdaten) -> None:
    for datei in sorted((testdaten / "rostock" / "bevoelkerung").glob("*.csv")):
        daten = lies(datei.read_bytes(), datei.name).daten
        assert daten.height == 21, datei.name
        assert "stadtbereich_code" in daten.columns
    for datei in sorted((testdaten / "rostock" / "alter_xlsx").glob("*.xlsx")):
        assert lies(datei.read_bytes(), datei.name).daten.shape == (21, 26)
    schulen = lies((testdaten / "schools_nrw" / "schuldaten.csv").read_bytes(), "schuldaten.csv").daten
    assert schulen.height == 5507
    assert schulen.filter(pl.col("Gemeindeschluessel") == "05958004").height == 33


def test_rostock_register_totals(testdaten) -> None:
    ordner = testdaten / "rostock" / "bevoelkerung"
    for jahr, summe in {2005: 197218, 2015: 206033, 2023: 211692}.items():
        (datei,) = sorted(ordner.glob(f"*gesamt_{jahr}.csv"), key=lambda p: "bewegung" in p.name)[:1]
        daten = lies(datei.read_bytes(), datei.name).daten
        spalte = next(s for s in daten.columns if daten[s].cast(pl.Int64, strict=False).sum() == summe)
        assert spalte, datei.name


KOPF = [frozenset({normiert("Schlüssel"), normiert("AGS")}), frozenset({"anzahl"})]


def test_the_header_is_found_below_a_preamble() -> None:
    text = 'Auszug "Musterdaten", Stand 1.1.2024\n\nAmt;für;Jugend\n\nA G S;Anzahl;x\n1;2;\n3;4;\n'
    assert _lies(text, kopf=KOPF).rows() == [("1", "2", None, 6), ("3", "4", None, 7)]
    assert _lies(text.replace(";", ","), kopf=KOPF)["Anzahl"].to_list() == ["2", "4"]
    with pytest.raises(Lesefehler, match="Felder"):
        _lies(text)


def test_the_header_of_a_sheet_is_found_below_a_preamble(mappe) -> None:
    inhalt = mappe([["Auszug"], [], ["AGS", "Anzahl"], ["01", 5]])
    assert lies(inhalt, "t.xlsx", kopf=KOPF).daten.rows() == [("01", "5", 4)]
    with pytest.raises(Lesefehler) as fehler:
        lies(inhalt, "t.xlsx", blatt="Anderes")
    assert "Anderes" in str(fehler.value)


def test_a_stated_separator_wins() -> None:
    assert _lies("a,b;c\n1,2;3\n", trennzeichen=";").columns == ["a,b", "c", "zeile"]


def test_columns_with_a_dictionary_hold_the_same() -> None:
    enum = _lies(GUT, woerterbuch=True)
    assert isinstance(enum.schema["code"], pl.Enum)
    assert enum.cast({pl.Enum: pl.String}).equals(_lies(GUT))


@pytest.mark.parametrize("ende", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("kodierung", ["utf-8", "utf-8-sig", "windows-1252"])
def test_large_files_are_read_like_small_ones(ende: str, kodierung: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large file only the beginning is decoded; encoding, line numbers and cells are the same."""
    text = ("a;b\n" + "".join(f"{n};ä{n % 3}\n" for n in range(40)) + "\n\n41;€\n\n").replace("\n", ende)
    inhalt = text.encode(kodierung)
    klein = lies(inhalt, "t.csv", ("utf-8", "windows-1252"))
    monkeypatch.setattr(tabelle, "_ANFANG", 30)
    gross = lies(inhalt, "t.csv", ("utf-8", "windows-1252"))
    assert gross.kodierung == klein.kodierung == kodierung
    assert gross.daten.equals(klein.daten)
    assert klein.daten["zeile"].to_list() == [*range(2, 42), 44]


@pytest.mark.parametrize("zeile", ["1;\x01", "1;Ã¤", "1", "1;2;3", '"1;2', '1;"2"3', "1;=1"])
def test_what_is_wrong_far_below_is_refused_as_well(zeile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a;b\n" + "1;2\n" * 40 + zeile + "\n" + "1;2\n"
    with pytest.raises(Lesefehler) as klein:
        _lies(text)
    monkeypatch.setattr(tabelle, "_ANFANG", 30)
    with pytest.raises(Lesefehler) as gross:
        _lies(text)
    assert str(gross.value) == str(klein.value)


def test_an_encoding_that_shows_only_far_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabelle, "_ANFANG", 30)
    gelesen = lies(("a;b\n" + "1;2\n" * 40 + "ä;ö\n").encode("iso-8859-1"), "t.csv", ("utf-8", "iso-8859-1"))
    assert gelesen.kodierung == "iso-8859-1"
    assert gelesen.daten["a"][-1] == "ä"


ZELLE = st.text(st.sampled_from('ab ;"\n\r\t.äß'), max_size=4)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=st.lists(st.lists(ZELLE, min_size=2, max_size=3).map(";".join), max_size=6).map("\n".join))
def test_the_fast_way_gives_what_the_careful_way_gives(text: str) -> None:
    """Whatever the fast way accepts, the careful way reads to the same cells and lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    schnell = spaltenweise.zerschneide(text.encode(), 0, ";", 2, 1)
    if schnell is None:
        return
    rumpf = felder.zerschneide(text.split("\n"), 0, ";", 2, "zeilenbreite")
    assert schnell[1].to_list() == rumpf.zeilen.to_list()
    for nummer, spalte in enumerate(schnell[0]):
        assert spalte.cast(pl.String).to_list() == [z if z.strip() else None for z in rumpf.spalte(nummer)]
    with pytest.MonkeyPatch.context() as klein:
        klein.setattr(spaltenweise, "_STUECK", 3)  # cut in parts as if it were large
        in_teilen = spaltenweise.zerschneide(text.encode(), 0, ";", 2, 1)
    assert in_teilen is not None
    assert in_teilen[1].equals(schnell[1])
    assert all(a.equals(b) and a.dtype == b.dtype for a, b in zip(in_teilen[0], schnell[0], strict=True))


def test_the_fast_way_is_taken_for_regular_files() -> None:
    for text in ("1;2\n3;4\n", '"1";"2"\n3;"4"\n', "1;2\r\n\r\n3;4", "ä;\n;ö\n"):
        assert spaltenweise.zerschneide(text.encode(), 0, ";", 2, 1) is not None
