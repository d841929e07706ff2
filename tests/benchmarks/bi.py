"""Readers of the BI file: 20 typical queries, by one reader and by 16 who keep their connections and think a second.

``python -m tests.benchmarks.bi FILE READERS ROUNDS THINK``; each reader is a process, as BI tools are. Not here: what a
mart holds.
"""

from __future__ import annotations

import multiprocessing
import random
import statistics
import sys
import time
from pathlib import Path

import duckdb

from tests.benchmarks.messung import melde

ABFRAGEN = (Path(__file__).parent / "abfragen.sql").read_text("utf-8")


def abfragen() -> list[str]:
    """The queries, without the comment on top."""
    return [q.strip() for q in ABFRAGEN.partition("\n")[2].split(";") if q.strip()]


def _auswahl(con: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    zeilen = con.execute(
        "select r.jugendamt, r.raum_id, max(z.berichtsjahr) from mart.raeume as r inner join mart.zeit as z "
        "on r.jugendamt = z.jugendamt where r.raum_id not like '%:%' group by all order by all"
    ).fetchall()
    return [{"jugendamt": j, "raum": r, "jahr": jahr} for j, r, jahr in zeilen]


def lies(datei: str, nummer: int, runden: int, denkpause: float) -> list[float]:
    """Milliseconds of each query of one reader; Räume and order are drawn by its number."""
    ziehung, dauern = random.Random(nummer), []
    with duckdb.connect(datei, read_only=True) as con:
        auswahl = _auswahl(con)
        time.sleep(ziehung.random() * denkpause)
        for _ in range(runden):
            for sql in ziehung.sample(abfragen(), k=len(abfragen())):
                wahl = ziehung.choice(auswahl)
                beginn = time.perf_counter()
                con.execute(sql, {n: w for n, w in wahl.items() if f"${n}" in sql}).fetchall()
                dauern.append((time.perf_counter() - beginn) * 1000)
                time.sleep(denkpause)
    return dauern


def main(datei: str, leser: int, runden: int, denkpause: float) -> None:
    """Run all readers at once and tell p50 and p95 in milliseconds."""
    with multiprocessing.get_context("spawn").Pool(leser) as prozesse:
        alle = prozesse.starmap(lies, [(datei, n, runden, denkpause) for n in range(leser)])
    dauern = [d for einer in alle for d in einer]
    grenzen = statistics.quantiles(dauern, n=20)
    melde(p50_ms=statistics.median(dauern), p95_ms=grenzen[18], abfragen=len(dauern))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
