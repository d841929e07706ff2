"""The verb that starts Dagster's web interface.

Here: starting it on loopback only, since it has no login. Not here: the definitions.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from orchestration.umgebung import WURZEL, lies_umgebung


def ui(port: Annotated[int, typer.Option(min=1, max=65535, help="Port auf diesem Rechner.")] = 3000) -> None:
    """Startet Dagsters Weboberfläche mit Zeitplänen und Sensor, nur auf diesem Rechner."""
    umgebung = lies_umgebung()
    umgebung.setze_variablen()
    typer.echo(f"Dagster: http://127.0.0.1:{port} (Ende mit Strg+C)")
    befehl = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "orchestration.dagster_ort",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    os.chdir(WURZEL)
    os.execv(sys.executable, befehl)  # noqa: S606 - becomes Dagster, so that signals reach it
