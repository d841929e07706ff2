"""dbt's unit tests on the warehouse in memory, without a dbt process.

Here: running what stands under ``unit_tests`` in ``dbt_project/models``. Not here: the cases themselves.
"""

from __future__ import annotations

import io
import re
from typing import Any

import polars as pl
import pytest
import yaml

from tests.warehouse.conftest import PROJEKT

# those whose inputs are written as CSV; the others run in dbt only (`tests/integration/test_nachgerechnet.py`)
FAELLE = [
    fall
    for datei in sorted(PROJEKT.glob("models/*/*.yml"))
    for fall in yaml.safe_load(datei.read_text("utf-8")).get("unit_tests", ())
    if all(eingang.get("format") == "csv" for eingang in fall["given"])
]


def _tabelle(text: str) -> pl.DataFrame:
    rahmen = pl.read_csv(io.StringIO(text), try_parse_dates=True, infer_schema_length=None)
    # keys that look like numbers stay text
    return rahmen.with_columns(pl.col("^(.*raum_id|hilfeart|schluessel|paragraf)$").cast(pl.String).str.zfill(2))


def _zeilen(rahmen: pl.DataFrame) -> list[str]:
    zahlen = rahmen.with_columns(pl.selectors.numeric().cast(pl.Float64).round(6))
    return sorted(map(str, zahlen.rows()))


@pytest.mark.parametrize("fall", FAELLE, ids=lambda fall: fall["name"])
def test_the_formula_gives_what_was_calculated_by_hand(lager: Any, fall: dict[str, Any]) -> None:
    for eingang in fall["given"]:
        (name,) = re.findall(r"ref\('(\w+)'\)", eingang["input"])
        lager.tabelle(name, _tabelle(eingang["rows"]))
    soll = _tabelle(fall["expect"]["rows"])
    ist = pl.DataFrame(lager.modell(fall["model"]), infer_schema_length=None).select(soll.columns)
    assert _zeilen(ist) == _zeilen(soll)


def test_there_are_unit_tests() -> None:
    assert len({fall["name"] for fall in FAELLE}) == len(FAELLE) >= 2
