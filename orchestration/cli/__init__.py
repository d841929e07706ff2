"""The command line: the same verbs for people, CI and Dagster.

Here: the app, its verbs' registration, and turning expected errors into one clear line.
Not here: what a verb does (the modules of this package call the steps).
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress

import typer

from orchestration.cli import beschreibung, betrieb, lauf, lieferung, releases, stand
from sources.prozesse import suche_selten_nach_muell

app = typer.Typer(
    name="berichtswesen",
    help="Datenhaus für das Berichtswesen eines Jugendamts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("demo")(lauf.demo)
app.command("refresh")(lauf.refresh)
app.command("check")(beschreibung.check)
app.command("read")(beschreibung.read)
app.command("status")(stand.status)
app.add_typer(lieferung.app, name="lieferung")
app.add_typer(releases.app, name="release")
app.command("intern")(releases.intern)
app.command("query")(stand.query)
app.add_typer(beschreibung.kennzahl, name="kennzahl")
app.command("neu")(beschreibung.neu)
app.command("musterdaten")(lauf.musterdaten)
app.command("ui")(betrieb.ui)


def main() -> None:
    """Run the CLI as a process and end it."""
    suche_selten_nach_muell()
    try:
        rufe_auf()
        kennung = 0
    except SystemExit as ende:
        kennung = int(ende.code or 0)
    atexit._run_exitfuncs()
    with suppress(BrokenPipeError):  # whoever read along has gone
        sys.stdout.flush()
        sys.stderr.flush()
    # what Dagster and dbt leave behind takes Python more than two seconds to take apart, piece by piece
    os._exit(kennung)


def rufe_auf() -> None:
    """Run the CLI; expected errors end in one German line and exit code 2 (wrong use) or 1 (nothing released)."""
    from orchestration.cli.fehler import ERWARTET, FALSCHE_BENUTZUNG, VOLL, ist_voll

    try:
        app()
    except KeyboardInterrupt:
        typer.echo("Abgebrochen. Der nächste Aufruf räumt auf und beginnt von vorn.", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as fehler:
        voll = ist_voll(fehler)
        if not voll and not isinstance(fehler, ERWARTET):
            raise
        typer.echo(f"Fehler: {VOLL if voll else fehler}", err=True)
        sys.exit(2 if not voll and isinstance(fehler, FALSCHE_BENUTZUNG) else 1)
