"""Protected counts leave the warehouse once for all Jugendämter; each reads its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.umfeld import ACHSEN, lies_zaehlungen, schreibe_zaehlungen

FALL, FAMILIE = "hze_faelle_jahressumme", "hze_familien_jahressumme"


@pytest.fixture
def zaehlungen(tmp_path: Path) -> Path:
    """Two Jugendämter with counts, and with figures that are none or need no protection."""
    warehouse = tmp_path / "warehouse.duckdb"
    erklaerung = lade_erklaerung()
    assert FALL in erklaerung.messgroessen
    assert FAMILIE in erklaerung.personen
    zeile = {
        "merkmal": "insgesamt", "geschlecht": "insgesamt", "altersgruppe": "insgesamt", "tabelle": "register",
        "stichtag": "2022-12-31", "berichtsjahr": 2022, "herkunft": "gezaehlt", "nationalitaet": "insgesamt",
        "status": "gueltig",
    }  # fmt: skip

    def zelle(jugendamt: str, messgroesse: str, wert: float, **anders: object) -> dict[str, Any]:
        eigen = {"jugendamt": jugendamt, "messgroesse": messgroesse, "raum_id": f"{jugendamt}_r", "wert": wert}
        return {**zeile, **eigen, **anders}

    zellen = [
        zelle("nord", FALL, 7.0),
        zelle("sued", FALL, 9.0),
        zelle("nord", FAMILIE, 5.0),
        zelle("nord", FALL, 2.5),
        zelle("nord", FALL, 3.0, herkunft="geliefert"),
        zelle("nord", FALL, 4.0, tabelle="amtlich"),
        zelle("nord", FALL, 6.0, status="nicht_verfuegbar"),
        zelle("nord", "hze_kosten_ist_eur_kosten", 8.0),
    ]
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema core")
        arten = ", ".join(f"{s} {'double' if s == 'wert' else 'varchar'}" for s in zellen[0])
        con.execute(f"create table core.fct_messgroessen ({arten})")
        platz = ", ".join("?" for _ in zellen[0])
        con.executemany(f"insert into core.fct_messgroessen values ({platz})", [list(z.values()) for z in zellen])
        con.execute("create table core.dim_tabelle as select 'amtlich' as tabelle, true as oeffentlich")
        con.execute("""create table core.dim_raum as select unnest(['nord', 'sued']) as jugendamt,
            unnest(['nord_r', 'sued_r']) as raum_id, 'sozialraum' as raumebene""")
    schreibe_zaehlungen(warehouse, tmp_path / "zaehlungen.parquet", erklaerung, "1GB")
    return tmp_path / "zaehlungen.parquet"


@pytest.mark.parametrize(("jugendamt", "werte"), [("nord", {FALL: 7, FAMILIE: 5}), ("sued", {FALL: 9}), ("west", {})])
def test_each_jugendamt_reads_its_own_whole_counts(zaehlungen: Path, jugendamt: str, werte: dict[str, int]) -> None:
    gelesen = lies_zaehlungen(zaehlungen, jugendamt)
    assert gelesen.columns == [*ACHSEN, "berichtsjahr", "raumebene", "wert"]
    assert [*gelesen.select("messgroesse", "wert").iter_rows()] == [*werte.items()]
