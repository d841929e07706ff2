"""The arithmetic of the analyses: numbers in, numbers out.

Belongs here: standardisation, rank correlation, intervals, tests, matching. Not here: which figures are compared and
what may be said about them (`lebenslage`, `hilfen`, `modellgebiete`), reading marts (`daten`).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrc, gammaincinv, ndtr, ndtri

NIVEAU = 0.95
WARNNIVEAU = 0.998

Zahlen = NDArray[np.float64]


class Spanne(NamedTuple):
    """An estimate with the bounds of its interval."""

    wert: float
    unten: float
    oben: float


class Warnung(NamedTuple):
    """Outcome of one comparison of a year with earlier years.

    `richtung`: 1 conspicuously many, -1 conspicuously few, 0 neither; `erwartet` = count of the year if nothing had
    changed; `fehlalarm` = chance that an unchanged rate sets off the alarm.
    """

    richtung: int
    erwartet: float
    fehlalarm: float


def z_werte(werte: ArrayLike) -> Zahlen:
    """(x - mean) / SD, unweighted, SD of the given values themselves (divisor n); all zero if they are all equal."""
    x = np.asarray(werte, dtype=np.float64)
    if np.ptp(x) == 0:
        return np.zeros_like(x)
    return (x - x.mean()) / x.std()


def _raenge(werte: ArrayLike) -> Zahlen:
    """Ranks from 1, ties with their mean rank."""
    _, stelle, anzahl = np.unique(np.asarray(werte), return_inverse=True, return_counts=True)
    return (np.cumsum(anzahl) - (anzahl - 1) / 2)[stelle]


def spearman(x: ArrayLike, y: ArrayLike) -> Spanne | None:
    """Rank correlation with its 95 % interval; None if one side does not vary.

    Interval: Fisher's z with the standard error sqrt((1 + r²/2) / (n - 3)) of Bonett and Wright (2000).
    """
    rang_x, rang_y = _raenge(x), _raenge(y)
    if np.ptp(rang_x) == 0 or np.ptp(rang_y) == 0:
        return None
    r = float(np.corrcoef(rang_x, rang_y)[0, 1])
    mitte = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    weite = ndtri(0.5 + NIVEAU / 2) * np.sqrt((1 + r**2 / 2) / (len(rang_x) - 3))
    return Spanne(r, float(np.tanh(mitte - weite)), float(np.tanh(mitte + weite)))


def poisson_spanne(anzahl: float, phi: float = 1.0) -> Spanne:
    """A count with its exact 95 % Poisson interval (Garwood), widened for a variance of `phi` times the mean.

    Wider: the interval of the effective count `anzahl / phi`, times `phi`; `phi` = 1 gives the exact one.
    """
    rand = (1 - NIVEAU) / 2
    unten = phi * float(gammaincinv(anzahl / phi, rand)) if anzahl > 0 else 0.0
    return Spanne(anzahl, unten, phi * float(gammaincinv(anzahl / phi + 1, 1 - rand)))


def wilson_spanne(anzahl: float, von: float) -> Spanne:
    """A share with its 95 % interval after Wilson (1927); `anzahl` of `von`, 0 <= anzahl <= von."""
    z = float(ndtri(0.5 + NIVEAU / 2))
    anteil = anzahl / von
    mitte = (anteil + z**2 / (2 * von)) / (1 + z**2 / von)
    weite = z * float(np.sqrt(anteil * (1 - anteil) / von + z**2 / (4 * von**2))) / (1 + z**2 / von)
    return Spanne(anteil, max(0.0, mitte - weite), min(1.0, mitte + weite))


def ueberstreuung(anzahl: ArrayLike, personen: ArrayLike) -> float:
    """Quasi-Poisson factor of counts (Räume x years) around each Raum's own mean rate, never below 1.

    Pearson's X² over its degrees of freedom; a Raum without any case says nothing. Differences between Räume are no
    overdispersion here, since each Raum keeps its own rate.
    """
    x, n = np.asarray(anzahl, dtype=np.float64), np.asarray(personen, dtype=np.float64)
    x, n = x[x.sum(axis=1) > 0], n[x.sum(axis=1) > 0]
    if x.size == 0 or x.shape[1] < 2:
        return 1.0
    erwartet = n * (x.sum(axis=1) / n.sum(axis=1))[:, None]
    return max(1.0, float(((x - erwartet) ** 2 / erwartet).sum() / (len(x) * (x.shape[1] - 1))))


def fruehwarnung(neu: float, frueher: float, personen_neu: float, personen_frueher: float) -> Warnung:
    """Conditional binomial test of a year's count against earlier years, two-sided at 99.8 %.

    Given the sum of both counts, an unchanged rate gives the year a binomial share of the person-years.
    """
    summe, rand = int(neu + frueher), (1 - WARNNIVEAU) / 2
    anteil = personen_neu / (personen_neu + personen_frueher)
    k = np.arange(summe + 1)
    hoechstens = bdtr(k, summe, anteil)
    mindestens = np.where(k > 0, bdtrc(k - 1, summe, anteil), 1.0)
    viele, wenige = mindestens < rand, hoechstens < rand
    fehlalarm = (mindestens[viele].max() if viele.any() else 0) + (hoechstens[wenige].max() if wenige.any() else 0)
    stelle = int(neu)
    return Warnung(int(viele[stelle]) - int(wenige[stelle]), summe * anteil, float(fehlalarm))


def fehlalarm_bei(phi: float) -> float:
    """Chance of a false alarm if counts vary `phi` times as much as the test assumes (normal approximation)."""
    grenze = ndtri(0.5 + WARNNIVEAU / 2) / np.sqrt(phi)
    return float(2 * ndtr(-grenze))


def differenz_der_veraenderungen(
    modell: tuple[ArrayLike, ArrayLike], vergleich: tuple[ArrayLike, ArrayLike], phi: float
) -> Spanne:
    """Change of the rate in the model Räume minus change in the others, per person-year, with its 95 % interval.

    Each group is ((count before, after), (person-years before, after)). Variance of a rate: phi · count / years².
    """

    def veraenderung(gruppe: tuple[ArrayLike, ArrayLike]) -> tuple[float, float]:
        x, n = (np.asarray(teil, dtype=np.float64) for teil in gruppe)
        return float(x[1] / n[1] - x[0] / n[0]), float((phi * x / n**2).sum())

    (hier, streuung_hier), (dort, streuung_dort) = veraenderung(modell), veraenderung(vergleich)
    weite = float(ndtri(0.5 + NIVEAU / 2)) * float(np.sqrt(streuung_hier + streuung_dort))
    return Spanne(hier - dort, hier - dort - weite, hier - dort + weite)


def naechste(ziel: ArrayLike, andere: ArrayLike, anzahl: int) -> list[int]:
    """Positions of the rows of `andere` nearest to the row `ziel` (Euclid over standardised columns); ties in order."""
    punkte = np.vstack([np.atleast_2d(np.asarray(ziel, dtype=np.float64)), np.asarray(andere, dtype=np.float64)])
    z = np.column_stack([z_werte(spalte) for spalte in punkte.T])
    abstand = np.linalg.norm(z[1:] - z[0], axis=1)
    return [int(i) for i in np.argsort(abstand, kind="stable")[:anzahl]]
