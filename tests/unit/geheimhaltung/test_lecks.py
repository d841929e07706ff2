"""Planted leaks: the audit catches each, in a choice that looks safe; our choice closes it.

Each case names shown sums as equations over named cells. ``naiv`` is what someone who looks at one table at a time
would hide.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl
import pytest

from quality.geheimhaltung.pruefung import pruefe
from quality.geheimhaltung.sperrung import sperre
from quality.geheimhaltung.tabelle import Problem, problem

K = 3


@dataclass
class Fall:
    """Cells by name, sums as "a = b + c - d" over these names, what is known anyway, what is hidden naively."""

    name: str
    werte: dict[str, int]
    summen: list[str]
    naiv: set[str]
    bekannt: set[str] = field(default_factory=set)

    def problem(self) -> Problem:
        namen = list(self.werte)
        lage = ["bekannt" if n in self.bekannt else "primaer" if 0 < w < K else "frei" for n, w in self.werte.items()]
        zellen = pl.DataFrame({"zelle": range(len(namen)), "wert": list(self.werte.values()), "lage": lage, "k": K})
        glieder = []
        for nummer, summe in enumerate(self.summen):
            links, rechts = summe.split(" = ")
            zeichen = rechts.replace("- ", "-").replace("+ ", "").split()
            glieder.append((nummer, namen.index(links), 1))
            glieder += [(nummer, namen.index(z.lstrip("-")), 1 if z.startswith("-") else -1) for z in zeichen]
        return problem(zellen, pl.DataFrame(glieder, schema=["gleichung", "zelle", "koeffizient"], orient="row"))

    def marken(self) -> pl.DataFrame:
        namen = list(self.werte)
        return pl.DataFrame({"zelle": [namen.index(n) for n in sorted(self.naiv)], "marke": "sekundaer"})


FAELLE = [
    Fall("eine einzelne Sperrung in der Zeile", {"s": 9, "a": 1, "b": 8}, ["s = a + b"], {"a"}),
    Fall(
        "zwei verbundene Tabellen",  # by Hilfeart a is hidden behind b, by age the same total has one hidden cell
        {"s": 20, "a": 1, "b": 7, "c": 12, "jung": 1, "alt": 19},
        ["s = a + b + c", "s = jung + alt", "a = jung"],
        {"a", "b", "jung"},
    ),
    Fall(
        "Raum, Region, Kreis",  # the regions are hidden in pairs, but each Raum stands alone in its region
        {"kreis": 40, "r1": 19, "r2": 21, "r1a": 1, "r1b": 18, "r2a": 6, "r2b": 15},
        ["kreis = r1 + r2", "r1 = r1a + r1b", "r2 = r2a + r2b"],
        {"r1a", "r2a"},
    ),
    Fall(
        "mit und ohne UMA, mit und ohne § 28",
        {"mit_28": 30, "ohne_28": 28, "art_28": 2, "mit_uma": 30, "uma": 2, "ohne_uma": 28},
        ["mit_28 = ohne_28 + art_28", "mit_uma = ohne_uma + uma", "mit_uma = mit_28"],
        {"art_28", "uma"},
    ),
    Fall(
        "eine Quote mit öffentlichem Nenner",  # 4 per 1,000 of 500 minors: the rate is another cell, half the count
        {"faelle": 2, "quote_je_1000": 4, "rest": 9, "summe": 11},
        ["summe = faelle + rest", "quote_je_1000 = faelle + faelle"],
        {"faelle", "rest"},
    ),
    Fall(
        "die Fortschreibung des Bestands",
        {"b0": 7, "b1": 8, "beg": 3, "end": 2, "js": 10},
        ["b1 = b0 + beg - end", "js = b1 + end"],
        {"end", "js"},
    ),
    Fall(
        "überlappende Dreijahressummen",
        {"j1": 4, "j2": 5, "j3": 6, "j4": 1, "d123": 15, "d234": 12},
        ["d123 = j1 + j2 + j3", "d234 = j2 + j3 + j4"],
        {"j1", "j4"},
    ),
    Fall(
        "ein berichtigtes Release",  # in the old one the second cell was hidden, in the new one another
        {"s_alt": 20, "a_alt": 1, "b_alt": 7, "c_alt": 12, "s": 21, "a": 1, "b": 7, "c": 13},
        ["s_alt = a_alt + b_alt + c_alt", "s = a + b + c", "a = a_alt", "b = b_alt"],
        {"a_alt", "b_alt", "a", "c"},
    ),
    Fall(
        "eine Region, deren Räume gewechselt haben",  # by the old cut region = a + b + c, by the new one without a
        {"alt": 30, "neu": 28, "a": 2, "b": 12, "c": 16},
        ["alt = a + b + c", "neu = b + c"],
        {"a", "b"},
    ),
    Fall(
        "eine Kreissumme von außen",
        {"kreis": 12, "a": 1, "b": 11},
        ["kreis = a + b"],
        {"a"},
        {"kreis"},
    ),
    Fall(
        "ein zweites Jugendamt in bi/",  # the Land total is known; the other Jugendamt publishes all but one cell
        {"land": 50, "hier": 18, "dort": 32, "hier_x": 1, "hier_y": 17, "dort_x": 20, "dort_y": 12, "land_x": 21},
        ["land = hier + dort", "hier = hier_x + hier_y", "dort = dort_x + dort_y", "land_x = hier_x + dort_x"],
        {"hier_x", "hier_y"},
        {"land", "land_x"},
    ),
    Fall(
        "ein Ring, den nur das lineare Programm sieht",  # half of ab + ac - bc is a
        {"a": 1, "b": 6, "c": 9, "ab": 7, "bc": 15, "ac": 10},
        ["ab = a + b", "bc = b + c", "ac = a + c"],
        {"a", "b", "c"},
    ),
]


@pytest.mark.parametrize("fall", FAELLE, ids=lambda f: f.name)
def test_das_leck_wird_gesehen_und_geschlossen(fall):
    p = fall.problem()
    leck = pruefe(p, fall.marken())
    assert leck.verletzt > 0
    wahl = sperre(p)
    assert wahl.bericht.sicher, wahl.bericht.zellen
    assert wahl.optimal
    ohne_hilfe = pruefe(p, wahl.marken)
    assert ohne_hilfe.sicher


def test_im_ring_steht_keine_verborgene_zelle_allein():
    """So nobody sees the leak who looks at one sum at a time."""
    ring = FAELLE[-1]
    for summe in ring.summen:
        assert sum(name in summe.replace("=", " ").split() for name in ring.naiv) == 2
    genau = pruefe(ring.problem(), ring.marken(), genau=True).zellen
    assert genau.select("kleinster", "groesster", "exakt").rows() == [(1, 1, True)]
