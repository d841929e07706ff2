"""What integration tests share: the released BI file, edited deliveries, houses with several Jugendämter.

Here: fixtures over the ones of ``tests/conftest.py``. Not here: assertions.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import yaml

if TYPE_CHECKING:
    from tests.conftest import Einmal, Haus

MUSTERKREIS = Path(__file__).resolve().parents[1] / "jugendaemter" / "musterkreis"
STAND = "Stand: 01.07.2024 / 12:00:00"

Zeilen = list[dict[str, Any]]


@contextmanager
def _lesend(datei: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(datei), read_only=True) as con:
        yield con


@pytest.fixture(scope="session")
def frage_bi() -> Callable[[Path, str], Zeilen]:
    """Rows of a query on ``current/bi/marts.duckdb`` of a home, opened as a BI tool does."""

    def frage(home: Path, sql: str) -> Zeilen:
        with _lesend(home / "current" / "bi" / "marts.duckdb") as con:
            return con.sql(sql).pl().to_dicts()

    return frage


@pytest.fixture(scope="session")
def bi_inhalt() -> Callable[[Path], dict[str, Any]]:
    """Sorted contents of every table of a home's BI file."""

    def inhalt(home: Path) -> dict[str, Any]:
        with _lesend(home / "current" / "bi" / "marts.duckdb") as con:
            namen = con.sql("select table_name from duckdb_tables() where schema_name = 'mart'").fetchall()
            return {n: con.sql(f'select * from mart."{n}" order by all').fetchall() for (n,) in sorted(namen)}

    return inhalt


@pytest.fixture(scope="session")
def zustand() -> Callable[[Haus], dict[str, Any]]:
    """``berichtswesen status --json``."""

    def lies(haus: Haus) -> dict[str, Any]:
        lauf = haus.cli("status", "--json")
        assert lauf.returncode == 0, lauf.stderr
        return dict(json.loads(lauf.stdout))

    return lies


@pytest.fixture(scope="session")
def abdruck() -> Callable[[Path], dict[str, str]]:
    """SHA-256 of every file below a folder, by relative path."""

    def rechne(ordner: Path) -> dict[str, str]:
        dateien = sorted(p for p in ordner.rglob("*") if p.is_file() and not p.is_symlink())
        return {str(p.relative_to(ordner)): hashlib.sha256(p.read_bytes()).hexdigest() for p in dateien}

    return rechne


@pytest.fixture(scope="session")
def geaendert() -> Callable[..., bytes]:
    """A delivered table with some cells and its Stand changed.

    ``geaendert(file, {(key, cell number): text}, stand="01.08.2024", jahr="2023")``; cells are counted after the
    name. ``jahr``: only rows whose first cell is this year.
    """

    def machen(
        datei: Path, zellen: dict[tuple[str, int], str], stand: str = "01.07.2024", jahr: str | None = None
    ) -> bytes:
        zeilen = datei.read_bytes().decode("iso-8859-1").split("\n")
        offen = dict(zellen)
        for nummer, zeile in enumerate(zeilen):
            felder = zeile.split(";")
            davor = 0 if jahr is None else 1
            if len(felder) < 3 or (jahr is not None and felder[0] != jahr):
                continue
            for schluessel, zelle in [s for s in offen if s[0] == felder[davor]]:
                felder[davor + 2 + zelle] = offen.pop((schluessel, zelle))
            zeilen[nummer] = ";".join(felder)
        assert not offen, f"nicht gefunden: {offen}"
        text = "\n".join(zeilen)
        assert STAND in text
        return text.replace(STAND, f"Stand: {stand} / 12:00:00").encode("iso-8859-1")

    return machen


@pytest.fixture(scope="session")
def zellen() -> Callable[..., list[str]]:
    """Cells of one row of a delivered table, after the name: ``zellen(file, key, jahr="2023")``."""

    def lies(datei: Path, schluessel: str, jahr: str | None = None) -> list[str]:
        davor = [schluessel] if jahr is None else [jahr, schluessel]
        alle = (z.split(";") for z in datei.read_bytes().decode("iso-8859-1").split("\n"))
        (zeile,) = [z for z in alle if z[: len(davor)] == davor]
        return zeile[len(davor) + 1 :]

    return lies


