"""Numbers that look random and are the same for ever, on every machine and Python version.

In here: seeded draws and roundings that keep sums. Not in here: what the numbers mean (`modell.py`).
"""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def quelle(*teile: object) -> random.Random:
    """Return a generator seeded by names (seeding by text and `random()` are stable by contract)."""
    return random.Random("|".join(str(teil) for teil in teile))  # noqa: S311 (invented data, no secret)


def zwischen(unten: float, oben: float, *teile: object) -> float:
    """Return one number between two bounds that depends on the names only."""
    return unten + (oben - unten) * quelle(*teile).random()


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
