"""Flat files: both header generations of one table give the same cells. All figures are Musterdaten."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formate import Lesefehler, erkennung, ffcsv

LOCKER = settings(max_examples=150, deadline=None, derandomize=True)
_OBEN = "99999;Erfundene Fortschreibung (Musterdaten);STAG;Stichtag"
KREIS, GES = "KREISE;Kreise und kreisfreie Städte", "GES;Geschlecht"
ALT = f"""Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Merkmal_Label;1_Auspraegung_Code;\
1_Auspraegung_Label;2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;2_Auspraegung_Label;BEVSTD__Personen__Anzahl;\
BEVSTD__Personen__q;FLC006__Flaeche_in_Nutzung__1000_qkm
{_OBEN};31.12.2023;{KREIS};08317;Ortenaukreis, Landkreis;{GES};GESM;männlich;12;e;1,5
{_OBEN};31.12.2023;{KREIS};08317;Ortenaukreis, Landkreis;{GES};GESW;weiblich;13;p;.
{_OBEN};31.12.2023;{KREIS};03361;  Verden, Landkreis;{GES};;Insgesamt;-;;0
"""
NEU = f"""statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;\
1_variable_attribute_code;1_variable_attribute_label;2_variable_code;2_variable_label;2_variable_attribute_code;\
2_variable_attribute_label;value;value_unit;value_variable_code;value_variable_label;value_q
{_OBEN};2023-12-31;{KREIS};08317;Ortenaukreis, Landkreis;{GES};GESW;weiblich;13;Anzahl;BEVSTD;Personen;p
{_OBEN};2023-12-31;{KREIS};03361;Verden, Landkreis;{GES};;Insgesamt;0;1000 qkm;FLC006;Flaeche in Nutzung;e
{_OBEN};2023-12-31;{KREIS};08317;Ortenaukreis, Landkreis;{GES};GESM;männlich;1,5;1000 qkm;FLC006;Flaeche in Nutzung;e
{_OBEN};2023-12-31;{KREIS};03361;Verden, Landkreis;{GES};;Insgesamt;-;Anzahl;BEVSTD;Personen;
{_OBEN};2023-12-31;{KREIS};08317;Ortenaukreis, Landkreis;{GES};GESW;weiblich;.;1000 qkm;FLC006;Flaeche in Nutzung;
{_OBEN};2023-12-31;{KREIS};08317;Ortenaukreis, Landkreis;{GES};GESM;männlich;12;Anzahl;BEVSTD;Personen;e
"""
# raum_schluessel, raum_name, zeit, merkmal, einheit, wert, zeichen, dim_1
ZELLEN = [
    ("03361", "Verden, Landkreis", "31.12.2023", "Flaeche in Nutzung", "1000 qkm", 0.0, "", "Insgesamt"),
    ("03361", "Verden, Landkreis", "31.12.2023", "Personen", "Anzahl", None, "-", "Insgesamt"),
    ("08317", "Ortenaukreis, Landkreis", "31.12.2023", "Flaeche in Nutzung", "1000 qkm", 1.5, "", "männlich"),
    ("08317", "Ortenaukreis, Landkreis", "31.12.2023", "Flaeche in Nutzung", "1000 qkm", None, ".", "weiblich"),
    ("08317", "Ortenaukreis, Landkreis", "31.12.2023", "Personen", "Anzahl", 12.0, "", "männlich"),
    ("08317", "Ortenaukreis, Landkreis", "31.12.2023", "Personen", "Anzahl", 13.0, "p", "weiblich"),
]


def _zip(*dateien: tuple[str, bytes]) -> bytes:
    puffer = io.BytesIO()
    with zipfile.ZipFile(puffer, "w", zipfile.ZIP_DEFLATED) as archiv:
        for name, inhalt in dateien:
            archiv.writestr(name, inhalt)
    return puffer.getvalue()


def _umgestellt(text: str) -> str:
    """The same file with its columns in reverse order."""
    kopf, *zeilen = text.splitlines()
    namen = kopf.split(";")
    erste = namen.index("statistics_code")
    folge = [erste, *(i for i in reversed(range(len(namen))) if i != erste)]
    return "\n".join(";".join(zeile.split(";")[i] for i in folge) for zeile in [kopf, *zeilen]) + "\n"


FORMEN = {
    "old": ALT.encode(),
    "old, latin-1": ALT.encode("iso-8859-1"),
    "old, quality beside the whole name": ALT.replace("BEVSTD__Personen__q", "BEVSTD__Personen__Anzahl__q").encode(),
    "new": NEU.encode(),
    "new, byte order mark and CRLF": NEU.replace("\n", "\r\n").encode("utf-8-sig"),
    "new, decimal point": NEU.replace("1,5;", "1.5;").encode(),
    "new, columns reordered": _umgestellt(NEU).encode(),
    "new, quoted": ("\n".join(";".join(f'"{f}"' for f in z.split(";")) for z in NEU.splitlines()) + "\n").encode(),
    "new, other order of rows": ("\n".join([*NEU.splitlines()[:1], *reversed(NEU.splitlines()[1:])]) + "\n").encode(),
    "new, in a ZIP": _zip(("99999-0001_de_flat.csv", NEU.encode())),
}


@pytest.mark.parametrize("name", FORMEN)
def test_one_table_in_all_its_forms(name: str) -> None:
    gelesen = ffcsv.lies(FORMEN[name])
    assert gelesen.daten.drop("tabelle", "zeile").rows() == ZELLEN
    assert gelesen.daten.columns[0] == "tabelle"
    assert sorted(set(gelesen.daten["zeile"])) == (list(range(2, 5)) if "old" in name else list(range(2, 8)))
    assert gelesen.format == "ffcsv"
    assert gelesen.musterdaten
    assert gelesen.meta["merkmale"] == "BEVSTD = Personen\nFLC006 = Flaeche in Nutzung"
    assert gelesen.meta["dimensionen"] == "dim_1 = Geschlecht"
    assert erkennung.erkenne(FORMEN[name]) == "ffcsv"


def test_old_headings_get_their_umlauts_back_where_the_file_spells_them() -> None:
    neu = NEU.replace(";Personen;", ";Bevölkerungsstand;").replace("Flaeche in Nutzung", "Straßen je Häuserblock")
    alt = ALT.replace("__Personen__", "__Bevoelkerungsstand__").replace(
        "Flaeche_in_Nutzung", "Strassen_je_Haeuserblock"
    )
    worte = {"Fortschreibung": "Fortschreibung des Bevölkerungsstandes", "Kreise und": "Straßen, Häuserblock,"}
    for wort, ersatz in worte.items():
        alt, neu = alt.replace(wort, ersatz), neu.replace(wort, ersatz)
    assert ffcsv.lies(alt.encode()).daten.drop("zeile").equals(ffcsv.lies(neu.encode()).daten.drop("zeile"))
    ohne_beleg = ffcsv.lies(ALT.replace("__Personen__", "__Sitzplaetze__").encode()).daten
    assert "Sitzplaetze" in set(ohne_beleg["merkmal"])


def test_without_quality_columns() -> None:
    ohne = "\n".join(zeile.rsplit(";", 1)[0] for zeile in NEU.splitlines()) + "\n"
    assert ffcsv.lies(ohne.encode()).daten["zeichen"].to_list() == ["", "-", "", ".", "", ""]


@pytest.mark.parametrize(
    ("name", "kennung"),
    [("99999-0001_de_flat.csv", "99999-0001"), ("99999-01-02-4_flat.csv", "99999-01-02-4"),
     ("12411-0015_flat.csv", "99999"), ("bevoelkerung.csv", "99999")],
)  # fmt: skip
def test_table_code_from_the_name_if_it_fits_the_content(name: str, kennung: str) -> None:
    assert ffcsv.lies(NEU.encode(), name).kennung == kennung
    assert ffcsv.lies(_zip((f"ordner/{name}" if "flat" in name else "x_flat.csv", NEU.encode()))).kennung == kennung


def test_rates_of_change_and_several_dimensions() -> None:
    text = """Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Merkmal_Label;\
