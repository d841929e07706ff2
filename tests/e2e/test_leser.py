"""Readers never wait, never fail and never see a mixed state while releases are made."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from reports import release as releases
from reports import stand
from sources.ablage import Ablage
from tests.e2e.conftest import FRAGE

pytestmark = pytest.mark.lang
LESER, RELEASES = 16, 10


def test_readers_during_several_releases(muster_haus, berichtige, leser) -> None:
    bi = muster_haus.home / "current" / "bi" / "marts.duckdb"
    alte_datei = bi.resolve()
    with duckdb.connect(str(alte_datei), read_only=True) as offen, leser(muster_haus.home) as liest:
        vorher = offen.execute("select sum(wert) from mart.kennzahlen").fetchone()
        for um in (7, 8, 9):
            lauf = muster_haus.cli("refresh", "--landing", str(berichtige(um)))
            assert lauf.returncode == 0, lauf.stdout + lauf.stderr
            # the next connection sees the new release
            assert muster_haus.frage(
                "select wert from mart.kennzahlen where raum_id = '99001001' and kennzahl = 'bev_gesamt' "
                "and berichtsjahr = 2023 and hauptquelle"
            ) == [{"wert": 5199 - um}]
        # a connection that was opened before all of it still has its own state
        assert offen.execute("select sum(wert) from mart.kennzahlen").fetchone() == vorher
    assert liest.pruefe() == [5199, 5192, 5191, 5190]
    assert len(liest.antworten) > 100
    assert bi.resolve() != alte_datei
    assert (muster_haus.home / "current" / "musterkreis").resolve().name == "2023-4"

    zurueck = muster_haus.cli("release", "rollback", "musterkreis", "--name", "Test")
    assert zurueck.returncode == 0, zurueck.stderr
    assert (muster_haus.home / "current" / "musterkreis").resolve().name == "2023-3"


def _lies(datei: str, ende: Event, ziel: str) -> None:
    """One reader: a new connection for each question until told to stop; its answers and errors go to a file.

    Between two questions it waits a moment, since sixteen that never do leave no processor to whoever releases.
    """
    antworten: list[tuple[Any, ...]] = []
    fehler: list[str] = []
    while not ende.wait(0.1):
        try:
            with duckdb.connect(datei, read_only=True) as con:
                antworten.append(con.execute(FRAGE).fetchone() or ())
        except duckdb.Error as grund:
            fehler.append(str(grund))
    Path(ziel).write_text(json.dumps({"antworten": antworten, "fehler": fehler}))


def _weniger_leute(vorlage: Path, ziel: Path, um: int) -> None:
    """A release with ``um`` fewer people in Musterstadt in each mart that says how many there are."""
    shutil.copytree(vorlage, ziel)
    hier = (pl.col("raum_id") == "99001001") & (pl.col("berichtsjahr") == 2023)
    for mart, spalte, wo in (
        ("kennzahlen", "wert", pl.col("kennzahl") == "bev_gesamt"),
        ("steckbrief", "bev_gesamt", pl.lit(value=True)),
        ("bevoelkerung", "wert", (pl.col("geschlecht") == "insgesamt") & (pl.col("altersgruppe") == "insgesamt")),
    ):
        pfad = ziel / "marts" / f"{mart}.parquet"
        neu = pl.when(hier & wo).then(pl.col(spalte) - um).otherwise(spalte)
        pl.read_parquet(pfad).with_columns(neu.alias(spalte)).write_parquet(pfad)
    releases.trage_ein(releases.lies(ziel), "freigegeben", "2024", name="Test")


def test_sixteen_readers_during_ten_releases(muster_haus: Any, tmp_path: Path) -> None:
    """No failed question, no mixed release, and the next connection after each flip sees the new one."""
    ablage = Ablage(muster_haus.home)
    datei, ende = str(ablage.current / "bi" / "marts.duckdb"), multiprocessing.get_context("spawn").Event()
    protokolle = [tmp_path / f"leser{n}.json" for n in range(LESER)]
    prozesse = [
        multiprocessing.get_context("spawn").Process(target=_lies, args=(datei, ende, str(p)), daemon=True)
        for p in protokolle
    ]
    for prozess in prozesse:
        prozess.start()
    try:
        for nummer in range(2, RELEASES + 2):
            ordner = ablage.releases / "musterkreis"
            _weniger_leute(ordner / "2023-1", ordner / f"2023-{nummer}", um=nummer)
            assert stand.setze(ablage, {})
            with duckdb.connect(datei, read_only=True) as con:
                assert con.execute(FRAGE).fetchone() == (5199 - nummer,) * 3
    finally:
        ende.set()
        for prozess in prozesse:
            prozess.join(60)
    for protokoll in protokolle:
        gelesen = json.loads(protokoll.read_text())
        assert gelesen["fehler"] == []
        werte = [a[0] for a in gelesen["antworten"] if len(set(a)) == 1]
        assert len(werte) == len(gelesen["antworten"]) > 10
        # never back to an older one
        assert werte == sorted(werte, reverse=True)
        assert {*werte} <= {5199.0, *(5199.0 - n for n in range(2, RELEASES + 2))}
    assert releases.alle(ablage)[-1].id == "2023-11"
    assert {r.zustand for r in releases.alle(ablage)[:-1]} == {"ersetzt"}
