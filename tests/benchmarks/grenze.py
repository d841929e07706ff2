"""The limit: one SQL script by hand in DuckDB, from the delivered files to the same Kennzahlen, without any check.

``python -m tests.benchmarks.grenze PROFILES DELIVERIES TARGET`` runs ``grenze_laden.sql`` and ``grenze.sql`` and
leaves ``kennzahlen.parquet`` (jugendamt, raum_id, berichtsjahr, quelle, kennzahl, wert). Not here: the product, the
comparison (``vergleich.py``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from tests.benchmarks.messung import WURZEL, stufe

PRODUKTPLAN = WURZEL / "sources" / "produktplaene" / "ni.csv"
BERICHTSSTRUKTUR = WURZEL / "sources" / "produktplaene" / "berichtsstruktur.csv"
_HZE = (
    "fall", "person", "hilfeart", "durchfuehrung", "geschlecht", "zustaendigkeit", "uma", "traeger", "situation",
    "transfer", "bewilligung", "schulbegleitung", "beginn", "ende", "geburtsmonat", "geburtsjahr", "wohnraum",
    "budgetraum", "leistungsraum", "ende_grund", "gefaehrdung_vorher", "inobhutnahme_vorher", "kosten_bewilligt",
    "kosten_ist", "abzug", "musterdaten",
)  # fmt: skip
# Columns in the order of the files; their headings change over the years.
SPALTEN = {
    "einwohnermelde": {
        **dict.fromkeys(("gebiet", "stichtag", "geschlecht"), "varchar"),
        "alter": "integer",
        "nationalitaet": "varchar",
        "anzahl": "bigint",
        **dict.fromkeys(("wohnung", "musterdaten"), "varchar"),
    },
    "haushalt": {
        "jahr": "integer",
        **dict.fromkeys(("produkt", "produkt_name", "konto", "konto_name", "art"), "varchar"),
        "monat": "integer",
        **dict.fromkeys(("wertart", "betrag", "musterdaten"), "varchar"),
    },
    "hze_faelle": dict.fromkeys(_HZE, "varchar") | {"geburtsmonat": "integer", "geburtsjahr": "integer"},
}


def _liest(lieferung: Path, extrakt: str) -> str:
    """SQL that reads all files of an extract; up to 2019 they are written in Latin-1."""

    def teile() -> Iterator[str]:
        for alt in (True, False):
            dateien = [str(p) for p in sorted(lieferung.glob(f"*/{extrakt}_*.csv")) if (int(p.stem[-4:]) < 2020) == alt]
            if dateien:
                kodierung = "latin-1" if alt else "utf-8"
                yield (
                    f"select * from read_csv({dateien}, delim = ';', header = true, columns = {SPALTEN[extrakt]}, "
                    f"auto_detect = false, quote = '\"', encoding = '{kodierung}', filename = true)"
                )

    return " union all ".join(teile())


def main(profile: Path, lieferung: Path, ziel: Path) -> None:
    """Run the script in two stages: Parquet, Kennzahlen."""
    werte = {e: _liest(lieferung, e) for e in SPALTEN} | {
        "profile": str(profile),
        "lieferung": str(lieferung),
        "ziel": str(ziel),
        "produktplan": str(PRODUKTPLAN),
        "berichtsstruktur": str(BERICHTSSTRUKTUR),
    }
    ziel.mkdir(parents=True)
    # beyond half of what a way may take, it spills
    grenzen = {"threads": 2, "memory_limit": "10GB", "temp_directory": str(ziel / "ueberlauf")}
    with duckdb.connect(config=grenzen) as con:
        for name, datei in (("parquet", "grenze_laden.sql"), ("kennzahlen", "grenze.sql")):
            sql = (Path(__file__).parent / datei).read_text("utf-8")
            for platz, wert in werte.items():
                sql = sql.replace(f"{{{platz}}}", wert)
            with stufe(name):
                con.execute(sql)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
