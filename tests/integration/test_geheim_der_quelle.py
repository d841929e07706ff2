"""What the source itself keeps secret stays so: 22543-01-02-4, 01.03.2016, Rostock (13003), children by age.

Here: status, sums and rates of ours, and what can be derived from all of them. Not here: our own marks.

Figures: © Statistische Ämter des Bundes und der Länder, Deutschland, dl-de/by-2-0, Tabelle 22543-01-02-4.
"""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

import duckdb
import polars as pl
import pytest

from quality.geheimhaltung.pruefung import pruefe
from quality.geheimhaltung.tabelle import BEKANNT, PRIMAER, problem
from tests.conftest import Haus

pytestmark = pytest.mark.lang  # the house of all real inputs

TABELLE, TAG = "22543-01-02-4", date(2016, 3, 1)
GEHEIM = {(m, a) for m in ("tageseinrichtung", "tagespflege") for a in ("3-6", "6-14")}


@pytest.fixture(scope="module")
def zellen(echtes_haus: Haus) -> list[dict[str, Any]]:
    """All figures of the table for Rostock on that day, as they lie in the warehouse."""
    with duckdb.connect(str(echtes_haus.home / "warehouse.duckdb"), read_only=True) as con:
        return (
            con.sql(
                "select * from core.fct_messgroessen where jugendamt = 'rostock' and tabelle = ? and stichtag = ? "
                "and messgroesse = 'betreute_kinder' order by merkmal, alter_von, alter_bis",
                params=[TABELLE, TAG],
            )
            .pl()
            .to_dicts()
        )


def test_secret_figures_have_their_status_and_no_value(zellen: list[dict[str, Any]]) -> None:
    geheim = {(z["merkmal"], z["altersgruppe"]) for z in zellen if z["status"] == "unbekannt_oder_geheim"}
    assert geheim == GEHEIM
    assert {z["wert"] for z in zellen if z["status"] == "unbekannt_oder_geheim"} == {None}
    assert {z["raum_id"] for z in zellen} == {"13003000"}


def test_no_sum_of_ours_gives_them_away(zellen: list[dict[str, Any]]) -> None:
    """Kind of care = sum over ages; ages 3-6 of both kinds are at least those without double counting."""
    zeilen, gleichungen = [], []
    for art, gruppe in groupby(zellen, key=lambda z: str(z["merkmal"])):
        je_alter = {z["altersgruppe"]: z["wert"] for z in gruppe}
        if art == "insgesamt":
            continue
        offen = je_alter["insgesamt"] - sum(w or 0 for a, w in je_alter.items() if a != "insgesamt")
        fehlend = [a for a, w in je_alter.items() if w is None]
        assert len(fehlend) == 2, "one unknown alone would follow from the sum"
        for alter, wert in je_alter.items():
            # any split of what is open will do: the question is what can be derived
            wahr = wert if wert is not None else (offen - 3 if alter == fehlend[0] else 3)
            zeilen.append({"zelle": len(zeilen), "wert": int(wahr), "lage": PRIMAER if wert is None else BEKANNT})
            koeffizient = 1 if alter == "insgesamt" else -1
            gleichungen.append(
                {"gleichung": art == "tagespflege", "zelle": len(zeilen) - 1, "koeffizient": koeffizient}
            )
    marken = pl.DataFrame([{"zelle": z["zelle"], "marke": PRIMAER} for z in zeilen if z["lage"] == PRIMAER])
    bericht = pruefe(problem(pl.DataFrame(zeilen), pl.DataFrame(gleichungen)), marken)
    assert len(bericht.zellen) == len(GEHEIM)
    assert bericht.sicher


def test_no_land_minus_rest(echtes_haus: Haus) -> None:
    """The marts hold neither the Land nor its other Kreise, so a Kreis is no difference of ours."""
    with duckdb.connect(str(echtes_haus.home / "current" / "bi" / "marts.duckdb"), read_only=True) as con:
        for (mart,) in con.sql("select table_name from duckdb_columns() where column_name = 'raum_id'").fetchall():
            fremd = con.sql(
                f"select distinct raum_id from mart.\"{mart}\" where regexp_matches(raum_id, '^13(0[0-9]{{2}})?$')"
            )
            assert fremd.fetchall() == [], mart


def test_no_rate_is_made_of_them(echtes_haus: Haus) -> None:
    """A Kennzahl with a secret part has no value, numerator or index, whatever its other parts are."""
    with duckdb.connect(str(echtes_haus.home / "warehouse.duckdb"), read_only=True) as con:
        zeilen = con.sql(
            """
            select kennzahlen.wert, kennzahlen.zaehler, kennzahlen.index_jugendamt, kennzahlen.status
            from mart.kennzahlen
            semi join intermediate.int_kennzahlen__bestandteile as teile
                on teile.jugendamt = kennzahlen.jugendamt and teile.raum_id = kennzahlen.raum_id
                and teile.berichtsjahr = kennzahlen.berichtsjahr and teile.kennzahl = kennzahlen.kennzahl
                and teile.quelle = kennzahlen.quelle and teile.status = 'unbekannt_oder_geheim'
            """
        ).fetchall()
    assert {z[:3] for z in zeilen} <= {(None, None, None)}
    assert {z[3] for z in zeilen} <= {"unbekannt_oder_geheim", "gesperrt"}
