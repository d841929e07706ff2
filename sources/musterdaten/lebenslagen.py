"""Extracts on how people live: households, SGB II and unemployment, day care by residence, examination before school.

In here: counts per Raum in proportion to its people, by its burden. Not in here: the population (`modell.py`), the rates
(`parameter.yml`), the form of the files (`ausgabe.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import PARAMETER, aufgeteilt, faktor, gerundet
from sources.profile import Profil

_LAGEN: dict[str, Any] = PARAMETER["lebenslagen"]
Zeilen = Iterable[dict[str, Any]]


def _personen(gebiet: Gebiet, jahr: int, von: int, bis: int) -> int:
    return int(gebiet.verlauf.bestand[jahr][:, von:bis].sum())


def _zahl(gebiet: Gebiet, jahr: int, was: str, erwartet: float) -> int:
    return int(gerundet(np.array([erwartet]), gebiet.saat, jahr, was)[0])


def _haushalte(gebiet: Gebiet, jahr: int) -> Zeilen:
    """Households: those with children first, single parents more often where the burden is higher."""
    planung = _LAGEN["haushalte"]
    mit_kindern = _zahl(gebiet, jahr, "mit_kindern", _personen(gebiet, jahr, 0, 18) / planung["kinder_je_haushalt"])
    allein = round(mit_kindern * planung["alleinerziehend"] * faktor(gebiet.saat, "transfer"))
    ohne = _zahl(gebiet, jahr, "ohne", _personen(gebiet, jahr, 25, 100) * planung["ohne_kinder"])
    einperson, paar, sonstige = aufgeteilt(ohne, planung["einperson_paar_sonstige"])
    for typ, anzahl, erwachsene, mit in (
        ("einperson", einperson, 1, False), ("paar_ohne_kind", paar, 2, False), ("sonstige", sonstige, 3, False),
        ("paar_mit_kindern", mit_kindern - allein, 2, True), ("alleinerziehend", allein, 1, True),
    ):  # fmt: skip
        kinderzahlen = planung["kinder"] if mit else {0: 1}
        for kinder, teil in zip(kinderzahlen, aufgeteilt(anzahl, [*kinderzahlen.values()]), strict=True):
            yield {"stichtag": date(jahr, 12, 31), "haushaltstyp": typ, "personen": erwachsene + kinder,
                   "kinder": kinder, "anzahl": teil}  # fmt: skip


def _lebenslagen(gebiet: Gebiet, jahr: int) -> Zeilen:
    """Persons per group: a share of an age group, multiplied by what the burden does."""
    for gruppe, (von, bis, anteil) in _LAGEN["gruppen"].items():
        erwartet = _personen(gebiet, jahr, von, bis) * anteil * faktor(gebiet.saat, "transfer")
        # one draw for all groups: the smaller of two nested ones stays the smaller
        yield {
            "stichtag": date(jahr, 12, 31),
            "personengruppe": gruppe,
            "anzahl": _zahl(gebiet, jahr, "lage", erwartet),
        }


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
