"""The sheets for Sozialraumgespräch, Fokusgruppe and AG: which figures and what was written last time.

Belongs here: choosing for one Raum. Not here: questions and names (`gespraech.yml`), layout (`vorlagen/gespraech`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports.themen import auswahl, gewaehlt
from reports.typen import Angabe, Bericht, Blatt, Kommentar

_ALTES = {"bedarf": "Bedarfe", "vereinbarung": "Vereinbarungen", "frage": "Offene Fragen"}


@dataclass(frozen=True)
class Gespraech:
    """One sheet; `frueher` holds what was written in the newest year, by heading, each with the name of its Raum."""

    titel: str
    satz: str
    angaben: tuple[Angabe, ...]
    prinzipien: tuple[Mapping[str, str], ...]
    frueher: Mapping[str, tuple[tuple[str, Kommentar], ...]]
    hinweis: str


@cache
def _vorlage() -> Mapping[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "gespraech.yml").read_text("utf-8")))


def gespraech(bericht: Bericht, blatt: Blatt) -> Gespraech:
    """The sheet of one Raum, of a region with what its Räume wrote, or of the whole with what all wrote."""
    vorlage = _vorlage()
    ist_ganzes = blatt.raum_id == bericht.ganzes.raum_id
    art = "ganzes" if ist_ganzes else "region" if blatt.kinder and blatt.ebene != bericht.angaben.hauptebene else "raum"
    glieder = {v.raum_id for v in blatt.kinder} | {blatt.raum_id}
    raeume = [b for b in (bericht.ganzes, *bericht.blaetter) if ist_ganzes or b.raum_id in glieder]
    geschrieben = [(b.name, k) for b in raeume for k in b.kommentare if k.art in _ALTES]
    zuletzt = max((k.berichtsjahr for _, k in geschrieben), default=0)
    frueher = {
        titel: tuple((name, k) for name, k in geschrieben if k.art == code and k.berichtsjahr == zuletzt)
        for code, titel in _ALTES.items()
    }
    return Gespraech(
        titel=vorlage["arten"][art]["titel"],
        satz=vorlage["arten"][art]["satz"],
        angaben=gewaehlt(blatt.angaben, auswahl("gespraech")),
        prinzipien=tuple(vorlage["prinzipien"]),
        frueher=frueher,
        hinweis=vorlage["hinweis"],
    )
