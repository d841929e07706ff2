"""What starts a refresh by itself, and who is told when one fails.

Here: the landing sensor, one yearly schedule per Jugendamt, the failure notice.
Not here: the job (``jobs.py``).
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime

from dagster import (
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SensorDefinition,
    SkipReason,
    make_email_on_run_failure_sensor,
    sensor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.haus import Haus
from orchestration.jobs import bereich
from sources import archiv
from sources.ablage import AMTLICH


def landing_sensor(haus: Haus, job: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Starts one run when files have rested in the landing folder; the same files start one an hour at most."""

    @sensor(
        job=job,
        name="landing",
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.STOPPED,
        description="Neue, ruhende Dateien unter landing/ starten einen Refresh.",
    )
    def landing() -> Iterator[RunRequest | SkipReason]:
        funde, unruhig = archiv.suche(haus.ablage, haus.feeds, None, list(haus.profile))
        bekannt = [f for f in funde if f.feed is not None]
        if not bekannt:
            yield SkipReason(f"Nichts zu tun: {len(funde)} Dateien ohne Feed, {len(unruhig)} noch in Übertragung.")
            return
        betroffen = {f.jugendamt for f in bekannt}
        alle = list(haus.profile)
        ziel = alle if AMTLICH in betroffen or len(betroffen) > 1 else sorted(betroffen)
        abdruck = hashlib.sha256("".join(sorted(f"{f.pfad}{f.sha256}" for f in bekannt)).encode()).hexdigest()
        # once an hour at most: files that a broken-off run left behind must be able to start another
        yield RunRequest(run_key=f"{datetime.now(UTC):%Y%m%d%H}-{abdruck}", tags=bereich(ziel))

    return landing


def jahresplaene(haus: Haus, job: UnresolvedAssetJobDefinition) -> list[ScheduleDefinition]:
    """One yearly schedule per Jugendamt, at the time its profile names."""

    def plan(jugendamt: str, cron: str) -> ScheduleDefinition:
        def starte(context: ScheduleEvaluationContext) -> RunRequest:
            return RunRequest(run_key=f"{jugendamt}-{context.scheduled_execution_time:%Y}", partition_key=jugendamt)

        return ScheduleDefinition(
            name=f"jahr_{jugendamt}",
            job=job,
            cron_schedule=cron,
            execution_timezone="Europe/Berlin",
            execution_fn=starte,
            default_status=DefaultScheduleStatus.STOPPED,
            description=f"Jährlicher Refresh für {haus.profile[jugendamt].name}.",
        )

    return [plan(p.jugendamt, p.zeitplan) for p in haus.profile.values()]


def stoerungsmail() -> list[SensorDefinition]:
    """The failure notice by mail, if the environment names a mail server (see docs/betrieb.md)."""
    server, an, von = (os.environ.get(f"BERICHTSWESEN_MAIL_{n}", "") for n in ("SERVER", "AN", "VON"))
    if not (server and an and von):
        return []
    return [
        make_email_on_run_failure_sensor(
            email_from=von,
            email_password=os.environ.get("BERICHTSWESEN_MAIL_PASSWORT", ""),
            email_to=an.split(","),
            smtp_host=server,
            name="stoerungsmail",
            default_status=DefaultSensorStatus.RUNNING,
            monitored_jobs=None,
        )
    ]
