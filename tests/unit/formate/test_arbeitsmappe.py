"""Old and new workbooks: what is read, and what is refused before it is opened."""

import io
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality import tuer
from sources.formate import Lesefehler, arbeitsmappe, biff, tabelle
from sources.vertraege import lade_vertraege

LOCKER = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _satz(art: int, inhalt: bytes = b"") -> bytes:
    return struct.pack("<HH", art, len(inhalt)) + inhalt


def _zelle(ort: tuple[int, int], wert: object) -> bytes:
    stelle = struct.pack("<HHH", *ort, 0)
    if isinstance(wert, int | float):
        return _satz(0x0203, stelle + struct.pack("<d", wert))
    return _satz(0x0204, stelle + struct.pack("<HB", len(str(wert)), 1) + str(wert).encode("utf-16-le"))


def _blatt(zellen: dict[tuple[int, int], object]) -> bytes:
    beginn = _satz(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))
    return beginn + b"".join(_zelle(ort, wert) for ort, wert in sorted(zellen.items())) + _satz(0x000A)


def _ole(name: str, strom: bytes) -> bytes:
    """A container with one stream of at most 126 sectors, its chain going backwards through the file."""
    strom = strom.ljust(4096, b"\0")
    strom += bytes(-len(strom) % 512)
    n = len(strom) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE, *range(2, n + 1)]
    fat += [0xFFFFFFFF] * (128 - len(fat))

    def eintrag(text: str, art: int, kind: int, start: int, groesse: int) -> bytes:
        roh = (text + "\0").encode("utf-16-le")
        kopf = struct.pack("<HBBIII", len(roh), art, 1, 0xFFFFFFFF, 0xFFFFFFFF, kind)
        return roh.ljust(64, b"\0") + kopf + bytes(36) + struct.pack("<IQ", start, groesse)

    verzeichnis = eintrag("Root Entry", 5, 1, 0xFFFFFFFE, 0) + eintrag(name, 2, 0xFFFFFFFF, n + 1, len(strom))
    kopf = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    kopf += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0) + b"\xff" * 432
    rueckwaerts = b"".join(strom[i * 512 : (i + 1) * 512] for i in reversed(range(n)))
    return kopf + struct.pack("<128I", *fat) + verzeichnis.ljust(512, b"\0") + rueckwaerts


def xls(blaetter: dict[str, dict[tuple[int, int], object]], kennwort: bool = False) -> bytes:
    """A BIFF8 workbook from sheet -> (row, column) -> value."""
    teile = [_blatt(zellen) for zellen in blaetter.values()]

    def kopf(orte: list[int]) -> bytes:
        beginn = _satz(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6))
        beginn += _satz(0x002F, bytes(6)) if kennwort else b""
        for name, ort in zip(blaetter, orte, strict=True):
            beginn += _satz(0x0085, struct.pack("<IHBB", ort, 0, len(name), 0) + name.encode("latin-1"))
        return beginn + _satz(0x000A)

    laenge = len(kopf([0] * len(teile)))
    orte = [laenge + sum(map(len, teile[:i])) for i in range(len(teile))]
    return _ole("Workbook", kopf(orte) + b"".join(teile))


TABELLE = {(0, 0): "Schlüssel", (0, 1): "Anzahl", (1, 0): "08317", (1, 1): 3.5, (3, 0): "03361", (3, 1): 7}


def test_old_workbooks_are_read_like_new_ones(mappe) -> None:
    alt = arbeitsmappe.lies(xls({"Daten": TABELLE}), "t.xls")
    neu = mappe([["Schlüssel", "Anzahl"], ["08317", 3.5], [None, None], ["03361", 7]])
    assert alt == [["Schlüssel", "Anzahl"], ["08317", "3.5"], ["", ""], ["03361", "7"]]
    assert alt == arbeitsmappe.lies(neu, "t.xlsx")
    assert tabelle.lies(xls({"Daten": TABELLE}), "t.xls").daten.rows() == [("08317", "3.5", 2), ("03361", "7", 4)]


def test_sheet_by_name_and_decimal_comma() -> None:
    inhalt = xls({"Deckblatt": {(0, 0): "Titel"}, "Daten": TABELLE})
    assert arbeitsmappe.lies(inhalt, "t.xls") == [["Titel"]]
    blatt = arbeitsmappe.oeffne(inhalt, "t.xls", blatt="Daten", dezimal=",")
    assert (blatt.name, blatt.reihen[1]) == ("Daten", ["08317", "3,5"])
    with pytest.raises(Lesefehler) as fehler:
        arbeitsmappe.lies(inhalt, "t.xls", "Werte")
    assert fehler.value.art == "blatt"
    assert "„Deckblatt“, „Daten“" in fehler.value.was


