"""Small invented exports and workbooks, built in code."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest

from tests.schlecht.mappe import BUCH, XML, arbeitsmappe

FUSS = (
    '"zu ""gesamter Tabelle"":\nBaden-Württemberg (ab Berichtsjahr 2011): Gebietsstand\n01.01.2011"\n'
    '"© Statistische Ämter, 2017.\nDieses Werk ist lizensiert unter der Datenlizenz Deutschland\n'
    '- Namensnennung - Version 2.0."\nStand: 10.10.2017 / 18:42:14\n'
)


@pytest.fixture(scope="session")
def genesis() -> Callable[..., str]:
    """Build an export: title lines, header rows and data rows as lists of cells."""

    def baue(
        kopf: list[list[str]],
        daten: list[list[str]],
        titel: tuple[str, ...] = ("Bevölkerung nach Geschlecht", "Bevölkerungsstand (Anzahl)"),
        fuss: str = FUSS,
    ) -> str:
        breite = len(kopf[0])
        zeilen = ["GENESIS-Tabelle: 12411-99-01-5"]
        zeilen += [zeile + ";" * (breite - 1) for zeile in titel]
        zeilen += [";".join(felder) for felder in [*kopf, *daten]]
        return "\n".join(zeilen) + "\n__________\n" + fuss

    return baue


@pytest.fixture(scope="session")
def beispiel(genesis: Callable[..., str]) -> str:
    """A valid export with one date, two sexes and a sign."""
    return genesis(
        [["", "", "31.12.2015", "31.12.2015"], ["", "", "männlich", "weiblich"]],
        [["DG", "Deutschland", "12", "-"], ["08317", "      Ortenaukreis", "1,5", "."]],
    )


@pytest.fixture(scope="session")
def zaehle() -> Callable[..., tuple[int, float, dict[str, int]]]:
    """Count cells, add numbers and count signs of an export the plain way, knowing nothing of the reader."""

    def einfach(inhalt: bytes, schluessel: int | None = None) -> tuple[int, float, dict[str, int]]:
        try:
            text = inhalt.decode("utf-8")
        except UnicodeDecodeError:
            text = inhalt.decode("iso-8859-1")
        oben = text.split("\n__________\n", 1)[0]
        reihen = list(csv.reader(io.StringIO(oben), delimiter=";"))
        kopf = [r for r in reihen if len(r) > 1 and r[0] == "" and any(r)]
        daten = reihen[reihen.index(kopf[-1]) + 1 :]
        if schluessel is None:
            schluessel = min(next(i for i, zelle in enumerate(r) if zelle) for r in kopf)
        summe, zeichen = 0.0, Counter[str]()
        zellen = [zelle for reihe in daten for zelle in reihe[schluessel:]]
        for zelle in zellen:
            if re.fullmatch(r"-?\d+(,\d+)?", zelle):
                summe += float(zelle.replace(",", "."))
            else:
                zeichen[zelle] += 1
        return len(zellen), summe, dict(zeichen)

    return einfach


def _zelle(zeile: int, spalte: int, wert: object) -> str:
    ort = f"{chr(65 + spalte)}{zeile}"
    if isinstance(wert, bool):
        return f'<c r="{ort}" t="b"><v>{int(wert)}</v></c>'
    if isinstance(wert, int | float):
        return f'<c r="{ort}"><v>{wert}</v></c>'
    return f'<c r="{ort}" t="inlineStr"><is><t>{escape(str(wert))}</t></is></c>'


@pytest.fixture(scope="session")
def mappe() -> Callable[..., bytes]:
    """Build an xlsx workbook with one sheet; `zusatz` goes into the sheet's XML, `extra` into the archive."""

    def baue(reihen: list[list[object]], zusatz: str = "", extra: dict[str, bytes] | None = None) -> bytes:
        zeilen = "".join(
            f'<row r="{i}">' + "".join(_zelle(i, j, w) for j, w in enumerate(reihe) if w is not None) + "</row>"
            for i, reihe in enumerate(reihen, start=1)
        )
        blatt = f'{XML}<worksheet xmlns="{BUCH}"><sheetData>{zeilen}{zusatz}</sheetData></worksheet>'
        return arbeitsmappe(blatt.encode(), "Daten", (extra or {}).items())

    return baue
