"""Numerators and denominators of Kennzahlen as counts: a sum of several counts is a cell of its own.

Here: which sides the catalogue has, and which count decides on each.
Not here: their values and equations (``aufbau.py``), marks on Kennzahlen (``marken.py``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from quality.geheimhaltung.erklaerung import Erklaerung
from sources.katalog import Kennzahl


@dataclass(frozen=True)
class Seite:
    """One side of a Kennzahl in one version and profile: ``zaehlung`` and ``merkmal`` name the cell that decides.

    ``teile``: (merkmal, sign) of the counts it is the sum of; one for a plain count. ``kosten``: it shows
    money, of which one Fall may hold the most.
    """

    kennzahl: str
    version: int
    profil: str
    seite: str
    zaehlung: str
    merkmal: str
    geschlecht: str
    altersgruppe: str
    teile: tuple[tuple[str, int], ...]
    kosten: bool


def zaehlung(messgroesse: str, erklaerung: Erklaerung) -> str:
    """The count that decides on a Messgröße; "" if none is declared."""
    if messgroesse in erklaerung.messgroessen:
        return messgroesse
    for muster, ziel in erklaerung.folgt.items():
        if treffer := re.fullmatch(muster, messgroesse):
            return treffer.expand(ziel)
    return ""


def aus_katalog(katalog: Sequence[Kennzahl], erklaerung: Erklaerung) -> list[Seite]:
    """Sides whose parts all follow one declared count of the same year; what fits none of them is never shown."""
    gefunden = []
    for k in katalog:
        for profil, fassung in k.fassungen():
            for name, inhalt in (("zaehler", fassung.zaehler), ("nenner", fassung.nenner)):
                teile = inhalt.bestandteile if inhalt else ()
                zaehlungen = {zaehlung(b.messgroesse, erklaerung) for b in teile}
                if len(zaehlungen) != 1 or zaehlungen == {""} or any(b.jahre_zurueck for b in teile):
                    continue
                if len(teile) > 1 and any(b.alter or b.geschlecht != "insgesamt" for b in teile):
                    continue
                (eine,) = zaehlungen
                eine, *statt = eine.split("|")
                summanden = tuple(sorted([(m, 1) for m in statt] or [(b.merkmal, b.vorzeichen) for b in teile]))
                alter = "insgesamt" if teile[0].alter is None else f"{teile[0].alter[0]}-{teile[0].alter[1]}"
                stelle = (k.kennzahl, k.version, profil, name, eine, _name(summanden), teile[0].geschlecht, alter)
                kosten = any(b.messgroesse in erklaerung.dominanz.messgroessen for b in teile)
                gefunden.append(Seite(*stelle, teile=summanden, kosten=kosten))
    return gefunden


def _name(summanden: Sequence[tuple[str, int]]) -> str:
    """Name of a count or a sum, the same in all Kennzahlen that have it."""
    if len(summanden) == 1:
        return summanden[0][0]
    return "summe " + " ".join(f"{'+' if v > 0 else '-'}{m}" for m, v in summanden)
