"""All analyses of one release, and their tables as files.

Belongs here: which analyses there are, CSV. Not here: each of them (`lebenslage`, `hilfen`, `modellgebiete`), the page
(`reports/vorlagen/analyse.html.j2`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from reports.analyse.daten import lies
from reports.analyse.hilfen import analysiere_fruehwarnung, analysiere_mehrjahr, im_vergleich
from reports.analyse.lebenslage import analysiere_lage, analysiere_zusammenhang, juengste_lage
from reports.analyse.modellgebiete import analysiere_modellgebiete
from reports.analyse.typen import Analyse
from reports.typen import Bericht


def rechne(bericht: Bericht, marts: Path) -> list[Analyse]:
    """Every analysis, also those that cannot be done: they say why.

    Args:
        bericht: the report model of the release.
        marts: folder of its published marts; only `hilfen` is read from it, if it is there.
    """
    daten = lies(bericht, marts)
    jetzt = juengste_lage(daten)
    return [
        analysiere_lage(daten, jetzt),
        analysiere_zusammenhang(daten, jetzt),
        analysiere_mehrjahr(daten),
        analysiere_fruehwarnung(daten),
        analysiere_modellgebiete(daten, bericht.angaben.modellgebiete, bericht.blaetter),
    ]


def vergleichssaetze(bericht: Bericht, marts: Path) -> Mapping[str, str]:
    """Per raum_id a sentence that sets its begun Hilfen beside the delivered Vergleichsreihen; none without these."""
    return im_vergleich(lies(bericht, marts))


def schreibe_tabellen(analysen: Sequence[Analyse], ziel: Path, musterdaten: bool) -> list[Path]:
    """Write `<kennung>.csv` of each analysis with rows: UTF-8 with BOM, semicolon, decimal comma; returns the files.

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
            tabelle.write_csv(dateien[-1], separator=";", decimal_comma=True, include_bom=True)
    return dateien