@pytest.fixture(scope="session")
def altern() -> Callable[[Path], Path]:
    """Make a file look as if it had rested for an hour."""

    def setzen(datei: Path) -> Path:
        os.utime(datei, (time.time() - 3600,) * 2)
        return datei

    return setzen


def _kreis(ordner: Path, jugendamt: str, kreis: str, **kopf: str) -> None:
    """A copy of the tiny Jugendamt under other ids, so that the two do not share a Raum."""
    ziel = ordner / jugendamt
    shutil.copytree(MUSTERKREIS, ziel)
    for datei in ziel.iterdir():
        text = datei.read_text("utf-8").replace("musterkreis", jugendamt).replace("Musterkreis", jugendamt.title())
        datei.write_text(text.replace("99001", kreis), "utf-8")
    profil = yaml.safe_load((ziel / "profil.yml").read_text("utf-8"))
    (ziel / "profil.yml").write_text(yaml.safe_dump({**profil, **kopf}, allow_unicode=True), "utf-8")


@pytest.fixture(scope="session")
def kreise(einmal: Einmal) -> Path:
    """Profiles of three invented Kreise: two released automatically, the third by two persons."""

    def mache(ordner: Path) -> None:
        shutil.copytree(MUSTERKREIS, ordner / "musterkreis")
        _kreis(ordner, "nebenkreis", "99002")
        _kreis(ordner, "pruefkreis", "99003", freigabe="erforderlich")

    return einmal("profile3", mache)


@pytest.fixture(scope="session")
def kreise_lieferung(einmal: Einmal, kreise: Path) -> Path:
    """Musterdaten of the three Kreise."""
    from sources.musterdaten import schreibe_musterdaten
    from sources.profile import lade_profile

    return einmal("lieferung3", lambda ziel: schreibe_musterdaten(lade_profile([kreise]), ziel, nur=()))


@pytest.fixture(scope="session")
def _kreise_haus(einmal: Einmal, kreise: Path, kreise_lieferung: Path) -> Haus:
    from tests.conftest import Haus, gelungen

    def mache(ziel: Path) -> None:
        gelungen(Haus(ziel / "data", kreise).cli("refresh", "--landing", str(kreise_lieferung)))

    return Haus(einmal("haus3", mache) / "data", kreise)


@pytest.fixture
def kreise_haus(_kreise_haus: Haus, tmp_path: Path) -> Haus:
    """A house of the three Kreise after its first refresh, a copy for each test."""
    return _kreise_haus.kopie(tmp_path / "kreise")


@pytest.fixture(scope="session")
def aus_release() -> Callable[[Path, str], list[Path]]:
    """Release folders of a Jugendamt, sorted; unfinished ones would be among them."""

    def liste(home: Path, jugendamt: str) -> list[Path]:
        ordner: Sequence[Path] = [p for p in (home / "releases" / jugendamt).glob("*") if p.is_dir()]
        return sorted(ordner)

    return liste


@pytest.fixture(scope="session")
def hilfen_lieferung(einmal: Einmal) -> Path:
    """Musterdaten of the tiny Jugendamt with two years of single Hilfen."""
    from sources.musterdaten import schreibe_musterdaten
    from sources.profile import lade_profile

    def mache(ziel: Path) -> None:
        profile = lade_profile([MUSTERKREIS.parent])
        schreibe_musterdaten(profile, ziel, jahre=(2022, 2023), nur=("hze_faelle", "raumgrenzen"))

    return einmal("hilfen", mache)


@pytest.fixture(scope="session")
def hilfen_haus(einmal: Einmal, hilfen_lieferung: Path) -> Haus:
    """The tiny Jugendamt released with its Hilfen. Read only."""
    from tests.conftest import Haus, gelungen

    def mache(ziel: Path) -> None:
        haus = Haus(ziel / "data", MUSTERKREIS.parent)
        gelungen(haus.cli("refresh", "--landing", str(hilfen_lieferung), timeout=900))

    return Haus(einmal("hilfen_haus", mache) / "data", MUSTERKREIS.parent)
