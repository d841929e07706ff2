"""The invented population of one Raum: it ages, bears, dies and moves from year to year.

In here: the model of a single Raum and its parameters (all invented round numbers, none fitted to a real
place). Not in here: which Räume there are and how they add up (`raeume.py`), file formats
(`regionaldatenbank.py`, `opendata_hro.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sources.musterdaten.zufall import aufgeteilt, gezogen, quelle, zwischen

JAHRE = range(2014, 2024)
HOECHSTES_ALTER = 99  # the last cell is "99 and older"

Bestand = NDArray[np.int64]  # shape (2, 100): male, female x single years of age

_ALTER = np.arange(HOECHSTES_ALTER + 1, dtype=np.float64)
# age -> value, straight lines in between: relative size of a cohort, chance of death and of moving within a
# year, births per woman and year
_AUFBAU = (
    (0, 0.9),
    (18, 1.0),
    (28, 1.15),
    (45, 1.1),
    (55, 1.6),
    (65, 1.3),
    (78, 0.85),
    (90, 0.25),
    (99, 0.02),
)
_STERBEN = ((0, 0.003), (1, 0.0002), (40, 0.001), (60, 0.008), (75, 0.03), (88, 0.13), (99, 0.4))
_UMZUG = ((0, 0.06), (10, 0.04), (17, 0.05), (22, 0.19), (30, 0.12), (45, 0.05), (65, 0.02), (99, 0.02))
_GEBURT = ((16, 0.0), (22, 0.03), (30, 0.115), (36, 0.07), (45, 0.0))
# years with strong moves into the country
_WELLE = {2015: 1.18, 2016: 1.08, 2022: 1.2, 2023: 1.05}


def _linie(punkte: tuple[tuple[int, float], ...]) -> NDArray[np.float64]:
    return np.interp(_ALTER, [alter for alter, _ in punkte], [wert for _, wert in punkte])


@dataclass(frozen=True)
class Bewegung:
    """Who was born, died, came and went within one year: persons, shape (2, 100): sex x age as in `Bestand`.

    Births stand at age 0. Ages are those at the end of the year, at death those at its beginning.
    """

    geburten: Bestand
    tote: Bestand
    zu: Bestand
    weg: Bestand


@dataclass(frozen=True)
class Verlauf:
    """A Raum over the years.

    Attributes:
        bestand: year (also the one before the first) -> persons on 31.12., shape (2, 100): male, female x
            age.
        bewegung: year -> what happened within it; stock = stock of the year before + births - deaths + moves.
    """

    bestand: dict[int, Bestand]
    bewegung: dict[int, Bewegung]


def erfinde_verlauf(name: str, groesse: int, jahre: Sequence[int] = JAHRE) -> Verlauf:
    """Invent the population of one Raum over years in a row; the same name (seed) gives the same population.

    `groesse` are the persons at the end of the year before the first.
    """
    anziehung = zwischen(0.96, 1.06, name, "anziehung")
    kinderreich = zwischen(0.8, 1.25, name, "kinder")
    bestand = {jahre[0] - 1: _anfang(name, groesse)}
    bewegung = {}
    for jahr in jahre:
        bestand[jahr], bewegung[jahr] = _ein_jahr(
            bestand[jahr - 1], f"{name}|{jahr}", anziehung * _WELLE.get(jahr, 1.0), kinderreich
        )
    return Verlauf(bestand, bewegung)


def verbinde(teile: Sequence[tuple[float, Verlauf]]) -> Verlauf:
    """The population of a Raum made of shares of others (share, population); shares of persons are rounded."""

    def summe(bestaende: Sequence[Bestand]) -> Bestand:
        anteile = [np.rint(gewicht * bestand) for (gewicht, _), bestand in zip(teile, bestaende, strict=True)]
        return np.sum(anteile, axis=0).astype(np.int64)

    jahre = teile[0][1].bestand
    bewegungen = {jahr: [verlauf.bewegung[jahr] for _, verlauf in teile] for jahr in teile[0][1].bewegung}
    return Verlauf(
        {jahr: summe([verlauf.bestand[jahr] for _, verlauf in teile]) for jahr in jahre},
        {
            jahr: Bewegung(*(summe([getattr(b, feld.name) for b in je_teil]) for feld in fields(Bewegung)))
            for jahr, je_teil in bewegungen.items()
        },
    )


def anteil_auslaendisch(name: str, jahr: int) -> float:
    """Share of persons without German nationality in a Raum, by its seed; grows from year to year."""
    jahre_seit = max(0, jahr - JAHRE[0])
    return zwischen(0.015, 0.09, name, "ausland") + zwischen(0.002, 0.011, name, "zuwachs") * jahre_seit


def _anfang(name: str, groesse: int) -> Bestand:
    jung = zwischen(-0.25, 0.3, name, "jung")
    gewichte = _linie(_AUFBAU) * np.where(_ALTER < 30, 1 + jung, np.where(_ALTER >= 65, 1 - jung, 1.0))
    maenner = round(groesse * zwischen(0.482, 0.502, name, "maenner"))
    # more women the older they are
    return np.array(
        [
            aufgeteilt(maenner, list(gewichte * (1.02 - 0.0022 * _ALTER))),
            aufgeteilt(groesse - maenner, list(gewichte * (0.98 + 0.0022 * _ALTER))),
        ],
        dtype=np.int64,
    )


def _ein_jahr(vorher: Bestand, name: str, anziehung: float, kinderreich: float) -> tuple[Bestand, Bewegung]:
    sterben = _linie(_STERBEN) * np.array([[1.15], [0.85]])
    tote = np.minimum(gezogen(vorher * sterben, quelle(name, "tod")), vorher)
    geburt = np.where((_ALTER >= 16) & (_ALTER <= 45), _linie(_GEBURT), 0.0) * kinderreich
    geborene = int(gezogen(vorher[1] * geburt, quelle(name, "geburt")).sum())
    nachher = vorher - tote
    nachher = np.concatenate([np.zeros((2, 1), dtype=np.int64), nachher[:, :-1]], axis=1)
    nachher[:, -1] += (vorher - tote)[:, -1]
    geburten = np.zeros_like(nachher)
    geburten[:, 0] = aufgeteilt(geborene, (0.513, 0.487))
    nachher += geburten
    weg = np.minimum(gezogen(nachher * _linie(_UMZUG), quelle(name, "weg")), nachher)
    zu = gezogen(nachher * _linie(_UMZUG) * anziehung, quelle(name, "zu"))
    return nachher - weg + zu, Bewegung(geburten, tote, zu, weg)
