"""A warehouse in memory: the SQL of ``dbt_project`` on hand-made cells, without a dbt process.

Here: rendering models, macros and tests with plain Jinja, building a model's parents on demand.
Not here: cases and expected figures (the test modules), dbt itself (``tests/integration`` runs it).
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import duckdb
import jinja2
import polars as pl
import pytest

WURZEL = Path(__file__).resolve().parents[2]
PROJEKT = WURZEL / "dbt_project"
MUSTERPROFILE = WURZEL / "tests" / "jugendaemter"

# `{% test name(args) %}` is dbt's own word for a macro
_TEST = re.compile(r"\{%-?\s*test\s+(\w+)(\([^)]*\))\s*-?%\}(.*?)\{%-?\s*endtest\s*-?%\}", re.S)


class Lager:
    """Models by name; what a model refers to is built when it is asked for.

    A table stands in a schema named by the hash of its content or of its SQL, which names its parents in the same way:
    what an earlier case has built from the same is there already.
    """

    def __init__(self, codes: Iterable[str] = ()) -> None:
        self.con = _datenbank()
        self.da: dict[str, str] = {}
        self.laeuft: list[str] = []
        self.jinja = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=False)
        self.jinja.globals.update(
            ref=self.ref,
            source=lambda quelle, name: self._bekannt(f"{quelle}_{name}"),
            config=lambda **_: "",
            execute=True,
        )
        makros = "\n".join(d.read_text("utf-8") for d in sorted((PROJEKT / "macros").glob("*.sql")))
        self.jinja.globals.update(vars(self._vorlage(makros).module), kennzahl_codes=lambda: list(codes))

    def _bekannt(self, name: str) -> str:
        assert name in self.da, f"{'/'.join(self.laeuft)} liest {name}, aber der Fall legt es nicht an"
        return self.da[name]

    def _lege(self, name: str, inhalt: str, sql: str, rahmen: pl.DataFrame | None = None) -> None:
        """Have a table of this content, made by ``sql`` (from ``rahmen``) unless an earlier case has made it."""
        schema = hashlib.sha256(f"{name}\0{inhalt}".encode()).hexdigest()
        self.da[name] = f'"{schema}"."{name}"'
        if schema not in _GEBAUT:
            if rahmen is not None:
                self.con.register("_rahmen", rahmen.to_arrow())
            self.con.sql(f'create schema if not exists "{schema}"; create table {self.da[name]} as {sql}')
            _GEBAUT.add(schema)

    def rendere(self, sql: str) -> str:
        """SQL of a model or test with its macros resolved."""
        return self._vorlage(sql).render()

    def _vorlage(self, text: str) -> jinja2.Template:
        return jinja2.Template.from_code(self.jinja, _uebersetzt(text), self.jinja.make_globals(None))

    def tabelle(self, name: str, zeilen: Any, schema: Mapping[str, Any] | None = None) -> None:
        """Set a table: a frame, or rows with a polars schema."""
        rahmen = zeilen if isinstance(zeilen, pl.DataFrame) else pl.DataFrame(zeilen, schema=schema, orient="row")
        self._lege(name, repr((rahmen.schema, rahmen.rows())), "select * from _rahmen", rahmen)

    def ref(self, name: str) -> str:
        """A model or seed, built if it is not there yet."""
        if name not in self.da:
            (datei,) = [*PROJEKT.glob(f"models/*/{name}.sql"), *PROJEKT.glob(f"seeds/{name}.csv")]
            self.laeuft.append(name)
            if datei.suffix == ".csv":
                self.tabelle(name, _wie_dbt(list(csv.DictReader(datei.read_text("utf-8").splitlines()))))
            else:
                sql = self.rendere(datei.read_text("utf-8"))
                self._lege(name, sql, sql)
            self.laeuft.pop()
        return self.da[name]

    def modell(self, name: str, wo: str = "true") -> list[dict[str, Any]]:
        """Rows of a model."""
        return self.sql(f"select * from {self.ref(name)} where {wo} order by all")

    def sql(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query."""
        return self.con.sql(sql).pl().to_dicts()

    def singulaer(self, name: str) -> list[dict[str, Any]]:
        """Failing rows of a singular test."""
        return self.sql(self.rendere((PROJEKT / "tests" / f"{name}.sql").read_text("utf-8")))

    def generisch(self, name: str, tabelle: str, **argumente: Any) -> list[dict[str, Any]]:
        """Failing rows of a generic test on a table."""
        text = (PROJEKT / "tests" / "generic" / f"{name}.sql").read_text("utf-8")
        makro = _TEST.sub(r"{% macro test_\1\2 %}\3{% endmacro %}", text)
        werte = ", ".join(f"{k}={v!r}" for k, v in {"model": self.da[tabelle], **argumente}.items())
        return self.sql(self.rendere(makro + "{{ test_" + name + "(" + werte + ") }}"))


