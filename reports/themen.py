"""Which Kennzahl stands under which theme, and which are shown where: `themen.yml` applied to a Raum.

Belongs here: grouping and choosing Angaben, choices that name what there is not. Not here: making Angaben (`modell`),
headings and order (`themen.yml`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reports.typen import Angabe, Spalte, Tafel, Themenblatt

_NICHT_HIER = "nicht_verfuegbar"


@cache
def _alles() -> Mapping[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "themen.yml").read_text("utf-8")))


def auswahl(ort: str) -> Any:
    """Codes of Kennzahlen in order of preference, as `themen.yml` names them for a page or map (haushalt: by table)."""
    return _alles()[ort]


def maengel(katalog: Collection[str]) -> list[str]:
    """Codes that no entry of the catalogue has, and maps that cannot be drawn; German, with the remedy."""
    genannt = [(ort, code) for ort, inhalt in _alles().items() for code in _codes(inhalt)]
    fremd = [
        f"reports/themen.yml, {ort}: '{code}' steht nicht im Katalog. Erwartet: eine Kennzahl aus "
        "dbt_project/kennzahlen. Bitte: berichtigen oder streichen."
        for ort, code in genannt
        if code not in katalog
    ]
    mit_karte = {code for eintrag in auswahl("themen").values() for code in eintrag["leit"]}
    return fremd + [
        f"reports/themen.yml, karte: '{code}' steht in keinem Thema unter leit und hat daher nie eine Karte. Bitte: "
        "dort aufnehmen oder hier streichen."
        for code in auswahl("karte")
        if code not in mit_karte
    ]


def _codes(inhalt: Any) -> Iterator[str]:
    if isinstance(inhalt, dict):
        inhalt = [teil for name, teil in inhalt.items() if name not in ("titel", "familien", "anzahl")]
    if isinstance(inhalt, list):
        for teil in inhalt:
            yield from _codes(teil)
    else:
        yield inhalt


@cache
def thema_von(kennzahl: str, familie: str) -> str:
    """The theme that names the Kennzahl, else that of its family; else the last one, so that none is lost."""
    eintraege = auswahl("themen")
    genannt = (t for t, e in eintraege.items() if kennzahl in e.get("kennzahlen", ()))
    der_familie = (t for t, e in eintraege.items() if familie in e["familien"])
    return str(next(genannt, None) or next(der_familie, None) or list(eintraege)[-1])


def themenblaetter(angaben: Sequence[Angabe]) -> tuple[Themenblatt, ...]:
    """The Angaben of one Raum by theme, each theme with the ones that are shown first."""
    blaetter = []
    for thema, eintrag in auswahl("themen").items():
        eigene = tuple(a for a in angaben if thema_von(a.kennzahl.kennzahl, a.kennzahl.familie) == thema)
        leit = gewaehlt(eigene, eintrag["leit"])[: eintrag["anzahl"]]
        blaetter.append(Themenblatt(thema, eintrag["titel"], tuple(eintrag["familien"]), leit, eigene))
    return tuple(blaetter)


def tafeln(spalten: Sequence[Spalte]) -> tuple[Tafel, ...]:
    """The chosen ones among the columns of a level, one table per theme that has any."""
    je_code = {s.kennzahl.kennzahl: s for s in spalten}
    alle = (
        Tafel(e["titel"], tuple(je_code[c] for c in e["leit"] if c in je_code)[: e["anzahl"]])
        for e in auswahl("themen").values()
    )
    return tuple(t for t in alle if t.spalten)


def gewaehlt(angaben: Sequence[Angabe], codes: Sequence[str]) -> tuple[Angabe, ...]:
    """In the order of `codes`; what the Raum's level does not collect at all makes room for the next."""
    je_code = {a.kennzahl.kennzahl: a for a in angaben}
    gefuehrt = (je_code[c] for c in codes if c in je_code)
    return tuple(a for a in gefuehrt if a.gezeigt or (a.fehlt and a.fehlt.status != _NICHT_HIER))
