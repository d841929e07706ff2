"""Geheimhaltung at the size of a large Kreis: 51 Räume x 19 nodes of Hilfearten x 4 concepts x 10 years, all linked.

``python -m tests.benchmarks.geheimhaltung`` prints cells, processor seconds, whether the result is safe, and the loss
per level beside the naive way. The goal of 60 s is not reached; what the product publishes is less (``tabellen.yml``).
"""

from __future__ import annotations

import json
import time

from quality.geheimhaltung.pruefung import verlust
from quality.geheimhaltung.sperrung import grundlinie, sperre
from tests.unit.geheimhaltung.tafeln import kreis


def main() -> None:
    """Suppress, audit, print."""
    problem = kreis(raeume=51, regionen=5, jahre=10)
    naiv = verlust(problem, grundlinie(problem)).select("ebene", sekundaer_naiv="sekundaer")
    beginn = time.process_time()
    ergebnis = sperre(problem)
    dauer = round(time.process_time() - beginn, 1)
    print(json.dumps({"zellen": len(problem.zellen), "cpu_sekunden": dauer, "sicher": ergebnis.bericht.sicher}))
    for zeile in ergebnis.bericht.verlust.join(naiv, on="ebene").to_dicts():
        print(json.dumps(zeile))


if __name__ == "__main__":
    main()
