"""Geheimhaltung: the only way from internal aggregates to anything public.

Here: which cells must not be published, as marks that dbt joins.
Not here: the internal aggregates (``dbt_project/models/intern``), the public marts (``dbt_project/models/mart``).

What is built: figures that their source has itself published need no protection and pass without a mark. What is
not built: suppression of protected figures. Until it is, a figure from any other source stops the release.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from sources.ablage import Ablage, schreibe_datei

SCHEMA = {"modell": pl.String, "zelle": pl.String}


class NichtGeschuetzt(Exception):
    """Figures that would need protection are on their way to publication."""


def nicht_oeffentliche_quellen(warehouse: Path) -> list[str]:
    """Tables with figures in the warehouse that their source has not itself published."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        zeilen = con.sql(
            """
            select distinct tabelle from core.fct_messgroessen
            anti join (select tabelle from core.dim_tabelle where oeffentlich) as oeffentlich using (tabelle)
            order by tabelle
            """
        ).fetchall()
    return [z[0] for z in zeilen]


def schreibe_marken(ablage: Ablage) -> int:
    """Write the marks of today's internal marts and return their number.

    Raises:
        NichtGeschuetzt: a figure would need protection, which is not built yet.
    """
    offen = nicht_oeffentliche_quellen(ablage.warehouse)
    if offen:
        raise NichtGeschuetzt(
            f"Zahlen aus {', '.join(offen)} sind nicht von ihrer Quelle veröffentlicht. Erwartet: nur Quellen mit "
            "'oeffentlich: true' im Vertrag, denn die Sperrung kleiner Zellen ist noch nicht gebaut. Bitte: diese "
            "Lieferung zurückhalten; es entsteht kein Release."
        )
    marken = pl.DataFrame(schema=SCHEMA)
    schreibe_datei(marken_datei(ablage), marken.write_parquet)
    return len(marken)


def marken_datei(ablage: Ablage) -> Path:
    """Where the marks lie."""
    return ablage.lake / "geheimhaltung_marken" / "daten.parquet"
