"""Plain rectangular files: one header row, one row per record, as CSV or xlsx.

Here: dialect, header and cells of files that offices and portals deliver, everything as text. Not here: the
inside of workbooks (`arbeitsmappe`), exports with several header rows (`regionaldatenbank`), types and codes
(contracts).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from sources.formate import Gelesen, Lesefehler, arbeitsmappe, spaltenweise
from sources.formate.felder import saetze, zerschneide
from sources.formate.kodierung import dekodiere

HOECHSTENS_SPALTEN = 10_000
HOECHSTENS_VORSPANN = 1_000
_TRENNER = (";", "\t", ",", "|")
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*[{\[]\s*["{\[]')
_SEP_ZEILE = re.compile(r'"?sep=(.)"?\s*', re.I)
_FORMEL = re.compile(r"\s*[=@]")
_FORMEL_VORN = rf"^{_FORMEL.pattern}"
# Header and separator must show in so many bytes.
_ANFANG = 4_000_000
_WAHR = ("1", "ja", "true", "wahr", "x")
# iso-8859-1 and windows-1252 agree wherever both have letters; ASCII is UTF-8.
_DECKT = {"utf-8": {"utf-8", "utf-8-sig"}, "utf-8-sig": {"utf-8", "utf-8-sig"},
          "windows-1252": {"windows-1252", "iso-8859-1"}, "cp1252": {"windows-1252", "iso-8859-1"},
          "iso-8859-1": {"iso-8859-1"}}  # fmt: skip


def lies(
    inhalt: bytes,
    dateiname: str,
    kodierungen: tuple[str, ...] = ("utf-8",),
    *,
    trennzeichen: str = "",
    blatt: str = "",
    kopf: Sequence[frozenset[str]] = (),
    woerterbuch: bool = False,
) -> Gelesen:
    """Read one rectangular file completely or refuse it.

    Args:
        inhalt: the file's bytes.
        dateiname: for messages.
        kodierungen: encodings the contract allows.
        trennzeichen: separator, where it cannot be found from the file.
        blatt: sheet of a workbook; default the first.
        kopf: the header is not the first row but the first that has most of these columns; each is a set of
            headings as `normiert` gives them.
        woerterbuch: columns as Enum (each distinct text kept once) instead of String.

    `daten`: the file's columns as text, null for empty cells, plus `zeile` (Int64, line or sheet row of the
    record's beginning). An unnamed index column in front, empty unnamed columns at the end and a column
    `musterdaten` are left out. `kodierung` of a workbook is "xlsx". Raises Lesefehler: those of
    `kodierung.dekodiere` and `arbeitsmappe.lies`, and kodierung, trennzeichen, spalten, zeilenbreite,
    abgeschnitten, anfuehrung, formel, leer.
    """
    if _JSON.match(inhalt[:200]):
        raise Lesefehler("binaer", "Die Datei ist JSON, keine Tabelle", "CSV oder xlsx", "die Tabelle als CSV liefern")
    if arbeitsmappe.erkennt(inhalt):
        kopfzeile, rumpf = _aus_blatt(arbeitsmappe.lies(inhalt, dateiname, blatt), kopf)
        kodierung = "xlsx"
    else:
        kopfzeile, rumpf, kodierung = _aus_text(inhalt, trennzeichen, kopf)
        _pruefe_kodierung(kodierung, kodierungen, dateiname)
    daten, musterdaten = _rahmen(kopfzeile, *rumpf, benenne=bool(kopf))
    if not woerterbuch:
        daten = daten.cast({pl.Enum: pl.String})
    return Gelesen("tabelle", None, daten, kodierung, {"dateiname": dateiname}, musterdaten)


@lru_cache(maxsize=4096)
def normiert(name: str) -> str:
    """A heading without what writers vary: case, blanks, underscores, a byte order mark."""
    return re.sub(r"[\s_\ufeff]+", "", name).casefold()


def _pruefe_kodierung(kodierung: str, erlaubt: Sequence[str], dateiname: str) -> None:
    if any(kodierung in _DECKT.get(name.lower(), {name.lower()}) for name in erlaubt):
        return
    raise Lesefehler(
        "kodierung",
        f"{dateiname} ist in {kodierung} kodiert",
        " oder ".join(erlaubt),
        "die Datei in der vereinbarten Kodierung speichern und neu liefern",
    )


def _aus_text(
    inhalt: bytes, trennzeichen: str, pflicht: Sequence[frozenset[str]]
) -> tuple[list[str], spaltenweise.Spalten, str]:
    """Header, columns and encoding. Of a large file only the beginning is decoded, as long as the rest is regular."""
    ende = inhalt.rfind(b"\n", 0, _ANFANG) + 1 if len(inhalt) > _ANFANG else 0
    if ende and (b"\r" not in inhalt or inhalt.count(b"\r") == inhalt.count(b"\r\n")):
        anfang, kodierung = dekodiere(inhalt[:ende])
        aufbau = _aufbau(anfang, trennzeichen, pflicht)
        rumpf = _regelmaessig(inhalt, aufbau) if kodierung.startswith("utf-8") else None
        if rumpf and _lesbar(rumpf):
            return aufbau.kopf, rumpf, kodierung
    text, kodierung = dekodiere(inhalt)
    aufbau = _aufbau(text[: text.rfind("\n", 0, _ANFANG) + 1] if ende else text, trennzeichen, pflicht)
    rumpf = _regelmaessig(text.encode(), aufbau) or _sorgfaeltig(text.split("\n"), aufbau)
    return aufbau.kopf, rumpf, kodierung


@dataclass(frozen=True)
class _Aufbau:
    """How a text is laid out: separator, header, 0-based line at which the records begin."""

    trenner: str
    kopf: list[str]
    beginn: int


def _aufbau(text: str, trennzeichen: str, pflicht: Sequence[frozenset[str]]) -> _Aufbau:
    zeilen = text.split("\n")
    vorgabe = _SEP_ZEILE.fullmatch(zeilen[0])
    erste = 1 if vorgabe else 0
    trenner = vorgabe[1] if vorgabe else trennzeichen
    if pflicht:
        moeglich: dict[str, tuple[int, int]] = {}
        for t in trenner or _TRENNER:
            moeglich[t] = _kopfzeile(_reihen(zeilen, t), pflicht)
            if moeglich[t][0] == len(pflicht):
                break
        bester = max(moeglich, key=lambda t: moeglich[t])
        if moeglich[bester][0]:
            trenner, erste = bester, -moeglich[bester][1]
    trenner = trenner or _trenner(zeilen)
    kopf, beginn = _kopfsatz(zeilen, erste, trenner)
    return _Aufbau(trenner, kopf[: _breite(kopf, zeilen, beginn, trenner)], beginn)


def _regelmaessig(inhalt: bytes, aufbau: _Aufbau) -> spaltenweise.Spalten | None:
    stelle = 0
    for _ in range(aufbau.beginn):
        stelle = inhalt.index(b"\n", stelle) + 1
    return spaltenweise.zerschneide(inhalt, stelle, aufbau.trenner, len(aufbau.kopf), aufbau.beginn + 1)


def _lesbar(rumpf: spaltenweise.Spalten) -> bool:
    """Whether no cell holds what no text may hold; each distinct text is looked at once."""
    try:
        dekodiere("\n".join(["x", *(text for spalte in rumpf[0] for text in _texte(spalte))]).encode())
    except Lesefehler:
        return False
    return True


def _sorgfaeltig(zeilen: list[str], aufbau: _Aufbau) -> spaltenweise.Spalten:
    breite = len(aufbau.kopf)
    try:
        rumpf = zerschneide(zeilen, aufbau.beginn, aufbau.trenner, breite, "zeilenbreite")
    except Lesefehler as fehler:
        # A ragged last line without line end is the mark of a transfer that broke off.
        if fehler.art == "zeilenbreite" and zeilen[-1] and f"Zeile {len(zeilen)} " in fehler.was:
            raise Lesefehler("abgeschnitten", fehler.was, fehler.erwartet, fehler.tun) from None
        raise
    return [spaltenweise.als_enum(rumpf.spalte(i)) for i in range(breite)], rumpf.zeilen


def _reihen(zeilen: list[str], trenner: str) -> Iterator[list[str]]:
    """The first lines, cut one by one: what stands above a table need not be well-formed."""
    return (next(csv.reader([zeile], delimiter=trenner), []) for zeile in zeilen[:HOECHSTENS_VORSPANN])


def _kopfzeile(reihen: Iterable[list[str]], pflicht: Sequence[frozenset[str]]) -> tuple[int, int]:
    """How many columns the best header has, and the negated number of its row: the larger pair is the better."""
    bester = (0, 0)
    for i, felder in enumerate(reihen):
        namen = {normiert(feld) for feld in felder[:HOECHSTENS_SPALTEN]}
        treffer = sum(not p.isdisjoint(namen) for p in pflicht)
        if treffer > bester[0]:
            bester = (treffer, -i)
        if treffer == len(pflicht):
            break
    return bester


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


def _aus_blatt(blatt: list[list[str]], pflicht: Sequence[frozenset[str]]) -> tuple[list[str], spaltenweise.Spalten]:
    """The same for a sheet: the first row that is not empty is the header; sheets are never ragged."""
    erste = -_kopfzeile(blatt[:HOECHSTENS_VORSPANN], pflicht)[1]
    nummern = [i for i, reihe in enumerate(blatt) if i >= erste and any(zelle.strip() for zelle in reihe)]
    if len(nummern) < 2:
        raise _keine_daten()
    kopf = [zelle.strip() for zelle in blatt[nummern[0]]]
    _pruefe_breite(kopf)
    spalten = [
        spaltenweise.als_enum(pl.Series([blatt[i][spalte] for i in nummern[1:]], dtype=pl.String))
        for spalte in range(len(kopf))
    ]
    return kopf, (spalten, pl.Series([i + 1 for i in nummern[1:]], dtype=pl.Int64))


def _rahmen(kopf: list[str], werte: list[pl.Series], zeilen: pl.Series, benenne: bool) -> tuple[pl.DataFrame, bool]:
    """Name the columns, drop those without name and content, take `musterdaten` out.

    `benenne`: a column with values under somebody else's merged heading is called by its number ("Spalte 2").
    """
    if zeilen.is_empty():
        raise _keine_daten()
    spalten: dict[str, pl.Series] = {}
    musterdaten = False
    formeln = pl.concat([pl.Series(kopf, dtype=pl.String), *map(_texte, werte)]).str.contains(_FORMEL_VORN).any()
    for nummer, (titel, spalte) in enumerate(zip(kopf, werte, strict=True)):
        name = titel or (f"Spalte {nummer + 1}" if benenne and spalte.null_count() < spalte.len() else "")
        if not name:
            _namenlos(nummer, spalte)
            continue
        if formeln:
            _pruefe_formel(name, spalte, zeilen)
        if name.lower() == "musterdaten":
            musterdaten = any(text.strip().lower() in _WAHR for text in _texte(spalte))
        elif name in spalten or name == "zeile":
            raise _spalten(f"Die Spalte „{name}“ ist doppelt oder vorbehalten", "jeden Spaltennamen einmal")
        else:
            spalten[name] = spalte
    spalten["zeile"] = zeilen.cast(pl.Int64)
    return pl.DataFrame(spalten), musterdaten


def _texte(spalte: pl.Series) -> pl.Series:
    """The distinct texts of a column."""
    assert isinstance(spalte.dtype, pl.Enum)
    return spalte.dtype.categories


def _namenlos(nummer: int, werte: pl.Series) -> None:
    """A column without name may be the index in front or padding; anything else would be data thrown away."""
    if nummer > 0 and werte.null_count() < werte.len():
        raise _spalten(f"Spalte {nummer + 1} hat Werte, aber keinen Namen", "einen Namen für jede Spalte")


def _pruefe_formel(name: str, werte: pl.Series, zeilen: pl.Series) -> None:
    """Refuse cells that a spreadsheet would run as a formula."""
    texte = _texte(werte)
    treffer = texte.filter(texte.str.contains(_FORMEL_VORN))
    if not len(treffer) and not _FORMEL.match(name):
        return
    ort = f"Spalte „{name[:40]}“"
    if len(treffer):
        ort = f"Zeile {zeilen[werte.is_in(treffer.to_list()).arg_max() or 0]}, {ort}"
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
