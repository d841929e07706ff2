"""Which Kennzahl stands under which theme, and which are shown first: `themen.yml` applied to a Raum.

Belongs here: grouping and choosing Angaben. Not here: making them (`modell`), headings and order (`themen.yml`).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports.typen import Angabe, Spalte, Tafel, Themenblatt

_NICHT_HIER = "nicht_verfuegbar"


@cache
def _auswahl() -> Mapping[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "themen.yml").read_text("utf-8")))


@cache
def thema_von(kennzahl: str, familie: str) -> str:
    """The theme that names the Kennzahl, else that of its family; else the last one, so that none is lost."""
    eintraege = _auswahl()["themen"]
    genannt = (t for t, e in eintraege.items() if kennzahl in e.get("kennzahlen", ()))
    der_familie = (t for t, e in eintraege.items() if familie in e["familien"])
    return str(next(genannt, None) or next(der_familie, None) or list(eintraege)[-1])


def themenblaetter(angaben: Sequence[Angabe]) -> tuple[Themenblatt, ...]:
    """The Angaben of one Raum by theme, each theme with the ones that are shown first."""
    blaetter = []
    for thema, eintrag in _auswahl()["themen"].items():
        eigene = tuple(a for a in angaben if thema_von(a.kennzahl.kennzahl, a.kennzahl.familie) == thema)
        leit = gewaehlt(eigene, eintrag["leit"])[: eintrag["anzahl"]]
        blaetter.append(Themenblatt(thema, eintrag["titel"], tuple(eintrag["familien"]), leit, eigene))
    return tuple(blaetter)


def tafeln(spalten: Sequence[Spalte]) -> tuple[Tafel, ...]:
    """The chosen ones among the columns of a level, one table per theme that has any."""
    je_code = {s.kennzahl.kennzahl: s for s in spalten}
    auswahl = (
        Tafel(e["titel"], tuple(je_code[c] for c in e["leit"] if c in je_code)[: e["anzahl"]])
        for e in _auswahl()["themen"].values()
    )
    return tuple(t for t in auswahl if t.spalten)


def karten_der_ersten_seite() -> Sequence[str]:
    """Codes of Kennzahlen, the preferred one first."""
    return tuple(_auswahl()["karte"])


def ueberblick(angaben: Sequence[Angabe]) -> tuple[Angabe, ...]:
    """The Angaben that open the report of the whole."""
    return gewaehlt(angaben, _auswahl()["ueberblick"])


def gewaehlt(angaben: Sequence[Angabe], codes: Sequence[str]) -> tuple[Angabe, ...]:
    """In the order of `codes`; what the Raum's level does not collect at all makes room for the next."""
    je_code = {a.kennzahl.kennzahl: a for a in angaben}
    gefuehrt = (je_code[c] for c in codes if c in je_code)
    return tuple(a for a in gefuehrt if a.gezeigt or (a.fehlt and a.fehlt.status != _NICHT_HIER))
