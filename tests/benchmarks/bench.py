"""The benchmark: the product beside the limit, pandas, plain dbt and stock checks, on the same files in one run.

``python -m tests.benchmarks.bench klein|land|bund [--ordner DIR] [--jugendaemter N]`` (``make bench BENCH=land``)
writes ``ergebnisse/<size>.json`` after every part, so that a run that breaks off leaves what it has, and the tables of
``docs/leistung.md``. Here: which ways are run in which order. Not here: the ways, the clock, the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import psutil

from sources.ablage import Ablage
from sources.archiv import lieferungen
from tests.benchmarks import tabelle
from tests.benchmarks.groessen import GROESSEN, Groesse, bereite_vor
from tests.benchmarks.messung import WURZEL, Abbruch, Werte, miss, miss_befehl
from tests.benchmarks.vergleich import aus_warehouse, unterschiede

ERGEBNISSE = Path(__file__).parent / "ergebnisse"
PAKETE = ("duckdb", "polars", "pandas", "pandera", "great-expectations", "dbt-core", "dbt-duckdb", "dagster", "highspy")
LESER = {"1 Leser": (1, 3, 0.0), "16 Leser": (16, 2, 1.0)}  # processes, rounds of all queries, seconds between two
STOCK = ("einwohnermelde", "haushalt")
# What a way beside the product may take: it then ends by itself, and the machine stays up.
HOECHSTENS = int(0.8 * psutil.virtual_memory().total)


def maschine() -> Werte:
    """What the figures were measured on."""
    modelle = [z.partition(":")[2].strip() for z in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in z]
    return {
        "datum": datetime.now(UTC).date().isoformat(),
        "kerne": os.cpu_count(),
        "prozessor": modelle[0] if modelle else platform.machine(),
        "speicher_gb": round(psutil.virtual_memory().total / 2**30),
        "last_zu_beginn": round(os.getloadavg()[0], 1),
        "duckdb_speicher": os.environ.get("BERICHTSWESEN_SPEICHER", ""),
        "versionen": {"python": platform.python_version(), **{p: version(p) for p in PAKETE}},
    }


def umfang(lieferung: Path) -> Werte:
    """Number of files and their size."""
    dateien = [p for p in lieferung.rglob("*") if p.is_file()]
    return {"dateien": len(dateien), "mb": sum(p.stat().st_size for p in dateien) / 1e6}


def saetze(home: Path) -> int:
    """Rows of all accepted deliveries."""
    return sum(lieferung.zeilen for _, lieferung in lieferungen(Ablage(home)))


def ein_lauf(
    ordner: Path, groesse: Groesse, laeufe: list[Werte], sichere: Callable[[], None]
) -> tuple[Path, Path, Path]:
    """Make the files, run product, limit and pandas on them, compare their figures; each is kept when it is done.

    Returns the data home, the profiles, the deliveries.
    """
    beginn = time.monotonic()
    profile, lieferung = bereite_vor(ordner, groesse)
    lauf: Werte = {"jugendaemter": groesse.jugendaemter, "gemeinden": groesse.gemeinden, **umfang(lieferung)}
    lauf["musterdaten_sekunden"] = time.monotonic() - beginn
    home = ordner / "home"
    lauf["produkt"] = miss("tests.benchmarks.strecke", home, profile, lieferung)
    unsere = aus_warehouse(home / "warehouse.duckdb")
    lauf |= {"zahlen": len(unsere), "saetze": saetze(home), "unterschiede": {}}
    laeufe.append(lauf)
    sichere()
    for weg in ("grenze", "buero") if groesse.gemeinden else ():  # by hand for the invented layout only
        try:
            lauf[weg] = miss(f"tests.benchmarks.{weg}", profile, lieferung, ordner / weg, speicher=HOECHSTENS)
        except Abbruch as abbruch:
            lauf[weg] = abbruch.werte
            print(f"{weg} did not come to its end: {abbruch}", file=sys.stderr)
        else:
            anders = unterschiede(unsere, pl.read_parquet(ordner / weg / "kennzahlen.parquet"))
            lauf["unterschiede"][weg] = len(anders)
            if len(anders):
                print(f"{weg} does not agree with the product:", *anders.head(20).rows(), sep="\n", file=sys.stderr)
        sichere()
    return home, profile, lieferung


def ohne_dagster(home: Path, ordner: Path) -> Werte:
    """Plain `dbt build` of the whole project on the same lake, into a warehouse of its own."""
    projekt = str(WURZEL / "dbt_project")
    umgebung = {"BERICHTSWESEN_LAKE": str(home / "lake"), "BERICHTSWESEN_WAREHOUSE": str(ordner / "warehouse.duckdb")}
    ordner.mkdir()
    befehl = [str(Path(sys.executable).parent / "dbt"), "--quiet", "build", "--project-dir", projekt, "--profiles-dir",
              projekt, "--target-path", str(ordner / "ziel"), "--log-path", str(ordner / "ziel"),
              "--exclude-resource-type", "unit_test"]  # fmt: skip
    werte = miss_befehl(befehl, umgebung)
    lauf = json.loads((ordner / "ziel" / "run_results.json").read_text("utf-8"))
    return werte | {"dbt_sekunden": lauf["elapsed_time"], "knoten": len(lauf["results"])}


def nachlieferung(home: Path, profile: Path, lieferung: Path, ordner: Path) -> Werte:
    """A refresh of the finished house with one corrected file: the last year of Hilfen of one Jugendamt, some fewer."""
    datei = max(lieferung.glob("*/hze_faelle_*.csv"), key=lambda p: (p.name, p.parent.name))
    ziel = ordner / datei.parent.name / datei.name
    ziel.parent.mkdir(parents=True)
    ziel.write_bytes(b"".join(datei.read_bytes().splitlines(keepends=True)[:-20]))
    return miss("tests.benchmarks.strecke", home, profile, ordner) | {"jugendamt": datei.parent.name}


def bi(home: Path) -> Werte:
    """The query mix on the released BI file."""
    datei = home / "current" / "bi" / "marts.duckdb"
    if not datei.exists():
        return {}
    with duckdb.connect(str(datei), read_only=True) as con:
        (zeilen,) = con.execute("select count(*) from mart.kennzahlen").fetchall()
    gemessen = {name: miss("tests.benchmarks.bi", datei, *art) for name, art in LESER.items()}
    return {"zeilen_kennzahlen": zeilen[0], "mb": datei.stat().st_size / 1e6, **gemessen}


def main(groesse: Groesse, ordner: Path) -> None:
    """All parts of one size; growth in thirds for a Land."""
    if groesse.speicher:
        os.environ.setdefault("BERICHTSWESEN_SPEICHER", groesse.speicher)
    ergebnis: dict[str, Any] = {"groesse": groesse.name, "jahre": len(groesse.jahre), **maschine(), "laeufe": []}
    datei = ERGEBNISSE / f"{groesse.name}.json"

    def sichere() -> None:
        ERGEBNISSE.mkdir(exist_ok=True)
        datei.write_text(json.dumps(_gerundet(ergebnis), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        tabelle.schreibe(ERGEBNISSE, WURZEL / "docs" / "leistung.md")

    for faktor in (10, 3, 1) if groesse.name == "land" and groesse.jugendaemter >= 10 else (1,):
        teil = ordner / str(faktor)
        shutil.rmtree(teil, ignore_errors=True)
        home, profile, lieferung = ein_lauf(teil, groesse.teil(faktor), ergebnis["laeufe"], sichere)
        if faktor > 1:
            shutil.rmtree(teil)
    ergebnis["bi"] = bi(home)
    sichere()
    ergebnis["dbt"] = ohne_dagster(home, ordner / "1" / "dbt")
    sichere()
    ergebnis["stock"] = {}
    for weg, extrakt in product(("pandera", "gx"), STOCK):
        ergebnis["stock"].setdefault(weg, {})[extrakt] = miss("tests.benchmarks.stock", weg, home, extrakt)
        sichere()
    ergebnis["nachlieferung"] = nachlieferung(home, profile, lieferung, ordner / "1" / "spaet")
    sichere()
    if any(n for lauf in ergebnis["laeufe"] for n in lauf["unterschiede"].values()):
        raise SystemExit("The sides do not agree on every figure.")


def _gerundet(wert: Any) -> Any:
    """Three digits after the point everywhere."""
    if isinstance(wert, dict):
        return {k: _gerundet(w) for k, w in wert.items()}
    if isinstance(wert, list):
        return [_gerundet(w) for w in wert]
    return round(wert, 3) if isinstance(wert, float) else wert


if __name__ == "__main__":
    befehl = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    befehl.add_argument("groesse", choices=sorted(GROESSEN))
    befehl.add_argument("--ordner", type=Path, help="work folder; default: a temporary one, removed at the end")
    befehl.add_argument("--jugendaemter", type=int, help="fewer of the invented Jugendämter, Gemeinden in proportion")
    wahl = befehl.parse_args()
    gewaehlt = GROESSEN[wahl.groesse]
    if wahl.jugendaemter:
        gemeinden = gewaehlt.gemeinden * wahl.jugendaemter // gewaehlt.jugendaemter
        gewaehlt = replace(gewaehlt, jugendaemter=wahl.jugendaemter, gemeinden=gemeinden)
    with tempfile.TemporaryDirectory() as vorlaeufig:
        main(gewaehlt, (wahl.ordner or Path(vorlaeufig)).absolute())
