"""The one way in: Musterdaten for some profiles, written as if delivered.

In here: which folder gets which files. Not in here: the figures (`modell.py`, `raeume.py`), the formats
(`regionaldatenbank.py`, `opendata_hro.py`).
"""

from collections.abc import Sequence
from pathlib import Path

from sources.musterdaten.modell import Verlauf
from sources.musterdaten.opendata_hro import Teil, schreibe_register
from sources.musterdaten.raeume import REGISTER, Amtlich, amtlich, register
from sources.musterdaten.regionaldatenbank import schreibe_tabellen
from sources.profile import AMTLICH, Profil


def schreibe_musterdaten(profile: Sequence[Profil], ziel: Path, scale: int = 1) -> list[Path]:
    """Write invented extracts for ten years (2014 to 2023), laid out like a landing folder.

    `ziel/_amtlich/` gets the official tables once for all profiles together, `ziel/<jugendamt>/` the nine
    themes of the register where the profile has such a feed. The same profiles (in any order) and scale give
    the same bytes. Every file says that it is Musterdaten: tables in their footer, register files in their
    last column.

    Args:
        profile: the Jugendämter; their Räume, names and keys are used, all figures are invented.
        ziel: folder to write to; made if missing, existing files of the same name are replaced.
        scale: factor on the number of persons, 1 or more.

    Returns:
        All files written, sorted.

    Raises:
        ValueError: scale is below 1 (German text).
    """
    if scale < 1:
        raise ValueError(f"Der Faktor ist {scale}. Erwartet: eine ganze Zahl ab 1. Bitte: den Faktor berichtigen.")
    dateien: list[Path] = []
    zeilen: dict[str, Amtlich] = {}
    # where a Kreis and a town in it both have a profile, the rows of the Kreis hold
    for profil in sorted(profile, key=lambda profil: (len(profil.ganzes), profil.jugendamt)):
        teile = register(profil, scale)
        for zeile in amtlich(profil, teile, scale):
            zeilen.setdefault(zeile.schluessel, zeile)
        if teile:
            ordner = _ordner(ziel / profil.jugendamt)
            dateien += schreibe_register(_teile(profil, teile), ordner)
    dateien += schreibe_tabellen(list(zeilen.values()), _ordner(ziel / AMTLICH))
    return sorted(dateien)


def _teile(profil: Profil, verlaeufe: dict[str, Verlauf]) -> list[Teil]:
    namen = {raum.raum_id: raum.raum_name for raum in profil.raeume}
    return [
        Teil(eintrag.schluessel, namen[eintrag.raum_id], verlaeufe[eintrag.raum_id])
        for eintrag in profil.schluessel
        if eintrag.schluesselart == REGISTER
    ]


def _ordner(pfad: Path) -> Path:
    pfad.mkdir(parents=True, exist_ok=True)
    return pfad
