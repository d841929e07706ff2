"""No Python and no SQL knows one of the shipped places: what differs between them is data."""

import re
from pathlib import Path

import pytest

WURZEL = Path(__file__).parents[2]
RAEUME = ("sources", "quality", "reports", "orchestration", "dbt_project")
PROFILE = WURZEL / "sources" / "jugendaemter"


def namen() -> list[str]:
    return sorted(p.name for p in PROFILE.iterdir() if p.is_dir() and not p.name.startswith("_"))


def funde(text: str) -> list[str]:
    return re.findall(rf"(?i)\b(?:{'|'.join(namen())})", text)


def test_die_suche_findet() -> None:
    assert namen() == ["arnsberg", "ortenaukreis", "rostock", "verden"]
    assert funde("if jugendamt == 'verden' or land == 'Rostocks':") == ["verden", "Rostock"]
    assert funde("werden verwenden opendata_hro") == []


@pytest.mark.parametrize("raum", RAEUME)
def test_kein_ort_im_code(raum: str) -> None:
    dateien = [p for endung in ("*.py", "*.sql", "*.j2") for p in (WURZEL / raum).rglob(endung)]
    assert dateien
    gefunden = {
        str(p.relative_to(WURZEL)): treffer
        for p in dateien
        if PROFILE not in p.parents and (treffer := funde(p.read_text("utf-8")))
    }
    assert gefunden == {}
