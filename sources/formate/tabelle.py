"""Plain rectangular files: one header row, one row per record, as CSV or xlsx.

Here: dialect, header and cells of files that offices and portals deliver, everything as text. Not here: the
inside of workbooks (`arbeitsmappe`), exports with several header rows (`regionaldatenbank`), types and codes
(contracts).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from sources.formate import Gelesen, Lesefehler, arbeitsmappe
from sources.formate.felder import Rumpf, saetze, zerschneide
from sources.formate.kodierung import dekodiere

HOECHSTENS_SPALTEN = 10_000
_TRENNER = (";", "\t", ",", "|")
_SEP_ZEILE = re.compile(r'"?sep=(.)"?\s*', re.I)
_FORMEL = re.compile(r"\s*[=@]")
_WAHR = ("1", "ja", "true", "wahr", "x")
# iso-8859-1 and windows-1252 agree wherever both have letters; ASCII is UTF-8.
_DECKT = {"utf-8": {"utf-8", "utf-8-sig"}, "utf-8-sig": {"utf-8", "utf-8-sig"},
          "windows-1252": {"windows-1252", "iso-8859-1"}, "cp1252": {"windows-1252", "iso-8859-1"},
          "iso-8859-1": {"iso-8859-1"}}  # fmt: skip


def lies(inhalt: bytes, dateiname: str, kodierungen: tuple[str, ...] = ("utf-8",)) -> Gelesen:
    """Read one rectangular file completely or refuse it.

    `daten`: the file's columns as String, null for empty cells, plus `zeile` (Int64, line or sheet row of the
    record's beginning). An unnamed index column in front, empty unnamed columns at the end and a column
    `musterdaten` are left out. `kodierung` of a workbook is "xlsx". Raises Lesefehler: those of
    `kodierung.dekodiere` and `arbeitsmappe.lies`, and kodierung, trennzeichen, spalten, zeilenbreite,
    abgeschnitten, anfuehrung, formel, leer.
    """
    if arbeitsmappe.erkennt(inhalt):
        kopf, rumpf = _aus_blatt(arbeitsmappe.lies(inhalt, dateiname))
        kodierung = "xlsx"
    else:
        text, kodierung = dekodiere(inhalt)
        _pruefe_kodierung(kodierung, kodierungen, dateiname)
        kopf, rumpf = _aus_text(text)
    daten, musterdaten = _rahmen(kopf, rumpf)
    return Gelesen("tabelle", None, daten, kodierung, {"dateiname": dateiname}, musterdaten)


def _pruefe_kodierung(kodierung: str, erlaubt: Sequence[str], dateiname: str) -> None:
    if any(kodierung in _DECKT.get(name.lower(), {name.lower()}) for name in erlaubt):
        return
    raise Lesefehler(
        "kodierung",
        f"{dateiname} ist in {kodierung} kodiert",
        " oder ".join(erlaubt),
        "die Datei in der vereinbarten Kodierung speichern und neu liefern",
    )


def _aus_text(text: str) -> tuple[list[str], Rumpf]:
    zeilen = text.split("\n")
    vorgabe = _SEP_ZEILE.fullmatch(zeilen[0])
    erste = 1 if vorgabe else 0
    trenner = vorgabe[1] if vorgabe else _trenner(zeilen)
    kopf, beginn = _kopfsatz(zeilen, erste, trenner)
    breite = _breite(kopf, zeilen, beginn, trenner)
    art = "abgeschnitten" if not text.endswith("\n") else "zeilenbreite"
    try:
        rumpf = zerschneide(zeilen, beginn, trenner, breite, "zeilenbreite")
    except Lesefehler as fehler:
        # A ragged last line without line end is the mark of a transfer that broke off.
        if fehler.art == "zeilenbreite" and f"Zeile {len(zeilen)} " in fehler.was:
            raise Lesefehler(art, fehler.was, fehler.erwartet, fehler.tun) from None
        raise
    return kopf[:breite], rumpf


def _trenner(zeilen: list[str]) -> str:
    """The separator under which the first records are as wide as the header, and widest."""
    probe = [zeile for zeile in zeilen[:60] if zeile.strip()]
    bewertung = []
    for rang, trenner in enumerate(_TRENNER):
        breiten = [len(felder) for _, felder in saetze(probe, trenner, streng=False)]
        # The last record of the sample may be cut in the middle of a quoted field.
        gleich = sum(breite in (breiten[0], breiten[0] - 1) for breite in breiten[:-1] or breiten)
        bewertung.append((breiten[0] > 1, gleich, breiten[0], -rang, trenner))
    bester = max(bewertung)
    if not bester[0]:
        raise Lesefehler(
            "trennzeichen",
            f"In der Kopfzeile „{probe[0][:60]}“ steht kein Trennzeichen",
            "Spalten, getrennt durch Semikolon, Komma, Tabulator oder |",
            "die Datei als CSV mit Kopfzeile ausgeben",
        )
    return bester[4]


def _kopfsatz(zeilen: list[str], erste: int, trenner: str) -> tuple[list[str], int]:
    """The header record and the index of the line after it."""
    kopf: list[str] | None = None
    for nummer, felder in saetze(zeilen, trenner, streng=True, ab=erste):
        if kopf is not None:
            return kopf, nummer
        if any(feld.strip() for feld in felder):
            kopf = [feld.strip() for feld in felder]
            _pruefe_breite(kopf)
    raise _keine_daten()


def _pruefe_breite(kopf: list[str]) -> None:
    if len(kopf) > HOECHSTENS_SPALTEN:
        raise _spalten(f"Die Kopfzeile hat {len(kopf)} Spalten", f"höchstens {HOECHSTENS_SPALTEN} Spalten")


def _breite(kopf: list[str], zeilen: list[str], beginn: int, trenner: str) -> int:
    """Width of the records: a header that ends in an extra separator may be one wider than they are."""
    if kopf[-1]:
        return len(kopf)
    belegt = (felder for _, felder in saetze(zeilen, trenner, streng=True, ab=beginn) if any(map(str.strip, felder)))
    erster = next(belegt, kopf)
    return len(kopf) - 1 if len(erster) == len(kopf) - 1 else len(kopf)


def _aus_blatt(blatt: list[list[str]]) -> tuple[list[str], Rumpf]:
    """The same for a sheet: the first row that is not empty is the header; sheets are never ragged."""
    nummern = [i for i, reihe in enumerate(blatt) if any(zelle.strip() for zelle in reihe)]
    if len(nummern) < 2:
        raise _keine_daten()
    kopf = [zelle.strip() for zelle in blatt[nummern[0]]]
    _pruefe_breite(kopf)
    zellen = pl.Series("zelle", [zelle for i in nummern[1:] for zelle in blatt[i]], dtype=pl.String)
    return kopf, Rumpf(zellen, len(kopf), pl.Series([i + 1 for i in nummern[1:]], dtype=pl.Int64))


def _rahmen(kopf: list[str], rumpf: Rumpf) -> tuple[pl.DataFrame, bool]:
    """Name the columns, drop those without name and content, set nulls, take `musterdaten` out."""
    if rumpf.zeilen.is_empty():
        raise _keine_daten()
    spalten: dict[str, pl.Series] = {}
    musterdaten = False
    for nummer, name in enumerate(kopf):
        werte = rumpf.spalte(nummer)
        werte = werte.set(werte.str.strip_chars() == "", None)
        if not name:
            _namenlos(nummer, werte)
            continue
        _pruefe_formel(name, werte, rumpf.zeilen)
        if name.lower() == "musterdaten":
            musterdaten = bool(werte.str.strip_chars().str.to_lowercase().is_in(_WAHR).any())
        elif name in spalten or name == "zeile":
            raise _spalten(f"Die Spalte „{name}“ ist doppelt oder vorbehalten", "jeden Spaltennamen einmal")
        else:
            spalten[name] = werte
    spalten["zeile"] = rumpf.zeilen.cast(pl.Int64)
    return pl.DataFrame(spalten), musterdaten


def _namenlos(nummer: int, werte: pl.Series) -> None:
    """A column without name may be the index in front or padding; anything else would be data thrown away."""
    if nummer > 0 and werte.null_count() < werte.len():
        raise _spalten(f"Spalte {nummer + 1} hat Werte, aber keinen Namen", "einen Namen für jede Spalte")


def _pruefe_formel(name: str, werte: pl.Series, zeilen: pl.Series) -> None:
    """Refuse cells that a spreadsheet would run as a formula."""
    treffer = werte.str.contains(rf"^{_FORMEL.pattern}").fill_null(False)
    if not treffer.any() and not _FORMEL.match(name):
        return
    ort = f"Spalte „{name[:40]}“"
    if treffer.any():
        ort = f"Zeile {zeilen[treffer.arg_max() or 0]}, {ort}"
    raise Lesefehler(
        "formel",
        f"{ort}: Der Inhalt beginnt mit „=“ oder „@“ und würde in Excel als Formel ausgeführt",
        "Text und Zahlen ohne Formeln",
        "die Zelle prüfen, die Formel durch ihren Wert ersetzen und neu liefern",
    )


def _spalten(was: str, erwartet: str) -> Lesefehler:
    return Lesefehler("spalten", was, erwartet, "die Kopfzeile prüfen und die Datei neu liefern")


def _keine_daten() -> Lesefehler:
    return Lesefehler(
        "leer", "Die Datei enthält keine Datenzeilen", "eine Kopfzeile und Daten", "die Datei neu ausgeben"
    )
