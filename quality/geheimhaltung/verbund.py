"""Jugendämter of whose figures somebody else publishes a sum: their cells are one problem.

Here: what the profiles declare as known from outside, which Jugendämter belong together by it, and their cells and
equations as one.
Not here: the cells of one Jugendamt (``aufbau.py``), what was published before (``verlauf.py``).

What one of them shows may give away what another one hides; so they are marked and audited together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from quality.geheimhaltung.aufbau import GLEICHUNGEN, KONSTANTE, Bestand
from quality.geheimhaltung.umfeld import ACHSEN
from sources.profile import Profil
from sources.profilmodell import Aussenwissen


def gruppen(profile: Iterable[Profil]) -> list[list[Profil]]:
    """The Jugendämter that are linked by sums known from outside, directly or over others; most stand alone."""
    gefunden: list[list[Profil]] = []
    for profil in profile:
        verbunden = [g for g in gefunden if any(_haengen_zusammen(profil, p) for p in g)]
        gefunden = [g for g in gefunden if g not in verbunden]
        gefunden.append([*(p for g in verbunden for p in g), profil])
    return gefunden


def _haengen_zusammen(eines: Profil, anderes: Profil) -> bool:
    orte = [{r.raum_id for r in p.raeume} for p in (eines, anderes)]
    genannt = [set(w.summanden) for p in (eines, anderes) for w in p.aussenwissen]
    # whoever declares a sum has a part of it, so a third one links the two with itself
    return any(g & orte[0] and g & orte[1] for g in genannt)


def bekannt(gruppe: Sequence[Profil]) -> list[str]:
    """Keys of the cells that others publish or know."""
    return [_schluessel(w, w.raum_id) for p in gruppe for w in p.aussenwissen if len(w.summanden) == 1]


def ohne_zelle(profil: Profil, schluessel: pl.Series) -> list[str]:
    """What a profile declares of which no such cell is counted, in words: nothing follows from it."""
    vorhanden = set(schluessel)
    return [
        f"{w.messgroesse}, {w.merkmal}, {w.geschlecht}, {w.altersgruppe}, {w.raum_id}, "
        f"{w.stichtag:%d.%m.%Y} ({w.quelle})"
        for w in profil.aussenwissen
        if not all(_schluessel(w, raum) in vorhanden for raum in w.summanden)
    ]


def zusammen(bestaende: Sequence[Bestand], gruppe: Sequence[Profil]) -> Bestand:
    """Cells and equations of all, with the sums that others publish; a sum that lacks a part says nothing."""
    zellen = pl.concat([b.zellen for b in bestaende]).unique(subset="schluessel", keep="first").sort("schluessel")
    werte = dict(zip(zellen["schluessel"], zellen["wert"], strict=True))
    terme = []
    for w in (w for p in gruppe for w in p.aussenwissen if len(w.summanden) > 1):
        teile = [_schluessel(w, raum) for raum in w.summanden]
        if all(t in werte for t in teile):
            name = "aussen|" + _schluessel(w, w.raum_id)
            terme += [(name, t, -1) for t in teile]
            terme.append((name, KONSTANTE, sum(werte[t] for t in teile)))
    summen = pl.DataFrame(sorted(set(terme)), schema=GLEICHUNGEN, orient="row")
    return Bestand(zellen, pl.concat([*(b.gleichungen for b in bestaende), summen]))


def _schluessel(w: Aussenwissen, raum_id: str) -> str:
    return "|".join(raum_id if a == "raum_id" else str(getattr(w, a)) for a in ACHSEN)
