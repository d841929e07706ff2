"""Whatever bytes come: the readers and the door return rows or a named refusal, and no row is lost in between.

Here: random bytes, random table text, damaged and cut good files of every extract. Not here: faults that somebody
thought of (``test_verdorben.py``), shapes of single formats (``tests/unit/formate``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quality import tuer
from sources.formate import Gelesen, Lesefehler, destatis, erkennung, festbreite, ffcsv, regionaldatenbank, tabelle
from sources.vertraege import Feld, Satzart
from tests.schlecht import mappe
from tests.schlecht.test_verdorben import VORLAGEN
from tests.schlecht.vorlagen import Blatt, Vorlage

HOECHSTENS_SEKUNDEN = 20
ALLE = ("utf-8", "utf-8-sig", "iso-8859-1", "windows-1252")
FELDER = [
    Feld(name="art", typ="text", von=1, bis=2, bedeutung="Satzart"),
    Feld(name="wert", typ="text", von=3, bis=6, bedeutung="Wert"),
]
LESER: dict[str, Callable[[bytes], Gelesen]] = {
    "regionaldatenbank": regionaldatenbank.lies,
    "destatis": destatis.lies,
    "ffcsv": ffcsv.lies,
    "festbreite": lambda b: festbreite.lies(b, FELDER, Satzart(laenge=6, von=1, bis=2, wert="60"), ALLE),
    "tabelle_csv": lambda b: tabelle.lies(b, "x.csv", ALLE),
    "tabelle_xlsx": lambda b: tabelle.lies(b, "x.xlsx", ALLE),
    "tabelle_xls": lambda b: tabelle.lies(b, "x.xls", ALLE),
}
_STUECKE = st.sampled_from([
    *';,\t|"\n\r =@.-_0123456789aäß\x00\x1a\ufeff\u2028', "__________\n", "Stand: 10.10.2017 / 18:42:14\n",
    "GENESIS-Tabelle: 12411-0015\n", "statistics_code;time;value\n", "Statistik_Code;Zeit_Code;BEV__Menge__Anzahl\n",
    "60", ";;", "31.12.2023", "Anzahl", "\r\n", "sep=;\n",
])  # fmt: skip
_TEXT = st.lists(_STUECKE, max_size=60).map("".join)
# Beginnings that make a reader go further than the first look.
_ANFAENGE = st.sampled_from([
    b"", b"GENESIS-Tabelle: 1-2\n", b"Tabelle: 12411-0015\n", b"\xef\xbb\xbf", b"PK\x03\x04", b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"Statistik_Code;", b"statistics_code;", b"60", b"sep=;\n",
])  # fmt: skip


def _einstellung(beispiele: int) -> settings:
    return settings(
        max_examples=beispiele, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )


def _in_der_zeit(tun: Callable[[], object]) -> object:
    beginn = time.monotonic()
    try:
        return tun()
    finally:
        assert time.monotonic() - beginn < HOECHSTENS_SEKUNDEN


def _pruefe_vollstaendig(fehler: Lesefehler) -> None:
    """A refusal has all its parts."""
    assert all((fehler.art, fehler.was, fehler.erwartet, fehler.tun)), str(fehler)


def _liest_oder_nennt(lesen: Callable[[bytes], Gelesen], inhalt: bytes) -> Gelesen | None:
    """Rows with their lines, or a refusal with all its parts; anything else fails the test."""
    try:
        gelesen = _in_der_zeit(lambda: lesen(inhalt))
    except Lesefehler as fehler:
        _pruefe_vollstaendig(fehler)
        return None
    assert isinstance(gelesen, Gelesen)
    assert gelesen.daten.height > 0
    assert gelesen.daten["zeile"].null_count() == 0
    return gelesen


def _tuer_haelt(vorlage: Vorlage, inhalt: bytes) -> None:
    """Each line the reader saw is accepted, waits, or is named as left out."""
    vertrag = vorlage.vertrag.model_copy(
        update={"schwellen": vorlage.vertrag.schwellen.model_copy(update={"quarantaene_anteil": 1.0})}
    )
    try:
        geprueft = _in_der_zeit(lambda: tuer.pruefe(inhalt, vorlage.dateiname, vertrag, vorlage.angaben, vorlage.feed))
    except Lesefehler as fehler:
        _pruefe_vollstaendig(fehler)
        return
    assert isinstance(geprueft, tuer.Geprueft)
    gesehen = set(geprueft.gelesen.daten["zeile"])
    gut, wartet = set(geprueft.zellen["zeile"]), set(geprueft.quarantaene["zeile"])
    genannt = sum(n for was, n in geprueft.weggelassen.items() if was != "unbekannte_spalten")
    assert gut | wartet <= gesehen
    assert len(gesehen - gut - wartet) <= genannt
    # of columns side by side, each is a record of its own
    einzeln = vorlage.feed is None or not vorlage.feed.dialekt.nebeneinander
    if vertrag.form == "saetze" and einzeln:
        assert not gut & wartet, "a row both passed and waits"
        if not genannt:
            assert len(geprueft.zellen) + len(wartet) == geprueft.gelesen.daten.height
    for spalte in vertrag.spalten:
        if not spalte.technisch and not spalte.leer_erlaubt:
            assert geprueft.zellen[spalte.name].null_count() == 0, spalte.name


def _beschaedigt(data: st.DataObject, gut: bytes) -> bytes:
    """A good file with some bytes changed, a piece doubled or the end cut off."""
    inhalt = bytearray(gut)
    for _ in range(data.draw(st.integers(1, 4))):
        stelle = data.draw(st.integers(0, max(len(inhalt) - 1, 0)))
        was = data.draw(st.sampled_from(("ersetzen", "einfuegen", "verdoppeln", "kappen")))
        if was == "ersetzen":
            inhalt[stelle : stelle + 1] = data.draw(st.sampled_from((b";", b'"', b"\n", b"9", b"x", b"\xe4", b"\x00")))
        elif was == "einfuegen":
            inhalt[stelle:stelle] = data.draw(st.binary(max_size=3))
        elif was == "verdoppeln":
            inhalt[stelle:stelle] = inhalt[stelle : stelle + data.draw(st.integers(1, 200))]
        elif stelle > len(inhalt) // 2:
            del inhalt[stelle:]
    return bytes(inhalt)


def _bytes_kommen(name: str, inhalt: bytes) -> None:
    _liest_oder_nennt(LESER[name], inhalt)


@pytest.mark.parametrize("name", sorted(LESER))
@_einstellung(60)
@given(anfang=_ANFAENGE, rest=st.binary(max_size=400))
def test_any_bytes(name: str, anfang: bytes, rest: bytes) -> None:
    _bytes_kommen(name, anfang + rest)


@pytest.mark.parametrize("name", sorted(LESER))
@_einstellung(60)
@given(anfang=_ANFAENGE, text=_TEXT, kodierung=st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]))
def test_any_text(name: str, anfang: bytes, text: str, kodierung: str) -> None:
    _bytes_kommen(name, anfang + text.encode(kodierung, errors="replace"))


@_einstellung(60)
@given(inhalt=st.one_of(st.binary(max_size=300), _TEXT.map(lambda t: t.encode())))
def test_any_bytes_get_a_format(inhalt: bytes) -> None:
    try:
        assert isinstance(erkennung.erkenne(inhalt), str)
    except Lesefehler as fehler:
        _pruefe_vollstaendig(fehler)


def _feld(text: str, quoten: bool) -> str:
    return '"' + text.replace('"', '""') + '"' if quoten or set(text) & set('";\n\r') else text


_ZELLE = st.tuples(st.text("ab1,. äß;\"\n'", max_size=4), st.booleans())
_REIHE = st.one_of(st.just("leer"), st.lists(_ZELLE, min_size=3, max_size=3))


@_einstellung(150)
@given(reihen=st.lists(_REIHE, max_size=8), ende=st.sampled_from(["\n", "\r\n"]), letztes=st.booleans())
def test_cells_and_line_numbers_of_separated_text(reihen: list, ende: str, letztes: bool) -> None:
    """Read back exactly: blank lines, quoted cells, line breaks within cells, any line end."""
    zeilen, erwartet, nummer = ["x;y;z"], [], 2
    for reihe in reihen:
        text = "" if reihe == "leer" else ";".join(_feld(t, q) for t, q in reihe)
        zeilen.append(text.replace("\n", ende))
        if reihe != "leer" and any(t.strip() for t, _ in reihe):
            erwartet.append([*(t if t.strip() else None for t, _ in reihe), nummer])
        nummer += 1 + text.count("\n")
    text = ende.join(zeilen) + (ende if letztes else "")
    try:
        gelesen = tabelle.lies(text.encode(), "x.csv", ALLE)
    except Lesefehler as fehler:
        if erwartet or fehler.art != "leer":
            raise
        return
    assert [list(r) for r in gelesen.daten.select(pl.all().cast(pl.String)).rows()] == [
        [str(z) if isinstance(z, int) else z for z in r] for r in erwartet
    ]


@pytest.mark.parametrize("name", ["tabelle_xlsx", "destatis"])
@_einstellung(60)
@given(data=st.data())
def test_damaged_workbook(name: str, data: st.DataObject) -> None:
    gut = mappe.mappe([["GENESIS-Tabelle: 12411-0015"], ["", "", "31.12.2015"], ["08317", "Ortenaukreis", "4"]])
    _bytes_kommen(name, _beschaedigt(data, gut))


@pytest.mark.parametrize("name", sorted(VORLAGEN))
@_einstellung(8)
@given(data=st.data())
def test_damaged_delivery_at_the_door(name: str, data: st.DataObject) -> None:
    vorlage = VORLAGEN[name]
    _tuer_haelt(vorlage, _beschaedigt(data, vorlage.bild.bytes()))


@pytest.mark.parametrize("name", sorted(VORLAGEN))
@_einstellung(5)
@given(inhalt=st.one_of(st.binary(max_size=200), _TEXT.map(lambda t: t.encode())))
def test_any_bytes_at_the_door(name: str, inhalt: bytes) -> None:
    _tuer_haelt(VORLAGEN[name], inhalt)


@pytest.mark.lang
@pytest.mark.parametrize("name", sorted(VORLAGEN))
@_einstellung(150)
@given(data=st.data())
def test_damaged_delivery_at_the_door_at_length(name: str, data: st.DataObject) -> None:
    vorlage = VORLAGEN[name]
    bild = vorlage.bild
    if isinstance(bild, Blatt) and data.draw(st.booleans()):
        inhalt = mappe.mappe([*bild.vor, bild.kopf, *bild.reihen], bild.blattname)
    else:
        inhalt = bild.bytes()
    _tuer_haelt(vorlage, _beschaedigt(data, inhalt))


@pytest.mark.lang
@pytest.mark.parametrize("name", sorted(LESER))
@_einstellung(1500)
@given(anfang=_ANFAENGE, rest=st.one_of(st.binary(max_size=1500), _TEXT.map(lambda t: t.encode())))
def test_any_bytes_at_length(name: str, anfang: bytes, rest: bytes) -> None:
    _bytes_kommen(name, anfang + rest)


@pytest.mark.lang
@_einstellung(150)
@given(data=st.data())
def test_damaged_binary_workbook(testdaten: Path, data: st.DataObject) -> None:
    """The real workbook in the old binary format: nothing in its bytes may bring the reader down."""
    datei = next(testdaten.rglob("Zensus_Einwohnerzahlen.xls"))
    gut = datei.read_bytes()
    ende = data.draw(st.integers(2_000, min(len(gut), 200_000)))
    _bytes_kommen("tabelle_xls", _beschaedigt(data, gut[:ende]))
