"""One reader for every table export of Regionaldatenbank and GENESIS ("GENESIS-Tabelle: ...").

Here: finding preamble, header rows, data and footer of the text, and the tidy frame. Nothing in it knows a
particular table. Not here: the header's meaning (`kopf`), cell text (`werte`), bytes to text (`kodierung`),
what signs and labels mean (contracts).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import polars as pl

from sources.formate import Gelesen, Lesefehler, kopf, vorspann, werte
from sources.formate.felder import Rumpf, saetze, zerschneide
from sources.formate.kodierung import dekodiere

_KENNUNG = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*"?(?:(?:GENESIS-)?Tabelle:\s*([0-9A-Za-z]+(?:[-_][0-9A-Za-z]+)+)'
    # A table that somebody rearranged online carries "Temporär" instead of its code.
    rb'|GENESIS-Tabelle:\s*([^\s;"]+))'
)
_STRICH = re.compile(r'"?_{5,}"?;*\s*')
_STAND = re.compile(r'"?Stand: (\d{2})\.(\d{2})\.(\d{4}) / (\d{2}:\d{2}:\d{2})"?;*\s*')
_SCHLUESSEL = re.compile(r"[A-Z]{2,5}|[0-9]{2,12}[A-Z]?(?:[-_.][0-9A-Z]+)?")
# No leading zero: that is a code.
_ZAHL_ODER_ZEICHEN = r"^(?:[+-]?(?:0|[1-9][0-9]*)(?:,[0-9]+)?|[-.xX/–]|\.\.\.)$"
_RAND = " \t\u00a0"
_NEU_ABRUFEN = "die Tabelle vollständig neu abrufen und unverändert liefern"


def erkennt(inhalt: bytes) -> str | None:
    """The table code when the bytes begin like an export of Regionaldatenbank or GENESIS, else None."""
    treffer = _KENNUNG.match(inhalt[:200])
    return (treffer[1] or treffer[2]).decode("utf-8", errors="replace") if treffer else None


def lies(inhalt: bytes) -> Gelesen:
    """Read one export completely or refuse it.

    `daten`: one row per cell with tabelle, raum_schluessel, raum_name, zeit, merkmal, einheit (String),
    wert (Float64, unit in `einheit`), zeichen, dim_1 .. dim_n (String), zeile (Int64, line in the file).
    Raises Lesefehler: those of `kodierung.dekodiere`, and unbekannt, abgeschnitten, kopf, zelle, leer.
    """
    text, kodierung = dekodiere(inhalt, lesbar_bis="\n_____")
    kennung = erkennt(text[:200].encode())
    if kennung is None:
        raise Lesefehler(
            "unbekannt",
            "Die Datei beginnt nicht mit „GENESIS-Tabelle:“",
            "ein CSV-Export der Regionaldatenbank oder von GENESIS",
            "die Datei als CSV aus der Datenbank abrufen",
        )
    zeilen = text.split("\n")
    ende = _trennstrich(zeilen)
    stand = _stand(zeilen)
    oben, kopfzeilen, beginn = _oben(zeilen[:ende])
    rumpf = zerschneide(zeilen[:ende], beginn, ";", len(kopfzeilen[0]), "abgeschnitten")
    daten = _ordne(kennung, oben, kopfzeilen, rumpf)
    meta = vorspann.meta(oben, kopfzeilen, zeilen[ende + 1 :], stand)
    return Gelesen(
        format="regionaldatenbank_csv",
        kennung=kennung,
        daten=daten,
        kodierung=kodierung,
        meta=meta,
        musterdaten=vorspann.sagt_musterdaten(meta),
    )


def _abgeschnitten(was: str, erwartet: str) -> Lesefehler:
    return Lesefehler("abgeschnitten", was, erwartet, _NEU_ABRUFEN)


def _trennstrich(zeilen: list[str]) -> int:
    """Index of the line of underscores that ends the data."""
    for i, zeile in enumerate(zeilen):
        if zeile.startswith(("_____", '"_____')) and _STRICH.fullmatch(zeile):
            return i
    raise _abgeschnitten(
        f"Nach Zeile {len(zeilen)} endet die Datei ohne die Trennlinie „__________“",
        "Daten, Trennlinie, Fußnoten und „Stand: TT.MM.JJJJ / HH:MM:SS“",
    )


def _stand(zeilen: list[str]) -> str:
    """Extraction time as ISO text, from the last line that is not blank."""
    nummer = max(i for i, zeile in enumerate(zeilen) if zeile.strip())
    treffer = _STAND.fullmatch(zeilen[nummer])
    if not treffer:
        raise _abgeschnitten(
            f"Die letzte Zeile {nummer + 1} lautet „{zeilen[nummer][:60]}“",
            "als letzte Zeile „Stand: TT.MM.JJJJ / HH:MM:SS“",
        )
    stand = f"{treffer[3]}-{treffer[2]}-{treffer[1]}T{treffer[4]}"
    try:
        datetime.fromisoformat(stand)
    except ValueError:
        raise Lesefehler(
            "stand",
            f"Die letzte Zeile nennt einen Stand, den es nicht gibt: „{zeilen[nummer].strip()}“",
            "Tag und Uhrzeit des Abrufs, wie die Datenbank sie schreibt",
            "die Tabelle neu abrufen",
        ) from None
    return stand


def _oben(zeilen: list[str]) -> tuple[list[str], list[list[str]], int]:
    """Split what stands above the data: (preamble lines, header rows, index of the first data line).

    Header rows are the first block of rows whose first cell is empty: key columns carry no heading.
    """
    oben: list[str] = []
    kopfzeilen: list[list[str]] = []
    for nummer, felder in saetze(zeilen, ";", streng=False):
        texte = [feld.strip() for feld in felder]
        if not any(texte):
            continue
        if not texte[0]:
            kopfzeilen.append(felder)
        elif kopfzeilen:
            return oben, kopfzeilen, nummer
        else:
            oben.append(" ".join(text for text in texte if text))
    if not kopfzeilen:
        raise _kein_kopf("Zwischen Titel und Daten steht keine Kopfzeile mit leeren Anfangsspalten")
    raise Lesefehler("leer", "Unter dem Kopf steht keine einzige Datenzeile", "Datenzeilen", _NEU_ABRUFEN)


def _kein_kopf(was: str) -> Lesefehler:
    return Lesefehler(
        "kopf",
        was,
        "Kopfzeilen, deren erste Zellen (Schlüsselspalten) leer sind und deren übrige die Werte benennen",
        "die Tabelle in der Standardanordnung der Datenbank als CSV abrufen",
    )


def _ordne(kennung: str, oben: list[str], kopfzeilen: list[list[str]], rumpf: Rumpf) -> pl.DataFrame:
    """The tidy frame, in the order of the file."""
    breite, n = rumpf.breite, rumpf.zeilen.len()
    for felder in kopfzeilen:
        if len(felder) != breite:
            raise _kein_kopf(f"Die Kopfzeilen haben {breite} und {len(felder)} Felder")
    k = _schluesselzahl(kopfzeilen, rumpf)
    _ohne_zwischenzeile(rumpf, k)
    schluessel = [rumpf.spalte(i).str.strip_chars(_RAND) for i in range(k)]
    rollen = _rollen(schluessel)
    gedeutet = kopf.deute_kopf(
        oben,
        [felder[k:] for felder in kopfzeilen],
        zeit_in_zeilen="zeit" in rollen,
        mass_in_zeilen="einheit" in rollen,
    )
    m = breite - k
    je_zeile = pl.int_range(n * m, eager=True) // m
    je_spalte = pl.int_range(n * m, eager=True) % m
    wo = pl.int_range(n * breite, eager=True) % breite
    wert, zeichen = _werte(rumpf.zellen.filter(wo >= k), rumpf.zeilen.gather(je_zeile))

    def aus_kopf(texte: list[str]) -> pl.Series:
        return pl.Series(texte, dtype=pl.String).gather(je_spalte)

    def rolle(name: str, im_kopf: list[str]) -> pl.Series:
        return schluessel[rollen[name]].gather(je_zeile) if name in rollen else aus_kopf(im_kopf)

    leer = [""] * m
    dims = [spalte.gather(je_zeile) for i, spalte in enumerate(schluessel) if i not in rollen.values()]
    dims += [aus_kopf(list(dim)) for dim in zip(*(s.dims for s in gedeutet.spalten), strict=True)]
    return pl.DataFrame(
        {
            "tabelle": _fest(kennung, n * m),
            "raum_schluessel": rolle("raum_schluessel", leer),
            "raum_name": rolle("raum_name", leer),
            "zeit": rolle("zeit", [s.zeit or gedeutet.tabellenzeit for s in gedeutet.spalten]),
            "merkmal": rolle("merkmal", [s.merkmal for s in gedeutet.spalten]),
            "einheit": rolle("einheit", [s.einheit for s in gedeutet.spalten]),
            "wert": wert,
            "zeichen": zeichen,
            **{f"dim_{i}": dim for i, dim in enumerate(dims, start=1)},
            "zeile": rumpf.zeilen.gather(je_zeile).cast(pl.Int64),
        }
    )


def _fest(text: str, laenge: int) -> pl.Series:
    return pl.Series([text], dtype=pl.String).new_from_index(0, laenge)


def _schluesselzahl(kopfzeilen: list[list[str]], rumpf: Rumpf) -> int:
    """How many key columns lead: those without any heading, less the figures of a total without heading.

    A classification may leave its total unnamed (";;;männlich;weiblich": the third column is the total). That
    is told from a key column by its cells, and only where neither dates nor units stand in the header: those
    stand over every data column, so that their lack over one means a damaged header.
    """
    k = grenze = next((i for i, zellen in enumerate(zip(*kopfzeilen, strict=True)) if any(map(str.strip, zellen))), 0)
    if not grenze:
        raise _kein_kopf("Die Kopfzeilen sind leer")
    while k > 1 and _sind_werte(rumpf, k - 1):
        k -= 1
    if k < grenze and any(map(kopf.ist_zeit_oder_einheit, kopfzeilen)):
        raise _ohne_ueberschrift(k)
    return k


def _sind_werte(rumpf: Rumpf, nummer: int) -> bool:
    """True when a column without heading holds figures: numbers and signs that no row needs as its key.

    Digits that alone tell equal rows apart are a key (a running number); with signs among them there are two
    readings. Raises Lesefehler kopf for those.
    """
    spalte = rumpf.spalte(nummer).str.strip_chars(_RAND)
    if not spalte.str.contains(_ZAHL_ODER_ZEICHEN).all() or _alle(spalte, kopf.ist_zeit):
        return False
    davor = pl.DataFrame({str(i): rumpf.spalte(i) for i in range(nummer)})
    if not davor.is_duplicated().any():
        return True
    if spalte.str.contains(r"^[0-9]+$").all():
        return False
    raise _ohne_ueberschrift(nummer)


def _ohne_ueberschrift(nummer: int) -> Lesefehler:
    return _kein_kopf(f"Spalte {nummer + 1} enthält nur Zahlen und Zeichen, hat aber keine Überschrift")


def _ohne_zwischenzeile(rumpf: Rumpf, k: int) -> None:
    """Refuse a line of one text among the data: it would give all rows below it another date or subject.

    Raises Lesefehler kopf. With a single key column such a line is a row of empty cells.
    """
    einzeln = pl.repeat(k > 1, rumpf.zeilen.len(), eager=True)
    for i in range(1, rumpf.breite):
        if not einzeln.any():
            return
        einzeln &= rumpf.spalte(i).str.strip_chars(_RAND) == ""
    if einzeln.any():
        stelle = einzeln.arg_max() or 0
        text = rumpf.spalte(0)[stelle].strip(_RAND)[:40]
        raise Lesefehler(
            "kopf",
            f"Zeile {rumpf.zeilen[stelle]} mitten in den Daten enthält nur „{text}“, eine Zwischenüberschrift",
            "Datenzeilen, in denen jede Angabe in ihrer Spalte steht",
            "die Tabelle für jeden Stichtag einzeln abrufen oder die Zeit als Spalte anordnen",
        )


def _rollen(schluessel: list[pl.Series]) -> dict[str, int]:
    """Which key column holds what, told by their contents; key columns without a role are dimensions.

    Possible roles: zeit, raum_schluessel, raum_name (right of it), einheit, merkmal (left of the unit).
    """
    rollen: dict[str, int] = {}
    frei = list(range(len(schluessel)))

    def vergib(name: str, nummer: int | None) -> None:
        if nummer in frei:
            rollen[name] = nummer
            frei.remove(nummer)

    vergib("zeit", next((i for i in frei if _alle(schluessel[i], kopf.ist_zeit)), None))
    vergib("raum_schluessel", next((i for i in frei if _alle(schluessel[i], _ist_schluessel)), None))
    vergib("raum_name", rollen.get("raum_schluessel", -2) + 1)
    vergib("einheit", next((i for i in frei if _alle(schluessel[i], kopf.ist_einheit)), None))
    vergib("merkmal", rollen.get("einheit", -2) - 1)
    return rollen


def _alle(spalte: pl.Series, passt: Callable[[str], bool]) -> bool:
    """True when every value fits that is not empty, and there is one."""
    werte = [text for text in spalte.unique(maintain_order=True) if text]
    return bool(werte) and all(passt(text) for text in werte)


def _ist_schluessel(text: str) -> bool:
    return _SCHLUESSEL.fullmatch(text) is not None


def _werte(zellen: pl.Series, zeilen: pl.Series) -> tuple[pl.Series, pl.Series]:
    try:
        return werte.zerlege(zellen)
    except werte.UnlesbareZelle as fehler:
        stelle = (zellen == fehler.text).arg_max()
        raise werte.unlesbar(fehler.text, int(zeilen[stelle or 0])) from None
