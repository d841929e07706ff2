"""GENESIS-Online: the CSV and the xlsx export of one table give the same cells, whatever the table."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality import tuer
from sources.formate import Gelesen, Lesefehler, destatis, erkennung
from sources.vertraege import lade_vertraege

LOCKER = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CSV = """GENESIS-Tabelle: 99999-0001
Musterdaten: Kreise, Stichtag, Geschlecht;;;;
Erfundene Statistik;;;;
;;;31.12.2022;31.12.2022;31.12.2023;31.12.2023
;;;Personen;Fläche;Personen;Fläche
;;;Anzahl;qkm;Anzahl;qkm
08317;Ortenaukreis;männlich;12;1,5;-;.
08317;Ortenaukreis;weiblich;13;2,25;7;x
03361;Verden;männlich;0;...;1234;0,75
__________
Alles erfunden; nur zum Prüfen.
© Niemand, 2024
Stand: 02.01.2024 / 03:04:05
"""
# The same table as the database writes it to a workbook: headings over the key columns, merged labels, no code.
BLATT: list[list[object]] = [
    ["Musterdaten: Kreise, Stichtag, Geschlecht"],
    ["Erfundene Statistik"],
    ["Kreise", None, "Geschlecht", "31.12.2022", None, "31.12.2023", None],
    [None, None, None, "Personen", "Fläche", "Personen", "Fläche"],
    [None, None, None, "Anzahl", "qkm", "Anzahl", "qkm"],
    ["08317", "Ortenaukreis", "männlich", 12, 1.5, "-", "."],
    [None, None, "weiblich", 13, 2.25, 7, "x"],
    ["03361", "Verden", "männlich", 0, "...", 1234, 0.75],
    ["______________"],
    ["Alles erfunden; nur zum Prüfen."],
    ["© Niemand, 2024 | Stand: 02.01.2024 / 03:04:05"],
]
VERBUNDEN = ["A1:G1", "A2:G2", "A3:B5", "C3:C5", "D3:E3", "F3:G3", "A6:A7", "B6:B7"]


@pytest.fixture(scope="session")
def arbeitsmappe_von(mappe) -> Callable[..., bytes]:
    """Workbook bytes of a sheet with merged areas, the sheet named by the table code."""

    def baue(reihen: list[list[object]], verbunden: list[str] = VERBUNDEN, name: str = "99999-0001") -> bytes:
        bereiche = "".join(f'<mergeCell ref="{bereich}"/>' for bereich in verbunden)
        puffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(mappe(reihen))) as alt, zipfile.ZipFile(puffer, "w") as neu:
            for teil in alt.namelist():
                xml = alt.read(teil).decode()
                xml = xml.replace("</sheetData>", f"</sheetData><mergeCells>{bereiche}</mergeCells>")
                neu.writestr(teil, xml.replace('name="Daten"', f'name="{name}"'))
        return puffer.getvalue()

    return baue


def _inhalt(gelesen: Gelesen) -> tuple[object, ...]:
    return gelesen.daten.drop("zeile").to_dict(as_series=False), gelesen.meta, gelesen.kennung, gelesen.musterdaten


def test_both_formats_give_the_same(arbeitsmappe_von) -> None:
    aus_csv = destatis.lies(CSV.encode("iso-8859-1"))
    aus_xlsx = destatis.lies(arbeitsmappe_von(BLATT), "t.xlsx")
    assert _inhalt(aus_csv) == _inhalt(aus_xlsx)
    assert (aus_csv.format, aus_csv.kodierung, aus_xlsx.kodierung) == ("destatis", "iso-8859-1", "xlsx")
    assert aus_xlsx.daten.row(7) == (
        "99999-0001", "08317", "Ortenaukreis", "31.12.2023", "Fläche", "qkm", None, "x", "weiblich", 7,
    )  # fmt: skip
    assert aus_xlsx.daten["zeile"].to_list() == [6] * 4 + [7] * 4 + [8] * 4
    assert aus_csv.daten["zeile"].to_list() == [7] * 4 + [8] * 4 + [9] * 4
    assert aus_xlsx.meta["fussnoten"] == "Alles erfunden; nur zum Prüfen.\n© Niemand, 2024"
    assert aus_xlsx.meta["stand"] == "2024-01-02T03:04:05"
    assert aus_xlsx.musterdaten


def test_code_in_the_first_row_and_text_that_needs_quoting(arbeitsmappe_von) -> None:
    blatt = [["Tabelle: 99999-0002"], *(list(reihe) for reihe in BLATT)]
    blatt[6][1] = 'Orten;au "Kreis"\nim Westen'
    verschoben = ["A4:B6", "C4:C6", "D4:E4", "F4:G4", "A7:A8", "B7:B8"]
    gelesen = destatis.lies(arbeitsmappe_von(blatt, verschoben, "Tabelle1"), "t.xlsx")
    assert gelesen.kennung == "99999-0002"
    assert gelesen.daten["raum_name"][0] == 'Orten;au "Kreis" im Westen'
    assert gelesen.daten["zeile"].to_list() == [7] * 4 + [8] * 4 + [9] * 4


def test_one_header_row(arbeitsmappe_von) -> None:
    blatt = [["Bevölkerungsstand (Anzahl)"], ["Kreise", None, "31.12.2022"], ["08317", "Ortenaukreis", 3], *BLATT[8:]]
    daten = destatis.lies(arbeitsmappe_von(blatt, []), "t.xlsx").daten
    assert daten.select("raum_schluessel", "zeit", "merkmal", "einheit", "wert").rows() == [
        ("08317", "31.12.2022", "Bevölkerungsstand", "Anzahl", 3.0)
    ]


def test_recognises_both_formats_by_content(arbeitsmappe_von, mappe) -> None:
    assert destatis.erkennt(CSV.encode()) == "99999-0001"
    assert destatis.erkennt(arbeitsmappe_von(BLATT)) == "99999-0001"
    assert destatis.erkennt(mappe([["a"], [1]])) is None
    assert destatis.erkennt(b"PK\x03\x04 kaputt") is None
    assert destatis.erkennt(b"GENESIS-Tabelle: 12411-01-01-5\n") is None
    assert erkennung.erkenne(b"GENESIS-Tabelle: 12411-01-01-5\n") == "regionaldatenbank_csv"
    assert erkennung.erkenne(CSV.encode()) == "destatis"
    assert erkennung.erkenne(mappe([["a"], [1]])) == "tabelle"
    assert erkennung.erkenne(b"") == "tabelle"


def _csv(alt: str, neu: str) -> bytes:
    assert alt in CSV
    return CSV.replace(alt, neu).encode()


KAPUTTE_CSV = {
    "utf-16": (CSV.encode("utf-16"), "kodierung"),
    "two encodings": (CSV.encode() + "Fläche".encode("latin-1"), "kodierung"),
    "other separator": (CSV.replace(";", ",").encode(), "kopf"),
    "no table code": (CSV.split("\n", 1)[1].encode(), "unbekannt"),
    "lost column": (_csv("Verden;männlich;", "Verden;"), "abgeschnitten"),
    "further column": (_csv("0,75", "0,75;1"), "abgeschnitten"),
    "header rows uneven": (_csv(";;;Anzahl;qkm;Anzahl;qkm", ";;;Anzahl;qkm;Anzahl"), "kopf"),
    "no header": (CSV.replace("\n;;;", "\nx;;;").encode(), "kopf"),
    "truncated": (CSV[: CSV.index("1234")].encode(), "abgeschnitten"),
    "truncated in the footer": (CSV[: CSV.index("Stand")].encode(), "abgeschnitten"),
    "impossible Stand": (_csv("02.01.2024", "31.02.2024"), "stand"),
    "open quote": (_csv("Verden", '"Verden'), "anfuehrung"),
    "formula": (_csv("1234", "=1+1"), "zelle"),
    "decimal point": (_csv("0,75", "0.75"), "zelle"),
    "million columns": (_csv("Verden", ";" * 1_000_000), "abgeschnitten"),
    "no data": (CSV[: CSV.index("08317")].encode() + CSV[CSV.index("____") :].encode(), "leer"),
}


@pytest.mark.parametrize("name", KAPUTTE_CSV)
def test_broken_csv(name: str) -> None:
    inhalt, art = KAPUTTE_CSV[name]
    with pytest.raises(Lesefehler) as fehler:
        destatis.lies(inhalt)
    assert fehler.value.art == art, str(fehler.value)


def _blatt(zeile: int, spalte: int, wert: object) -> list[list[object]]:
    blatt = [list(reihe) for reihe in BLATT]
    blatt[zeile][spalte] = wert
    return blatt


KAPUTTE_BLAETTER: dict[str, tuple[list[list[object]], str]] = {
    "formula": (_blatt(5, 3, "=1+1"), "zelle"),
    "number with point as text": (_blatt(5, 4, "1.234"), "zelle"),
    "no line of underscores": (BLATT[:8], "abgeschnitten"),
    "no Stand": (BLATT[:10], "abgeschnitten"),
    "impossible Stand": (_blatt(10, 0, "Stand: 31.02.2024 / 03:04:05"), "stand"),
    "no header": (BLATT[:2] + BLATT[7:], "kopf"),
    "no header, key cells merged": (BLATT[:2] + BLATT[5:], "zelle"),
    "no data": (BLATT[:5] + BLATT[8:], "leer"),
    "only titles": (BLATT[:2], "abgeschnitten"),
    "column of numbers without heading": (_blatt(4, 3, None), "kopf"),
    "words among numbers": (_blatt(7, 5, "siehe unten"), "zelle"),
    "empty": ([], "unbekannt"),
    "words below the data": ([*BLATT[:8], ["Summe", None, None, "alle zusammen"], *BLATT[8:]], "zelle"),
}


@pytest.mark.parametrize("name", KAPUTTE_BLAETTER)
def test_broken_sheets(arbeitsmappe_von, name: str) -> None:
    blatt, art = KAPUTTE_BLAETTER[name]
    inhalt = arbeitsmappe_von(blatt, [], "99999-0001" if name != "empty" else "Tabelle1")
    with pytest.raises(Lesefehler) as fehler:
        destatis.lies(inhalt, "t.xlsx")
    assert fehler.value.art == art, str(fehler.value)


def test_sheet_without_code_cut_file_and_zip_bomb(arbeitsmappe_von, mappe) -> None:
    faelle = [
        (arbeitsmappe_von(BLATT, [], "Tabelle1"), "unbekannt"),
        (arbeitsmappe_von(BLATT)[:900], "beschaedigt"),
        (mappe(BLATT, extra={"xl/media/x.bin": bytes(5_000_000)}), "zipbombe"),
    ]
    for inhalt, art in faelle:
        with pytest.raises(Lesefehler) as fehler:
            destatis.lies(inhalt, "t.xlsx")
        assert fehler.value.art == art


@LOCKER
@given(st.data())
def test_damaged_files_are_read_or_refused(arbeitsmappe_von, data: st.DataObject) -> None:
    inhalt = bytearray(data.draw(st.sampled_from([CSV.encode(), arbeitsmappe_von(BLATT)])))
    for _ in range(data.draw(st.integers(1, 5))):
        inhalt[data.draw(st.integers(0, len(inhalt) - 1))] = data.draw(st.integers(0, 255))
    try:
        gelesen = destatis.lies(bytes(inhalt), "t")
    except Lesefehler as verweigert:
        fehler = verweigert
        assert all((fehler.art, fehler.was, fehler.erwartet, fehler.tun))
    else:
        assert gelesen.daten.height > 0
    assert erkennung.erkenne(bytes(inhalt)) in (*erkennung.LESER, "tabelle")


_NAME = st.text(st.characters(codec="iso-8859-1", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12)


_WERTE = st.lists(st.one_of(st.integers(0, 10**9), st.sampled_from("-.x")), min_size=3, max_size=3)


@LOCKER
@given(st.lists(st.tuples(_NAME.map("Ort {}".format), _WERTE), min_size=1, max_size=6))
def test_any_table_is_the_same_in_both_formats(arbeitsmappe_von, zeilen) -> None:
    jahre = ["31.12.2021", "31.12.2022", "31.12.2023"]
    kopf: list[list[object]] = [["Titel"], ["Menge (Anzahl)"], ["Kreise", None, *jahre]]
    rumpf: list[list[object]] = [[f"{i:05}", name, *werte] for i, (name, werte) in enumerate(zeilen)]
    blatt = [*kopf, *rumpf, *BLATT[8:]]
    feld = lambda text: '"' + str(text).replace('"', '""') + '"'  # noqa: E731
    text = "GENESIS-Tabelle: 99999-0001\nTitel\nMenge (Anzahl)\n;;" + ";".join(jahre) + "\n"
    text += "".join(f"{z[0]};{feld(z[1])};{';'.join(map(str, z[2:]))}\n" for z in rumpf)
    aus_csv = destatis.lies((text + CSV[CSV.index("____") :]).encode())
    assert _inhalt(aus_csv) == _inhalt(destatis.lies(arbeitsmappe_von(blatt, []), "t.xlsx"))


def test_real_files(testdaten: Path) -> None:
    ordner = testdaten / "destatis"
    aus_csv, aus_xlsx = (destatis.lies((ordner / f"12411-0015.{e}").read_bytes()) for e in ("csv", "xlsx"))
    assert aus_csv.daten.drop("zeile").equals(aus_xlsx.daten.drop("zeile"))
    assert replace(aus_csv, daten=None, kodierung="") == replace(aus_xlsx, daten=None, kodierung="")  # type: ignore[arg-type]
    assert aus_csv.daten.height == 476 * 5
    assert aus_csv.daten["zeichen"].value_counts().sort("zeichen").rows() == [("", 2006), ("-", 374)]
    vertrag = lade_vertraege()["bevoelkerung_kreise"]
    for endung in ("csv", "xlsx"):
        datei = ordner / f"12411-0015.{endung}"
        zellen = tuer.pruefe(datei.read_bytes(), datei.name, vertrag, {}).zellen
        werte = {(z["raum_schluessel"], z["berichtsjahr"]): z["wert"] for z in zellen.to_dicts()}
        assert werte["08317", 2015] == 420_106
        assert werte["03361", 2015] == 134_645
        assert werte["13003", 2015] == 206_011
