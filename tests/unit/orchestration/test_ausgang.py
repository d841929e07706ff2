"""Exit code of a refresh: 1 where something should have been released and was not."""

from __future__ import annotations

import pytest

from orchestration.cli.lauf import _nichts_freigegeben


@pytest.mark.parametrize(
    ("ergebnisse", "sprung", "nichts"),
    [
        ([], False, False),
        (["unveraendert"], False, False),
        (["freigegeben", "gesperrt"], False, False),
        (["entwurf"], True, False),
        (["gesperrt", "unveraendert"], False, True),
        (["ohne_daten"], False, True),
        (["ohne_daten", "unveraendert"], False, False),
        ([], True, True),
        (["unveraendert"], True, True),
    ],
)
def test_ausgang(ergebnisse: list[str], sprung: bool, nichts: bool) -> None:
    assert _nichts_freigegeben(ergebnisse, sprung) is nichts
