"""The measured product: one refresh as people start it, through Dagster, with a clock at each step.

``python -m tests.benchmarks.strecke HOME PROFILES DELIVERIES``, started by ``bench.py``. Here: where the clocks are.
Not here: the steps themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from tests.benchmarks.messung import Teile, Teiluhr, melde, stufe


def _stoppe(ort: Any, funktion: str, *namen: str) -> None:
    """Make a stage of each call of a function, named one after the other."""
    innen, folge = getattr(ort, funktion), iter(namen)

    def aussen(*argumente: Any, **benannte: Any) -> Any:
        with stufe(next(folge)):
            return innen(*argumente, **benannte)

    setattr(ort, funktion, aussen)


def _lege_uhren_an() -> Teiluhr:
    from orchestration import kandidat
    from orchestration.dbt import Dbt
    from orchestration.haus import Haus
    from quality import annahme
    from reports import stand

    _stoppe(Haus, "nimm_an", "annahme")
    _stoppe(Dbt, "baue", "dbt_kern", "dbt_marts")
    _stoppe(Haus, "schuetze", "geheimhaltung")
    _stoppe(Haus, "drehe", "stand")

    uhr = _uhren_an_der_tuer()
    uhr.lege_an("bi", stand, "schreibe_bi")
    annahme.in_prozessen = partial(_mit_uhren_voraus, annahme.in_prozessen, uhr)  # type: ignore[assignment]
    kandidat.je_prozess = partial(_mit_uhren_je_prozess, kandidat.je_prozess, uhr)
    return uhr


@contextmanager
def _mit_uhren_voraus(innen: Any, uhr: Teiluhr, rechne: Callable[[Any], Any]) -> Iterator[Any]:
    """Files are judged in processes of their own: each judgement brings its times along."""

    def nimm(warte: Callable[[], tuple[Any, Teile]]) -> Any:
        urteil, teile = warte()
        uhr.nimm(teile)
        return urteil

    with innen(partial(_mit_uhren, _uhren_an_der_tuer, rechne)) as voraus:
        yield lambda fall: partial(nimm, voraus(fall))


def _mit_uhren_je_prozess(innen: Any, uhr: Teiluhr, rechne: Callable[[Any], Any], faelle: Sequence[Any]) -> Any:
    """Candidates are a stage, and bring their times along as well."""
    with stufe("release"):
        for ergebnis, teile in innen(partial(_mit_uhren, _uhren_im_release, rechne), faelle):
            uhr.nimm(teile)
            yield ergebnis


def _mit_uhren(uhren: Callable[[], Teiluhr], rechne: Callable[[Any], Any], fall: Any) -> tuple[Any, Teile]:
    uhr = uhren()
    uhr.teile.clear()
    return rechne(fall), uhr.teile


@cache
def _uhren_an_der_tuer() -> Teiluhr:
    import pandera.polars  # noqa: F401 - an import is no part of checking

    from orchestration.fallebene import Fallebene
    from quality import tuer, urteil
    from quality.bestand import Bestand
    from sources import archiv
    from sources.saetze import Saetze

    uhr = Teiluhr()
    for teil, ort, funktion in (
        ("archiv", archiv, "suche"),
        ("archiv", archiv, "archiviere"),
        ("lesen", tuer, "lies"),
        ("lesen", tuer, "in_saetze"),
        ("lesen", tuer, "in_zellen"),
        ("lesen", Saetze, "_block"),  # records are laid out when they are first looked at, and kept for the lake
        ("pandera", tuer, "_verstoesse"),
        ("pandera", tuer, "nach_vertrag"),
        ("schluessel", Saetze, "doppelte"),
        ("drift", urteil, "profiliere"),
        ("drift", Bestand, "vergleiche"),
        ("quarantaene", tuer, "saetze_als_zeilen"),
        ("quarantaene", tuer, "zellen_als_zeilen"),
        ("verdichtung", Fallebene, "__call__"),
        ("lake", tuer, "schreibe_lake"),
    ):
        uhr.lege_an(teil, ort, funktion)
    return uhr


@cache
def _uhren_im_release() -> Teiluhr:
    import great_expectations  # noqa: F401 - an import is no part of the gate

    import reports.bericht
    from quality import gate
    from reports import marts

    uhr = Teiluhr()
    uhr.lege_an("marts", marts, "exportiere")
    uhr.lege_an("gate", gate, "pruefe")
    uhr.lege_an("bericht", reports.bericht, "schreibe_bericht")
    return uhr


def main(home: Path, profile: Path, lieferung: Path) -> None:
    """Refresh a data home from a folder of deliveries."""
    from orchestration.cli.lauf import _fuehre_aus
    from orchestration.haus import Haus
    from orchestration.umgebung import Umgebung
    from reports.stand import gezeigt

    umgebung = Umgebung(home, (profile,))
    umgebung.setze_variablen()
    uhr = _lege_uhren_an()
    with stufe("refresh"):
        abbruch = _fuehre_aus(umgebung, list(Haus(umgebung).profile), None, lieferung)
    melde(teile=uhr.teile, dagster=_schritte())
    if fehlt := set(Haus(umgebung).profile) - set(gezeigt(Haus(umgebung).ablage)):
        raise SystemExit(f"{abbruch} Kein Release: {sorted(fehlt)}")  # half a run is no measurement


def bis_intern(home: Path, profile: Path, lieferung: Path) -> None:
    """From deliveries to the Kennzahlen before geheimhaltung, without Dagster and without dbt's tests."""
    from orchestration.dbt import FALLEBENE, Dbt
    from orchestration.fallebene import Fallebene
    from orchestration.haus import Haus
    from orchestration.umgebung import Umgebung

    umgebung = Umgebung(home, (profile,))
    umgebung.setze_variablen()
    haus, dbt = Haus(umgebung), Dbt(umgebung)
    annahme = haus.nimm_an(list(haus.profile), lieferung, Fallebene(dbt, haus.profile))
    assert not annahme.nicht_angenommen, annahme.nicht_angenommen
    dbt.baue("--select", "+intern_kennzahlen", "--exclude", FALLEBENE, "--exclude-resource-type", "test")


def _schritte() -> dict[str, float]:
    """Seconds of each step as Dagster counts them."""
    from dagster import DagsterInstance

    with DagsterInstance.get() as instanz:
        (lauf,) = instanz.get_runs(limit=1)
        return {
            s.step_key.partition("[")[0]: s.end_time - s.start_time
            for s in instanz.get_run_step_stats(lauf.run_id)
            if s.start_time and s.end_time
        }


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
