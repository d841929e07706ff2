"""Definitions of the tiny Jugendamt, built once, without leaving traces in this process's environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dagster import Definitions

from orchestration.definitions import baue
from orchestration.umgebung import WURZEL, Umgebung
from sources.ablage import Ablage

MUSTERPROFILE = WURZEL / "tests" / "jugendaemter"


@dataclass(frozen=True)
class Ort:
    """Definitions and the data home they speak of."""

    defs: Definitions
    ablage: Ablage


@pytest.fixture(scope="session")
def ort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ort]:
    vorher = dict(os.environ)
    umgebung = Umgebung(tmp_path_factory.mktemp("ort") / "data", (Path(MUSTERPROFILE),))
    defs = baue(umgebung)
    nachher = dict(os.environ)
    yield Ort(defs, umgebung.ablage)
    for name in nachher.keys() - vorher.keys():
        os.environ.pop(name, None)
    os.environ.update(vorher)
