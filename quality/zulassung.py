"""Letting one jump pass: by name and reason, for exactly one delivery, once.

Here: the append-only record ``zulassungen.jsonl`` in the data home, and fetching the refused bytes again.
Not here: what a jump is (``quality/drift.py``), the order of steps at the door (``quality/annahme.py``).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sources import archiv
from sources.ablage import Ablage, schreibe_datei
from sources.archiv import Ergebnis, Feeds, Fund


@dataclass(frozen=True)
class Zulassung:
    """Who let which delivery pass and why; ``verwendet`` is the time at which it was accepted for that ("" = open)."""

    sha256: str
    jugendamt: str
    extrakt: str
    datei: str
    name: str
    grund: str
    zeit: str
    verwendet: str = ""


def _datei(ablage: Ablage) -> Path:
    return ablage.home / "zulassungen.jsonl"


def lies(ablage: Ablage) -> list[Zulassung]:
    """All of them in the order in which they were given, each in its last state."""
    datei = _datei(ablage)
    zeilen = [Zulassung(**json.loads(z)) for z in datei.read_text("utf-8").splitlines()] if datei.exists() else []
    return list({(z.sha256, z.jugendamt, z.zeit): z for z in zeilen}.values())


def offene(ablage: Ablage) -> dict[tuple[str, str], Zulassung]:
    """Those not used yet, by Jugendamt and SHA-256 of the delivery."""
    return {(z.jugendamt, z.sha256): z for z in lies(ablage) if not z.verwendet}


def _haenge_an(ablage: Ablage, zulassung: Zulassung) -> None:
    datei = _datei(ablage)
    bisher = datei.read_text("utf-8") if datei.exists() else ""
    zeile = json.dumps(asdict(zulassung), ensure_ascii=False)
    schreibe_datei(datei, lambda p: p.write_text(f"{bisher}{zeile}\n", "utf-8"))


def lasse_zu(ablage: Ablage, e: Ergebnis, name: str, grund: str, zeit: str) -> None:
    """Let a refused delivery pass the comparison at its next try."""
    _haenge_an(ablage, Zulassung(e.sha256, e.jugendamt, e.extrakt, e.datei, name, grund, zeit))


def verbrauche(ablage: Ablage, zulassung: Zulassung, zeit: str) -> None:
    """Note that the delivery was accepted: the permission holds no longer."""
    _haenge_an(ablage, replace(zulassung, verwendet=zeit))


def behaltene(ablage: Ablage, e: Ergebnis | Zulassung) -> Path:
    """Where the bytes of a refused delivery lie, if they were kept (personal ones are not)."""
    return ablage.quarantaene / e.jugendamt / e.extrakt / e.sha256 / e.datei


def nachzuholen(ablage: Ablage, feeds: Feeds, jugendaemter: Collection[str], im_korb: Collection[str]) -> list[Fund]:
    """Refused deliveries that may pass now, from their kept bytes; those that wait in ``im_korb`` come anyway."""
    funde = []
    for z in offene(ablage).values():
        datei = behaltene(ablage, z)
        archiviert = (ablage.archiv / z.jugendamt / z.extrakt / z.sha256).exists()
        if datei.exists() and z.jugendamt in feeds and not archiviert and z.sha256 not in im_korb:
            funde += archiv.suche(ablage, {z.jugendamt: feeds[z.jugendamt]}, datei, jugendaemter)[0]
    return funde
