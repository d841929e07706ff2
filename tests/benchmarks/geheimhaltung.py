"""Geheimhaltung at the size of a large Kreis: 51 Räume in 5 regions x 19 nodes of Hilfearten x 10 years.

``python -m tests.benchmarks.geheimhaltung`` prints cells, processor and wall seconds, whether the result is safe, the
proven bound of the loss, and the loss per level beside the naive way. What it measures is the published cross-table
(one concept, as ``tabellen.yml`` declares it). ``--konzepte`` links four concepts over the years: 4 times the cells.
"""

from __future__ import annotations

import argparse
import json
import time

from quality.geheimhaltung.pruefung import verlust
from quality.geheimhaltung.sperrung import grundlinie, sperre
from tests.unit.geheimhaltung.tafeln import KONZEPTE, kreis


def main() -> None:
    """Suppress, audit, print."""
    wahl = argparse.ArgumentParser()
    wahl.add_argument("--konzepte", action="store_true")
    wahl.add_argument("--jahre", type=int, default=10)
    gewaehlt = wahl.parse_args()
    problem = kreis(jahre=gewaehlt.jahre, konzepte=KONZEPTE if gewaehlt.konzepte else ("jahressumme",))
    naiv = verlust(problem, grundlinie(problem)).select("ebene", sekundaer_naiv="sekundaer", gewicht_naiv="gewicht")
    beginn, uhr = time.process_time(), time.monotonic()
    ergebnis = sperre(problem)
    dauer = {"cpu_sekunden": time.process_time() - beginn, "sekunden": time.monotonic() - uhr}
    bericht = ergebnis.bericht
    gesamt = {
        "zellen": len(problem.zellen),
        **{n: round(s, 1) for n, s in dauer.items()},
        "sicher": bericht.sicher,
        "gewicht": round(float(bericht.verlust["gewicht"].sum())),
        "schranke": round(ergebnis.schranke),
        "gewicht_naiv": round(float(naiv["gewicht_naiv"].sum())),
    }
    print(json.dumps(gesamt))
    for zeile in bericht.verlust.join(naiv, on="ebene").to_dicts():
        print(json.dumps(zeile))


if __name__ == "__main__":
    main()
