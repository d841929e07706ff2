"""The geometry of the charts of the analyses: numbers in, coordinates and texts out.

Belongs here: scales and descriptions of scatter and interval charts. Not here: line charts (`reports/diagramm.py`),
SVG elements and colours (`reports/vorlagen`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reports.analyse.statistik import Spanne
from reports.diagramm import Marke, achsenwerte, stellen_von
from reports.zahlen import zahl

BREITE = 640
_RECHTS, _OBEN, _UNTEN = 24, 30, 52
_NAME = 190
_ZEILE = 21


class Zeichen(NamedTuple):
    """A point in px with the text of its tooltip; `strich` = its interval (x from, x to) in px, if it has one."""

    x: float
    y: float
    text: str
    strich: tuple[float, float] | None = None


@dataclass(frozen=True)
class Bild:
    """A drawn chart; the numbers stand in the table below it."""

    titel: str
    beschreibung: str
    x_titel: str
    y_titel: str
    x_marken: Sequence[Marke]
    y_marken: Sequence[Marke]
    zeichen: Sequence[Zeichen]
    bezug_x: Sequence[float]
    hoehe: int
    links: int
    breite: int = BREITE
    rechts: int = BREITE - _RECHTS
    oben: int = _OBEN

    @property
    def unten(self) -> int:
        """Lower edge of the plot in px."""
        return self.hoehe - _UNTEN


class _Achse:
    """From values to px, with round marks that enclose the data."""

    def __init__(self, werte: Sequence[float], anfang: float, ende: float) -> None:
        self._marken = achsenwerte(min(werte), max(werte), 2)
        self._anfang, self._ende = anfang, ende

    def __call__(self, wert: float) -> float:
        von, bis = self._marken[0], self._marken[-1]
        return round(self._anfang + (wert - von) * (self._ende - self._anfang) / (bis - von), 1)

    @property
    def marken(self) -> tuple[Marke, ...]:
        return tuple(Marke(self(m), zahl(m, stellen_von(self._marken))) for m in self._marken)


def streuung(
    titel: str, x_titel: str, y_titel: str, punkte: Sequence[tuple[str, float, float]], zusatz: str
) -> Bild | None:
    """A scatter of (name, x, y); `zusatz` ends the description. None below three points, which show nothing."""
    if len(punkte) < 3:
        return None
    hoehe, links = 420, 70
    xs, ys = [x for _, x, _ in punkte], [y for _, _, y in punkte]
    x_achse, y_achse = _Achse(xs, links, BREITE - _RECHTS), _Achse(ys, hoehe - _UNTEN, _OBEN)
    beschreibung = (
        f"Streudiagramm mit {len(punkte)} Räumen. Waagerecht {x_titel}, von {zahl(min(xs), 1)} bis {zahl(max(xs), 1)}; "
        f"senkrecht {y_titel}, von {zahl(min(ys), 1)} bis {zahl(max(ys), 1)}. {zusatz} "
        "Alle Werte stehen in der Tabelle darunter."
    )
    zeichen = tuple(Zeichen(x_achse(x), y_achse(y), f"{n}: {zahl(x, 2)}; {zahl(y, 2)}") for n, x, y in punkte)
    return Bild(titel, beschreibung, x_titel, y_titel, x_achse.marken, y_achse.marken, zeichen, (), hoehe, links)


def spannen(titel: str, x_titel: str, zeilen: Sequence[tuple[str, Spanne]], mitte: float | None) -> Bild:
    """One row per name with its value and interval; a dashed line at `mitte`, the rate of all together, if given."""
    hoehe = _OBEN + _UNTEN + _ZEILE * len(zeilen)
    grenzen = [0.0 if mitte is None else mitte, 0.0, *(s.oben for _, s in zeilen)]
    achse = _Achse(grenzen, _NAME, BREITE - _RECHTS)
    lagen = [_OBEN + _ZEILE * (i + 0.5) for i in range(len(zeilen))]
    namen = tuple(Marke(y, name) for y, (name, _) in zip(lagen, zeilen, strict=True))
    zeichen = tuple(
        Zeichen(
            achse(s.wert), y, f"{n}: {zahl(s.wert, 1)} ({zahl(s.unten, 1)} bis {zahl(s.oben, 1)})",
            (achse(s.unten), achse(s.oben)),
        )
        for y, (n, s) in zip(lagen, zeilen, strict=True)
    )  # fmt: skip
    teile = [f"Für {len(zeilen)} Zeilen Wert und Spanne, {x_titel}."]
    if mitte is not None:
        ausserhalb = sum(s.unten > mitte or s.oben < mitte for _, s in zeilen)
        teile = [
            f"Für {len(zeilen)} Räume Wert und 95-%-Spanne, {x_titel}. Alle zusammen: {zahl(mitte, 1)}.",
            f"Bei {ausserhalb} Räumen schließt die Spanne diesen Wert nicht ein.",
        ]
    beschreibung = " ".join([*teile, "Alle Werte stehen in der Tabelle darunter."])
    bezug = () if mitte is None else (achse(mitte),)
    return Bild(titel, beschreibung, x_titel, "", achse.marken, namen, zeichen, bezug, hoehe, _NAME)
