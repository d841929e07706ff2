"""Planted faults: what goes wrong in real deliveries, done to finished Musterdaten and listed with its outcome.

In here: the damage. Not in here: which faults there are (`fehler.yml`), what the door says to them (`quality/tuer.py`).
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sources.formate.kodierung import dekodiere
from sources.vertraege import lade_vertraege

_FEHLER: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "fehler.yml").read_text("utf-8"))


def pflanze_fehler(dateien: Mapping[Path, str], felder: Mapping[Path, list[str]], ziel: Path) -> list[dict[str, Any]]:
    """Damage files in place, each fault in a file of its own, the large ones first.

    Args:
        dateien: file -> extract.
        felder: file -> fields of its columns, for those that a contract describes by fields.
        ziel: folder that the paths in the list are relative to.

    Returns:
        One entry per fault: datei, zeile (line in the file, null for the file as a whole), art, ergebnis, regel. Where
        no file of the extract is left, the fault is left out. Single rows that are more than the contract allows make
        the outcome a refusal.
    """
    frei = sorted(dateien, key=lambda pfad: (-pfad.stat().st_size, str(pfad)))
    liste = []
    for fehler in _FEHLER:
        pfad = next((pfad for pfad in frei if dateien[pfad] == fehler["extrakt"]), None)
        if pfad is None:
            continue
        frei.remove(pfad)
        zeile, zeilen = _verdirb(pfad, fehler, felder.get(pfad, []))
        eintrag = {name: fehler[name] for name in ("art", "extrakt", "ergebnis", "regel")}
        erlaubt = lade_vertraege()[fehler["extrakt"]].schwellen.quarantaene_anteil
        betroffen = 2 if fehler["tat"] == "doppelt" else 1
        if fehler["ergebnis"] == "quarantaene" and betroffen > erlaubt * zeilen:
            eintrag |= {"ergebnis": "abgewiesen", "regel": "zu_viele_fehler"}
        liste.append({"datei": pfad.relative_to(ziel).as_posix(), "zeile": zeile, **eintrag})
    return liste


def _verdirb(pfad: Path, fehler: Mapping[str, Any], felder: list[str]) -> tuple[int | None, int]:
    """Do the damage; returns the line (None: the whole file) and the number of rows."""
    inhalt = pfad.read_bytes()
    match fehler["tat"]:
        case "leer":
            pfad.write_bytes(b"")
        case "html":
            pfad.write_bytes(b"<!DOCTYPE html><html><body>Sitzung abgelaufen</body></html>")
        case "utf16":
            pfad.write_bytes(dekodiere(inhalt)[0].encode("utf-16"))
        case "doppelt_kodiert":
            pfad.write_bytes(dekodiere(inhalt)[0].encode("utf-8").decode("cp1252", "replace").encode("utf-8"))
        case "abgeschnitten":
            pfad.write_bytes(inhalt[: len(inhalt) * 3 // 5])
        case "kuerzer":
            pfad.write_bytes(inhalt[:-1])
        case _:
            return _verdirb_tabelle(pfad, inhalt, fehler, felder)
    return None, 0


def _verdirb_tabelle(pfad: Path, inhalt: bytes, fehler: Mapping[str, Any], felder: list[str]) -> tuple[int | None, int]:
    text, kodierung = dekodiere(inhalt)
    kopf, *zeilen = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    mitte = fehler.get("zeile", len(zeilen) // 2 + 2)  # lines count from 1, the heading is the first
    betroffen: int | None = mitte
    stelle = felder.index(fehler["feld"]) if "feld" in fehler else 0
    match fehler["tat"]:
        case "zelle":
            zeilen[mitte - 2][stelle] = fehler["wert"]
        case "doppelt":
            zeilen.append(zeilen[mitte - 2])
        case "anhang":
            zeilen.append([*zeilen[-1][:stelle], fehler["wert"], *zeilen[-1][stelle + 1 :]])
            betroffen = len(zeilen) + 1
        case "ohne_nullen":
            zeilen = [[*zeile[:stelle], zeile[stelle].lstrip("0"), *zeile[stelle + 1 :]] for zeile in zeilen]
            betroffen = None
        case "ueberschrift":
            kopf[stelle], betroffen = fehler["wert"], None
        case "ohne_spalte":
            kopf, betroffen = [*kopf[:stelle], *kopf[stelle + 1 :]], None
            zeilen = [[*zeile[:stelle], *zeile[stelle + 1 :]] for zeile in zeilen]
    puffer = io.StringIO(newline="")
    csv.writer(puffer, delimiter=";", lineterminator="\r\n").writerows([kopf, *zeilen])
    pfad.write_bytes(puffer.getvalue().encode(kodierung))
    return betroffen, len(zeilen)
