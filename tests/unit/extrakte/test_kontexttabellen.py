"""The context tables of the Regionaldatenbank: every cell of the real files comes in, none is bent."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from quality import tuer
from sources.formate import Lesefehler
from sources.vertraege import lade_vertraege

# file -> extract, value columns; the first cell of a data row is a date, a year or a key
DATEIEN = {
    "kjh/22541-01-04-4_00.csv": ("kindertageseinrichtungen", 13),
    "kjh/22542-01-02-4_00.csv": ("jugendhilfeeinrichtungen", 7),
    "kjh/22543-01-01-4_00.csv": ("kindertagesbetreuung", 6),
    "kjh/22543-01-02-4_00.csv": ("kindertagesbetreuung", 6),
    "schools/21111-01-03-4.csv": ("schulen", 6),
    "social/13211-01-03-5_00.csv": ("arbeitslose", 7),
    "social/22811-01-01-4_00.csv": ("mindestsicherung", 7),
    "social/22811-02-02-4_00.csv": ("mindestsicherung", 13),
}
ZEICHEN = {"-": "null_genau", ".": "unbekannt_oder_geheim", "x": "nicht_sinnvoll", "...": "folgt_spaeter"}


def _bytes(testdaten: Path, datei: str) -> bytes:
    return (testdaten / "genesis" / datei).read_bytes()


def _zellen(testdaten: Path, datei: str) -> pl.DataFrame:
    extrakt = DATEIEN[datei][0]
    geprueft = tuer.pruefe(_bytes(testdaten, datei), Path(datei).name, lade_vertraege()[extrakt], {})
    assert geprueft.quarantaene.is_empty()
    return geprueft.zellen


def _nachgezaehlt(inhalt: bytes, spalten: int) -> tuple[int, float, Counter[str]]:
    """Cells, their sum and their signs, counted without the reader."""
    zeilen = re.split(r"\n_{5,}", inhalt.decode("iso-8859-1").replace("\r", ""))[0].split("\n")
    daten = [z.split(";")[-spalten:] for z in zeilen if re.match(r"(\d{2}\.\d{2}\.\d{4}|DG|\d{2,11});[^;]", z)]
    werte = [w for zeile in daten for w in zeile]
    zahlen = [float(w.replace(",", ".")) for w in werte if re.fullmatch(r"-?\d+(,\d+)?", w)]
    return len(werte), sum(zahlen), Counter(w for w in werte if w in ZEICHEN)


@pytest.mark.parametrize("datei", sorted(DATEIEN))
def test_alle_zellen_kommen_an(testdaten: Path, datei: str) -> None:
    zellen = _zellen(testdaten, datei)
    anzahl, summe, zeichen = _nachgezaehlt(_bytes(testdaten, datei), DATEIEN[datei][1])
    assert (len(zellen), zellen["wert"].sum()) == (anzahl, summe)
    assert dict(zellen.filter(pl.col("zeichen") != "")["zeichen"].value_counts().rows()) == zeichen
    assert zellen.filter(pl.col("status") == "null_genau")["wert"].sum() == 0


def _wert(zellen: pl.DataFrame, schluessel: str, stichtag: date, messgroesse: str, **sonst: str) -> list[object]:
    genau = {"geschlecht": "insgesamt", "altersgruppe": "insgesamt", "nationalitaet": "insgesamt",
             "merkmal": "insgesamt", **sonst}  # fmt: skip
    return zellen.filter(
        pl.col("raum_schluessel") == schluessel, pl.col("stichtag") == stichtag, pl.col("messgroesse") == messgroesse,
        *(pl.col(name) == wert for name, wert in genau.items()),
    ).select("wert", "status").rows()  # fmt: skip


@pytest.mark.parametrize(
    ("schluessel", "einrichtungen", "plaetze"), [("08317", 26, 304), ("03361", 24, 237), ("13003", 61, 398)]
)
def test_einrichtungen_der_hze_2014(testdaten: Path, schluessel: str, einrichtungen: int, plaetze: int) -> None:
    zellen, tag = _zellen(testdaten, "kjh/22542-01-02-4_00.csv"), date(2014, 12, 31)
    assert _wert(zellen, schluessel, tag, "jugendhilfeeinrichtungen", merkmal="hze") == [(einrichtungen, "gueltig")]
    assert _wert(zellen, schluessel, tag, "jugendhilfe_plaetze", merkmal="hze") == [(plaetze, "gueltig")]


def test_die_gegensperrung_bleibt_gesperrt(testdaten: Path) -> None:
    """Rostock, 01.03.2016: the signs that hide one figure by hiding its neighbours are no zeros."""
    zellen = _zellen(testdaten, "kjh/22543-01-02-4_00.csv")
    hier = zellen.filter(pl.col("raum_schluessel") == "13003", pl.col("stichtag") == date(2016, 3, 1))
    gesperrt = hier.filter(pl.col("status") == "unbekannt_oder_geheim")
    assert sorted(gesperrt.select("merkmal", "altersgruppe").rows()) == [
        ("tageseinrichtung", "3-6"), ("tageseinrichtung", "6-14"), ("tagespflege", "3-6"), ("tagespflege", "6-14"),
    ]  # fmt: skip
    assert gesperrt["wert"].null_count() == 4


def test_der_stichtag_wandert(testdaten: Path) -> None:
    tage = set(_zellen(testdaten, "kjh/22543-01-01-4_00.csv")["stichtag"])
    assert tage == {date(2007, 3, 15), date(2008, 3, 15), date(2009, 3, 1), date(2010, 3, 1)}


def test_ausserhalb_ihrer_jahre_ist_ein_strich_keine_null(testdaten: Path) -> None:
    zellen = _zellen(testdaten, "kjh/22541-01-04-4_00.csv")
    for messgroesse, davor, danach in (
        ("kita_personal_paedagogisch", "nicht_sinnvoll", "gueltig"),
        ("kita_personal_paedagogisch_bis_2010", "gueltig", "nicht_sinnvoll"),
    ):
        (frueher,) = _wert(zellen, "08317", date(2010, 3, 1), messgroesse)
        (spaeter,) = _wert(zellen, "08317", date(2011, 3, 1), messgroesse)
        assert (frueher[1], spaeter[1]) == (davor, danach)  # type: ignore[index]
    ungefragt = zellen.filter(pl.col("status") == "nicht_sinnvoll")
    assert ungefragt["wert"].null_count() == len(ungefragt) == 10520


def test_eine_zahl_in_zwei_tabellen_ist_dieselbe(testdaten: Path) -> None:
    schluessel = ["raum_schluessel", "stichtag", "messgroesse", "geschlecht", "altersgruppe", "nationalitaet"]
    eine, andere = (_zellen(testdaten, f"social/22811-0{n}-4_00.csv") for n in ("1-01", "2-02"))
    beide = eine.join(andere, on=schluessel, suffix="_2")
    assert len(beide) == 3 * 6 * eine["raum_schluessel"].n_unique()
    assert beide.filter(pl.col("wert") != pl.col("wert_2")).is_empty()


# --- an invented table: what the contract's headings refuse ----------------------------------------------

OBEN = "GENESIS-Tabelle: 22542-01-02-4\nMusterdaten\nregionale Tiefe: Kreise und krfr. Städte\nMusterdaten\n"
UNTEN = "__________\n© Musterdaten\nStand: 10.10.2017 / 19:17:01\n"
HZE = "Hilfe z. Erziehung u. Hilfe f. junge Volljährige"
EINRICHTUNGEN = "Einrichtungen der Jugendhilfe"
SPALTEN = [
    (EINRICHTUNGEN, "Insgesamt"), (EINRICHTUNGEN, "Jugendarbeit"), (EINRICHTUNGEN, HZE), ("Verfügbare Plätze", HZE),
    ("Tätige Personen", "Insgesamt"), ("Tätige Personen", "Jugendarbeit"), ("Tätige Personen", HZE),
]  # fmt: skip


def _export(spalten: list[tuple[str, str]]) -> bytes:
    oben = [";;;" + ";".join(teile) for teile in zip(*spalten, strict=True)]
    einheit = ";;;" + ";".join("Anzahl" for _ in spalten)
    zeilen = [
        f"31.12.2014;99{n:03d};      Muster {n};" + ";".join(str(n + i) for i in range(len(spalten))) for n in range(5)
    ]
    return (OBEN + "\n".join([*oben, einheit, *zeilen]) + "\n" + UNTEN).encode()


def _pruefe(spalten: list[tuple[str, str]]) -> tuer.Geprueft:
    return tuer.pruefe(_export(spalten), "22542.csv", lade_vertraege()["jugendhilfeeinrichtungen"], {})


def test_die_erfundene_tabelle_ist_lesbar() -> None:
    geprueft = _pruefe(SPALTEN)
    assert (len(geprueft.zellen), geprueft.zellen["wert"].sum()) == (35, 175)


def test_vertauschte_spalten_sind_dieselben() -> None:
    geprueft = _pruefe(SPALTEN[::-1])
    assert geprueft.zellen["messgroesse"].n_unique() == 3
    plaetze = geprueft.zellen.filter(pl.col("messgroesse") == "jugendhilfe_plaetze")["wert"]
    assert plaetze.to_list() == [3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("spalten", "art", "worte"),
    [
        (SPALTEN[:-1], "spalte_fehlt", f"fehlt bei 'spalten': 'Tätige Personen | {HZE}'"),
        ([*SPALTEN[:3], ("Plätze", HZE), *SPALTEN[4:]], "spalte_fehlt", f"dafür neu: 'Plätze | {HZE}' (umbenannt?)"),
        ([*SPALTEN, ("Tätige Personen", "Verwaltung")], "spalte_unbekannt", "'Tätige Personen | Verwaltung'"),
    ],
)
def test_andere_ueberschriften_werden_abgelehnt(spalten: list[tuple[str, str]], art: str, worte: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(spalten)
    assert fehler.value.art == art
    assert worte in str(fehler.value)
