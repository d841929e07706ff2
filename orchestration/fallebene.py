"""Verdichtung of personal extracts by dbt: the models tagged ``fallebene``, run in the work area of one run.

Here: what these models read beside the rows (months, keys, parameters), running them there, fetching their results.
Not here: the work area itself (``quality/arbeitsbereich.py``), the models (``dbt_project/models/fallebene``).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

from orchestration.dbt import ARBEIT, Dbt
from sources.formate import Lesefehler
from sources.profilmodell import Profil
from sources.verortung import aufgeloest, raumbuch
from sources.vertraege import Vertrag

SCHEMA = "fallebene"
# Below so many Bewilligungen, threads wait for each other longer than they work.
KLEIN = 20_000


@dataclass(frozen=True)
class Fallebene:
    """Rows of one delivery to the aggregates its contract names."""

    dbt: Dbt
    profile: Mapping[str, Profil]

    def __call__(self, ordner: Path, saetze: pl.DataFrame, vertrag: Vertrag, jugendamt: str) -> dict[str, pl.DataFrame]:
        """Run the models of ``vertrag.verdichtung.modelle``.

        Args:
            ordner: work area; everything is written there, dbt's database and target folder included.
            saetze: pseudonymised rows: fields of the contract, ``zeile``, ``periode`` (one year).
            vertrag: the personal extract's contract.
            jugendamt: whose delivery it is.

        Returns:
            Result of each model, with ``zeile`` (number of the row) and ``periode``.

        Raises:
            Lesefehler: the rows hold several years, or a model failed; its own message may quote rows and stays away.
            DbtGescheitert: the models themselves can't be read, which is no fault of the delivery.
        """
        assert vertrag.verdichtung is not None
        jahre = saetze["periode"].unique().to_list()
        if len(jahre) != 1:
            raise Lesefehler("fallebene", f"Die Datei hat {len(jahre)} Berichtsjahre", "eines", "je Jahr eine Datei")
        profil = self.profile[jugendamt]
        parameter = {n: profil.schwellen.get(n, v) for n, v in vertrag.verdichtung.parameter.items()}
        schluessel = (s for f in vertrag.felder if f.schluesselart for s in saetze[f.name].drop_nulls().unique())
        # numbers are compared faster than hashes, and say no more
        personen = [f.name for f in vertrag.felder if f.personenschluessel]
        tabellen = {
            vertrag.extrakt: saetze.with_columns(pl.col(n).rank("dense") for n in personen),
            "monate": monate(int(jahre[0]), saetze["abzugsdatum"].max()),  # type: ignore[arg-type]
            "lauf": pl.DataFrame([{"jugendamt": jugendamt, **parameter}]),
            "schluessel": pl.DataFrame(
                aufgeloest({*schluessel}, raumbuch(profil)),
                schema={"schluessel": pl.String, "raum_id": pl.String},
                orient="row",
            ),
        }
        modelle = self.dbt.fallebene
        for name, tabelle in tabellen.items():
            tabelle.write_parquet(ordner / f"{name}.parquet")
        try:
            with self._verbunden(ordner, len(saetze)) as con:
                return _baue(con, ordner, modelle, vertrag.verdichtung.modelle, jahre[0])
        except duckdb.Error:
            # without the cause: DuckDB's messages quote values
            raise Lesefehler(
                "fallebene",
                "Die Verdichtung der Einzeldaten ist gescheitert",
                "Aggregate nach dem Vertrag",
                "die Entwicklung benachrichtigen; die Einzeldaten sind gelöscht",
            ) from None

    def __reduce__(self) -> tuple[type[Fallebene], tuple[Dbt, Mapping[str, Profil]]]:
        """To another process without the open database."""
        return Fallebene, (self.dbt, self.profile)

    @cached_property
    def _klein(self) -> duckdb.DuckDBPyConnection:
        """Kept for all small deliveries, since opening and closing one takes 18 ms; keeps nothing, and never spills."""
        return duckdb.connect(config={"threads": 1, "temp_directory": "", "enable_external_file_cache": False})

    @contextmanager
    def _verbunden(self, ordner: Path, zeilen: int) -> Iterator[duckdb.DuckDBPyConnection]:
        """A database in memory of its own, gone at the end; that of a large delivery spills to the work area."""
        ueberlauf = str(ordner / "ueberlauf")
        with duckdb.connect(config={"temp_directory": ueberlauf}) if zeilen >= KLEIN else self._klein.cursor() as con:
            con.execute(f'attach \':memory:\' as "{ordner.name}"; use "{ordner.name}"; create schema {SCHEMA}')
            try:
                yield con
            finally:
                con.execute(f'use memory; detach "{ordner.name}"')


def _baue(
    con: duckdb.DuckDBPyConnection,
    ordner: Path,
    modelle: Sequence[tuple[str, str]],
    ergebnisse: Sequence[str],
    periode: str,
) -> dict[str, pl.DataFrame]:
    """Run translated models and fetch results."""
    for name, sql in modelle:
        con.execute(f"create table {SCHEMA}.{name} as {sql.replace(ARBEIT, str(ordner))}")
    ausgabe = {m: con.sql(f"from {SCHEMA}.{m}").pl() for m in ergebnisse}
    return {m: d.with_columns(periode=pl.lit(periode)).with_row_index("zeile", 1) for m, d in ausgabe.items()}


def monate(jahr: int, abzug: date | None) -> pl.DataFrame:
    """The months of a year that had ended when the extract was drawn (None: all), with what the models ask of them.

    Columns: monat_beginn, monat_ende, tag_davor, monatstage, erster_monat, letzter_monat, zaehlung_beginn,
    zaehlung_ende, jahr_ende (null unless the year is complete). Raises :class:`Lesefehler` if no month had ended.
    """
    enden = [date(jahr, m, calendar.monthrange(jahr, m)[1]) for m in range(1, 13)]
    gezaehlt = [e for e in enden if abzug is None or e <= abzug]
    if not gezaehlt:
        raise Lesefehler(
            "fallebene",
            f"Der Abzug vom {abzug:%d.%m.%Y} liegt vor dem Ende des ersten Monats von {jahr}",
            f"ein Abzug nach dem 31.01.{jahr}",
            "das Jahr im Dateinamen oder das Abzugsdatum prüfen",
        )
    return pl.DataFrame(
        {
            "monat_beginn": e.replace(day=1),
            "monat_ende": e,
            "tag_davor": e.replace(day=1) - timedelta(days=1),
            "monatstage": e.day,
            "erster_monat": e.month == 1,
            "letzter_monat": e == gezaehlt[-1],
            "zaehlung_beginn": date(jahr, 1, 1),
            "zaehlung_ende": gezaehlt[-1],
            "jahr_ende": enden[-1] if len(gezaehlt) == len(enden) else None,
        }
        for e in gezaehlt
    ).with_columns(pl.col("jahr_ende").cast(pl.Date))
