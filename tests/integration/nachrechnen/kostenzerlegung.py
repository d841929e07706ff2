"""Why costs changed against the year before: quantity, mix, price, in Hilfemonate, and what quantity consists of.

B Hilfemonate, s share and p cost per Hilfemonat of a Hilfeart, N young people of the Land; 0 the year before, 1 now.
"""

from __future__ import annotations

from tests.integration.nachrechnen.grundlage import JAHRE
from tests.integration.nachrechnen.hze import PARA_28, Hilfen
from tests.integration.nachrechnen.leute import Leute


def _je_art(h: Hilfen, was: str, raum: str, jahr: int) -> dict[str, float]:
    summen = h.zahlen.summen(raum, jahr) or {}
    return {w[1]: n for w, n in summen.items() if isinstance(w, tuple) and w[0] == was and w[1] not in PARA_28}


def effekte(leute: Leute, h: Hilfen, raum: str, jahr: int) -> dict[str, float]:
    """Effect -> Euro."""
    (k0, k1), (b0, b1) = ([_je_art(h, was, raum, j) for j in (jahr - 1, jahr)] for was in ("kosten", "monate"))
    arten = k0.keys() | k1.keys() | b0.keys() | b1.keys()
    je: list[dict[str, float]] = [{a: x.get(a, 0) for a in arten} for x in (k0, k1, b0, b1)]
    k0, k1, b0, b1 = je
    summe0, summe1 = sum(b0.values()), sum(b1.values())
    p1 = {a: k1[a] / b1[a] if b1[a] else 0 for a in arten}
    p0 = {a: k0[a] / b0[a] if b0[a] else p1[a] for a in arten}
    mittel = sum(k0[a] for a in arten if b0[a]) / summe0
    ergebnis = {
        "menge": (summe1 - summe0) * mittel,
        "mix": summe1 * sum((b1[a] / summe1 - b0[a] / summe0) * p0[a] for a in arten),
        "preis": summe1 * sum(b1[a] / summe1 * (p1[a] - p0[a]) for a in arten),
        "ohne_hilfemonate": sum(k1[a] for a in arten if not b1[a]) - sum(k0[a] for a in arten if not b0[a]),
        "gesamt": sum(k1.values()) - sum(k0.values()),
    }
    n0, n1 = leute.jung(raum, jahr - 1), leute.jung(raum, jahr)
    if n0 and n1:
        ergebnis["bevoelkerung"] = (n1 - n0) * summe0 / n0 * mittel
        ergebnis["inanspruchnahme"] = n1 * (summe1 / n1 - summe0 / n0) * mittel
    return ergebnis


def rechne(leute: Leute, h: Hilfen) -> dict[tuple[str, int, str], float]:
    """For every Raum that consists of others, from the second year that it exists."""
    amt = leute.amt
    orte = [
        (raum, jahr)
        for jahr in JAHRE[1:]
        for raum in amt.im_jahr(jahr)
        if amt.kinder(raum, jahr) and amt.kinder(raum, jahr - 1) and raum in amt.im_jahr(jahr - 1)
    ]
    return {(*ort, name): wert for ort in orte for name, wert in effekte(leute, h, *ort).items()}