1_Auspraegung_Code;1_Auspraegung_Label;2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;2_Auspraegung_Label;\
PREIS1__Preisindex__2020=100;PREIS1__Preisindex__q;Preisindex__CH0004;Preisindex__CH0004__q
99999;Preise;JAHR;Jahr;2023;DINSG;Deutschland;DG;Deutschland;CC13A5;Zweck;CC13-01;  Nahrung;117,1;e;5,9;s
"""
    daten = ffcsv.lies(text.encode()).daten
    assert daten.select("raum_schluessel", "merkmal", "einheit", "wert", "zeichen", "dim_1").rows() == [
        ("DG", "Preisindex", "", 5.9, "s", "Nahrung"),
        ("DG", "Preisindex", "2020=100", 117.1, "", "Nahrung"),
    ]


def test_region_by_its_keys_and_tables_without_region() -> None:
    ohne_code = NEU.replace("KREISE;Kreise und kreisfreie Städte", "XYZ;Gebiet")
    assert ffcsv.lies(ohne_code.encode()).daten.drop("tabelle", "zeile").rows() == ZELLEN
    ohne = ohne_code.replace("08317;", "A1;").replace("03361;", "A2;")
    daten = ffcsv.lies(ohne.encode()).daten
    assert set(daten["raum_schluessel"]) == {""}
    assert set(daten["dim_1"]) == {"Ortenaukreis, Landkreis", "Verden, Landkreis"}


def test_a_point_that_may_mean_thousands_is_refused() -> None:
    vieldeutig = NEU.replace("männlich;12;", "männlich;1.234;").replace("1,5;", "2;")
    with pytest.raises(Lesefehler) as fehler:
        ffcsv.lies(vieldeutig.encode(), "99999-0001_de_flat.csv")
    assert fehler.value.art == "zelle"
    assert "Zeile 7 enthält „1.234“" in fehler.value.was
    werte = ffcsv.lies(vieldeutig.encode(), "99999-0001_en_flat.csv").daten["wert"]
    assert 1.234 in werte.to_list()


def _kaputt(text: str, alt: str, neu: str) -> bytes:
    assert alt in text
    return text.replace(alt, neu).encode()


KAPUTT = {
    "utf-16": (NEU.encode("utf-16"), "kodierung"),
    "damaged umlauts": (NEU.replace("männlich", "m\u00c3\u00a4nnlich").encode(), "kodierung"),
    "other separator": (NEU.replace(";", ",").encode(), "unbekannt"),
    "tab": (ALT.replace(";", "\t").encode(), "unbekannt"),
    "missing column": (_kaputt(NEU, "value_unit;", "").replace(b";Anzahl;", b";").replace(b";1000 qkm;", b";"), "kopf"),
    "renamed column": (_kaputt(NEU, ";time;", ";zeitpunkt;"), "kopf"),
    "renamed group": (_kaputt(ALT, "2_Auspraegung_Code", "2_Code"), "kopf"),
    "no region column": (_kaputt(NEU, "1_variable_attribute_code", "1_variable_attribut"), "kopf"),
    "unknown column": (NEU.replace("value_q", "bemerkung").encode(), "kopf"),
    "duplicate column": (_kaputt(NEU, "time_label", "time_code"), "spalten"),
    "both generations mixed": (_kaputt(ALT, "FLC006__Flaeche_in_Nutzung__1000_qkm", "value"), "kopf"),
    "no measure": ("\n".join(z.rsplit(";", 3)[0] for z in ALT.splitlines()).encode(), "kopf"),
    "open quote": (_kaputt(NEU, "12;Anzahl", '"12;Anzahl'), "anfuehrung"),
    "formula": (_kaputt(NEU, ";13;", ";=1+1;"), "zelle"),
    "words": (_kaputt(ALT, ";13;", ";dreizehn;"), "zelle"),
    "comma and point": (_kaputt(NEU, ";13;", ";13.5;"), "zelle"),
    "point in an old file of whole numbers": (_kaputt(ALT, ";13;", ";1.300;"), "zelle"),
    "truncated": (NEU[:-30].encode(), "abgeschnitten"),
    "a million fields": (_kaputt(NEU, ";13;", ";" * 1_000_000), "abgeschnitten"),
    "a million columns": (("statistics_code;" * 1_000_000).encode(), "spalten"),
    "header only": (NEU.splitlines()[0].encode() + b"\n", "leer"),
    "empty": (b"", "leer"),
    "error page": (b"<html><body>Fehler</body></html>", "html"),
    "zip bomb": (_zip(("x_flat.csv", bytes(5_000_000))), "zipbombe"),
    "two files in a ZIP": (_zip(("a_flat.csv", b"x"), ("b_flat.csv", b"y")), "unbekannt"),
    "no file in a ZIP": (_zip(("liesmich.txt", b"x")), "unbekannt"),
    "cut ZIP": (FORMEN["new, in a ZIP"][:-30], "beschaedigt"),
}


@pytest.mark.parametrize("name", KAPUTT)
def test_broken_variants(name: str) -> None:
    inhalt, art = KAPUTT[name]
    with pytest.raises(Lesefehler) as fehler:
        ffcsv.lies(inhalt, "t_flat.csv")
    assert fehler.value.art == art, str(fehler.value)


def test_messages_name_the_place() -> None:
    with pytest.raises(Lesefehler, match="Zeile 2 enthält „=1\\+1“"):
        ffcsv.lies(KAPUTT["formula"][0])
    with pytest.raises(Lesefehler, match="es fehlt „time“, unbekannt ist „zeitpunkt“"):
        ffcsv.lies(KAPUTT["renamed column"][0])


@LOCKER
@given(st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    inhalt = bytearray(FORMEN[data.draw(st.sampled_from(["old", "new", "new, in a ZIP"]))])
    for _ in range(data.draw(st.integers(1, 5))):
        stelle = data.draw(st.integers(0, len(inhalt) - 1))
        inhalt[stelle : stelle + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        gelesen = ffcsv.lies(bytes(inhalt))
    except Lesefehler as verweigert:
        fehler = verweigert
    else:
        assert gelesen.daten.height > 0
        return
    assert all((fehler.art, fehler.was, fehler.erwartet, fehler.tun))


_WERT = st.one_of(st.integers(0, 10**12).map(str), st.sampled_from(["-", ".", "x", "/", "...", "0"]))


@LOCKER
@given(
    st.dictionaries(st.tuples(st.integers(1, 99999), st.sampled_from(["GESM", "GESW"])), _WERT, min_size=1, max_size=8)
)
def test_generations_agree_on_any_table(zellen: dict[tuple[int, str], str]) -> None:
    kopf_alt, kopf_neu = ALT.splitlines()[0].rsplit(";", 2)[0], NEU.splitlines()[0]
    alt, neu = [kopf_alt], [kopf_neu]
    for (kreis, geschlecht), wert in zellen.items():
        raum = f"{KREIS};{kreis:05};Kreis {kreis};{GES};{geschlecht};{geschlecht}"
        alt.append(f"{_OBEN};31.12.2023;{raum};{wert}")
        neu.insert(1, f"{_OBEN};2023-12-31;{raum};{wert};Anzahl;BEVSTD;Personen;e")
    a, b = (ffcsv.lies(("\n".join(zeilen) + "\n").encode()).daten.drop("zeile") for zeilen in (alt, neu))
    assert a.equals(b)
    assert a.height == len(zellen)
    assert a["wert"].sum() == sum(int(w) for w in zellen.values() if w.isdigit())


def test_real_files_of_other_formats_are_none(testdaten: Path) -> None:
    andere = [testdaten / "destatis" / "12411-0015.xlsx", testdaten / "schools_nrw" / "schuldaten.csv"]
    assert [ffcsv.erkennt(datei.read_bytes()) for datei in andere] == [False, False]
