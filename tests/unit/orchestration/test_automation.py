"""What starts a refresh by itself: rested files once, and the calendar of each Jugendamt."""

from __future__ import annotations

import datetime
import os
import shutil
import time
from pathlib import Path

import pytest
from dagster import (
    RunRequest,
    SkipReason,
    build_schedule_context,
    build_sensor_context,
)

from orchestration.jobs import BEREICH_BIS, BEREICH_VON

NAME = "12411-01-01-5_muster.csv"


@pytest.fixture
def landing(ort) -> Path:
    ordner = ort.ablage.landing
    for rest in [p for p in ordner.rglob("*") if p.is_file()]:
        rest.unlink()
    return ordner


def _lege(quelle: Path, ziel: Path, alter_s: float) -> None:
    shutil.copyfile(quelle, ziel)
    os.utime(ziel, (time.time() - alter_s,) * 2)


def _werte_aus(ort) -> list[RunRequest | SkipReason]:
    repo = ort.defs.get_repository_def()
    daten = repo.get_sensor_def("landing").evaluate_tick(build_sensor_context(repository_def=repo))
    return [*daten.run_requests, *([SkipReason(daten.skip_message)] if daten.skip_message else [])]


def test_nothing_waits(ort, landing: Path) -> None:
    (ergebnis,) = _werte_aus(ort)
    assert isinstance(ergebnis, SkipReason)
    assert ergebnis.skip_message.startswith("Nichts zu tun")


def test_files_still_being_written_are_left_alone(ort, landing: Path, muster_lieferung: Path) -> None:
    _lege(muster_lieferung / "_amtlich" / NAME, landing / "_amtlich" / NAME, alter_s=0)
    (ergebnis,) = _werte_aus(ort)
    assert isinstance(ergebnis, SkipReason)
    assert "1 noch in Übertragung" in ergebnis.skip_message


def test_files_without_feed_start_nothing(ort, landing: Path) -> None:
    (landing / "_amtlich" / "notiz.txt").write_text("nichts")
    os.utime(landing / "_amtlich" / "notiz.txt", (0, 0))
    (ergebnis,) = _werte_aus(ort)
    assert isinstance(ergebnis, SkipReason)
    assert "1 Dateien ohne Feed" in ergebnis.skip_message


def test_rested_files_start_one_run_and_the_same_files_no_second(ort, landing: Path, muster_lieferung: Path) -> None:
    quelle = muster_lieferung / "_amtlich" / NAME
    _lege(quelle, landing / "_amtlich" / NAME, alter_s=60)
    (erstes,) = _werte_aus(ort)
    (zweites,) = _werte_aus(ort)
    assert isinstance(erstes, RunRequest)
    assert isinstance(zweites, RunRequest)
    assert erstes.run_key
    assert erstes.run_key == zweites.run_key
    assert (erstes.tags[BEREICH_VON], erstes.tags[BEREICH_BIS]) == ("musterkreis", "musterkreis")

    (landing / "_amtlich" / NAME).write_bytes(quelle.read_bytes().replace(b";5199;", b";5198;"))
    os.utime(landing / "_amtlich" / NAME, (time.time() - 60,) * 2)
    (anderes,) = _werte_aus(ort)
    assert isinstance(anderes, RunRequest)
    assert anderes.run_key != erstes.run_key


def test_the_calendar_starts_its_own_jugendamt(ort) -> None:
    repo = ort.defs.get_repository_def()
    plan = repo.get_schedule_def("jahr_musterkreis")
    assert (plan.cron_schedule, plan.execution_timezone) == ("0 6 1 10 *", "Europe/Berlin")
    schluessel = set()
    for jahr in (2025, 2026):
        termin = datetime.datetime(jahr, 10, 1, 4, tzinfo=datetime.UTC)
        kontext = build_schedule_context(scheduled_execution_time=termin, repository_def=repo)
        (anforderung,) = plan.evaluate_tick(kontext).run_requests
        assert anforderung.partition_key == "musterkreis"
        schluessel.add(anforderung.run_key)
    assert len(schluessel) == 2
