"""Extracts on how people live: households, SGB II and unemployment, day care by residence, examination before school.

In here: counts per Raum in proportion to its people, by its burden. Not in here: the population (`modell.py`), the
rates (`parameter.yml`), the form of the files (`ausgabe.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import PARAMETER, aufgeteilt, faktor, gerundet, zwischen
from sources.profile import Profil

_LAGEN: dict[str, Any] = PARAMETER["lebenslagen"]
Zeilen = Iterable[dict[str, Any]]


def _personen(gebiet: Gebiet, jahr: int, von: int, bis: int) -> int:
    return int(gebiet.verlauf.bestand[jahr][:, von:bis].sum())


def _zahl(gebiet: Gebiet, jahr: int, was: str, erwartet: float) -> int:
    return int(gerundet(np.array([erwartet]), gebiet.saat, jahr, was)[0])


def haushaltszahlen(gebiet: Gebiet, jahr: int) -> tuple[int, int, int, int]:
    """Households of a Raum: all, of one person, with children, of single parents (more where the burden is higher)."""
    alle = round(gebiet.personen(jahr) / zwischen(1.6, 2.2, gebiet.saat, "haushalt"))
    einperson = round(alle * zwischen(0.27, 0.6, gebiet.saat, "single"))
    mit_kindern = min(alle - einperson, round(gebiet.personen(jahr, 18) / 1.6))
    allein = round(mit_kindern * _LAGEN["alleinerziehend"] * faktor(gebiet.saat, "transfer"))
    return alle, einperson, mit_kindern, allein


def _haushalte(gebiet: Gebiet, jahr: int) -> Zeilen:
    alle, einperson, mit_kindern, allein = haushaltszahlen(gebiet, jahr)
    paar, sonstige = aufgeteilt(alle - einperson - mit_kindern, (0.85, 0.15))
    for typ, anzahl, erwachsene, kinder in (
        ("einperson", einperson, 1, {0: 1.0}),
        ("paar_ohne_kind", paar, 2, {0: 1.0}),
        ("sonstige", sonstige, 3, {0: 1.0}),
        ("paar_mit_kindern", mit_kindern - allein, 2, _LAGEN["kinder"]),
        ("alleinerziehend", allein, 1, _LAGEN["kinder"]),
    ):
        for kind, teil in zip(kinder, aufgeteilt(anzahl, [*kinder.values()]), strict=True):
            yield {
                "stichtag": date(jahr, 12, 31),
                "haushaltstyp": typ,
                "personen": erwachsene + kind,
                "kinder": kind,
                "anzahl": teil,
            }


def _lebenslagen(gebiet: Gebiet, jahr: int) -> Zeilen:
    """Persons per group: a share of an age group, multiplied by what the burden does."""
    for gruppe, (von, bis, anteil) in _LAGEN["gruppen"].items():
        erwartet = _personen(gebiet, jahr, von, bis) * anteil * faktor(gebiet.saat, "transfer")
        # one draw for all groups: the smaller of two nested ones stays the smaller
        anzahl = _zahl(gebiet, jahr, "lage", erwartet)
        yield {"stichtag": date(jahr, 12, 31), "personengruppe": gruppe, "anzahl": anzahl}


def _kinderbetreuung(gebiet: Gebiet, jahr: int) -> Zeilen:
    """Children in day care on 1 March, by where they live; the youngest less often where the burden is higher."""
    for gruppe, anteil in _LAGEN["betreuung"].items():
        von, bis = (int(grenze) for grenze in gruppe.split("-"))
        wirkung = 2 - faktor(gebiet.saat, "schule") if von == 0 else 1.0
        erwartet = _personen(gebiet, jahr - 1, von, bis) * anteil * wirkung
        yield {"stichtag": date(jahr, 3, 1), "altersgruppe": gruppe, "anzahl": _zahl(gebiet, jahr, gruppe, erwartet)}


def _einschulung(gebiet: Gebiet, jahr: int) -> Zeilen:
    anteile = dict(_LAGEN["esu"])
    anteile["foerderbedarf"] *= faktor(gebiet.saat, "transfer")
    for befund, anzahl in zip(anteile, aufgeteilt(_personen(gebiet, jahr, 6, 7), [*anteile.values()]), strict=True):
        yield {"jahr": jahr, "bereich": "insgesamt", "befund": befund, "anzahl": anzahl}


_JE_GEBIET: Mapping[str, Callable[[Gebiet, int], Zeilen]] = {
    "haushalte": _haushalte,
    "lebenslagen_raeume": _lebenslagen,
    "kinderbetreuung_wohnort": _kinderbetreuung,
    "schuleingangsuntersuchung": _einschulung,
}


def schreibe_lebenslagen(ausgabe: Ausgabe, profil: Profil, gebiete: Sequence[Gebiet], jahr: int) -> None:
    """Write the files of one year for the Räume that exist in it; the civil labour force only for a whole Kreis."""
    ganzes = next(raum for raum in profil.raeume if raum.raum_id == profil.ganzes)
    bestehende = [gebiet for gebiet in gebiete if jahr in gebiet.jahre]
    for extrakt, zaehle in _JE_GEBIET.items():
        zeilen = [{"raum_schluessel": g.schluessel, **z} for g in bestehende for z in zaehle(g, jahr)]
        if extrakt == "lebenslagen_raeume" and ganzes.gebietsart in {"kreis", "kreisfreie_stadt"}:
            zeilen += _erwerbspersonen(profil, bestehende, jahr)
        ausgabe.schreibe(extrakt, jahr, pl.DataFrame([z for z in zeilen if z["anzahl"]]))


def _erwerbspersonen(profil: Profil, gebiete: Sequence[Gebiet], jahr: int) -> list[dict[str, Any]]:
    return [
        {"raum_schluessel": profil.ganzes, "stichtag": date(jahr, 12, 31), "personengruppe": gruppe,
         "anzahl": round(sum(_personen(gebiet, jahr, von, bis) for gebiet in gebiete) * anteil)}
        for gruppe, (von, bis, anteil) in _LAGEN["erwerbspersonen"].items()
    ]  # fmt: skip
