"""Single persons in a whole refresh, and kill -9 while their rows lie in the work area: nothing of them stays.

Here: processes of their own. Not here: what is counted and what stays of a delivery (``test_personenbezogen.py``).
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from quality.annahme import Tuer
from quality.arbeitsbereich import lies_protokoll
from sources.ablage import Ablage
from sources.profilmodell import Feed
from tests.conftest import WURZEL
from tests.integration.personenbezogen.conftest import BEISPIEL, NAME, VERTRAEGE, J, Tuerhaus

KILL = """
import os, sys, threading, time
from pathlib import Path
from quality.annahme import Tuer
from sources.ablage import Ablage
from sources.profilmodell import Feed
from sources.vertraege import lade_vertraege
import duckdb, yaml

def haengt(ordner, saetze, vertrag, jugendamt):
    saetze.write_parquet(ordner / "hze_faelle.parquet")
    con = duckdb.connect(config={"temp_directory": str(ordner / "ueberlauf")})
    con.execute("set memory_limit = '100MB'")
    con.execute("set threads = 1")
    viele = f"select s.* from read_parquet('{ordner}/hze_faelle.parquet') s, range(60000) order by random()"
    threading.Thread(target=con.execute, args=(f"create table faelle as {viele}",), daemon=True).start()
    # more than fits into memory: DuckDB writes rows into its temporary files
    while not any(p.stat().st_size for p in (ordner / "ueberlauf").glob("*")):
        time.sleep(0.01)
    print("bereit", flush=True)
    time.sleep(600)

feed = Feed.model_validate(yaml.safe_load(Path(sys.argv[2]).read_text("utf-8")))
Tuer(Ablage(Path(sys.argv[1])), lade_vertraege(), lambda: "2024-02-01T08:00:00Z", verdichter=haengt).nimm_an(
    {"musterkreis": (feed,)}, None, ["musterkreis"]
)
"""


def test_kill_9_laesst_keine_zeile_zurueck(haus: Tuerhaus, beispiel: bytes) -> None:
    datei = haus.lande(beispiel)
    prozess = subprocess.Popen(
        [sys.executable, "-c", KILL, str(haus.ablage.home), str(BEISPIEL / "feed.yml")],
        cwd=WURZEL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert prozess.stdout is not None
    assert prozess.stdout.readline() == "bereit\n"
    prozess.kill()
    prozess.communicate()
    (rest,) = haus.ablage.arbeit.iterdir()
    assert stat.S_IMODE(rest.stat().st_mode) == 0o700
    # rows are there, in DuckDB's temporary files, too, but under a key that died with the process
    assert [p.name for p in (rest / "ueberlauf").iterdir() if p.stat().st_size]
    assert pl.read_parquet(rest / "hze_faelle.parquet")["person_pseudonym"].str.contains("^[0-9a-f]{32}$").all()
    spuren = haus.spuren()
    assert [s for s in spuren if "ueberlauf" in s]
    assert all("/arbeit/" in s and s.endswith("PFLEGE-") for s in spuren)
    assert datei.exists()
    assert len(haus.nimm_an().neu) == 1
    assert not rest.exists()
    assert not datei.exists()
    assert haus.spuren() == []
    gruende = [z["grund"] for z in lies_protokoll(haus.ablage) if z["ausgang"] == "geloescht"]
    assert gruende == ["Rest eines abgebrochenen Laufs", "Ende der Verdichtung", "angenommen"]


@pytest.fixture
def ganzes_haus(
    neues_haus: Callable[..., Any], muster_lieferung: Path, beispiel: bytes, feed: Feed, tmp_path: Path
) -> tuple[Any, Tuerhaus, Path]:
    """CLI and door of a house whose profile maps the Fachverfahren, and a folder with deliveries."""
    profil = tmp_path / "profile" / J
    shutil.copytree(WURZEL / "tests" / "jugendaemter" / J, profil)
    kopf = yaml.safe_load((profil / "profil.yml").read_text("utf-8"))
    eigener = yaml.safe_load((BEISPIEL / "feed.yml").read_text("utf-8"))
    (profil / "profil.yml").write_text(yaml.safe_dump({**kopf, "feeds": [*kopf.get("feeds", []), eigener]}), "utf-8")
    cli = neues_haus(profile=profil.parent)
    lieferung = shutil.copytree(muster_lieferung, tmp_path / "lieferung")
    (lieferung / J).mkdir(exist_ok=True)
    # so many cases that nothing has to be hidden
    kopfzeile, *saetze = beispiel.split(b"\r\n")[:-1]
    viele = [re.sub(rb"(FALL|KIND|BEW)-", rb"\1-%d-" % n, satz) for n in range(12) for satz in saetze]
    (lieferung / J / NAME).write_bytes(b"\r\n".join([kopfzeile, *viele, b""]))
    return cli, Tuerhaus(Tuer(Ablage(cli.home), VERTRAEGE, lambda: ""), feed), lieferung


@pytest.mark.lang
def test_refresh_mit_einzeldaten(ganzes_haus: tuple[Any, Tuerhaus, Path]) -> None:
    """The whole job: aggregates in the lake, a release beside them, no row in logs of Dagster or dbt."""
    cli, haus, lieferung = ganzes_haus
    lauf = cli.cli("refresh", "--landing", str(lieferung))
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert haus.spuren() == []
    assert len(haus.aggregate()) > 100
    assert list(haus.ablage.arbeit.iterdir()) == []
    assert "fallebene" not in (haus.ablage.dbt_ziel / "run_results.json").read_text("utf-8")
    stand = json.loads(cli.cli("status", "--json").stdout)
    assert [e["zeilen"] for e in stand["lieferungen"] if e["extrakt"] == "hze_faelle"] == [12 * 23]
    assert stand["familien"]["Hilfen zur Erziehung (HzE)"] == "geliefert"


@pytest.mark.lang
def test_refresh_nach_kill_9_raeumt_den_arbeitsbereich(ganzes_haus: tuple[Any, Tuerhaus, Path]) -> None:
    cli, haus, lieferung = ganzes_haus
    prozess = cli.starte("refresh", "--landing", str(lieferung))
    while prozess.poll() is None and not list(haus.ablage.arbeit.glob("*/hze_faelle.parquet")):
        time.sleep(0.005)
    prozess.kill()
    prozess.communicate()
    assert list(haus.ablage.arbeit.iterdir()), "the run was over before it was killed"
    lauf = cli.cli("refresh", "--landing", str(lieferung))
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert list(haus.ablage.arbeit.iterdir()) == []
    assert haus.spuren() == []
    assert "Rest eines abgebrochenen Laufs" in [z["grund"] for z in lies_protokoll(haus.ablage)]
    assert len(haus.aggregate()) > 100
