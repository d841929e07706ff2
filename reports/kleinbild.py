"""The small pictures of a Steckbrief: the line of a Kennzahl over the years, and the age pyramid.

Belongs here: their geometry and description in words. Not here: large charts (`diagramm`), SVG elements and colours
(`vorlagen/`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagramm import Marke, achsenwerte, stellen_von, strecken
from reports.typen import Altersaufbau, Altersstufe, Angabe, Wert
from reports.zahlen import zahl

LINIE_BREITE, LINIE_HOEHE = 120, 30
_RAND = 4
_OFFENES_ENDE = 90
"""The open oldest group is drawn as if it ended here."""


@dataclass(frozen=True)
class Verlauf:
    """A small line: point lists per stretch without gap or break, its last point, and what it says in words."""

    linien: tuple[str, ...]
    vergleichslinien: tuple[str, ...]
    ende: tuple[float, float]
    beschreibung: str
    musterdaten: bool
    breite: int = LINIE_BREITE
    hoehe: int = LINIE_HOEHE


def verlauf(angabe: Angabe, jahre: tuple[int, int]) -> Verlauf | None:
    """The line over the span `jahre` (first, last); None if fewer than two years have a figure."""
    werte = angabe.mit_wert
    if len(werte) < 2:
        return None
    vergleich = [w for w in angabe.vergleichsreihe if w.wert is not None]
    zahlen = [w.wert for w in (*werte, *vergleich) if w.wert is not None]
    unten, oben = min(zahlen), max(zahlen)
    spanne, hoehe = max(jahre[1] - jahre[0], 1), (oben - unten) or 1.0

    def punkt(w: Wert) -> tuple[float, float]:
        x = _RAND + (w.jahr - jahre[0]) * (LINIE_BREITE - 2 * _RAND) / spanne
        y = LINIE_HOEHE - _RAND - ((w.wert or 0.0) - unten) * (LINIE_HOEHE - 2 * _RAND) / hoehe
        return round(x, 1), round(y, 1)

    return Verlauf(
        linien=strecken([punkt(w) for w in werte], werte, 3),
        vergleichslinien=strecken([punkt(w) for w in vergleich], vergleich, 3),
        ende=punkt(werte[-1]),
        beschreibung=_worte(angabe),
        musterdaten=angabe.musterdaten,
    )


def _worte(angabe: Angabe) -> str:
    werte, stellen = angabe.mit_wert, angabe.kennzahl.nachkommastellen
    brueche = [str(w.jahr) for w in angabe.reihe if w.nach_bruch and w.jahr > werte[0].jahr]
    text = (
        f"Verlauf: {zahl(werte[0].wert or 0.0, stellen)} ({werte[0].jahr}) bis "
        f"{zahl(werte[-1].wert or 0.0, stellen)} ({werte[-1].jahr})"
    )
    return text + (f", Bruch vor {', '.join(brueche)}" if brueche else "")


@dataclass(frozen=True)
class Balken:
    """One age group in px; a side that is not published has width None."""

    y: float
    hoehe: float
    links: float | None
    rechts: float | None
    umriss_links: float
    umriss_rechts: float


@dataclass(frozen=True)
class Pyramide:
    """An age pyramid: men to the left of `mitte`, women to the right; or all persons to the right of it.

    The area of a bar is its number of persons: its length is persons per year of age. The outline is the whole,
    brought to the same number of persons.
    """

    titel: str
    beschreibung: str
    balken: tuple[Balken, ...]
    x_marken: tuple[Marke, ...]
    y_marken: tuple[Marke, ...]
    zweiseitig: bool
    mit_umriss: bool
    mitte: float
    hoehe: int
    unten: int
    breite: int
    musterdaten: bool


def pyramide(aufbau: Altersaufbau, raum_name: str, ganzes: Altersaufbau | None) -> Pyramide | None:
    """The pyramid of one Raum, None without any published group; the outline only from the same year and source."""
    breite, oben, je_jahr, beschriftung = 420, 18, 2.4, 34
    zweiseitig = any(s.weiblich is not None for s in aufbau.stufen)
    gleich = ganzes is not None and (ganzes.jahr, ganzes.quelle) == (aufbau.jahr, aufbau.quelle)
    vergleich = ganzes.stufen if ganzes is not None and gleich and ganzes is not aufbau else ()
    faktor = _summe(aufbau.stufen) / (_summe(vergleich) or 1.0)
    umriss = {s.von: tuple(faktor * (x or 0.0) for x in _seiten(s, zweiseitig)) for s in vergleich}
    laengen = [x / _jahre(s) for s in aufbau.stufen for x in _seiten(s, zweiseitig) if x is not None]
    laengen += [x / _jahre(s) for s in vergleich for x in umriss[s.von]]
    if not laengen or not max(laengen):
        return None
    marken = [m for m in achsenwerte(0.0, max(laengen), 0) if m >= 0]
    mitte = beschriftung + (breite - beschriftung) / 2 if zweiseitig else float(beschriftung)
    je_person = ((breite - beschriftung) / (2 if zweiseitig else 1) - 16) / marken[-1]

    def laenge(personen: float | None, stufe: Altersstufe) -> float | None:
        return None if personen is None else round(personen / _jahre(stufe) * je_person, 1)

    alter_max = max(_ende(s) for s in aufbau.stufen)
    balken = []
    for s in aufbau.stufen:
        links, rechts = _seiten(s, zweiseitig)
        aussen = umriss.get(s.von, (0.0, 0.0))
        balken.append(
            Balken(
                y=round(oben + (alter_max - _ende(s)) * je_jahr, 1),
                hoehe=round(_jahre(s) * je_jahr - 1, 1),
                links=laenge(links, s),
                rechts=laenge(rechts, s),
                umriss_links=laenge(aussen[0], s) or 0.0,
                umriss_rechts=laenge(aussen[1], s) or 0.0,
            )
        )
    seiten = (-1, 1) if zweiseitig else (1,)
    unten = round(oben + alter_max * je_jahr)
    x_marken = {
        round(mitte + seite * m * je_person, 1): zahl(m, stellen_von(marken)) for seite in seiten for m in marken
    }
    return Pyramide(
        titel=f"Altersaufbau: {raum_name}, {aufbau.jahr}",
        beschreibung=_pyramide_in_worten(aufbau, zweiseitig),
        balken=tuple(balken),
        x_marken=tuple(Marke(x, t) for x, t in sorted(x_marken.items())),
        y_marken=tuple(Marke(round(oben + (alter_max - a) * je_jahr, 1), str(a)) for a in range(0, alter_max, 20)),
        zweiseitig=zweiseitig,
        mit_umriss=bool(vergleich),
        mitte=mitte,
        hoehe=unten + 36,
        unten=unten,
        breite=breite,
        musterdaten=aufbau.musterdaten,
    )


def _seiten(stufe: Altersstufe, zweiseitig: bool) -> tuple[float | None, float | None]:
    """Left and right bar: men and women, or nobody and all."""
    return (stufe.maennlich, stufe.weiblich) if zweiseitig else (0.0, stufe.insgesamt)


def _ende(stufe: Altersstufe) -> int:
    return min(stufe.bis, _OFFENES_ENDE)


def _jahre(stufe: Altersstufe) -> int:
    return max(_ende(stufe) - stufe.von, 1)


def _summe(stufen: Sequence[Altersstufe]) -> float:
    return sum(s.insgesamt or 0.0 for s in stufen)


def _pyramide_in_worten(aufbau: Altersaufbau, zweiseitig: bool) -> str:
    mit_zahl = [s for s in aufbau.stufen if s.insgesamt is not None]
    art = "Alterspyramide, Männer links, Frauen rechts" if zweiseitig else "Balken je Altersgruppe, ohne Geschlecht"
    text = f"{art}; {len(aufbau.stufen)} Altersgruppen, Fläche der Balken gleich Zahl der Personen."
    if mit_zahl:
        groesste = max(mit_zahl, key=lambda s: ((s.insgesamt or 0.0) / _jahre(s), -s.von))
        bis = "und älter" if groesste.bis >= 999 else f"bis unter {groesste.bis}"
        text += (
            f" Am stärksten je Altersjahr besetzt: {groesste.von} {bis} Jahre ({zahl(groesste.insgesamt or 0.0, 0)})."
        )
    return text + " Alle Werte stehen in der Tabelle auf der Seite „Alle Werte“."
