"""Which invented Räume there are and how they add up: Teile to a town, Gemeinden to Samtgemeinde and Kreis.

In here: the population of every Raum of a profile that an official table or a register knows. Not in here:
the model of one Raum (`modell.py`), file formats (`regionaldatenbank.py`, `opendata_hro.py`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from sources.musterdaten.modell import HOECHSTES_ALTER, Bestand, Verlauf, erfinde_verlauf, verbinde
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


@dataclass(frozen=True)
class Gebiet:
    """One of the smallest Räume of a Jugendamt with its population; together they are the whole.

    Attributes:
        raum_id: key of the Raum.
        raum_name: its name.
        schluessel: how local extracts name it: its name, or the raum_id where the name is not unique.
        saat: seed of its features.
        jahre: years at whose end it exists.
        verlauf: its population.
        vorgaenger: Räume that it took the place of.
    """

    raum_id: str
    raum_name: str
    schluessel: str
    saat: str
    jahre: tuple[int, ...]
    verlauf: Verlauf
    vorgaenger: tuple[str, ...] = ()

    def personen(self, jahr: int, unter: int = HOECHSTES_ALTER + 1) -> int:
        """Persons at the end of a year, all or under an age."""
        return int(self.verlauf.bestand[jahr][:, :unter].sum())


def gebiete(profil: Profil, scale: int, jahre: Sequence[int]) -> list[Gebiet]:
    """Invent the population of the smallest Räume: Gemeinden of a Kreis, Gemeindeteile of a town, else the whole.

    `scale` multiplies the persons; sorted by raum_id. A Raum that took the place of others has their population.
    """
    raeume = {raum.raum_id: raum for raum in profil.raeume}
    namen = Counter(raum.raum_name for raum in profil.raeume)
    verlaeufe: dict[str, Verlauf] = {}

    def verlauf_von(raum_id: str) -> Verlauf:
        if raum_id not in verlaeufe:
            teile = [(n.gewicht, verlauf_von(n.alt)) for n in profil.nachfolger if n.neu == raum_id]
            spanne = _GROESSE_STADT if raum_id == profil.ganzes else _GROESSEN[raeume[raum_id].gebietsart]
            verlaeufe[raum_id] = verbinde(teile) if teile else _verlauf(profil, raum_id, spanne, scale, jahre)
        return verlaeufe[raum_id]

    gefunden = []
    for raum_id in sorted(_kleinste(profil)):
        raum = raeume[raum_id]
        gibt_es = tuple(j for j in jahre if raum.gueltig_von <= date(j, 12, 31) <= (raum.gueltig_bis or date.max))
        saat = f"{raum_id.rpartition('-')[2]}|{raum.raum_name}"
        schluessel = raum.raum_name if namen[raum.raum_name] == 1 else raum_id
        vorgaenger = tuple(n.alt for n in profil.nachfolger if n.neu == raum_id)
        gefunden.append(Gebiet(raum_id, raum.raum_name, schluessel, saat, gibt_es, verlauf_von(raum_id), vorgaenger))
    return gefunden


def _kleinste(profil: Profil) -> set[str]:
    arten = {raum.raum_id: raum.gebietsart for raum in profil.raeume}
    if arten[profil.ganzes] == "kreis":
        eltern = {zeile.eltern_raum_id for zeile in profil.zuordnungen if arten[zeile.raum_id] == "gemeinde"}
        teile = {r for r, art in arten.items() if art == "gemeinde" or (art == "samtgemeinde" and r not in eltern)}
    else:
        im_register = {z.raum_id for z in profil.schluessel if z.schluesselart == REGISTER}
        eltern = {zeile.eltern_raum_id for zeile in profil.zuordnungen}
        teile = im_register or {r for r, art in arten.items() if art == "gemeindeteil" and r not in eltern}
    return teile or {profil.ganzes}


def amtlich(profil: Profil, teile: Sequence[Gebiet], scale: int, jahre: Sequence[int]) -> list[Amtlich]:
    """The official rows of a profile: the whole, its Gemeinden (from `gebiete`), the Kreis around a town within one."""
    ganzes = next(raum for raum in profil.raeume if raum.raum_id == profil.ganzes)
    bestaende = {teil.raum_id: {j: teil.verlauf.bestand[j] for j in teil.jahre} for teil in teile}
    if ganzes.gebietsart == "kreis":
        return _kreis(profil, ganzes, bestaende)
    bestand = bestaende.get(ganzes.raum_id) or _fortgeschrieben(bestaende.values())
    if ganzes.gebietsart == "kreisfreie_stadt":
        name = f"{ganzes.raum_name}, Kreisfreie Stadt"
        return [Amtlich(_schluessel(profil, ganzes), name, bestand, kreistabelle=True)]
    groesse = scale * round(zwischen(95_000, 210_000, ganzes.raum_id))
    umland = erfinde_verlauf(f"{profil.jugendamt}|umland", groesse, jahre)
    kreis = _summe([bestand, {jahr: umland.bestand[jahr] for jahr in jahre}])
    return [
        Amtlich(ganzes.raum_id[:5], f"Kreis um {ganzes.raum_name}", kreis, False, True),
        Amtlich(ganzes.raum_id, ganzes.raum_name, bestand),
    ]


def _kreis(profil: Profil, ganzes: Raum, teile: Mapping[str, dict[int, Bestand]]) -> list[Amtlich]:
    """Rows of a Kreis, its Gemeinden and Samtgemeinden; a Samtgemeinde is the sum of its members."""
    raeume = {raum.raum_id: raum for raum in profil.raeume}
    samtgemeinden = {raum_id for raum_id, raum in raeume.items() if raum.gebietsart == "samtgemeinde"}
    mitglied = {
        zeile.raum_id: zeile.eltern_raum_id for zeile in profil.zuordnungen if zeile.eltern_raum_id in samtgemeinden
    }
    bestaende = {raum.raum_id: {} if raum.gebietsart == "gemeindefrei" else teile[raum.raum_id]
                 for raum in profil.raeume if raum.gebietsart == "gemeindefrei" or raum.raum_id in teile}  # fmt: skip
    bestaende.pop(ganzes.raum_id, None)
    for raum_id in samtgemeinden & set(mitglied.values()):
        bestaende[raum_id] = _summe(bestaende[kind] for kind, eltern in mitglied.items() if eltern == raum_id)
    kreis = _summe(bestand for raum_id, bestand in bestaende.items() if raum_id not in mitglied)
    zeilen = [Amtlich(_schluessel(profil, raeume[r]), raeume[r].raum_name, b) for r, b in bestaende.items()]
    return [Amtlich(ganzes.raum_id, ganzes.raum_name, kreis or teile[ganzes.raum_id], kreistabelle=True), *zeilen]


def _fortgeschrieben(teile: Iterable[dict[int, Bestand]]) -> dict[int, Bestand]:
    """The official figure of a town with a register: close to it, never equal (two sources, two counts)."""
    return {jahr: bestand - bestand // 400 for jahr, bestand in _summe(teile).items()}


def _summe(teile: Iterable[dict[int, Bestand]]) -> dict[int, Bestand]:
    summe: dict[int, Bestand] = {}
    for bestand in teile:
        for jahr, personen in bestand.items():
            summe[jahr] = summe.get(jahr, np.zeros_like(personen)) + personen
    return summe


def _verlauf(profil: Profil, raum_id: str, spanne: tuple[int, int], scale: int, jahre: Sequence[int]) -> Verlauf:
    name = f"{profil.jugendamt}|{raum_id}"
    # squared: many small Räume, few large ones
    groesse = spanne[0] + (spanne[1] - spanne[0]) * zwischen(0, 1, name, "groesse") ** 2
    return erfinde_verlauf(name, scale * round(groesse), jahre)


def _schluessel(profil: Profil, raum: Raum) -> str:
    """The key of a Raum in the official tables: another one if the profile names it, else the raum_id."""
    fremde = {z.raum_id: z.schluessel for z in reversed(profil.schluessel) if z.schluesselart == "ags"}
    return fremde.get(raum.raum_id, raum.raum_id)
