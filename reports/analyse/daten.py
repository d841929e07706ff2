"""From the report model and the mart `hilfen` to what the analyses work on.

Belongs here: choosing rows. Not here: reading the other marts, statuses, breaks and main sources (`reports/modell.py`
has decided them), arithmetic (`statistik`).
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from reports.analyse.typen import Daten
from reports.typen import Bericht

_OFFEN = ("gueltig", "null_genau")
"""Statuses of an exact count; anything else is missing for the analyses and counted as such."""
KONZEPTE = {"begonnen": "faelle", "hilfemonate": "hilfemonate"}
HILFEN = "hze_faelle"
"""The Kennzahl that counts Hilfen without a denominator: its breaks are those of the survey."""
_ALLE = ("altersgruppe", "geschlecht", "merkmal", "auspraegung", "hilfeart")


def lies(bericht: Bericht, marts: Path) -> Daten:
    """What is published for the main level; `hilfen` are all Hilfen without § 28, of all ages and sexes."""
    angaben = bericht.angaben
    ende = date(angaben.berichtsjahr, 12, 31)
    haupt = [b for e in bericht.ebenen if e.ebene == angaben.hauptebene for b in e.blaetter]
    raeume = {
        b.raum_id: b
        for b in haupt
        if (b.gueltig_von or date.min) <= ende and (b.gueltig_bis is None or b.gueltig_bis >= ende)
    }
    reihen = [
        (b.raum_id, a.kennzahl, w) for b in (bericht.ganzes, *raeume.values()) for a in b.angaben for w in a.reihe
    ]
    gezaehlt = next((k.reihenbrueche for k in bericht.kennzahlen if k.kennzahl == HILFEN), "")
    reformen = {int(jahr): grund for jahr, grund in re.findall(r"ab (\d{4}): (.*?)(?:; (?=ab \d)|$)", gezaehlt)}
    return Daten(
        jahr=angaben.berichtsjahr,
        raeume=raeume,
        ganzes=bericht.ganzes,
        namen={k.kennzahl: k.name for k in bericht.kennzahlen},
        einheiten={k.kennzahl: k.einheit for k in bericht.kennzahlen},
        werte={(raum_id, k.kennzahl, w.jahr): w for raum_id, k, w in reihen},
        hilfen=_hilfen(marts / "hilfen.parquet", angaben.jugendamt),
        hze_brueche=frozenset(
            (raum_id, w.jahr)
            for raum_id, k, w in reihen
            if k.familie == "hze" and w.nach_bruch and w.jahr not in reformen
        ),
        reihen=_vergleichsreihen(marts / "vergleichsreihen.parquet", angaben.jugendamt),
        hze_reformen=reformen,
    )


def _hilfen(datei: Path, jugendamt: str) -> Mapping[tuple[str, str, int], float]:
    """Published counts from the one source that has most of them (counts of two sources make no series)."""
    if not datei.is_file():
        return {}
    gewollt = pl.any_horizontal(
        (pl.col("konzept") == konzept) & (pl.col("einheit") == einheit) for konzept, einheit in KONZEPTE.items()
    )
    zeilen = (
        pl.scan_parquet(datei)
        .filter(pl.col("jugendamt") == jugendamt, pl.col("status").is_in(_OFFEN), gewollt)
        .filter(pl.col(spalte).fill_null("insgesamt") == "insgesamt" for spalte in _ALLE)
        .select("konzept", "raum_id", "berichtsjahr", "quelle", pl.col("wert").fill_null(0.0))
        .collect()
    )
    if zeilen.is_empty():
        return {}
    quelle = zeilen.group_by("quelle").len().sort(["len", "quelle"], descending=[True, False])["quelle"][0]
    zeilen = zeilen.filter(pl.col("quelle") == quelle)
    return {(k, r, j): w for k, r, j, _, w in zeilen.iter_rows()}


def _vergleichsreihen(datei: Path, jugendamt: str) -> dict[str, dict[int, tuple[float, float]]]:
    reihen: dict[str, dict[int, tuple[float, float]]] = {}
    if datei.is_file():
        zeilen = pl.read_parquet(datei).filter(pl.col("jugendamt") == jugendamt).sort("reihe", "berichtsjahr")
        for reihe, jahr, *werte in zeilen.select("reihe", "berichtsjahr", "begonnen", "jugendeinwohner").iter_rows():
            reihen.setdefault(reihe, {})[jahr] = (werte[0], werte[1])
    return reihen
