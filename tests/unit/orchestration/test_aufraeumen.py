"""Runs that a dead process left in Dagster are marked as failed, whatever they had reached."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from orchestration.resources import LAUFEND, PROZESS, raeume_auf
from orchestration.sperre import prozess_kennung
from sources.ablage import Ablage


@pytest.fixture
def haus(tmp_path):
    ablage = Ablage(tmp_path / "data")
    ablage.anlegen(["musterkreis"])
    return SimpleNamespace(ablage=ablage)


def _lauf(instanz: DagsterInstance, status: DagsterRunStatus, kennung: str) -> str:
    return instanz.add_run(DagsterRun(job_name="refresh", status=status, tags={PROZESS: kennung})).run_id


@pytest.mark.parametrize("status", LAUFEND)
def test_a_run_of_a_dead_process_is_marked_as_failed(haus, status: DagsterRunStatus) -> None:
    with DagsterInstance.ephemeral() as instanz:
        tot = _lauf(instanz, status, "999999999:1")
        assert raeume_auf(instanz, haus, eigener=None) == [tot]
        assert instanz.get_run_by_id(tot).status is DagsterRunStatus.FAILURE


def test_a_living_run_and_the_own_one_are_left_alone(haus) -> None:
    with DagsterInstance.ephemeral() as instanz:
        eigener = _lauf(instanz, DagsterRunStatus.NOT_STARTED, "999999999:1")
        lebt = _lauf(instanz, DagsterRunStatus.NOT_STARTED, prozess_kennung(os.getpid()))
        assert raeume_auf(instanz, haus, eigener) == []
        assert instanz.get_run_by_id(lebt).status is DagsterRunStatus.NOT_STARTED


def test_a_run_that_was_taken_up_is_not_judged_by_the_process_of_the_first(haus) -> None:
    with DagsterInstance.ephemeral() as instanz:
        lauf = DagsterRun(
            job_name="refresh",
            status=DagsterRunStatus.STARTED,
            tags={PROZESS: "999999999:1"},
            parent_run_id="erster",
            root_run_id="erster",
        )
        instanz.add_run(lauf)
        assert raeume_auf(instanz, haus, eigener=None) == []
