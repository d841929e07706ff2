"""The container of an old Excel file (BIFF, xls), and what its workbook would make a reader do.

Here: the workbook's stream out of its container, the same stream in a plain new container, password protection and
the area that the sheets span. Not here: reading cells (`arbeitsmappe`, with a library). Layouts: [MS-CFB] for the
container, [MS-XLS] for the records. The library follows loops in a damaged container without end, so it only gets
containers made here.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterator

# The record that begins a worksheet, or the workbook itself, in BIFF8 and BIFF5; records that hold cells.
_BLATT = re.compile(rb"\x09\x08(?:\x10\x00\x00\x06|\x08\x00\x00\x05)\x10\x00")
_ZELLEN = {0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_ENDE, _KENNWORT, _TEXTE, _UMFANG = 0x000A, 0x002F, 0x00FC, 0x0200
_VERSCHLUESSELT = "EncryptedPackage".encode("utf-16-le")
_KEIN, _LETZTER, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SEKTOR = 4096
_KURZ = 4096  # shorter streams lie elsewhere in the container; no program writes a workbook that short


def verschluesselt(inhalt: bytes) -> bool:
    """True for a workbook with a password, xls or xlsx (which then lies in the same kind of container)."""
    return _VERSCHLUESSELT in inhalt or any(art == _KENNWORT for art, _ in _saetze(strom(inhalt), 0))


def zellen(buch: bytes) -> int:
    """How many cells a reader makes room for: the whole area of each sheet, and the texts that cells share."""
    texte = [struct.unpack_from("<I", buch, ort + 4)[0] for art, ort in _saetze(buch, 0) if art == _TEXTE]
    return sum(_spanne(buch, blatt.start()) for blatt in _BLATT.finditer(buch)) + sum(texte)


def strom(inhalt: bytes) -> bytes:
    """The stream "Workbook" (BIFF8) or "Book" (BIFF5); b"" where the container has none or is damaged."""
    try:
        sektor = {9: 512, 12: 4096}[struct.unpack_from("<H", inhalt, 30)[0]]
        vorhanden = len(inhalt) // sektor
        verzeichnis, erster, anzahl = struct.unpack_from("<I16xII", inhalt, 48)
        orte = list(struct.unpack_from("<109I", inhalt, 76))
        for _ in range(min(anzahl, vorhanden)):
            weitere = struct.unpack_from(f"<{sektor // 4}I", inhalt, (erster + 1) * sektor)
            orte, erster = [*orte, *weitere[:-1]], weitere[-1]
        fat = array("I", b"".join(_sektor(inhalt, ort, sektor) for ort in orte[:vorhanden] if ort < vorhanden))
        eintraege = _kette(inhalt, fat, verzeichnis, sektor)
        for ab in range(0, len(eintraege) - 127, 128):
            name = eintraege[ab : ab + 64].decode("utf-16-le", "replace").split("\0")[0]
            start, laenge = struct.unpack_from("<II", eintraege, ab + 116)
            if name in ("Workbook", "Book") and laenge >= _KURZ:
                return _kette(inhalt, fat, start, sektor)[:laenge]
    except (struct.error, KeyError, ValueError):
        pass
    return b""


def verpacke(buch: bytes) -> bytes:
    """A container with nothing but this workbook: 4096-byte sectors in a row, first the table of sectors."""
    n = -(-len(buch) // _SEKTOR)
    tafeln = -(-(n + 1) // (_SEKTOR // 4 - 1))
    verzeichnis, beginn = tafeln, tafeln + 1
    fat = [_FAT] * tafeln + [_LETZTER, *range(beginn + 1, beginn + n), _LETZTER]
    fat += [_KEIN] * (tafeln * _SEKTOR // 4 - len(fat))
    kopf = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 4, 0xFFFE, 12, 6)
    kopf += struct.pack("<9I", 1, tafeln, verzeichnis, 0, _KURZ, _LETZTER, 0, _LETZTER, 0)
    kopf += struct.pack("<109I", *range(tafeln), *[_KEIN] * (109 - tafeln))
    # The library wants a chain behind the root; the directory's own one is short.
    eintraege = _eintrag("Root Entry", 5, 1, verzeichnis, 0) + _eintrag("Workbook", 2, _KEIN, beginn, len(buch))
    teile = (kopf, array("I", fat).tobytes(), eintraege, buch)
    return b"".join(teil + bytes(-len(teil) % _SEKTOR) for teil in teile)


def _eintrag(name: str, art: int, kind: int, start: int, laenge: int) -> bytes:
    roh = f"{name}\0".encode("utf-16-le")
    kopf = struct.pack("<64sHBB3I", roh, len(roh), art, 1, _KEIN, _KEIN, kind)
    return kopf + bytes(36) + struct.pack("<IQ", start, laenge)


def _sektor(inhalt: bytes, nummer: int, groesse: int) -> bytes:
    return inhalt[(nummer + 1) * groesse : (nummer + 2) * groesse].ljust(groesse, b"\0")


def _kette(inhalt: bytes, fat: array[int], nummer: int, groesse: int) -> bytes:
    """The sectors from one on; ValueError for a chain that runs in a circle or out of the file."""
    teile: list[bytes] = []
    while nummer != _LETZTER:
        if nummer >= len(fat) or (nummer + 1) * groesse >= len(inhalt) or len(teile) > len(inhalt) // groesse:
            raise ValueError(nummer)
        teile.append(_sektor(inhalt, nummer, groesse))
        nummer = fat[nummer]
    return b"".join(teile)


def _saetze(buch: bytes, ab: int) -> Iterator[tuple[int, int]]:
    """(kind, position of the content) of the records of one sheet or workbook."""
    while ab + 12 <= len(buch):
        art, laenge = struct.unpack_from("<HH", buch, ab)
        if art == _ENDE:
            return
        yield art, ab + 4
        ab += 4 + laenge


def _spanne(buch: bytes, ab: int) -> int:
    """Rows times columns of one sheet: what its cells span, or what it says to span, if that is more."""
    zeilen = spalten = angesagt = 0
    for art, ort in _saetze(buch, ab):
        if art in _ZELLEN:
            zeile, spalte = struct.unpack_from("<HH", buch, ort)
            zeilen, spalten = max(zeilen, zeile + 1), max(spalten, spalte + 1)
        elif art == _UMFANG and ort + 14 <= len(buch):
            form = "<IIHH" if struct.unpack_from("<H", buch, ort - 2)[0] == 14 else "<HHHH"
            von, bis, links, rechts = struct.unpack_from(form, buch, ort)
            # The library subtracts without looking, so that an end before the beginning becomes a giant.
            angesagt = max(angesagt, ((bis - von) % 2**32 + 1) * ((rechts - links) % 2**32 + 1))
    return max(zeilen * spalten, angesagt)
