"""Same inputs, same bytes: two data homes, one after the other, publish the very same files.

Here: whole releases over a refresh each. Not here: single writers (``tests/unit/reports``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Haus

pytestmark = pytest.mark.lang


def test_zwei_laeufe_ergeben_dieselben_bytes(
    hilfen_haus: Haus,
    hilfen_lieferung: Path,
    leeres_haus: Haus,
    abdruck: Callable[[Path], dict[str, str]],
    bi_inhalt: Callable[[Path], dict[str, Any]],
) -> None:
    lauf = leeres_haus.cli("refresh", "--landing", str(hilfen_lieferung), timeout=900)
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    eins, zwei = (abdruck(h.home / "releases" / "musterkreis" / "2023-1") for h in (hilfen_haus, leeres_haus))
    endungen = {Path(p).suffix for p in eins}
    assert {".html", ".pdf", ".parquet", ".csv", ".xlsx", ".geojson", ".json"} <= endungen
    # the clock stands in the manifest only
    assert eins.pop("manifest.json") != ""
    zwei.pop("manifest.json")
    assert {p for p in eins | zwei if eins.get(p) != zwei.get(p)} == set()
    # the DuckDB file differs in its bytes, never in what it holds
    assert bi_inhalt(hilfen_haus.home) == bi_inhalt(leeres_haus.home)
    manifeste = [
        json.loads((h.home / "releases" / "musterkreis" / "2023-1" / "manifest.json").read_text("utf-8"))
        for h in (hilfen_haus, leeres_haus)
    ]
    for feld in ("inhalt_sha256", "angaben_sha256", "ausgaben"):
        assert manifeste[0][feld] == manifeste[1][feld]
