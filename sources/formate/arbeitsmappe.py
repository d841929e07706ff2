"""Excel workbooks (xlsx, and the older BIFF xls): one sheet as rows of text.

Here: safety before opening (damage, encryption, zip bombs, giant sheets) and cell values as plain text. Not here:
header and columns (`tabelle`), the layout of GENESIS-Online (`destatis`).
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from dataclasses import dataclass

from python_calamine import CalamineWorkbook

from sources.formate import Lesefehler, biff

HOECHSTENS_BYTES = 500_000_000
HOECHSTENS_BYTES_XLS = 400_000_000
HOECHSTENS_VERHAELTNIS = 200
HOECHSTENS_ZELLEN = 20_000_000
_ZELLBEZUG = re.compile(rb'\br="([A-Z]{1,3})?([0-9]{1,7})"')
_ALT = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Blatt:
    """One sheet.

    `reihen`: from row 1 on, all equally wide; `verbunden`: merged areas as 0-based ((row, column), (row, column)),
    their text stands in the first cell.
    """

    name: str
    reihen: list[list[str]]
    verbunden: list[tuple[tuple[int, int], tuple[int, int]]]


def erkennt(inhalt: bytes) -> bool:
    """True for workbooks of any kind, readable or not."""
    return inhalt.startswith((b"PK\x03\x04", b"PK\x05\x06", _ALT))


def lies(inhalt: bytes, dateiname: str, blatt: str = "") -> list[list[str]]:
    """The rows of a sheet (default: the first); numbers with a decimal point. See `oeffne`."""
    return oeffne(inhalt, dateiname, blatt).reihen


def oeffne(inhalt: bytes, dateiname: str, blatt: str = "", dezimal: str = ".") -> Blatt:
    """One sheet by name, the first without a name; "" for empty cells.

    Numbers as plain text (317.0 -> "317", 3.8 -> "3.8" or "3,8" by `dezimal`), dates as ISO text, truth as
    "true"/"false". Raises Lesefehler: verschluesselt, beschaedigt, zipbombe, blatt.
    """
    try:
        if inhalt.startswith(_ALT):
            inhalt = _geprueftes_buch(inhalt, dateiname)
        else:
            _pruefe_archiv(inhalt, dateiname)
        mappe = CalamineWorkbook.from_filelike(io.BytesIO(inhalt))
        if blatt and blatt not in mappe.sheet_names:
            raise _kein_blatt(dateiname, blatt, mappe.sheet_names)
        gelesen = mappe.get_sheet_by_name(blatt or mappe.sheet_names[0])
        reihen = gelesen.to_python(skip_empty_area=False)
        verbunden = gelesen.merged_cell_ranges or []
    except Lesefehler:
        raise
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as fehler:  # calamine panics on some damaged files, which is no Exception
        raise _beschaedigt(dateiname) from fehler
    return Blatt(gelesen.name, [[_text(zelle, dezimal) for zelle in reihe] for reihe in reihen], verbunden)


def _beschaedigt(dateiname: str) -> Lesefehler:
    return Lesefehler(
        "beschaedigt",
        f"{dateiname} lässt sich nicht als Excel-Arbeitsmappe öffnen, sie ist beschädigt oder unvollständig",
        "eine vollständige xlsx- oder xls-Datei",
        "die Datei in Excel öffnen, neu speichern und erneut liefern",
    )


def _kein_blatt(dateiname: str, blatt: str, vorhanden: list[str]) -> Lesefehler:
    return Lesefehler(
        "blatt",
        f"{dateiname} hat kein Blatt „{blatt}“, sondern {', '.join(f'„{name[:40]}“' for name in vorhanden[:10])}",
        f"ein Blatt „{blatt}“",
        "das Blatt benennen wie vereinbart oder den Namen im Vertrag des Extrakts ändern",
    )


def _pruefe_archiv(inhalt: bytes, dateiname: str) -> None:
    """Look at sizes and cell references before anything is unpacked as a whole."""
    with zipfile.ZipFile(io.BytesIO(inhalt)) as archiv:
        teile = archiv.infolist()
        pruefe_groesse(teile, dateiname)
        if "xl/workbook.xml" not in archiv.namelist():
            raise _beschaedigt(dateiname)
        for teil in teile:
            if teil.filename.startswith("xl/worksheets/") and _zellen(archiv.read(teil)) > HOECHSTENS_ZELLEN:
                raise _zu_gross(dateiname, "spannt ein Blatt mit über 20 Millionen Zellen auf")


def pruefe_groesse(teile: list[zipfile.ZipInfo], dateiname: str) -> None:
    """Refuse an archive that would unpack out of bounds. Raises Lesefehler: zipbombe."""
    if sum(teil.file_size for teil in teile) > HOECHSTENS_BYTES or any(map(_aufgeblasen, teile)):
        raise _zu_gross(dateiname, "entpackt sich auf ein Vielfaches ihrer Größe")


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


def _geprueftes_buch(inhalt: bytes, dateiname: str) -> bytes:
    """The same for an old workbook, which also must have no password; returned in a sound container."""
    if biff.verschluesselt(inhalt):
        raise Lesefehler(
            "verschluesselt",
            f"{dateiname} ist mit einem Kennwort verschlüsselt",
            "eine Arbeitsmappe (xlsx, xls) ohne Kennwort oder eine CSV-Datei",
            "die Datei ohne Kennwort speichern und auf dem vereinbarten geschützten Weg liefern",
        )
    buch = biff.strom(inhalt)
    if not buch:
        raise _beschaedigt(dateiname)
    if len(buch) > HOECHSTENS_BYTES_XLS or biff.zellen(buch) > HOECHSTENS_ZELLEN:
        raise _zu_gross(dateiname, "spannt Blätter mit über 20 Millionen Zellen auf oder ist größer als 400 MB")
    return biff.verpacke(buch)


def _text(wert: object, dezimal: str) -> str:
    """A cell as plain text, as one would type it."""
    if isinstance(wert, bool):
        return "true" if wert else "false"
    if isinstance(wert, float):
        return str(int(wert)) if wert.is_integer() else repr(wert).replace(".", dezimal)
    if isinstance(wert, datetime.datetime) and wert.time() == datetime.time():
        return wert.date().isoformat()
    if isinstance(wert, datetime.date | datetime.time):
        return wert.isoformat()
    return str(wert)
