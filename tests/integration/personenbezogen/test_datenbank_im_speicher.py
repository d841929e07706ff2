"""The databases in which deliveries are counted: apart from each other, and gone when the counting is over.

Not here: what the models count (``test_personenbezogen.py``, ``test_nachgezaehlt.py``), the work area on the disk
(``test_kill_9.py``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars as pl
import pytest

from orchestration import fallebene
from orchestration.dbt import Dbt
from orchestration.fallebene import Fallebene
from quality import tuer
from sources.formate import Lesefehler
from sources.profile import lade_profile
from sources.profilmodell import Feed
from sources.vertraege import lade_vertraege

VERTRAG = lade_vertraege()["hze_faelle"]
J = "musterkreis"
JETZT_OFFEN = "select database_name from duckdb_databases() where not internal"
BELEGT = "select sum(memory_usage_bytes) from duckdb_memory()"


@pytest.fixture
def zaehler(dbt: Dbt) -> Fallebene:
    return Fallebene(dbt, {p.jugendamt: p for p in lade_profile(dbt.umgebung.profilordner)})


@pytest.fixture(scope="module")
def saetze(beispiel: bytes, feed: Feed) -> pl.DataFrame:
    return tuer.pruefe(beispiel, "hze_faelle_2023.csv", VERTRAG, {"jahr": "2023"}, feed).zellen


def _zaehle(zaehler: Fallebene, ordner: Path, saetze: pl.DataFrame) -> pl.DataFrame:
    ordner.mkdir()
    return zaehler(ordner, saetze, VERTRAG, J)["hze_aggregate"]


def _bleibt(zaehler: Fallebene) -> tuple[list[str], int]:
    """Databases beside the empty one that every instance has, and the bytes it holds."""
    offen = [name for (name,) in zaehler._klein.sql(JETZT_OFFEN).fetchall()]
    return [name for name in offen if name != "memory"], int(zaehler._klein.sql(BELEGT).fetchall()[0][0] or 0)


def test_zwei_zugleich_sehen_einander_nicht(zaehler: Fallebene, saetze: pl.DataFrame, tmp_path: Path) -> None:
    haelfte = saetze.head(len(saetze) // 2)
    einzeln = [_zaehle(zaehler, tmp_path / f"allein{n}", teil) for n, teil in enumerate((saetze, haelfte))]
    assert not einzeln[0].equals(einzeln[1])
    with ThreadPoolExecutor(2) as zugleich:
        rest = [
            zugleich.submit(_zaehle, zaehler, tmp_path / f"zugleich{n}", (saetze, haelfte)[n % 2]) for n in range(6)
        ]
    assert all(r.result().equals(einzeln[n % 2]) for n, r in enumerate(rest))
    assert _bleibt(zaehler) == ([], 0)


def test_gross_und_klein_zaehlen_dasselbe(
    zaehler: Fallebene, saetze: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    klein = _zaehle(zaehler, tmp_path / "klein", saetze)
    monkeypatch.setattr(fallebene, "KLEIN", 0)
    assert _zaehle(zaehler, tmp_path / "gross", saetze).equals(klein)


def test_nach_einem_fehler_bleibt_nichts(zaehler: Fallebene, saetze: pl.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(Lesefehler, match="Verdichtung der Einzeldaten ist gescheitert"):
        _zaehle(zaehler, tmp_path / "ohne", saetze.rename({"uma": "unbekannt"}))
    assert _bleibt(zaehler) == ([], 0)


def test_was_nicht_in_den_speicher_passt_kommt_nicht_auf_die_platte(zaehler: Fallebene, tmp_path: Path) -> None:
    """The kept instance serves small deliveries only, and rather gives up."""
    viele = "create table t as select repeat('x', 60) || range as a from range(3000000)"
    with zaehler._verbunden(tmp_path, 1) as con:
        assert con.sql("select current_setting('temp_directory')").fetchall() == [("",)]
        con.execute("set memory_limit = '50MB'")
        with pytest.raises(duckdb.OutOfMemoryException):
            con.execute(viele)
    assert not list(tmp_path.iterdir())
    assert _bleibt(zaehler)[0] == []
