"""Excel workbooks built in code: good ones, and some that nobody should open.

Here: the few parts of an xlsx archive that a reader needs, zip bombs, a giant sheet. Not here: what is done to the
table inside (``verderben.py``).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from functools import cache
from xml.sax.saxutils import escape

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
BUCH = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BEZUG = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAKET = "http://schemas.openxmlformats.org/package/2006"
_TEILE = {
    "[Content_Types].xml": f'<Types xmlns="{_PAKET}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PAKET}/relationships"><Relationship Id="r1" '
    f'Type="{_BEZUG}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PAKET}/relationships"><Relationship Id="r1" '
    f'Type="{_BEZUG}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_ZEIT = (1980, 1, 1, 0, 0, 0)


def _buch(blattname: str) -> str:
    return (
        f'<workbook xmlns="{BUCH}" xmlns:r="{_BEZUG}"><sheets><sheet name="{escape(blattname)}" sheetId="1" '
        'r:id="r1"/></sheets></workbook>'
    )


def _ort(spalte: int) -> str:
    buchstaben = ""
    spalte += 1
    while spalte:
        spalte, rest = divmod(spalte - 1, 26)
        buchstaben = chr(65 + rest) + buchstaben
    return buchstaben


def _packe(teile: Iterable[tuple[str, bytes]]) -> bytes:
    puffer = io.BytesIO()
    with zipfile.ZipFile(puffer, "w", zipfile.ZIP_DEFLATED) as archiv:
        for name, inhalt in teile:
            archiv.writestr(zipfile.ZipInfo(name, _ZEIT), inhalt, zipfile.ZIP_DEFLATED)
    return puffer.getvalue()


def arbeitsmappe(blatt: bytes, blattname: str, extra: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A workbook around the XML of its one sheet; ``extra`` parts come last."""
    fest = {**_TEILE, "xl/workbook.xml": _buch(blattname)}
    return _packe([*((n, (XML + t).encode()) for n, t in fest.items()), ("xl/worksheets/sheet1.xml", blatt), *extra])


def mappe(reihen: Sequence[Sequence[str]], blattname: str = "Daten", zusatz: str = "") -> bytes:
    """A workbook with one sheet of text cells (empty ones left out); ``zusatz`` goes into the sheet's XML."""
    zeilen = "".join(
        f'<row r="{i}">'
        + "".join(
            f'<c r="{_ort(j)}{i}" t="inlineStr"><is><t xml:space="preserve">{escape(wert)}</t></is></c>'
            for j, wert in enumerate(reihe)
            if wert
        )
        + "</row>"
        for i, reihe in enumerate(reihen, start=1)
    )
    blatt = f'{XML}<worksheet xmlns="{BUCH}"><sheetData>{zeilen}{zusatz}</sheetData></worksheet>'
    return arbeitsmappe(blatt.encode(), blattname)


@cache
def zipbombe() -> bytes:
    """A sheet of 60 MB of blanks that packs into some 60 KB."""
    return arbeitsmappe(b" " * 60_000_000, "Daten")


@cache
def riesenblatt() -> bytes:
    """A sheet with two cells that claim to be a million rows and 16,384 columns apart."""
    fern = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    return mappe([["a", "b"], ["1", "2"]], zusatz=fern)
