"""Numbers that look random and are the same for ever, on every machine and Python version, and the planted parameters.

In here: seeded draws, roundings that keep sums, `parameter.yml`, the burden of a Raum. Not in here: what is made of
them (`modell.py`, `hilfen.py`, `einwohner.py`, `haushalt.py`, `planung.py`).
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

PARAMETER: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "parameter.yml").read_text("utf-8"))


def quelle(*teile: object) -> random.Random:
    """Return a generator seeded by names (seeding by text and `random()` are stable by contract)."""
    return random.Random("|".join(str(teil) for teil in teile))  # noqa: S311 (invented data, no secret)


def zwischen(unten: float, oben: float, *teile: object) -> float:
    """Return one number between two bounds that depends on the names only."""
    return unten + (oben - unten) * quelle(*teile).random()


def gleich(anzahl: int, *teile: object) -> NDArray[np.float64]:
    """Return so many numbers in [0, 1), seeded by names; the raw stream of PCG64 is stable by contract."""
    samen = hashlib.sha256("|".join(str(teil) for teil in teile).encode()).digest()[:16]
    roh = np.random.PCG64(int.from_bytes(samen, "big")).random_raw(anzahl)
    return (roh >> np.uint64(11)).astype(np.float64) * 2.0**-53


def gerundet(erwartet: NDArray[np.float64], *teile: object) -> NDArray[np.int64]:
    """As `gezogen`, for many numbers at once, seeded by names."""
    return np.floor(erwartet + gleich(erwartet.size, *teile).reshape(erwartet.shape)).astype(np.int64)


def gezogen(erwartet: NDArray[np.float64], ziehung: random.Random) -> NDArray[np.int64]:
    """Round expected numbers up or down at random, so that they hold on average."""
    bruch = np.array([ziehung.random() for _ in range(erwartet.size)]).reshape(erwartet.shape)
    return np.floor(erwartet + bruch).astype(np.int64)


def aufgeteilt(summe: int, gewichte: Sequence[float]) -> list[int]:
    """Split a whole number by weights into whole parts that sum to it (largest remainder, first one wins)."""
    gesamt = sum(gewichte)
    genau = [summe * gewicht / gesamt for gewicht in gewichte]
    teile = [int(wert) for wert in genau]
    rang = sorted(range(len(genau)), key=lambda stelle: (teile[stelle] - genau[stelle], stelle))
    for stelle in rang[: summe - sum(teile)]:
        teile[stelle] += 1
    return teile


def belastung(saat: str) -> float:
    """Burden index of a Raum, 1 in the middle."""
    return zwischen(PARAMETER["belastung"]["von"], PARAMETER["belastung"]["bis"], saat, "belastung")


def faktor(saat: str, wirkung: str) -> float:
    """By how much the burden of a Raum multiplies a rate."""
    return 1 + float(PARAMETER["wirkung"][wirkung]) * (belastung(saat) - 1)


def linie(punkte: Mapping[int, float], stellen: Sequence[float] | NDArray[Any]) -> NDArray[np.float64]:
    """Values on straight lines between points, at some places."""
    return np.asarray(np.interp(stellen, list(punkte), list(punkte.values())))


def gewaehlt(gleich: NDArray[np.float64], anteile: Mapping[Any, float]) -> NDArray[Any]:
    """Keys drawn by their shares, one for each uniform number."""
    grenzen = np.cumsum(list(anteile.values()))
    stellen = np.searchsorted(grenzen[:-1] / grenzen[-1], gleich, side="right")
    return np.array(list(anteile), dtype=object)[stellen]
