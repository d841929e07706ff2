"""Maps of the Räume of one Jugendamt: areas in, paths, classes and texts out.

Belongs here: the way from degrees to pixels, class limits, which map a page shows, its description in words. Not here:
the areas (`flaechen`), SVG elements and colours (`vorlagen/karte.svg.j2`, `vorlagen/stil.css`), figures for GIS
(`geojson`).
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from reports.diagramm import achsenwerte
from reports.flaechen import Flaechen
from reports.themen import auswahl
from reports.typen import Bericht, Blatt, Ebene, Spalte, Wert
from reports.woerter import STATUS, wort
from reports.zahlen import zahl

BREITE = 420
LAGE_BREITE = 200
_HOECHSTENS = 460
_KLASSEN = 5
_FEINER = 5
"""Class limits are multiples of this part of an axis step: round numbers, which give no value away."""
_MINDESTENS = 3
"""Fewer areas or figures than these are no map."""
_ZEILE = 19
_ZEICHENBREITE = 5.6


@dataclass(frozen=True)
class Form:
    """One Raum as an SVG path; `ton` is its shade, 0 (light) to 4 (dark), or -1 for no figure."""

    pfad: str
    ton: int
    text: str
    x: float
    y: float
    beschriftung: str


@dataclass(frozen=True)
class Klasse:
    """A line of the legend: its shade, its limits in words, how many Räume it has, and where it stands (px)."""

    ton: int
    text: str
    anzahl: int
    x: float
    y: float


@dataclass(frozen=True)
class Karte:
    """A drawn map; `ohne` says how many Räume have no figure and why, `vermerk` whose areas these are."""

    kennung: str
    kennzahl: str
    titel: str
    einheit: str
    beschreibung: str
    formen: tuple[Form, ...]
    klassen: tuple[Klasse, ...]
    breite: int
    hoehe: int
    ohne: str
    quellen: tuple[str, ...]
    vermerk: str
    musterdaten: bool


@dataclass(frozen=True)
class _Grund:
    """The areas of some Räume in pixels: path, place of a label, room for it (px); all as wide as `breite`."""

    formen: Mapping[str, tuple[str, float, float, float]]
    breite: int
    hoehe: int


class Kartenwerk:
    """All maps of one Jugendamt; areas and paths are made once and used by every map."""

    def __init__(self, marts: Path, bericht: Bericht) -> None:
        """Take the areas of the release in the folder `marts`; without areas there are no maps."""
        angaben = bericht.angaben
        self._bericht = bericht
        self._flaechen = Flaechen(marts, angaben.jugendamt, date(angaben.berichtsjahr, 12, 31))
        self._gruende: dict[tuple[str, int], _Grund | None] = {}

    def _grund(self, ebene: Ebene, breite: int) -> _Grund | None:
        schluessel = (ebene.ebene, breite)
        if schluessel not in self._gruende:
            flaechen = {b.raum_id: f for b in ebene.blaetter if (f := self._flaechen[b.raum_id]) is not None}
            self._gruende[schluessel] = _zeichne(flaechen, breite) if len(flaechen) >= _MINDESTENS else None
        return self._gruende[schluessel]

    @cached_property
    def haupt(self) -> Ebene | None:
        """The main level, or the first one after it that has areas."""
        return next((e for e in self._bericht.ebenen if self._grund(e, BREITE)), None)

    def choropleth(self, ebene: Ebene, spalte: Spalte) -> Karte | None:
        """A map of one Kennzahl; None without areas or with fewer than three figures.

        Only what the table of the level shows is shown, and only as a class: no figure stands in the map.
        """
        grund = self._grund(ebene, BREITE)
        k = spalte.kennzahl
        zeilen = {b.raum_id: _im_jahr(b.angabe(k.kennzahl).reihe, spalte.jahr) for b in ebene.blaetter}
        werte = {r: w.wert for r, w in zeilen.items() if w and w.hat_wert and w.wert is not None}
        if grund is None or len(werte) < _MINDESTENS:
            return None
        grenzen = klassengrenzen(list(werte.values()), k.nachkommastellen)
        je_raum = {r: _klasse(w, grenzen) for r, w in werte.items()}
        texte = _klassentexte(grenzen, k.nachkommastellen, " %" if k.ist_prozent else "")
        ohne = [b for b in ebene.blaetter if b.raum_id not in werte]
        gruende = Counter(wort(STATUS, w.status) if (w := zeilen[b.raum_id]) else "keine Angabe" for b in ohne)
        anzahl = Counter(je_raum.values())
        legende = [(_ton(i, len(texte)), text, anzahl[i]) for i, text in enumerate(texte)]
        legende += [(-1, "ohne Wert", len(ohne))] if ohne else []
        return Karte(
            kennung=f"karte-{ebene.ebene}-{k.kennzahl}".replace("_", "-"),
            kennzahl=k.kennzahl,
            titel=f"{k.name} {spalte.jahr}, {ebene.name}",
            einheit=k.einheit,
            beschreibung=_beschreibung(ebene, je_raum, texte, ohne),
            formen=tuple(
                _form(b, je_raum.get(b.raum_id), texte, grund) for b in ebene.blaetter if b.raum_id in grund.formen
            ),
            klassen=tuple(
                Klasse(i, text, n, 8 + stelle // _spaltenlaenge(legende) * BREITE / 2,
                       grund.hoehe + 14 + stelle % _spaltenlaenge(legende) * _ZEILE)
                for stelle, (i, text, n) in enumerate(legende)
            ),
            breite=BREITE,
            hoehe=grund.hoehe + 14 + _spaltenlaenge(legende) * _ZEILE,
            ohne="; ".join(f"{n} {grund}" for grund, n in sorted(gruende.items())),
            quellen=tuple(sorted({w.quelle for w in zeilen.values() if w and w.hat_wert})),
            vermerk=self._flaechen.quellenvermerk(grund.formen),
            musterdaten=self._flaechen.musterdaten or any(w.musterdaten for w in zeilen.values() if w),
        )  # fmt: skip

    @cached_property
    def auswahl(self) -> list[tuple[str, list[Karte]]]:
        """Title of each theme and its maps: the rates of its table, since counts follow the size of a Raum."""
        if self.haupt is None:
            return []
        haupt = self.haupt
        je_thema = (
            (t.titel, [k for s in t.spalten if not s.kennzahl.ist_zahl and (k := self.choropleth(haupt, s))])
            for t in haupt.tafeln
        )
        return [(titel, karten) for titel, karten in je_thema if karten]

    def ueberblick(self) -> Karte | None:
        """The map of the first page."""
        je_code = {k.kennzahl: k for _, karten in self.auswahl for k in karten}
        return next((je_code[c] for c in auswahl("karte") if c in je_code), None)

    def lage(self, blatt: Blatt) -> Karte | None:
        """Where a Raum lies in the Jugendamt: it, or its parts of the main level, beside all others."""
        if self.haupt is None or (grund := self._grund(self.haupt, LAGE_BREITE)) is None:
            return None
        gemeint = {blatt.raum_id, *self._flaechen.unter(blatt.raum_id)} & grund.formen.keys()
        if not gemeint:  # below that level: the Raum of it that it lies in
            gemeint = {v.raum_id for v in blatt.eltern} & grund.formen.keys()
        if not gemeint:
            return None
        namen = {b.raum_id: b.name for b in self.haupt.blaetter}
        anderes = [namen[r] for r in sorted(gemeint - {blatt.raum_id}, key=lambda r: namen[r])]
        return Karte(
            kennung="lage",
            kennzahl="",
            titel=f"Lage von {blatt.name} in {self._bericht.ganzes.name}",
            einheit="",
            beschreibung=f"Hervorgehoben unter {len(grund.formen)} Räumen ({self.haupt.name}): "
            f"{', '.join(anderes) or blatt.name}.",
            formen=tuple(
                Form(pfad, 4 if r in gemeint else 0, "", x, y, "") for r, (pfad, x, y, _) in grund.formen.items()
            ),
            klassen=(),
            breite=grund.breite,
            hoehe=grund.hoehe,
            ohne="",
            quellen=(),
            vermerk=self._flaechen.quellenvermerk(grund.formen),
            musterdaten=self._flaechen.musterdaten,
        )


def klassengrenzen(werte: Sequence[float], stellen: int) -> list[float]:
    """Round limits of two to five classes with about as many Räume each, none empty; the outer ones enclose all values.

    All are multiples of one step that follows from the span of the values.
    """
    achse = achsenwerte(min(werte), max(werte), stellen)
    schritt = max((achse[1] - achse[0]) / _FEINER, 10.0**-stellen)
    lagen = sorted(round(w / schritt, 6) for w in werte)
    klassen = min(_KLASSEN, max(2, len(werte) // 3))
    grenzen = [math.floor(lagen[0])]
    for quantil in statistics.quantiles(lagen, n=klassen, method="inclusive"):
        grenze = round(quantil)
        if any(grenzen[-1] <= w < grenze for w in lagen) and lagen[-1] >= grenze:
            grenzen.append(grenze)
    return [round(g * schritt, stellen) for g in (*grenzen, math.floor(lagen[-1]) + 1)]


def _klasse(wert: float, grenzen: Sequence[float]) -> int:
    return sum(wert >= g - 1e-9 for g in grenzen[1:-1])


def _klassentexte(grenzen: Sequence[float], stellen: int, einheit: str) -> list[str]:
    glatt = (s for s in range(stellen) if all(abs(g * 10**s - round(g * 10**s)) < 1e-6 for g in grenzen))
    noetig = next(glatt, stellen)
    paare = pairwise(grenzen)
    return [f"{zahl(a, noetig)} bis unter {zahl(b, noetig)}{einheit}" for a, b in paare]


def _spaltenlaenge(legende: Sequence[object]) -> int:
    return (len(legende) + 1) // 2


def _im_jahr(reihe: Sequence[Wert], jahr: int) -> Wert | None:
    return next((w for w in reihe if w.jahr == jahr), None)


def _ton(klasse: int, klassen: int) -> int:
    """The shade of a class: fewer classes use the same span from light to dark."""
    return round(klasse * (_KLASSEN - 1) / max(klassen - 1, 1))


def _form(blatt: Blatt, klasse: int | None, texte: Sequence[str], grund: _Grund) -> Form:
    pfad, x, y, platz = grund.formen[blatt.raum_id]
    passt = len(blatt.name) * _ZEICHENBREITE <= platz
    wort, ton = ("ohne Wert", -1) if klasse is None else (texte[klasse], _ton(klasse, len(texte)))
    return Form(pfad, ton, f"{blatt.name}: {wort}", x, y, blatt.name if passt else "")


def _beschreibung(ebene: Ebene, je_raum: Mapping[str, int], texte: Sequence[str], ohne: Sequence[Blatt]) -> str:
    """The classes with their Räume by name; of more than twelve only the outer classes name them."""
    teile = [f"Karte von {len(ebene.blaetter)} Räumen in {len(texte)} Klassen."]
    for i, text in enumerate(texte):
        namen = [b.name for b in ebene.blaetter if je_raum.get(b.raum_id) == i]
        if namen:
            nennen = len(namen) <= 12
            teile.append(f"{text}: {', '.join(namen) if nennen else f'{len(namen)} Räume'}.")
    if ohne:
        teile.append(f"Ohne Wert: {len(ohne)}.")
    teile.append("Alle Werte stehen in der Tabelle der Räume.")
    return " ".join(teile)


def _zeichne(flaechen: Mapping[str, Any], breite: int) -> _Grund:
    """From degrees to pixels: equirectangular at the middle latitude, borders simplified alike on both sides."""
    namen = sorted(flaechen)
    formen = np.array([flaechen[n] for n in namen], dtype=object)
    links, unten, rechts, oben = shapely.total_bounds(formen)
    stauchung = math.cos(math.radians((unten + oben) / 2))
    spanne_x, spanne_y = (rechts - links) * stauchung, oben - unten
    rand = 2
    massstab = min((breite - 2 * rand) / spanne_x, (_HOECHSTENS * breite / BREITE - 2 * rand) / spanne_y)
    mitte = (breite - spanne_x * massstab) / 2

    def in_px(punkte: Any) -> Any:
        return np.column_stack([mitte + (punkte[:, 0] - links) * stauchung * massstab,
                                rand + (oben - punkte[:, 1]) * massstab])  # fmt: skip

    gezeichnet = shapely.coverage_simplify(shapely.transform(formen, in_px), 1)
    return _Grund(
        {name: _pfad(form) for name, form in zip(namen, gezeichnet, strict=True)},
        breite,
        math.ceil(spanne_y * massstab + 2 * rand),
    )


def _pfad(form: Any) -> tuple[str, float, float, float]:
    """Path, place of the label and the width there."""
    ringe = [ring for teil in shapely.get_parts(form) for ring in (teil.exterior, *teil.interiors)]
    punkte = (np.round(shapely.get_coordinates(ring)[:-1], 1) for ring in ringe)
    pfad = "".join("M" + " ".join(f"{x:g},{y:g}" for x, y in ring) + "Z" for ring in punkte)
    groesster = max(shapely.get_parts(form), key=lambda t: t.area)
    punkt = shapely.point_on_surface(groesster)
    links, _, rechts, _ = groesster.bounds
    quer = shapely.intersection(shapely.LineString([(links, punkt.y), (rechts, punkt.y)]), groesster)
    strecke = max(shapely.get_parts(quer), key=lambda t: t.length)
    mitte = strecke.centroid
    return pfad, round(mitte.x, 1), round(mitte.y, 1), strecke.length
