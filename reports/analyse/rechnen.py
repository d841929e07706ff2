"""All analyses of one release, and their tables as files.

Belongs here: which analyses there are, CSV. Not here: each of them (`lebenslage`, `hilfen`, `modellgebiete`), the page
(`reports/vorlagen/analyse.html.j2`).
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from reports.analyse.daten import Daten
from reports.analyse.hilfen import analysiere_fruehwarnung, analysiere_mehrjahr
from reports.analyse.lebenslage import analysiere_lage, analysiere_zusammenhang, juengste_lage
from reports.analyse.modellgebiete import analysiere_modellgebiete
from reports.analyse.typen import Analyse
from reports.marts import schreibe_csv
from reports.typen import Bericht


def rechne(bericht: Bericht, daten: Daten) -> list[Analyse]:
    """Every analysis of a release, also those that cannot be done: they say why."""
    jetzt = juengste_lage(daten)
    return [
        analysiere_lage(daten, jetzt),
        analysiere_zusammenhang(daten, jetzt),
        analysiere_mehrjahr(daten),
        analysiere_fruehwarnung(daten),
        analysiere_modellgebiete(daten, bericht.angaben.modellgebiete, bericht.blaetter),
    ]


def schreibe_tabellen(analysen: Sequence[Analyse], ziel: Path, musterdaten: bool) -> list[Path]:
    """Write `<kennung>.csv` of each analysis with rows; returns the files.

    Numbers to six decimals, so that the last bits of a processor's arithmetic are not in the file.
    """
    ziel.mkdir(parents=True, exist_ok=True)
    dateien = []
    for analyse in analysen:
        if analyse.zeilen:
            tabelle = pl.DataFrame(analyse.zeilen, infer_schema_length=None).with_columns(
                pl.selectors.float().round(6), musterdaten=pl.lit(musterdaten)
            )
            dateien.append(ziel / f"{analyse.kennung}.csv")
            schreibe_csv(tabelle, dateien[-1])
    return dateien
