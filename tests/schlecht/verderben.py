"""Spoiled variants of good rectangular files, each with the place where it must end.

Here: ``Variante`` (bytes and expectation), the registry of spoilers, those for ``Blatt``. Not here: those for exports
and fixed width (``verderben_export.py``), the good files (``vorlagen.py``), the judging (``test_verdorben.py``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from sources.vertraege import Feld
from tests.schlecht import mappe
from tests.schlecht.vorlagen import Blatt, Export, Flaechen, Saetze, Vorlage, feld_von, feldliste

Ausgang = Literal["abgewiesen", "quarantaene", "unveraendert"]
Bild = type[Blatt] | type[Export] | type[Saetze] | type[Flaechen]

# What the door calls its rules, per kind of fault.
BEREICH = ("bereich",)
CODE = ("code", "codeliste")
DOPPELT = ("schluessel",)
LEER = ("pflicht", "wert")
MUSTER = ("muster",)
TYP = ("typ", "wert")
# A value that nothing agrees with; must not be quoted where the file holds persons.
FREMD = "Geheim-4711"


@dataclass(frozen=True)
class Variante:
    """One spoiled file and where it must end.

    Attributes:
        name: spoiler, with field where it has one.
        inhalt: the bytes, or a function that makes them (large ones).
        ausgang: "abgewiesen" (``arten`` of the refusal), "quarantaene" (of exactly ``zeilen`` by ``regeln``, all
            other rows as in the good file), "unveraendert" (all rows as in the good file).
        worte: all of them stand in the message (refusal, or sentence of each quarantine row).
        repariert: field with repaired values, as many as given.
        weggelassen: how many columns or rows are named as left out.
        streng: the refusal is due to the contract's threshold.
    """

    name: str
    inhalt: bytes | Callable[[], bytes]
    ausgang: Ausgang
    arten: tuple[str, ...] = ()
    worte: tuple[str, ...] = ()
    zeilen: tuple[int, ...] = ()
    regeln: tuple[str, ...] = ()
    dateiname: str = ""
    repariert: tuple[str, int] = ("", 0)
    weggelassen: int = 0
    streng: bool = False

    def bytes(self) -> bytes:
        """The spoiled file."""
        return self.inhalt if isinstance(self.inhalt, bytes) else self.inhalt()


Verderber = Callable[[Vorlage], Iterator[Variante]]
VERDERBER: list[tuple[Bild, Verderber]] = []


def verdirbt(bild: Bild) -> Callable[[Verderber], Verderber]:
    """Register a spoiler for good files of this shape; it yields nothing where it cannot be applied."""

    def merke(verderber: Verderber) -> Verderber:
        VERDERBER.append((bild, verderber))
        return verderber

    return merke


def varianten(vorlage: Vorlage) -> list[Variante]:
    """All spoiled variants of one good file."""
    passende = [v for bild, v in VERDERBER if isinstance(vorlage.bild, bild)]
    return [variante for verderber in passende for variante in verderber(vorlage)]


def abgewiesen(name: str, inhalt: bytes | Callable[[], bytes], *arten: str, worte: tuple[str, ...] = (),
               dateiname: str = "") -> Variante:  # fmt: skip
    """Refused whole, under one of these names."""
    return Variante(name, inhalt, "abgewiesen", arten=arten, worte=worte, dateiname=dateiname)


def bleibt(name: str, inhalt: bytes | Callable[[], bytes], **rest: object) -> Variante:
    """Accepted, with all values as in the good file."""
    return Variante(name, inhalt, "unveraendert", **rest)  # type: ignore[arg-type]


def _blatt(vorlage: Vorlage) -> Blatt:
    assert isinstance(vorlage.bild, Blatt)
    return vorlage.bild


# --- bytes: what no reader can or should read, whatever the extract -------------------------------------------------


def gemeinsam(vorlage: Vorlage, text: str) -> Iterator[Variante]:
    """Broken transfers and wrong files, for every text format."""
    inhalt = vorlage.bild.bytes()
    yield abgewiesen("leer", b"", "leer", "satzlaenge", worte=("leer",))
    yield abgewiesen("nur_leerraum", b" \r\n\r\n  ", "leer", "satzlaenge", worte=("leer",))
    yield abgewiesen("utf16", text.encode("utf-16"), "kodierung", worte=("UTF-16",))
    yield abgewiesen("html", b"<!DOCTYPE html><html><body>Anmeldung</body></html>", "html", worte=("HTML",))
    yield abgewiesen("pdf", b"%PDF-1.7\n" + inhalt, "binaer", worte=("PDF",))
    yield abgewiesen("nullbyte", inhalt[:60] + b"\x00" + inhalt[60:], "binaer", worte=("Steuerzeichen",))
    if not text.isascii():
        doppelt = text.encode("utf-8").decode("windows-1252", errors="replace").encode("utf-8")
        yield abgewiesen("doppelt_kodiert", doppelt, "kodierung", worte=("Umlaute sind zerstört",))
    mitte = text.encode("windows-1252", errors="replace")
    yield abgewiesen("byte_0x81", mitte[:-20] + b"\x81\xe4" + mitte[-20:], "kodierung", worte=("0x81",))
    yield abgewiesen("ole_rest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + inhalt, "altformat", "beschaedigt", "binaer")


@verdirbt(Blatt)
def rohe_bytes(vorlage: Vorlage) -> Iterator[Variante]:
    """Broken transfers of a sheet or text."""
    blatt = _blatt(vorlage)
    if not blatt.xlsx:
        yield from gemeinsam(vorlage, blatt.text())
    # whether text or workbook is agreed, a workbook is told by its content
    buch = replace(blatt, xlsx=True).bytes()
    name = "liste.xlsx"
    yield abgewiesen("zipbombe", mappe.zipbombe, "zipbombe", worte=("entpackt sich",), dateiname=name)
    yield abgewiesen("riesenblatt", mappe.riesenblatt, "zipbombe", worte=("20 Millionen Zellen",), dateiname=name)
    yield abgewiesen("mappe_abgeschnitten", buch[: len(buch) * 2 // 3], "beschaedigt", dateiname=name)
    yield bleibt("als_mappe", buch, dateiname=name)


@verdirbt(Blatt)
def kodierungen(vorlage: Vorlage) -> Iterator[Variante]:
    """Encodings: those the contract allows change nothing, others refuse the file."""
    blatt = _blatt(vorlage)
    text = blatt.text()
    erlaubt = {k.lower() for k in vorlage.vertrag.kodierungen}
    if blatt.xlsx or text.isascii():
        return
    for kodierung, gleich in (
        ("utf-8", {"utf-8", "utf-8-sig"}),
        ("utf-8-sig", {"utf-8", "utf-8-sig"}),
        ("iso-8859-1", {"iso-8859-1", "windows-1252", "cp1252"}),
    ):
        if (
            not text.isascii()
            and kodierung == "iso-8859-1"
            and text.encode("latin-1", "replace") != text.encode("windows-1252", "replace")
        ):
            continue
        inhalt = text.encode(kodierung, errors="replace")
        if gleich & erlaubt:
            yield bleibt(f"kodierung_{kodierung}", inhalt)
        else:
            yield abgewiesen(f"kodierung_{kodierung}", inhalt, "kodierung", worte=(kodierung,))


# --- text: separators, quoting, line ends, truncation ---------------------------------------------------------------


@verdirbt(Blatt)
def schreibweise(vorlage: Vorlage) -> Iterator[Variante]:
    """How the text is written: what the dialect allows changes nothing."""
    blatt = _blatt(vorlage)
    if blatt.xlsx:
        return
    text, k = blatt.text(), blatt.kodierung
    yield bleibt("zeilenende_crlf", text.replace("\n", "\r\n").encode(k))
    yield bleibt("ohne_letztes_zeilenende", text.rstrip("\n").encode(k))
    yield bleibt("leerzeilen_am_ende", (text + "\n\n" + blatt.trenner * (len(blatt.kopf) - 1) + "\n").encode(k))
    yield bleibt("alles_in_anfuehrung", blatt.text(csv.QUOTE_ALL).encode(k))
    fest = vorlage.feed is not None and vorlage.feed.dialekt.trennzeichen
    if not blatt.vor and not fest:
        for anderer in {";", ",", "\t", "|"} - {blatt.trenner}:
            yield bleibt(f"trennzeichen_{ord(anderer)}", replace(blatt, trenner=anderer).text().encode(k))
        yield bleibt("sep_zeile", f"sep={blatt.trenner}\n{text}".encode(k))
        yield abgewiesen(
            "ohne_trennzeichen", replace(blatt, trenner="~").text().replace(";", "~").replace(",", "~").encode(k),
            "trennzeichen", worte=("kein Trennzeichen",),
        )  # fmt: skip


@verdirbt(Blatt)
def zerrissen(vorlage: Vorlage) -> Iterator[Variante]:
    """Text whose rows do not fit together any more."""
    blatt = _blatt(vorlage)
    if blatt.xlsx:
        return
    text, k, t = blatt.text(), blatt.kodierung, blatt.trenner
    zeilen = text.rstrip("\n").split("\n")
    letzte = zeilen[-1]
    # a row of which nothing is left but separators would be taken for an empty line
    gefuellt = next((i for i, z in enumerate(blatt.reihen[-1]) if z), len(blatt.kopf))
    schnitt = t.join(letzte.split(t)[: gefuellt + 1])
    if gefuellt < len(blatt.kopf) - 1:
        yield abgewiesen("abgeschnitten", "\n".join([*zeilen[:-1], schnitt]).encode(k), "abgeschnitten", "anfuehrung",
                         worte=(f"Zeile {len(zeilen)}", "vollständig"))  # fmt: skip
    mehr = "\n".join([*zeilen[:-1], letzte + t + "9", ""])
    yield abgewiesen("feld_zu_viel", mehr.encode(k), "zeilenbreite", worte=(f"{len(blatt.kopf) + 1} Felder",))
    offen = "\n".join([*zeilen[:-1], '"' + letzte, ""])
    yield abgewiesen("anfuehrung_offen", offen.encode(k), "anfuehrung", "zeilenbreite", worte=("Erwartet:", "Bitte:"))
    fremd = "," if t == ";" else ";"
    gemischt = "\n".join([*zeilen[:-1], fremd.join(["x"] * len(blatt.kopf)), ""])
    yield abgewiesen("trennzeichen_gemischt", gemischt.encode(k), "zeilenbreite", "trennzeichen")
    yield abgewiesen(
        "nur_kopf", "\n".join([*zeilen[: blatt.zeile(0) - 1], ""]).encode(k), "leer", worte=("keine Daten",)
    )
    yield abgewiesen("zeile_mit_million_spalten", lambda: (text + t * 1_000_000 + "9\n").encode(k), "zeilenbreite",
                     worte=("1000001 Felder",))  # fmt: skip
    h = blatt.zeile(0) - 2
    kopf_breit = [*zeilen[:h], zeilen[h] + f"{t}s" * 1_000_000, *zeilen[h + 1 :], ""]
    yield abgewiesen("kopf_mit_million_spalten", lambda: "\n".join(kopf_breit).encode(k), "spalten", "zeilenbreite",
                     worte=("10000",))  # fmt: skip


# --- columns --------------------------------------------------------------------------------------------------------


def _pflicht(vorlage: Vorlage) -> list[tuple[Feld, int]]:
    """Obligatory columns of the file."""
    felder = vorlage.felder
    alle = feldliste(vorlage.vertrag, next(iter(vorlage.vertrag.tabellen), ""))
    return [(f, felder[f.name]) for f in alle if f.pflicht and f.name in felder]


def _mit_kopf(blatt: Blatt, spalte: int, name: str) -> Blatt:
    return replace(blatt, kopf=(*blatt.kopf[:spalte], name, *blatt.kopf[spalte + 1 :]))


def _mit_spalte(blatt: Blatt, name: str, wert: str) -> Blatt:
    return replace(blatt, kopf=(*blatt.kopf, name), reihen=tuple((*r, wert) for r in blatt.reihen))


@verdirbt(Blatt)
def spalten(vorlage: Vorlage) -> Iterator[Variante]:
    """Columns that are missing, renamed, in another order, twice, or new."""
    blatt = _blatt(vorlage)
    n = len(blatt.kopf)
    yield bleibt("spalten_umgestellt", blatt.geordnet(range(n - 1, -1, -1)).bytes())
    for feld, i in _pflicht(vorlage):
        rest = [j for j in range(n) if j != i]
        yield abgewiesen(f"spalte_fehlt:{feld.name}", blatt.geordnet(rest).bytes(), "spalte_fehlt", "spalten", "kopf",
                         worte=(feld.name,))  # fmt: skip
        neu = _mit_kopf(blatt, i, "Nummer_neu")
        # below a preamble a header is found by its obligatory columns; headings of persons' data are not quoted
        stumm = vorlage.vertrag.kopf_suchen or vorlage.einzelsaetze
        worte = (feld.name,) if stumm else (feld.name, "Nummer_neu")
        yield abgewiesen(f"spalte_umbenannt:{feld.name}", neu.bytes(), "spalte_fehlt", "kopf", worte=worte)
    erste = next(iter(vorlage.felder.values()))
    doppelt = blatt.geordnet([*range(n), erste])
    yield abgewiesen("spalte_doppelt", doppelt.bytes(), "spalten", "spalte_doppelt", worte=("doppelt",))
    unbekannt = _mit_spalte(blatt, "Familienname", FREMD).bytes()
    if vorlage.einzelsaetze:
        yield bleibt("spalte_unbekannt", unbekannt, weggelassen=1)
    else:
        yield abgewiesen("spalte_unbekannt", unbekannt, "spalte_unbekannt", worte=("Familienname",))
        ohne_namen = _mit_spalte(blatt, "", FREMD).bytes()
        yield abgewiesen("spalte_ohne_namen", ohne_namen, "spalten", "spalte_unbekannt", worte=("Spalte",))
    if vorlage.vertrag.form == "saetze":
        gross = replace(blatt, kopf=tuple(f"  {k.upper()} " for k in blatt.kopf))
        yield bleibt("kopf_gross_mit_leerraum", gross.bytes())


# --- cells ----------------------------------------------------------------------------------------------------------


def _feld(vorlage: Vorlage, passt: Callable[[Feld], bool]) -> list[tuple[Feld, int]]:
    """Fields of the file of a kind, at most two so that the suite stays quick."""
    felder = vorlage.felder
    alle = feldliste(vorlage.vertrag, next(iter(vorlage.vertrag.tabellen), ""))
    wertfeld = vorlage.feed.dialekt.wertfeld if vorlage.feed else ""
    return [(f, felder[f.name]) for f in alle if f.name in felder and f.name != wertfeld and passt(f)][:2]


def _wartet(vorlage: Vorlage, name: str, spalte: int, wert: str, regeln: tuple[str, ...], reihe: int = 1) -> Variante:
    """One cell changed, and its row waits."""
    blatt = _blatt(vorlage)
    zeile = blatt.zeile(reihe)
    feld = feld_von(vorlage.vertrag, vorlage.feed, blatt.kopf[spalte])
    worte = (f"Zeile {zeile}",) if vorlage.vertrag.form == "zellen" else (f"Zeile {zeile}", feld)
    return Variante(f"{name}:{feld}", blatt.mit(reihe, spalte, wert).bytes(), "quarantaene", worte=worte,
                    zeilen=(zeile,), regeln=regeln)  # fmt: skip


@verdirbt(Blatt)
def zellen(vorlage: Vorlage) -> Iterator[Variante]:
    """Cells that break a rule of their field: their row waits, all others pass."""
    for _, i in _feld(vorlage, lambda f: f.typ == "wahrheit"):
        yield _wartet(vorlage, "weder_ja_noch_nein", i, FREMD, (*TYP, *CODE))
    for _, i in _feld(vorlage, lambda f: bool(f.codes) or bool(f.codeliste)):
        yield _wartet(vorlage, "unbekannter_code", i, FREMD, CODE)
    for f, i in _feld(vorlage, lambda f: bool(f.muster) and not f.codes):
        fremd = next(w for w in (FREMD, "##", "") if not re.search(f.muster, w))
        yield _wartet(vorlage, "fremde_form", i, fremd, MUSTER)
    for _, i in _feld(vorlage, lambda f: not f.leer_erlaubt and f.typ != "text"):
        yield _wartet(vorlage, "leer", i, "", LEER)


@verdirbt(Blatt)
def zahlen_und_daten(vorlage: Vorlage) -> Iterator[Variante]:
    """Numbers and days that are none, or lie out of their range."""
    for n, (_, i) in enumerate(_feld(vorlage, lambda f: f.typ in ("zahl", "ganzzahl"))):
        arabisch = ("\u0661\u0662",) if _blatt(vorlage).kann("\u0661") else ()
        weitere = ("NaN", "inf", "1e400", "0x10", "12 Personen", *arabisch) if n == 0 else ()
        for wert in ("viele", *weitere):
            yield _wartet(vorlage, f"keine_zahl_{wert}", i, wert, TYP)
    for f, i in _feld(vorlage, lambda f: f.typ in ("zahl", "ganzzahl") and f.min is not None):
        yield _wartet(vorlage, "falsches_vorzeichen", i, str(int(f.min or 0) - 17), BEREICH)
    for f, i in _feld(vorlage, lambda f: f.typ in ("zahl", "ganzzahl") and f.max is not None):
        yield _wartet(vorlage, "zu_gross", i, str(int(f.max or 0) + 1), BEREICH)
    for _, i in _feld(vorlage, lambda f: f.typ == "datum"):
        for wert in ("12/31/2023", "31.12.23", "31.02.2023", "2023", "45291", "0023-01-01", "3023-01-01"):
            yield _wartet(vorlage, f"datum_{wert}", i, wert, (*TYP, *BEREICH, "datum"))


@verdirbt(Blatt)
def gleiche_zellen(vorlage: Vorlage) -> Iterator[Variante]:
    """Other ways to write the same values."""
    blatt = _blatt(vorlage)
    if vorlage.vertrag.form != "saetze":
        return
    for feld, i in _feld(vorlage, lambda f: f.typ == "datum"):
        anders = tuple((*r[:i], _datum_anders(r[i]), *r[i + 1 :]) for r in blatt.reihen)
        yield bleibt(f"datum_anders:{feld.name}", replace(blatt, reihen=anders).bytes())
    leerraum = tuple(tuple(f" {z}  " if z else z for z in r) for r in blatt.reihen)
    yield bleibt("leerraum_um_werte", replace(blatt, reihen=leerraum).bytes())
    for feld, i in _feld(vorlage, lambda f: f.fuehrende_nullen > 0):
        kurz = tuple((*r[:i], r[i].lstrip("0"), *r[i + 1 :]) for r in blatt.reihen)
        anzahl = sum(a != b for a, b in zip(kurz, blatt.reihen, strict=True))
        if anzahl:
            yield bleibt(f"null_verloren:{feld.name}", replace(blatt, reihen=kurz).bytes(),
                         repariert=(feld.name, anzahl))  # fmt: skip


def _datum_anders(wert: str) -> str:
    """ISO to German notation and back."""
    if "." in wert:
        return "-".join(reversed(wert.split(".")))
    return ".".join(reversed(wert.split("-")))


@verdirbt(Blatt)
def formeln(vorlage: Vorlage) -> Iterator[Variante]:
    """Cells and headings that a spreadsheet would run."""
    blatt = _blatt(vorlage)
    erste = next(iter(vorlage.felder.values()))
    for wert in (
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        '=HYPERLINK("http://x.invalid";"Klick")',
        " =1+1",
    ):
        yield abgewiesen(f"formel_{wert[:5]}", blatt.mit(1, erste, wert).bytes(), "formel", worte=("Formel",))
    yield abgewiesen("formel_im_kopf", _mit_spalte(blatt, "=cmd|' /C calc'!A0", "1").bytes(), "formel",
                     worte=("Formel",))  # fmt: skip


@verdirbt(Blatt)
def reihen(vorlage: Vorlage) -> Iterator[Variante]:
    """Rows that stand twice, totals among the rows, the header repeated by gluing files together."""
    blatt = _blatt(vorlage)
    letzte = len(blatt.reihen)
    doppelt = replace(blatt, reihen=(*blatt.reihen, blatt.reihen[1]))
    if not vorlage.einzelsaetze or vorlage.vertrag.personenbezogen is True:
        yield Variante("schluessel_doppelt", doppelt.bytes(), "quarantaene", worte=("doppelt",),
                       zeilen=(blatt.zeile(1), blatt.zeile(letzte)), regeln=DOPPELT)  # fmt: skip
    summe = ["" for _ in blatt.kopf]
    summe[0] = "Summe"
    for feld, i in _feld(vorlage, lambda f: f.typ in ("zahl", "ganzzahl") and f.name not in vorlage.vertrag.schluessel):
        if i:
            summe[i] = str(int((feld.min or 0) + 1))
    for i, kopf in enumerate(blatt.kopf):
        if vorlage.feed and kopf in vorlage.feed.dialekt.nebeneinander:
            summe[i] = "1"
    yield Variante("summenzeile", replace(blatt, reihen=(*blatt.reihen, tuple(summe))).bytes(), "quarantaene",
                   zeilen=(blatt.zeile(letzte),), worte=(f"Zeile {blatt.zeile(letzte)}",))  # fmt: skip
    schluessel = vorlage.vertrag.schluessel
    for feld, i in _feld(vorlage, lambda f: bool(f.schluesselart) and f.name in schluessel):
        for wort in ("Insgesamt", "Summe Stadtteile"):
            als_raum = replace(blatt, reihen=(*blatt.reihen, (*blatt.reihen[1][:i], wort, *blatt.reihen[1][i + 1 :])))
            yield Variante(f"summenzeile_als_raum_{wort[:2]}:{feld.name}", als_raum.bytes(), "quarantaene",
                           zeilen=(blatt.zeile(letzte),), worte=(f"Zeile {blatt.zeile(letzte)}", feld.name),
                           regeln=("summenzeile", *MUSTER))  # fmt: skip
    geklebt = replace(blatt, reihen=(*blatt.reihen, blatt.kopf))
    yield Variante("kopf_wiederholt", geklebt.bytes(), "quarantaene", zeilen=(blatt.zeile(letzte),),
                   worte=(f"Zeile {blatt.zeile(letzte)}",))  # fmt: skip
