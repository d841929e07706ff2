"""The published state: which release each Jugendamt shows, the BI file of all, and the one flip.

Here: choosing releases, building ``bi/<id>`` and ``stand/<n>``, turning ``current``.
Not here: what is in a release (``reports/release.py``, ``reports/marts.py``).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from reports import release as releases
from reports.marts import schreibe_bi
from reports.release import Release
from sources.ablage import UNFERTIG, Ablage, schreibe_ordner


def gewaehlt(ablage: Ablage) -> dict[str, Release]:
    """Per Jugendamt the approved release of the latest Berichtsjahr; an older year never displaces a newer."""
    wahl: dict[str, Release] = {}
    for release in releases.alle(ablage):
        if release.zustand == "freigegeben":
            wahl[release.jugendamt] = release
    return wahl


def gezeigt(ablage: Ablage) -> dict[str, str]:
    """Per Jugendamt the id of the release that ``current`` shows now."""
    if not ablage.current.exists():
        return {}
    verweise = (p for p in ablage.current.iterdir() if p.is_symlink() and p.name != "bi")
    return {p.name: p.resolve().name for p in verweise}


def setze(ablage: Ablage, kommentare: Mapping[str, Mapping[str, str]]) -> bool:
    """Bring ``current`` in line with the approved releases; one atomic flip.

    Returns:
        Whether something was flipped.
    """
    wahl = gewaehlt(ablage)
    if {j: r.id for j, r in wahl.items()} == gezeigt(ablage):
        return False
    if not wahl:
        ablage.current.unlink(missing_ok=True)
        return True
    # a number is never used twice: an interrupted run may have left its BI file behind
    belegt = (p.name for ordner in (ablage.stand, ablage.bi) for p in ordner.iterdir())
    nummer = max((int(n) for n in belegt if n.isdigit()), default=0) + 1
    marts = [r.ordner / "marts" for r in wahl.values()]
    schreibe_ordner(ablage.bi / str(nummer), lambda p: schreibe_bi(p / "marts.duckdb", marts, kommentare))

    def verweise(ordner: Path) -> None:
        for jugendamt, release in wahl.items():
            (ordner / jugendamt).symlink_to(Path("../../releases") / jugendamt / release.id)
        (ordner / "bi").symlink_to(Path("../../bi") / str(nummer))

    schreibe_ordner(ablage.stand / str(nummer), verweise)
    _drehe(ablage, ablage.stand / str(nummer))
    return True


def _drehe(ablage: Ablage, ziel: Path) -> None:
    """Turn ``current`` with one atomic rename."""
    neu = ablage.home / f"{UNFERTIG}current"
    neu.unlink(missing_ok=True)
    neu.symlink_to(ziel.relative_to(ablage.home))
    os.replace(neu, ablage.current)  # noqa: PTH105 - replaces the link itself, in one step


def ziehe_zurueck(ablage: Ablage, jugendamt: str, zeit: str, name: str) -> Release:
    """Withdraw the release a Jugendamt shows, so that the one before it is shown again.

    Raises:
        ReleaseFehler: nothing is shown, or there is none before it.
    """
    wahl = gewaehlt(ablage).get(jugendamt)
    if wahl is None:
        raise releases.ReleaseFehler(f"Für {jugendamt} ist kein Release veröffentlicht.")
    fruehere = [r for r in releases.alle(ablage, jugendamt) if r.zustand in {"freigegeben", "ersetzt"}]
    if len(fruehere) < 2:
        raise releases.ReleaseFehler(
            f"Vor {jugendamt}/{wahl.id} gibt es kein freigegebenes Release. Erwartet: ein früheres, das wieder "
            "gezeigt werden kann. Bitte: zuerst ein neues Release erstellen."
        )
    releases.trage_ein(wahl, "zurueckgezogen", zeit, name=name)
    return fruehere[-2]
