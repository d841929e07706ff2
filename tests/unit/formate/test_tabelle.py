import io
import zipfile

import polars as pl
import pytest

from sources.formate import Lesefehler, arbeitsmappe
from sources.formate.tabelle import lies

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
    assert alt.value.art == "altformat"


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
