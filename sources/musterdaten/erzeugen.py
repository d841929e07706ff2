"""The one way in: Musterdaten for some profiles, written as if delivered.

In here: which folder gets which files, and in which order they are made. Not in here: the figures (`modell.py`,
`hilfen.py`, `parameter.yml`), the rows (`hze.py`, `einwohner.py`, `lebenslagen.py`, `haushalt.py`, `planung.py`), the
formats (`ausgabe.py`, `regionaldatenbank.py`, `opendata_hro.py`).
"""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.einwohner import schreibe_zaehlungen
from sources.musterdaten.fehler import pflanze_fehler
from sources.musterdaten.grenzen import schreibe_grenzen
from sources.musterdaten.haushalt import schreibe_haushalt, schreibe_massnahmen, schreibe_sozialraumbudget
from sources.musterdaten.hilfen import ziehe_hilfen
from sources.musterdaten.hze import schreibe_faelle, schreibe_meldung
from sources.musterdaten.lebenslagen import schreibe_lebenslagen
from sources.musterdaten.modell import JAHRE
from sources.musterdaten.opendata_hro import schreibe_register
from sources.musterdaten.planung import schreibe_planung
from sources.musterdaten.raeume import REGISTER, Amtlich, Gebiet, amtlich, gebiete
from sources.musterdaten.regionaldatenbank import TABELLEN, schreibe_tabellen
from sources.musterdaten.wahrheit import Wahrheit
from sources.musterdaten.zufall import PARAMETER
from sources.profile import AMTLICH, Profil


def schreibe_musterdaten(
    profile: Sequence[Profil],
    ziel: Path,
    scale: int = 1,
    jahre: Sequence[int] = JAHRE,
    fehler: bool = False,
    nur: Collection[str] | None = None,
) -> list[Path]:
    """Write invented extracts of all families, laid out like a landing folder.

    `ziel/_amtlich/` gets the official tables once for all profiles together, `ziel/<jugendamt>/` what that Jugendamt
    may deliver by its own feeds and by the file patterns of the contracts. The same profiles (in any order), scale and
    years give the same bytes. Every file says that it is Musterdaten. Where helps are invented, `ziel/wahrheit.json`
    holds what was planted.

    Args:
        profile: the Jugendämter; their Räume, names and keys are used, all figures are invented.
        ziel: folder to write to; made if missing, existing files of the same name are replaced.
        scale: factor on the number of persons, 1 or more; memory does not grow with it.
        jahre: Berichtsjahre in a row.
        fehler: damage some files; `ziel/fehler.json` lists each fault and what must become of it.
        nur: the local extracts to write beside official tables and register; default all.

    Returns:
        All files written, sorted.

    Raises:
        ValueError: scale is below 1, or there is no year (German text).
    """
    if scale < 1:
        raise ValueError(f"Der Faktor ist {scale}. Erwartet: eine ganze Zahl ab 1. Bitte: den Faktor berichtigen.")
    if not jahre:
        raise ValueError("Die Spanne enthält kein Jahr. Erwartet: von ≤ bis. Bitte: die Jahre berichtigen.")
    dateien: dict[Path, str] = {}
    felder: dict[Path, list[str]] = {}
    zeilen: dict[str, Amtlich] = {}
    wahrheit: dict[str, Any] = {}
    # where a Kreis and a town in it both have a profile, the rows of the Kreis hold
    for profil in sorted(profile, key=lambda profil: (len(profil.ganzes), profil.jugendamt)):
        teile = gebiete(profil, scale, jahre)
        for zeile in amtlich(profil, teile, scale, jahre):
            zeilen.setdefault(zeile.schluessel, zeile)
        je_raum = {teil.raum_id: teil for teil in teile}
        register = [z for z in profil.schluessel if z.schluesselart == REGISTER and z.raum_id in je_raum]
        if register and any(feed.extrakt == REGISTER for feed in profil.feeds):
            codes = {zeile.schluessel: je_raum[zeile.raum_id] for zeile in register}
            dateien |= dict.fromkeys(schreibe_register(codes, _ordner(ziel / profil.jugendamt), jahre), REGISTER)
        ausgabe = Ausgabe(profil, ziel / profil.jugendamt, nur)
        wahrheit |= _schreibe_lieferungen(ausgabe, profil, teile, jahre)
        dateien |= ausgabe.dateien
        felder |= ausgabe.felder
    tabellen = schreibe_tabellen(list(zeilen.values()), _ordner(ziel / AMTLICH), jahre)
    dateien |= {pfad: TABELLEN[pfad.name.partition("_")[0]] for pfad in tabellen}
    beilagen = []
    if wahrheit:
        inhalt = {"scale": scale, "parameter": PARAMETER, "jugendaemter": wahrheit}
        beilagen.append(_schreibe_json(ziel / "wahrheit.json", inhalt))
    if fehler:
        beilagen.append(_schreibe_json(ziel / "fehler.json", pflanze_fehler(dateien, felder, ziel)))
    return sorted([*dateien, *beilagen])


def _schreibe_lieferungen(
    ausgabe: Ausgabe, profil: Profil, teile: Sequence[Gebiet], jahre: Sequence[int]
) -> dict[str, Any]:
    """Everything that the Jugendamt itself delivers; helps are drawn once and go block by block to all years."""
    gezaehlt = {}
    if any(ausgabe.liefert(extrakt) for extrakt in ("hze_faelle", "kjh_teil1", "haushalt", "sozialraumbudget")):
        wahrheit = Wahrheit(teile, jahre)
        for block in ziehe_hilfen(profil.jugendamt, teile, jahre):
            for jahr in jahre:
                wahrheit.zaehle(block, jahr)
                schreibe_faelle(ausgabe, block, teile, jahr)
                schreibe_meldung(ausgabe, block, profil, teile, jahr)
        for jahr in jahre:
            schreibe_haushalt(ausgabe, profil, teile, wahrheit.kosten, jahr)
            schreibe_sozialraumbudget(ausgabe, profil, teile, wahrheit.kosten, jahr)
        gezaehlt[profil.jugendamt] = wahrheit.als_dict()
    for jahr in jahre:
        schreibe_zaehlungen(ausgabe, profil, teile, jahr)
        schreibe_lebenslagen(ausgabe, profil, teile, jahr)
    schreibe_massnahmen(ausgabe, profil, teile, jahre[-1])
    schreibe_planung(ausgabe, teile, jahre)
    schreibe_grenzen(ausgabe, profil, teile, jahre[-1])
    return gezaehlt


def _schreibe_json(pfad: Path, inhalt: object) -> Path:
    pfad.write_text(json.dumps(inhalt, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    return pfad


def _ordner(pfad: Path) -> Path:
    pfad.mkdir(parents=True, exist_ok=True)
    return pfad
