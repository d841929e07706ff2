"""The tables and charts of the budget page: plan beside Ist over the years, and the forecasts with their error so far.

Belongs here: choosing the series and their geometry. Not here: Kennzahlen (`modell`), SVG elements (`vorlagen`).
"""

from dataclasses import dataclass

from reports.analyse.bild import Bild, spannen
from reports.analyse.statistik import Spanne
from reports.diagramm import Marke, achsenwerte
from reports.themen import auswahl, gewaehlt
from reports.typen import Angabe, Blatt
from reports.zahlen import zahl

_MIO = 1e6
BREITE, HOEHE = 640, 260
_LINKS, _UNTEN, _OBEN = 60, 30, 30


@dataclass(frozen=True)
class Saeule:
    """A bar in px; `art` is plan or ist."""

    art: str
    x: float
    y: float
    breite: float
    hoehe: float


@dataclass(frozen=True)
class Saeulenbild:
    """Bars of plan and Ist per year, in millions of euros."""

    titel: str
    beschreibung: str
    saeulen: tuple[Saeule, ...]
    x_marken: tuple[Marke, ...]
    y_marken: tuple[Marke, ...]
    musterdaten: bool
    breite: int = BREITE
    hoehe: int = HOEHE
    links: int = _LINKS
    unten: int = HOEHE - _UNTEN


@dataclass(frozen=True)
class Geldtafel:
    """The rows of one table in the chosen order, and what no delivery holds."""

    angaben: tuple[Angabe, ...]
    ohne: tuple[Angabe, ...]


def geldtafel(ganzes: Blatt, tafel: str) -> Geldtafel:
    """One of the tables that `themen.yml` names under `haushalt`."""
    codes = auswahl("haushalt")[tafel]
    gezeigt = gewaehlt(ganzes.angaben, codes)
    return Geldtafel(gezeigt, tuple(a for a in ganzes.angaben if a.kennzahl.kennzahl in codes and a not in gezeigt))


def _angabe(ganzes: Blatt, kennzahl: str) -> Angabe | None:
    return next((a for a in ganzes.angaben if a.kennzahl.kennzahl == kennzahl), None)


def plan_und_ist(ganzes: Blatt) -> Saeulenbild | None:
    """Plan (left, outlined) and Ist (right, filled) of each year that has both; None without such a year."""
    reihen = [_angabe(ganzes, code) for code in auswahl("haushalt")["plan_und_ist"]]
    je_jahr = [{w.jahr: (w.wert or 0.0) / _MIO for w in a.mit_wert} if a else {} for a in reihen]
    jahre = sorted(je_jahr[0].keys() & je_jahr[1].keys())
    if not jahre:
        return None
    plan, ist = je_jahr
    marken = achsenwerte(0.0, max(*plan.values(), *ist.values()), 0)
    schritt = (BREITE - _LINKS - 10) / len(jahre)

    def hoehe(wert: float) -> float:
        return round(wert * (HOEHE - _UNTEN - _OBEN) / marken[-1], 1)

    saeulen = [
        Saeule(art, round(_LINKS + schritt * (i + 0.12 + 0.39 * n), 1), round(HOEHE - _UNTEN - hoehe(werte[jahr]), 1),
               round(schritt * 0.36, 1), hoehe(werte[jahr]))
        for i, jahr in enumerate(jahre)
        for n, (art, werte) in enumerate((("plan", plan), ("ist", ist)))
    ]  # fmt: skip
    return Saeulenbild(
        titel=f"Fortgeschriebener Ansatz und Ist, {jahre[0]} bis {jahre[-1]}, in Millionen Euro",
        beschreibung=(
            f"Säulen je Jahr. {jahre[-1]}: Ansatz {zahl(plan[jahre[-1]], 1)}, Ist {zahl(ist[jahre[-1]], 1)} Millionen "
            f"Euro; {jahre[0]}: Ansatz {zahl(plan[jahre[0]], 1)}, Ist {zahl(ist[jahre[0]], 1)}. Alle Werte stehen in "
            "der Tabelle darunter."
        ),
        saeulen=tuple(saeulen),
        x_marken=tuple(Marke(round(_LINKS + schritt * (i + 0.5), 1), str(j)) for i, j in enumerate(jahre)),
        y_marken=tuple(Marke(round(HOEHE - _UNTEN - hoehe(m), 1), zahl(m, 0)) for m in marken),
        musterdaten=any(a.musterdaten for a in reihen if a),
    )


def prognosen(ganzes: Blatt) -> Bild | None:
    """Each forecast of the newest year that has one, with its mean error in earlier years as interval."""
    zeilen: list[tuple[int, str, Spanne]] = []
    for paar in auswahl("haushalt")["prognose_und_fehler"]:
        wert, fehler = (_angabe(ganzes, code) for code in paar)
        if wert is None or fehler is None or wert.gezeigt is None or wert.gezeigt.wert is None:
            continue
        bisher = next((w.wert for w in fehler.mit_wert if w.jahr == wert.gezeigt.jahr), None)
        if bisher is not None:
            mio, name = wert.gezeigt.wert / _MIO, wert.kennzahl.kurzname
            zeilen.append((wert.gezeigt.jahr, name, Spanne(mio, mio * (1 - bisher / 100), mio * (1 + bisher / 100))))
    if not zeilen:
        return None
    jahr = max(j for j, _, _ in zeilen)
    gezeigt = [(f"{name} ({j})", s) for j, name, s in zeilen]
    return spannen(f"Prognosen {jahr} mit ihrem bisherigen Fehler", "Millionen Euro", gezeigt, None)
