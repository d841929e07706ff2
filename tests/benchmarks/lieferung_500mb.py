"""How long one large delivery takes: the door against DuckDB's own typed ``read_csv`` to Parquet on the same file.

    .venv/bin/python -m tests.benchmarks.lieferung_500mb [MB]

Makes Musterdaten of the extract ``einwohnermelde`` in a temporary folder, runs each way in a process of its own and
prints one JSON object: seconds (without the imports), CPU seconds, peak memory in GB, ratios to DuckDB. ``tuer``
is reading, checking (exact key uniqueness included) and writing to the lake; ``annahme`` is the whole way of a
delivery, with SHA-256, drift and a copy of the bytes in the archive.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

EXTRAKT = "einwohnermelde"
TYPEN = {"raum_schluessel": "varchar", "stichtag": "date", "alter": "bigint", "geschlecht": "varchar",
         "nationalitaet": "varchar", "anzahl": "bigint"}  # fmt: skip
JAHRE, ALTER = 10, 110
JE_RAUM = JAHRE * ALTER * 3 * 2
JE_STUECK = 20 * JE_RAUM


def schreibe_musterdaten(ziel: Path, megabytes: float) -> int:
    """Write whole Räume until the file has that size; returns the number of rows. Same size, same bytes."""
    zeilen = 0
    with ziel.open("wb") as datei:
        while datei.tell() < megabytes * 1e6:
            n = pl.int_range(zeilen, zeilen + JE_STUECK)
            stueck = pl.select(
                raum_schluessel=(10_000 + n // JE_RAUM).cast(pl.String),
                stichtag=(2014 + n // (ALTER * 6) % JAHRE).cast(pl.String) + "-12-31",
                alter=n // 6 % ALTER,
                geschlecht=(n // 2 % 3).replace_strict({0: "m", 1: "w", 2: "d"}, return_dtype=pl.String),
                nationalitaet=(n % 2).replace_strict({0: "D", 1: "A"}, return_dtype=pl.String),
                anzahl=n * 7919 % 9973 % 97,
            )
            stueck.write_csv(datei, separator=";", include_header=zeilen == 0)
            zeilen += JE_STUECK
    return zeilen


def mit_duckdb(quelle: Path, ordner: Path) -> Path:
    """The yardstick."""
    ziel = ordner / "duckdb.parquet"
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute(
            f"copy (select * from read_csv('{quelle}', delim = ';', header = true, columns = {TYPEN})) "
            f"to '{ziel}' (format parquet)"
        )
    return ziel


def mit_tuer(quelle: Path, ordner: Path) -> Path:
    """Read, check and write one delivery."""
    from quality import tuer
    from sources.ablage import Ablage
    from sources.archiv import Ergebnis
    from sources.vertraege import lade_vertraege

    vertrag, ablage = lade_vertraege()[EXTRAKT], Ablage(ordner)
    geprueft = tuer.pruefe(quelle.read_bytes(), quelle.name, vertrag, {})
    ergebnis = Ergebnis(quelle.name, "0" * 64, quelle.stat().st_size, "musterkreis", "angenommen", "", "",
                        extrakt=EXTRAKT, lieferung_nr=1)  # fmt: skip
    tuer.schreibe_lake(ablage, vertrag, geprueft, ergebnis)
    return tuer.lake_datei(ablage, vertrag, ergebnis.sha256)


def mit_annahme(quelle: Path, ordner: Path) -> Path:
    """The whole way of a delivery."""
    from quality.annahme import Tuer
    from sources.ablage import Ablage
    from sources.profilmodell import Feed
    from sources.vertraege import lade_vertraege

    feed = Feed(feed=EXTRAKT, extrakt=EXTRAKT, muster=(quelle.name,))
    annahme = Tuer(Ablage(ordner), lade_vertraege(), lambda: "2026-01-01T00:00:00").nimm_an(
        {"musterkreis": (feed,)}, quelle, ["musterkreis"]
    )
    assert [e.meldung for e in annahme.nicht_angenommen] == []
    return ordner / "lake" / EXTRAKT / f"{annahme.neu[0].sha256}.parquet"


WEGE: dict[str, Callable[[Path, Path], Path]] = {"duckdb": mit_duckdb, "tuer": mit_tuer, "annahme": mit_annahme}


def miss(weg: str, quelle: Path, ordner: Path) -> dict[str, float]:
    """Run one way in a process of its own; its seconds and its peak memory."""
    ordner.mkdir(parents=True)
    befehl = [sys.executable, "-m", "tests.benchmarks.lieferung_500mb", weg, str(quelle), str(ordner)]
    lauf = subprocess.run(befehl, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return json.loads(lauf.stdout)


def _ein_weg(weg: str, quelle: Path, ordner: Path) -> None:
    for modul in ("pandera.polars", "pyarrow.csv", "quality.annahme"):
        importlib.import_module(modul)
    beginn, vorher = time.perf_counter(), time.process_time()
    WEGE[weg](quelle, ordner)
    sekunden, rechenzeit = time.perf_counter() - beginn, time.process_time() - vorher
    spitze = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    werte = {"sekunden": sekunden, "cpu_sekunden": rechenzeit, "spitze_gb": spitze}
    print(json.dumps({name: round(wert, 2) for name, wert in werte.items()}))


def main(megabytes: float) -> None:
    """Make the file, run all ways, print the result."""
    with tempfile.TemporaryDirectory() as name:
        ordner = Path(name)
        quelle = ordner / "musterdaten_einwohnermelde.csv"
        zeilen = schreibe_musterdaten(quelle, megabytes)
        werte = {weg: miss(weg, quelle, ordner / weg) for weg in WEGE}
        verhaeltnis = {w: round(v["sekunden"] / werte["duckdb"]["sekunden"], 2) for w, v in werte.items()}
        groesse = round(quelle.stat().st_size / 1e6)
    print(json.dumps({"mb": groesse, "zeilen": zeilen, **werte, "verhaeltnis": verhaeltnis}))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        _ein_weg(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 500)
