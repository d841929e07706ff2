"""Lebenslage, care and school: counts of other offices, related to the population.

Not here: the population itself (``leute.py``), Hilfen (``hze.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.integration.nachrechnen.grundlage import JAHRE, Ergebnis, Zahlen, anzahl, quote, sammle, text
from tests.integration.nachrechnen.leute import Leute

NEF, BG = "Nicht erwerbsfähige Leistungsberechtigte unter 15 Jahren", "Kinder unter 15 Jahren in Bedarfsgemeinschaften"
ALO, ALO_JUNG = "Arbeitslose", "Arbeitslose 15 bis unter 25 Jahre"
ERW, ERW_JUNG = "Zivile Erwerbspersonen", "Zivile Erwerbspersonen 15 bis unter 25 Jahre"
# over the population of these ages
ANTEILE = {
    "sgb2_pct": ("Regelleistungsberechtigte", 0, 65), "sozialgeld_u15_pct": (NEF, 0, 15),
    "kinder_in_bg_u15_pct": (BG, 0, 15), "arbeitslosenanteil_pct": (ALO, 15, 65),
    "jugendarbeitslosenanteil_pct": (ALO_JUNG, 15, 25),
}  # fmt: skip
QUOTEN = {"arbeitslosenquote_pct": (ALO, ERW), "jugendarbeitslosenquote_pct": (ALO_JUNG, ERW_JUNG)}
KITA = {"betreuungsquote_u3_pct": ("unter 3 Jahre", 0, 3), "betreuungsquote_3_u6_pct": ("3 bis unter 6 Jahre", 3, 6)}
# extract -> its columns, what a row counts
EXTRAKTE = {
    "lebenslagen": ("raum stand was anzahl", lambda z: [z["was"]]),
    "kinderbetreuung": ("raum stichtag alter anzahl", lambda z: [z["alter"]]),
    "schuelerstatistik": ("schuljahr raum schulart sex stufe schule anzahl", lambda z: ["alle"]),
    "uebergaenge": ("schuljahr nach raum sex schulart anzahl", lambda z: ["alle", z["schulart"]]),
    "schuleingangsuntersuchung": ("raum jahr bereich befund anzahl", lambda z: [z["befund"]]),
}


def _zahlen(leute: Leute, extrakt: str) -> Zahlen:
    spalten, was = EXTRAKTE[extrakt]
    zahlen = Zahlen(leute.amt)
    for jahr in JAHRE:
        for z in leute.amt.lies(extrakt, jahr, spalten):
            for merkmal in was(z):
                zahlen.zaehle(leute.amt.ort(z["raum"]), jahr, merkmal, int(z["anzahl"]))
    return zahlen


def _lebenslage(leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    bestand = _zahlen(leute, "lebenslagen")
    # the whole has rows of its own for Erwerbspersonen, which are known of Kreise alone
    oben = {jahr: bestand.je.pop((leute.amt.ganzes, jahr), {}) for jahr in JAHRE}
    for jahr in JAHRE:
        for raum in leute.amt.im_jahr(jahr):
            for kennzahl, (was, von, bis) in ANTEILE.items():
                wert = quote(bestand(raum, jahr, was), leute.bezug(raum, jahr, von, bis))
                yield (kennzahl, "ba_kommunal", raum, jahr), wert
        for kennzahl, (was, erwerbspersonen) in QUOTEN.items():
            wert = quote(bestand(leute.amt.ganzes, jahr, was), oben[jahr].get(erwerbspersonen))
            yield (kennzahl, "ba_kommunal", leute.amt.ganzes, jahr), wert


def _betreuung(leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    """Children on 1 March over the population at the end of the year before."""
    kinder = _zahlen(leute, "kinderbetreuung")
    for jahr in JAHRE[1:]:
        for raum in leute.amt.im_jahr(jahr):
            if raum in leute.amt.im_jahr(jahr - 1):
                for kennzahl, (was, von, bis) in KITA.items():
                    wert = quote(kinder(raum, jahr, was), leute.bezug(raum, jahr - 1, von, bis))
                    yield (kennzahl, "kita_verwaltung", raum, jahr), wert


def _amtliche_betreuung(leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    """Of Kreise, where the children are cared for; by residence it stands in. Over the Fortschreibung, as published."""
    datei = leute.amt.amtlich / "22543-01-02-4_muster.csv"
    for zeile in text(datei).splitlines() if datei.exists() else []:
        stichtag, schluessel, _, form, *zellen = [*zeile.split(";"), "", "", ""]
        if leute.amt.orte.get(schluessel) == leute.amt.ganzes and form.startswith("Insgesamt"):
            ort, jahr = leute.amt.ganzes, int(stichtag[-4:])
            for spalte, (kennzahl, (_, von, bis)) in enumerate(KITA.items(), 1):
                wert = quote(float(zellen[spalte]), leute("fortschreibung", ort, jahr - 1, von, bis))
                for code in (kennzahl, f"{kennzahl}_einrichtungsort"):
                    yield (code, "kinderbetreuungsstatistik", ort, jahr), wert


def _schule(leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    schueler, uebergaenge, esu = (_zahlen(leute, e) for e in list(EXTRAKTE)[2:])
    for jahr in JAHRE:
        for raum in leute.amt.im_jahr(jahr):
            ort = ("schulstatistik_oertlich", raum, jahr)
            yield ("schueler_gesamt", *ort), anzahl(schueler(raum, jahr, "alle"))
            wert = quote(uebergaenge(raum, jahr, "GYM"), uebergaenge(raum, jahr, "alle"))
            yield ("uebergang_gymnasium_pct", *ort), wert
            befunde = [esu(raum, jahr, b) for b in ("auffällig", "in Behandlung", "unauffällig")]
            if None not in befunde:
                bedarf, gefoerdert, ohne = (b or 0 for b in befunde)
                wert = quote(bedarf + gefoerdert, bedarf + gefoerdert + ohne)
                yield ("esu_foerderbedarf_pct", "schuleingangsuntersuchung", raum, jahr), wert


def _abgaenger(leute: Leute) -> Iterator[tuple[tuple[str, str, str, int], Any]]:
    """Of Kreise and kreisfreie Städte: all, without Hauptschulabschluss ... with Hochschulreife."""
    for zeile in text(leute.amt.amtlich / "21111-02-06-4_muster.csv").splitlines():
        jahr, schluessel, *zellen = [*zeile.split(";"), ""]
        if leute.amt.orte.get(schluessel) == leute.amt.ganzes:
            alle, ohne, hochschulreife = (float(zellen[s]) for s in (1, 3, 13))
            ort = ("schulstatistik", leute.amt.ganzes, int(jahr))
            yield ("abgaenger_gesamt", *ort), anzahl(alle)
            yield ("abgaenger_ohne_hsa_pct", *ort), quote(ohne, alle)
            yield ("abgaenger_ahr_pct", *ort), quote(hochschulreife, alle)


TEILE = (_lebenslage, _betreuung, _amtliche_betreuung, _schule, _abgaenger)


def rechne(leute: Leute) -> Ergebnis:
    return sammle(e for teil in TEILE for e in teil(leute))
