"""Readers never wait, never fail and never see a mixed state while releases are made."""

from __future__ import annotations

import duckdb
import pytest

pytestmark = pytest.mark.lang


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
