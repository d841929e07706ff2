"""The internal twin of the last release: same report and marts, from figures before geheimhaltung, never of cases.

Here: making it once, under rights for its owner only, and noting who asked for it.
Not here: what is public (``kandidat.py``), the watermark on the pages (``reports/vorlagen``).
"""

from __future__ import annotations

import getpass
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.dbt import Dbt
from orchestration.haus import Haus
from orchestration.kandidat import berichtsangaben
from orchestration.sperre import jetzt
from quality.befund import Befund
from quality.geheimhaltung.erklaerung import lade_erklaerung
from reports import marts
from reports import release as releases
from sources.ablage import schreibe_ordner

# arranged from protected figures
_OHNE = {"steckbrief"}


def zeige_intern(haus: Haus, dbt: Dbt, jugendamt: str, name: str) -> Path:
    """The folder ``intern/<jugendamt>/<release>``; made if it is not there, the one of an earlier release is removed.

    Raises:
        ReleaseFehler: no name, no release of the last run, or something has changed since.
    """
    name = " ".join(name.split())
    if not name:
        raise releases.ReleaseFehler("Der Name fehlt. Erwartet: wer die internen Zahlen einsieht.")
    stand = haus.letzter_stand(jugendamt)
    if not stand.get("release"):
        raise releases.ReleaseFehler(
            f"Aus dem letzten Lauf gibt es für {jugendamt} kein Release. Erwartet: eines mit interner Fassung. Bitte: "
            "zuerst 'berichtswesen refresh'."
        )
    if stand["fingerabdruck"] not in {haus.fingerabdruck(jugendamt, j) for j in (None, stand["berichtsjahr"])}:
        raise releases.ReleaseFehler(
            f"Seit dem letzten Lauf für {jugendamt} haben sich Lieferungen, Profil oder Datenhaus geändert. Bitte: "
            "zuerst 'berichtswesen refresh'."
        )
    ziel = haus.ablage.intern / jugendamt / stand["release"]
    alte_maske = os.umask(0o077)
    try:
        neu = not ziel.exists()
        if neu:
            shutil.rmtree(ziel.parent, ignore_errors=True)
            schreibe_ordner(ziel, lambda ordner: _schreibe(haus, dbt, stand, ordner))
        _vermerke(haus, jugendamt, stand["release"], name, "erstellt" if neu else "eingesehen")
    finally:
        os.umask(alte_maske)
    return ziel


def _schreibe(haus: Haus, dbt: Dbt, stand: Mapping[str, Any], ordner: Path) -> None:
    from reports.bericht import schreibe_bericht  # the renderer is heavy
    from reports.mappe import schreibe_mappe

    jugendamt, berichtsjahr = stand["jugendamt"], stand["berichtsjahr"]
    veroeffentlichung = {m: s for m, s in dbt.veroeffentlichung(haus.katalog).items() if m not in _OHNE}
    statt = {m: f"intern.{mart.modell}" for m, mart in lade_erklaerung().marts.items() if mart.modell}
    marts.exportiere(haus.ablage.warehouse, ordner / "marts", veroeffentlichung, jugendamt, berichtsjahr, statt)
    angaben = replace(berichtsangaben(haus, haus.profile[jugendamt], berichtsjahr), intern=True)
    schreibe_bericht(ordner / "marts", ordner / "bericht", angaben, [Befund(**b) for b in stand["befunde"]])
    schreibe_mappe(ordner / "marts.xlsx", ordner / "marts", angaben, dbt.kommentare(haus.katalog))


def _vermerke(haus: Haus, jugendamt: str, release: str, name: str, tat: str) -> None:
    """One line per request in ``intern/zugriffe.jsonl``; append-only."""
    eintrag = {"zeit": jetzt(), "name": name, "benutzer": getpass.getuser(), "jugendamt": jugendamt,
               "release": release, "tat": tat}  # fmt: skip
    with (haus.ablage.intern / "zugriffe.jsonl").open("a", encoding="utf-8") as datei:
        datei.write(json.dumps(eintrag, ensure_ascii=False, sort_keys=True) + "\n")
