"""Which invented Räume there are and how they add up: Teile to a town, Gemeinden to Samtgemeinde and Kreis.

In here: the population of every Raum of a profile that an official table or a register knows. Not in here:
the model of one Raum (`modell.py`), file formats (`regionaldatenbank.py`, `opendata_hro.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from sources.musterdaten.modell import JAHRE, Bestand, Verlauf, erfinde_verlauf
from sources.musterdaten.zufall import zwischen
from sources.profile import Profil, Raum

REGISTER = "opendata_hro"
_GROESSEN = {"gemeinde": (1_400, 21_000), "gemeindeteil": (1_100, 19_000), "samtgemeinde": (9_000, 18_000)}
_GROESSE_STADT = (45_000, 95_000)


@dataclass(frozen=True)
class Amtlich:
    """One row of the official tables.

    Attributes:
        schluessel: key as the tables deliver it (5, 8 or 11 digits).
        name: name as the tables write it, without indentation.
        bestand: year -> persons on 31.12., shape (2, 100); a year is missing while the Raum does not exist.
        gemeindetabelle: stands in the tables of Gemeinden. A Kreis does only together with all its Gemeinden,
            since its sum could not be checked otherwise.
        kreistabelle: stands in the tables of Kreise and kreisfreie Städte.
    """

    schluessel: str
    name: str
    bestand: dict[int, Bestand]
    gemeindetabelle: bool = True
    kreistabelle: bool = False


def register(profil: Profil, scale: int) -> dict[str, Verlauf]:
    """Invent the population register of a profile that has such a feed.

    Args:
        profil: the profile.
        scale: factor on the number of persons.

    Returns:
        raum_id -> population of each Gemeindeteil, sorted; {} if the profile has no register feed.
    """
    if not any(feed.extrakt == REGISTER for feed in profil.feeds):
        return {}
    teile = sorted(zeile.raum_id for zeile in profil.schluessel if zeile.schluesselart == REGISTER)
    return {raum_id: _verlauf(profil, raum_id, _GROESSEN["gemeindeteil"], scale) for raum_id in teile}


def amtlich(profil: Profil, teile: dict[str, Verlauf], scale: int) -> list[Amtlich]:
    """Invent the official rows of a profile: the whole, its Gemeinden, the Kreis around a town within one.

    Args:
        profil: the profile.
        teile: the register of the same profile (`register`).
        scale: factor on the number of persons.

    Returns:
        One entry per official key.
    """
    ganzes = next(raum for raum in profil.raeume if raum.raum_id == profil.ganzes)
    if ganzes.gebietsart == "kreis":
        return _kreis(profil, ganzes, scale)
    bestand = _fortgeschrieben(teile) if teile else _stadt(profil, ganzes, scale)
    if ganzes.gebietsart == "kreisfreie_stadt":
        name = f"{ganzes.raum_name}, Kreisfreie Stadt"
        return [Amtlich(_schluessel(profil, ganzes), name, bestand, kreistabelle=True)]
    umland = erfinde_verlauf(f"{profil.jugendamt}|umland", scale * round(zwischen(95_000, 210_000, ganzes.raum_id)))
    kreis = _summe([bestand, {jahr: umland.bestand[jahr] for jahr in JAHRE}])
    return [
        Amtlich(ganzes.raum_id[:5], f"Kreis um {ganzes.raum_name}", kreis, False, True),
        Amtlich(ganzes.raum_id, ganzes.raum_name, bestand),
    ]


def _kreis(profil: Profil, ganzes: Raum, scale: int) -> list[Amtlich]:
    """Rows of a Kreis, its Gemeinden and Samtgemeinden; a Samtgemeinde is the sum of its members."""
    raeume = {raum.raum_id: raum for raum in profil.raeume}
    samtgemeinden = {raum_id for raum_id, raum in raeume.items() if raum.gebietsart == "samtgemeinde"}
    mitglied = {
        zeile.raum_id: zeile.eltern_raum_id for zeile in profil.zuordnungen if zeile.eltern_raum_id in samtgemeinden
    }
    einzeln = samtgemeinden - set(mitglied.values())
    bestaende: dict[str, dict[int, Bestand]] = {}
    for raum in profil.raeume:
        if raum.gebietsart == "gemeindefrei":
            bestaende[raum.raum_id] = {}
        elif raum.gebietsart == "gemeinde" or raum.raum_id in einzeln:
            bestaende[raum.raum_id] = _bestand(profil, raum, scale)
    for raum_id in samtgemeinden - einzeln:
        bestaende[raum_id] = _summe(bestaende[kind] for kind, eltern in mitglied.items() if eltern == raum_id)
    kreis = _summe(bestand for raum_id, bestand in bestaende.items() if raum_id not in mitglied)
    return [
        Amtlich(ganzes.raum_id, ganzes.raum_name, kreis or _stadt(profil, ganzes, scale), kreistabelle=True),
        *(
            Amtlich(_schluessel(profil, raeume[raum_id]), raeume[raum_id].raum_name, bestand)
            for raum_id, bestand in bestaende.items()
        ),
    ]


def _bestand(profil: Profil, raum: Raum, scale: int) -> dict[int, Bestand]:
    verlauf = _verlauf(profil, raum.raum_id, _GROESSEN[raum.gebietsart], scale)
    return {
        jahr: verlauf.bestand[jahr]
        for jahr in JAHRE
        if raum.gueltig_von <= date(jahr, 12, 31) <= (raum.gueltig_bis or date.max)
    }


def _stadt(profil: Profil, ganzes: Raum, scale: int) -> dict[int, Bestand]:
    verlauf = _verlauf(profil, ganzes.raum_id, _GROESSE_STADT, scale)
    return {jahr: verlauf.bestand[jahr] for jahr in JAHRE}


def _fortgeschrieben(teile: dict[str, Verlauf]) -> dict[int, Bestand]:
    """The official figure of a town with a register: close to it, never equal (two sources, two counts)."""
    summe = _summe({jahr: verlauf.bestand[jahr] for jahr in JAHRE} for verlauf in teile.values())
    return {jahr: bestand - bestand // 400 for jahr, bestand in summe.items()}


def _summe(teile: Iterable[dict[int, Bestand]]) -> dict[int, Bestand]:
    summe: dict[int, Bestand] = {}
    for bestand in teile:
        for jahr, personen in bestand.items():
            summe[jahr] = summe.get(jahr, np.zeros_like(personen)) + personen
    return summe


def _verlauf(profil: Profil, raum_id: str, spanne: tuple[int, int], scale: int) -> Verlauf:
    name = f"{profil.jugendamt}|{raum_id}"
    # squared: many small Räume, few large ones
    groesse = spanne[0] + (spanne[1] - spanne[0]) * zwischen(0, 1, name, "groesse") ** 2
    return erfinde_verlauf(name, scale * round(groesse))


def _schluessel(profil: Profil, raum: Raum) -> str:
    """The key of a Raum in the official tables: another one if the profile names it, else the raum_id."""
    fremde = (
        zeile.schluessel
        for zeile in profil.schluessel
        if zeile.schluesselart == "ags" and zeile.raum_id == raum.raum_id
    )
    return next(fremde, raum.raum_id)
