"""Excel workbooks (xlsx): the first sheet as rows of text.

Here: safety before opening (damage, zip bombs, giant sheets) and cell values as plain text. Not here: header
and columns (`tabelle`), old BIFF files.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile

from python_calamine import CalamineWorkbook

from sources.formate import Lesefehler

HOECHSTENS_BYTES = 500_000_000
HOECHSTENS_VERHAELTNIS = 200
HOECHSTENS_ZELLEN = 20_000_000
_ZELLBEZUG = re.compile(rb'\br="([A-Z]{1,3})?([0-9]{1,7})"')
_ALT = b"\xd0\xcf\x11\xe0"


def erkennt(inhalt: bytes) -> bool:
    """True for workbooks of any kind, readable or not."""
    return inhalt.startswith((b"PK\x03\x04", b"PK\x05\x06", _ALT))


def lies(inhalt: bytes, dateiname: str) -> list[list[str]]:
    """The first sheet's rows from row 1 on, all equally wide, "" for empty cells.

    Numbers as plain text (317.0 -> "317", 3.8 -> "3.8"), dates as ISO text, truth as "true"/"false".
    Raises Lesefehler: altformat, beschaedigt, zipbombe, leer.
    """
    if inhalt.startswith(_ALT):
        raise Lesefehler(
            "altformat",
            f"{dateiname} ist eine alte (xls) oder verschlüsselte Excel-Datei",
            "eine unverschlüsselte xlsx-Datei oder CSV",
            "die Datei in Excel als „Excel-Arbeitsmappe (.xlsx)“ ohne Kennwort speichern",
        )
    try:
        _pruefe_archiv(inhalt, dateiname)
        blatt = CalamineWorkbook.from_filelike(io.BytesIO(inhalt)).get_sheet_by_index(0)
        reihen = blatt.to_python(skip_empty_area=False)
    except Lesefehler:
        raise
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as fehler:  # calamine panics on some damaged files, which is no Exception
        raise _beschaedigt(dateiname) from fehler
    return [[_text(zelle) for zelle in reihe] for reihe in reihen]


def _beschaedigt(dateiname: str) -> Lesefehler:
    return Lesefehler(
        "beschaedigt",
        f"{dateiname} lässt sich nicht als Excel-Arbeitsmappe öffnen, sie ist beschädigt oder unvollständig",
        "eine vollständige xlsx-Datei",
        "die Datei in Excel öffnen, neu speichern und erneut liefern",
    )


def _pruefe_archiv(inhalt: bytes, dateiname: str) -> None:
    """Look at sizes and cell references before anything is unpacked as a whole."""
    with zipfile.ZipFile(io.BytesIO(inhalt)) as archiv:
        teile = archiv.infolist()
        if sum(teil.file_size for teil in teile) > HOECHSTENS_BYTES or any(map(_aufgeblasen, teile)):
            raise _zu_gross(dateiname, "entpackt sich auf ein Vielfaches ihrer Größe")
        if "xl/workbook.xml" not in archiv.namelist():
            raise _beschaedigt(dateiname)
        for teil in teile:
            if teil.filename.startswith("xl/worksheets/") and _zellen(archiv.read(teil)) > HOECHSTENS_ZELLEN:
                raise _zu_gross(dateiname, "spannt ein Blatt mit über 20 Millionen Zellen auf")


def _aufgeblasen(teil: zipfile.ZipInfo) -> bool:
    return teil.file_size > 1_000_000 and teil.file_size > HOECHSTENS_VERHAELTNIS * max(teil.compress_size, 1)


def _zu_gross(dateiname: str, was: str) -> Lesefehler:
    return Lesefehler(
        "zipbombe",
        f"{dateiname} {was}",
        "höchstens 500 MB entpackt, 20 Millionen Zellen und das 200-fache der gepackten Größe",
        "nur die Tabelle selbst als xlsx oder CSV liefern",
    )


def _zellen(xml: bytes) -> int:
    """The area a reader has to span, from the outermost cell references."""
    spalte = zeile = 1
    for treffer in _ZELLBEZUG.finditer(xml):
        zeile = max(zeile, int(treffer[2]))
        if treffer[1]:
            nummer = 0
            for buchstabe in treffer[1]:
                nummer = nummer * 26 + buchstabe - 64
            spalte = max(spalte, nummer)
    return spalte * zeile


def _text(wert: object) -> str:
    """A cell as plain text, as one would type it."""
    if isinstance(wert, bool):
        return "true" if wert else "false"
    if isinstance(wert, float):
        return str(int(wert)) if wert.is_integer() else repr(wert)
    if isinstance(wert, datetime.datetime) and wert.time() == datetime.time():
        return wert.date().isoformat()
    if isinstance(wert, datetime.date | datetime.time):
        return wert.isoformat()
    return str(wert)