_GEBAUT: set[str] = set()


@cache
def _datenbank() -> duckdb.DuckDBPyConnection:
    """One for all cases of a process."""
    return duckdb.connect(config={"threads": 1})


@cache
def _uebersetzt(text: str) -> CodeType:
    """Python code of a template, made once for all warehouses: it takes longer than what a case calculates."""
    return jinja2.Environment(trim_blocks=False).compile(text)


def _wie_dbt(zeilen: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Rows of a seed with true and false as such, as dbt reads them."""
    wahrheit = [s for s in zeilen[0] if {z[s] for z in zeilen} <= {"true", "false"}]
    return [{s: w == "true" if s in wahrheit else w for s, w in z.items()} for z in zeilen]


@pytest.fixture
def lager() -> Lager:
    """An empty warehouse."""
    return Lager()


def _zelle(vertrag: Any, schluessel: str, jahr: int, wert: float | None, angaben: dict[str, Any]) -> dict[str, Any]:
    """One lake cell of an extract; ``angaben`` overrides any column."""
    monat_tag = vertrag.stichtag.split("-")
    zelle = {
        "tabelle": next(iter(vertrag.tabellen)),
        "raum_schluessel": schluessel,
        "raum_name": schluessel,
        "stichtag": date(jahr, int(monat_tag[0]), int(monat_tag[1])),
        "berichtsjahr": jahr,
        "messgroesse": vertrag.messgroesse or "bevoelkerung",
        "herkunft": "gezaehlt",
        "geschlecht": "insgesamt",
        "altersgruppe": "insgesamt",
        "nationalitaet": "insgesamt",
        "merkmal": "insgesamt",
        "einheit": "Anzahl",
        "wert": wert,
        "zeichen": "",
        "status": "gueltig",
        "zeile": 1,
        "jugendamt": "_amtlich",
        "lieferung": "a" * 64,
        "lieferung_nr": 1,
        "datenstand": date(2024, 7, 1),
        "musterdaten": True,
    }
    return {**zelle, **angaben}


@pytest.fixture(scope="session")
def beschreibungen() -> dict[str, pl.DataFrame]:
    """The tables of profile, contracts and catalogue of the tiny Jugendamt, as a refresh writes them."""
    from sources import stammdaten
    from sources.katalog import lade_katalog
    from sources.profile import lade_profile
    from sources.vertraege import lade_vertraege

    return dict(
        stammdaten.als_tabellen(
            lade_profile([MUSTERPROFILE]), lade_vertraege(), lade_katalog(PROJEKT / "kennzahlen"), [], []
        )
    )


Zellen = Mapping[str, Iterable[tuple[Any, ...]]]


@pytest.fixture
def baue(beschreibungen: dict[str, pl.DataFrame]) -> Callable[..., Lager]:
    """Make a warehouse of the tiny Jugendamt from lake cells.

    ``baue({"bevoelkerung_geschlecht": [(key, year, value, {column: value}), ...]}, marken=[(model, cell, mark)])``
    """
    from quality.schema import polars_schema
    from sources.vertraege import lade_vertraege

    def machen(zellen: Zellen, marken: Iterable[tuple[str, ...]] = (), **ersatz: pl.DataFrame) -> Lager:
        neu = Lager(beschreibungen["kennzahlen"].sort("reihenfolge")["kennzahl"].to_list())
        for name, tabelle in {**beschreibungen, **ersatz}.items():
            neu.tabelle(f"stammdaten_{name}", tabelle)
        for extrakt, vertrag in lade_vertraege().items():
            zeilen = [_zelle(vertrag, *z[:3], z[3] if len(z) > 3 else {}) for z in zellen.get(extrakt, ())]
            neu.tabelle(f"lake_{extrakt}", zeilen, polars_schema(vertrag))
        gesperrt = [(*m, "gesperrt") if len(m) == 2 else m for m in marken]
        neu.tabelle("geheimhaltung_marken", gesperrt, dict.fromkeys(("modell", "zelle", "marke"), pl.String))
        neu.tabelle("geheimhaltung_ergebnis", [], {"jugendamt": pl.String, "meldung": pl.String})
        return neu

    return machen