def _verweigert(inhalt: bytes) -> Lesefehler:
    with pytest.raises(Lesefehler) as fehler:
        arbeitsmappe.lies(inhalt, "t.xls")
    return fehler.value


GUT = xls({"Daten": TABELLE})
RIESE = {f"D{i}": {(0, 0): 1, (65535, 255): 2} for i in range(2)}
KAPUTT = {
    "password": (xls({"Daten": TABELLE}, kennwort=True), "verschluesselt"),
    "encrypted xlsx": (_ole("EncryptedPackage", b"x" * 5000), "verschluesselt"),
    "sheets of 33 million cells": (xls(RIESE), "zipbombe"),
    "only the mark": (b"\xd0\xcf\x11\xe0", "beschaedigt"),
    "zeros": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "beschaedigt"),
    "a letter": (_ole("WordDocument", b"x" * 5000), "beschaedigt"),
    "cut in the directory": (GUT[:1100], "beschaedigt"),
    "no directory": (GUT[:1024], "beschaedigt"),
    "sector size 2^255": (GUT[:30] + b"\xff\x00" + GUT[32:], "beschaedigt"),
    "chain of sectors leads nowhere": (GUT[:512] + b"\xff" * 512 + GUT[1024:], "beschaedigt"),
    "no records": (_ole("Workbook", b"\x01" * 5000), "beschaedigt"),
    "directory of ones": (GUT[:1024] + b"\xff" * 512 + GUT[1536:], "beschaedigt"),
}


@pytest.mark.parametrize("name", KAPUTT)
def test_broken_old_workbooks(name: str) -> None:
    inhalt, art = KAPUTT[name]
    fehler = _verweigert(inhalt)
    assert fehler.art == art, str(fehler)
    assert "t.xls" in fehler.was


def test_a_loop_of_sectors_ends() -> None:
    im_kreis = GUT[:512] + struct.pack("<128I", *([1] * 128)) + GUT[1024:]
    assert _verweigert(im_kreis).art == "beschaedigt"


def test_size_guard_counts_all_sheets() -> None:
    assert biff.zellen(biff.strom(GUT)) == 8
    assert biff.zellen(biff.strom(xls(RIESE))) == 2 * 65536 * 256
    assert not biff.verschluesselt(GUT)


def test_zip_that_is_no_workbook() -> None:
    puffer = io.BytesIO()
    with zipfile.ZipFile(puffer, "w") as archiv:
        archiv.writestr("brief.txt", "x")
    assert _verweigert(puffer.getvalue()).art == "beschaedigt"


@LOCKER
@given(st.data())
def test_damaged_old_workbooks_are_read_or_refused(data: st.DataObject) -> None:
    inhalt = bytearray(GUT)
    for _ in range(data.draw(st.integers(1, 6))):
        inhalt[data.draw(st.integers(8, len(inhalt) - 1))] = data.draw(st.integers(0, 255))
    ende = data.draw(st.integers(len(inhalt) // 2, len(inhalt)))
    try:
        reihen = arbeitsmappe.lies(bytes(inhalt[:ende]), "t.xls")
    except Lesefehler as verweigert:
        fehler = verweigert
    else:
        assert isinstance(reihen, list)
        return
    assert all((fehler.art, fehler.was, fehler.erwartet, fehler.tun))


def test_real_census_file(testdaten) -> None:
    datei = testdaten / "gemeindeverzeichnis" / "Zensus_Einwohnerzahlen.xls"
    vertrag = lade_vertraege()["zensus_einwohnerzahlen"]
    geprueft = tuer.pruefe(datei.read_bytes(), datei.name, vertrag, {})
    werte = {z["ags"]: (z["insgesamt_zensus"], z["insgesamt_frueher"]) for z in geprueft.zellen.to_dicts()}
    assert len(werte) == 11_292
    assert werte["08317001"] == (24485, 24980)
    assert werte["05958004"] == (74125, 73732)
    assert werte["03361001"] == (29598, 30258)
    assert werte["13003000"] == (201813, 204260)
    assert sum(neu for neu, _ in werte.values()) == 80_327_900  # the total row of the file itself
    assert sum(alt for _, alt in werte.values()) == 81_843_743
    assert sorted(set(geprueft.quarantaene["zeile"])) == [11301, 11304]  # that total row and a footnote
    assert geprueft.verdacht_zeilen == 0
