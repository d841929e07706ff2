"""From bytes to text: which encoding, and what is no text at all.

Here: refusal of what no table reader can read (binary, HTML, UTF-16, text encoded twice) and the choice among
UTF-8, ISO-8859-1 and Windows-1252. Not here: what the text says (`regionaldatenbank`, `tabelle`).
"""

from __future__ import annotations

import re

from sources.formate import Lesefehler

_ANFAENGE = {
    b"PK\x03\x04": "ein ZIP-Archiv oder eine Excel-Datei (xlsx)",
    b"PK\x05\x06": "ein leeres ZIP-Archiv",
    b"\xd0\xcf\x11\xe0": "eine alte Excel- oder Word-Datei (xls, doc)",
    b"%PDF": "eine PDF-Datei",
    b"\x1f\x8b": "ein gzip-Archiv",
    b"7z\xbc\xaf": "ein 7z-Archiv",
    b"\x89PNG": "ein Bild (PNG)",
    b"\xff\xd8\xff": "ein Bild (JPEG)",
}
_UTF32 = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Bytes 0x80-0x9f tell the two encodings apart that are the same otherwise.
_NUR_1252 = bytes(range(0x80, 0xA0))
_STEUERZEICHEN = bytes([*range(0x09), *range(0x0E, 0x1A), *range(0x1B, 0x20)])
_HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)", re.I | re.S
)
# UTF-8 read as Latin-1 or Windows-1252 and written as UTF-8 again; also two encodings in one file.
_DOPPELT = re.compile("\u00c3[\u00a4\u00b6\u00bc\u0178\u201e\u2013\u0153\u0084\u0096\u009c\u009f]|\u00e2\u201a\u00ac")
# cp850 (DOS) read as Windows-1252: quotation marks stand inside words where umlauts belong.
_DOS = re.compile("[A-Za-z][\u201e\u201d][a-z]")
_SPEICHERN = "die Datei in UTF-8 (Excel: „CSV UTF-8“) oder ISO-8859-1 speichern und neu liefern"


def dekodiere(inhalt: bytes, lesbar_bis: str = "") -> tuple[str, str]:
    """Return (text, encoding name); line ends are LF afterwards, a byte order mark is gone.

    Damaged letters after the first `lesbar_bis` are let pass (footnotes); "" checks the whole text.
    Encoding names: "utf-8", "utf-8-sig", "iso-8859-1", "windows-1252" (as soon as a byte 0x80-0x9f occurs).
    Raises Lesefehler: leer, kodierung, binaer, html.
    """
    _kein_text(inhalt)
    text, kodierung = _umsetzen(inhalt)
    _lesbar(text.partition(lesbar_bis)[0] if lesbar_bis else text, dos_moeglich=kodierung == "windows-1252")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise _leer()
    return text, kodierung


def _leer() -> Lesefehler:
    return Lesefehler(
        "leer", "Die Datei ist leer", "eine Tabelle mit Kopf und Daten", "die Datei neu abrufen und liefern"
    )


def _kein_text(inhalt: bytes) -> None:
    """Refuse what is no text, by its first bytes and its control characters."""
    if not inhalt.strip():
        raise _leer()
    for anfang, art in _ANFAENGE.items():
        if inhalt.startswith(anfang):
            raise Lesefehler("binaer", f"Die Datei ist {art}", "eine Textdatei (CSV)", "die Tabelle als CSV liefern")
    if inhalt.startswith(_UTF32 + _UTF16) or _wie_utf16(inhalt):
        raise Lesefehler(
            "kodierung", "Die Datei ist in UTF-16 oder UTF-32 kodiert", "UTF-8 oder ISO-8859-1", _SPEICHERN
        )
    if _HTML.match(inhalt[:4096]):
        raise Lesefehler(
            "html",
            "Die Datei ist eine Internetseite (HTML), keine Tabelle",
            "die CSV-Datei selbst",
            "den Abruf wiederholen; oft ist die Anmeldung abgelaufen oder es kam eine Fehlerseite",
        )
    if _enthaelt(inhalt, _STEUERZEICHEN):
        stelle, zeichen = next((i, z) for i, z in enumerate(inhalt) if z in _STEUERZEICHEN)
        raise Lesefehler(
            "binaer",
            f"Die Datei enthält Steuerzeichen (Byte {stelle + 1}: 0x{zeichen:02x})",
            "eine Textdatei (CSV)",
            "die Tabelle als CSV liefern",
        )


def _enthaelt(inhalt: bytes, zeichen: bytes) -> bool:
    """Whether one of these bytes occurs; ten times as quick as a search by pattern."""
    return len(inhalt.translate(None, zeichen)) < len(inhalt)


def _wie_utf16(inhalt: bytes) -> bool:
    """UTF-16 without byte order mark: nearly every second byte of the beginning is NUL."""
    anfang = inhalt[:400]
    return len(anfang) >= 8 and anfang.count(0) * 3 > len(anfang)


def _umsetzen(inhalt: bytes) -> tuple[str, str]:
    kodierung = "utf-8-sig" if inhalt.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        return inhalt.decode(kodierung), kodierung
    except UnicodeDecodeError:
        pass
    if not _enthaelt(inhalt, _NUR_1252):
        return inhalt.decode("iso-8859-1"), "iso-8859-1"
    try:
        return inhalt.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError as fehler:
        raise Lesefehler(
            "kodierung",
            f"Byte {fehler.start + 1} (0x{inhalt[fehler.start]:02x}) passt nicht zu UTF-8 und Windows-1252",
            "UTF-8, ISO-8859-1 oder Windows-1252",
            _SPEICHERN,
        ) from None


def _lesbar(text: str, dos_moeglich: bool) -> None:
    """Refuse text whose letters were already damaged before it came here."""
    moeglich = "\u00c3" in text or "\u00e2" in text  # with which all matches begin
    treffer = (_DOPPELT.search(text) if moeglich else None) or (_DOS.search(text) if dos_moeglich else None)
    if treffer:
        stelle = text[max(0, treffer.start() - 12) : treffer.end() + 12].replace("\n", " ")
        raise Lesefehler(
            "kodierung",
            f"Umlaute sind zerstört (doppelt oder gemischt kodiert): „{stelle}“ in Zeile "
            f"{text.count(chr(10), 0, treffer.start()) + 1}",
            "lesbare Umlaute in einer einzigen Kodierung",
            _SPEICHERN,
        )
    if "\ufffd" in text:
        raise Lesefehler(
            "kodierung",
            f"Zeile {text.count(chr(10), 0, text.index(chr(0xFFFD))) + 1} enthält verlorene Zeichen (U+FFFD)",
            "lesbare Umlaute",
            _SPEICHERN,
        )
