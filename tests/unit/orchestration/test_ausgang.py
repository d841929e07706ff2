"""How a refresh ends: exit code 1 where something should have been released and was not, and what is on the screen."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from orchestration.cli.fehler import VOLL
from orchestration.cli.lauf import _leise, _nichts_freigegeben


def _laut(ende: str | Exception) -> Callable[[], str]:
    def lauf() -> str:
        print("Traceback von dbt")
        print("von Dagster", file=sys.stderr)
        if isinstance(ende, Exception):
            raise ende
        return ende

    return lauf


@pytest.mark.parametrize(
    ("ende", "gezeigt"),
    [("", True), ("ein anderer Grund", True), (RuntimeError("Fehler"), True),
     (VOLL, False), (OSError(28, "No space left on device"), False)],
)  # fmt: skip
def test_bei_vollem_datentraeger_spricht_nur_unser_satz(
    capsys: pytest.CaptureFixture[str], ende: str | Exception, gezeigt: bool
) -> None:
    if isinstance(ende, Exception):
        with pytest.raises(type(ende)):
            _leise(_laut(ende))
    else:
        assert _leise(_laut(ende)) == ende
    bild = capsys.readouterr()
    assert (bild.out, bild.err) == ("", "Traceback von dbt\nvon Dagster\n" if gezeigt else "")


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
