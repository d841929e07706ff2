"""The geometry of a line chart: numbers in, coordinates and texts out.

Belongs here: scales, ticks, gaps, breaks, and the chart's description in words. Not here: SVG elements
and colours (`vorlagen/`), choosing the series (`modell`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reports.typen import Angabe, Wert
from reports.zahlen import zahl

BREITE = 420
HOEHE = 240
_LINKS, _RECHTS, _OBEN, _UNTEN = 62, 66, 36, 30
_TICK_ABSTAND = 44
_NULL_NAHE = 0.5
"""If the smallest value is below this share of the largest, the axis starts at zero."""


@dataclass(frozen=True)
class Marke:
    """A tick: where it stands (px) and what it says."""

    lage: float
    text: str


@dataclass(frozen=True)
class Punkt:
    """A data point in px, with its year and figure as text."""

    x: float
    y: float
    jahr: int
    text: str


@dataclass(frozen=True)
class Diagramm:
    """A drawn series; `linien` are point lists for polylines, one per stretch without gap or break."""

    kennung: str
    titel: str
    beschreibung: str
    linien: tuple[str, ...]
    punkte: tuple[Punkt, ...]
    vergleichslinien: tuple[str, ...]
    brueche: tuple[Marke, ...]
    x_marken: tuple[Marke, ...]
    y_marken: tuple[Marke, ...]
    letzter: Punkt
    achse_ab: str
    """The value at which the axis starts if that is not zero, else ""."""
    musterdaten: bool
    breite: int = BREITE
    hoehe: int = HOEHE
    links: int = _LINKS
    rechts: int = BREITE - _RECHTS
    oben: int = _OBEN
    unten: int = HOEHE - _UNTEN


def diagramm(angabe: Angabe, raum_name: str, jahre: tuple[int, int]) -> Diagramm | None:
    """A line over the span `jahre` (first, last), or None if fewer than two years have a figure.

    All charts of a page share the span, so that a series that ends early is seen to end early.
    """
    werte = angabe.mit_wert
    if len(werte) < 2:
        return None
    k = angabe.kennzahl
    zahlen = [w.wert for w in (*werte, *angabe.vergleichsreihe) if w.wert is not None]
    marken = achsenwerte(min(zahlen), max(zahlen), k.nachkommastellen)
    von, bis = marken[0], marken[-1]

    def x(jahr: int) -> float:
        spanne = max(jahre[1] - jahre[0], 1)
        return round(_LINKS + 8 + (jahr - jahre[0]) * (BREITE - _LINKS - _RECHTS - 16) / spanne, 1)

    def y(wert: float) -> float:
        return round(HOEHE - _UNTEN - (wert - von) * (HOEHE - _OBEN - _UNTEN) / (bis - von), 1)

    def punkte(reihe: Sequence[Wert]) -> list[Punkt]:
        return [
            Punkt(x(w.jahr), y(w.wert), w.jahr, zahl(w.wert, k.nachkommastellen)) for w in reihe if w.wert is not None
        ]

    eigene = punkte(werte)
    stellen = stellen_von(marken)
    brueche = [w.jahr for w in angabe.reihe if w.nach_bruch and w.jahr > werte[0].jahr]
    return Diagramm(
        kennung="d-" + k.kennzahl.replace("_", "-"),
        titel=f"{k.name}: {raum_name}, {werte[0].jahr} bis {werte[-1].jahr}",
        beschreibung=_beschreibung(angabe, brueche),
        linien=_linien(eigene, werte),
        punkte=tuple(eigene),
        vergleichslinien=_linien(punkte(angabe.vergleichsreihe), angabe.vergleichsreihe),
        brueche=tuple(Marke(round((x(j - 1) + x(j)) / 2, 1), str(j)) for j in brueche),
        x_marken=tuple(Marke(x(j), str(j)) for j in _x_jahre(*jahre)),
        y_marken=tuple(Marke(y(m), zahl(m, stellen)) for m in marken),
        letzter=eigene[-1],
        achse_ab=zahl(von, stellen) if von != 0 and min(zahlen) > 0 else "",
        musterdaten=angabe.musterdaten,
    )


def _linien(punkte: Sequence[Punkt], werte: Sequence[Wert]) -> tuple[str, ...]:
    return strecken([(p.x, p.y) for p in punkte], werte, 4)


def strecken(punkte: Sequence[tuple[float, float]], werte: Sequence[Wert], halb: float) -> tuple[str, ...]:
    """Stretches of consecutive years as point lists in px; a missing year or a break ends one.

    A year alone is a dash of `halb` px to each side.
    """
    teile: list[list[tuple[float, float]]] = []
    vorher: Wert | None = None
    for punkt, wert in zip(punkte, werte, strict=True):
        if vorher is None or wert.jahr != vorher.jahr + 1 or wert.nach_bruch:
            teile.append([])
        teile[-1].append(punkt)
        vorher = wert
    return tuple(
        " ".join(f"{x},{y}" for x, y in t)
        if len(t) > 1
        else f"{t[0][0] - halb:.1f},{t[0][1]} {t[0][0] + halb:.1f},{t[0][1]}"
        for t in teile
    )


def achsenwerte(kleinster: float, groesster: float, stellen: int) -> list[float]:
    """Round axis values that enclose the data, never finer than `stellen` decimals.

    Zero is one of them where the data come near it.
    """
    if kleinster >= 0 and kleinster < groesster * _NULL_NAHE:
        kleinster = 0.0
    feinster = 10.0**-stellen
    roh = max((groesster - kleinster) / 4, feinster)
    potenz = 10.0 ** math.floor(math.log10(roh) + 1e-9)
    schritt = next(f * potenz for f in (1, 2, 5, 10) if f * potenz >= roh * 0.999)
    unten, oben = math.floor(kleinster / schritt + 1e-9), math.ceil(groesster / schritt - 1e-9)
    if unten == oben:
        unten, oben = unten - 1, oben + 1
    return [round(i * schritt, 10) for i in range(unten, oben + 1)]


def stellen_von(marken: Sequence[float]) -> int:
    """The decimals that tell the marks of an axis apart."""
    return max(0, -math.floor(math.log10(marken[1] - marken[0]) + 1e-9))


def _x_jahre(erstes: int, letztes: int) -> list[int]:
    """The years that get a label: as many as fit, the last always, the first where the span allows."""
    spanne = letztes - erstes
    enge = spanne // ((BREITE - _LINKS - _RECHTS) // _TICK_ABSTAND) + 1
    schritt = next((s for s in range(enge, 2 * enge + 1) if spanne % s == 0), enge)
    return list(range(letztes, erstes - 1, -schritt))[::-1]


def _beschreibung(angabe: Angabe, brueche: Sequence[int]) -> str:
    werte = angabe.mit_wert
    k = angabe.kennzahl

    def satz(w: Wert) -> str:
        return f"{zahl(w.wert or 0.0, k.nachkommastellen)}{' %' if k.ist_prozent else ''} ({w.jahr})"

    kleinster = min(werte, key=lambda w: (w.wert or 0.0, w.jahr))
    groesster = max(werte, key=lambda w: (w.wert or 0.0, -w.jahr))
    teile = [f"Liniendiagramm ({k.einheit}) von {satz(werte[0])} bis {satz(werte[-1])}."]
    teile.append(f"Kleinster Wert {satz(kleinster)}, größter Wert {satz(groesster)}.")
    da = {w.jahr for w in werte}
    luecken = [str(j) for j in range(werte[0].jahr, werte[-1].jahr) if j not in da]
    if luecken:
        teile.append(f"Kein Wert für {', '.join(luecken)}.")
    if brueche:
        teile.append(f"Bruch in der Zeitreihe vor {', '.join(map(str, brueche))}.")
    teile.append("Alle Werte stehen in der Tabelle der Zeitreihen.")
    return " ".join(teile)
