"""Freigabe by two persons, roll back, and years: what ``current`` shows and what it never does.

Here: ``freigabe: erforderlich`` through the CLI. Not here: what a release contains (``test_orakel.py``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Haus

pytestmark = pytest.mark.lang
KREIS = "pruefkreis"


def _gibt_frei(haus: Haus, release: str, rolle: str, name: str) -> CompletedProcess[str]:
    return haus.cli("release", "approve", KREIS, release, "--rolle", rolle, "--name", name)


def _nimmt_an(haus: Haus, release: str, hinweis: str) -> CompletedProcess[str]:
    wer = ("--name", "A. Beispiel", "--grund", "Der Haushalt folgt")
    return haus.cli("release", "accept", KREIS, release, "--hinweis", hinweis, *wer)


def _zustaende(haus: Haus) -> dict[tuple[str, str], tuple[str, bool]]:
    lauf = haus.cli("release", "list", "--json")
    assert lauf.returncode == 0, lauf.stderr
    return {(z["jugendamt"], z["release"]): (z["zustand"], z["gezeigt"]) for z in json.loads(lauf.stdout)}


def _verweigert(lauf: CompletedProcess[str], *woerter: str) -> None:
    assert lauf.returncode == 2, lauf.stdout + lauf.stderr
    assert "Traceback" not in lauf.stdout + lauf.stderr
    assert len(lauf.stderr.strip().splitlines()) == 1
    for wort in woerter:
        assert wort in lauf.stderr


def test_freigabe_durch_zwei_ruecknahme_und_jahre(
    kreise_haus: Haus,
    abdruck: Callable[[Path], dict[str, str]],
    frage_bi: Callable[..., list[dict[str, Any]]],
) -> None:
    haus, home = kreise_haus, kreise_haus.home

    def gezeigt() -> dict[str, str]:
        return {p.name: p.resolve().name for p in (home / "current").iterdir() if p.name != "bi"}

    def in_bi() -> dict[str, int]:
        sql = """select jugendamt, max(berichtsjahr) as jahr from mart.kennzahlen where wert is not null
            group by all order by all"""
        return {z["jugendamt"]: z["jahr"] for z in frage_bi(home, sql)}

    andere = {"musterkreis": "2023-1", "nebenkreis": "2023-1"}
    assert _zustaende(haus)[KREIS, "2023-1"] == ("entwurf", False)
    assert gezeigt() == andere
    assert in_bi() == {"musterkreis": 2023, "nebenkreis": 2023}, "ein Entwurf steht auch nicht in der BI-Datei"
    entwurf = abdruck(home / "releases" / KREIS / "2023-1")
    assert "bericht/index.html" in entwurf, "der Entwurf ist vollständig und lässt sich ansehen"

    # two persons, two roles
    _verweigert(_gibt_frei(haus, "2023-1", "leitung", "A. Beispiel"), "leitung", "fachlich", "geheimhaltung")
    _verweigert(_gibt_frei(haus, "2023-9", "fachlich", "A. Beispiel"), "2023-9", "2023-1")
    # each Hinweis is accepted by name and reason first
    _verweigert(_gibt_frei(haus, "2023-1", "fachlich", "A. Beispiel"), "H1", "release accept")
    _verweigert(_nimmt_an(haus, "2023-1", "H9"), "H9", "H1")
    assert _nimmt_an(haus, "2023-1", "H1").returncode == 0
    _verweigert(_nimmt_an(haus, "2023-1", "H1"), "A. Beispiel")
    assert "angenommen von A. Beispiel" in haus.cli("release", "show", KREIS, "2023-1").stdout
    erste = _gibt_frei(haus, "2023-1", "fachlich", "A. Beispiel")
    assert erste.returncode == 0, erste.stderr
    assert gezeigt() == andere, "eine Person genügt nicht"
    _verweigert(_gibt_frei(haus, "2023-1", "geheimhaltung", "A. Beispiel"), "A. Beispiel", "zwei Personen")
    assert gezeigt() == andere
    zweite = _gibt_frei(haus, "2023-1", "geheimhaltung", "B. Beispiel")
    assert zweite.returncode == 0, zweite.stderr
    assert gezeigt() == {**andere, KREIS: "2023-1"}
    assert in_bi() == {"musterkreis": 2023, "nebenkreis": 2023, KREIS: 2023}
    assert _zustaende(haus)[KREIS, "2023-1"] == ("freigegeben", True)
    _verweigert(haus.cli("release", "rollback", KREIS), "2023-1")
    assert gezeigt()[KREIS] == "2023-1", "ohne ein früheres bleibt das letzte stehen"

    # an older Berichtsjahr never displaces a newer
    lauf = haus.cli("refresh", "--jugendamt", KREIS, "--jahr", "2022")
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert _zustaende(haus)[KREIS, "2022-1"] == ("entwurf", False)
    assert _nimmt_an(haus, "2022-1", "H1").returncode == 0
    for rolle, name in (("fachlich", "A. Beispiel"), ("geheimhaltung", "B. Beispiel")):
        assert _gibt_frei(haus, "2022-1", rolle, name).returncode == 0
    assert _zustaende(haus)[KREIS, "2022-1"] == ("freigegeben", False)
    assert gezeigt() == {**andere, KREIS: "2023-1"}
    assert in_bi()[KREIS] == 2023
    jahre = json.loads((home / "releases" / KREIS / "2022-1" / "manifest.json").read_text("utf-8"))
    assert jahre["berichtsjahr"] == 2022

    # roll back: the former release is shown, nothing is deleted
    zurueck = haus.cli("release", "rollback", KREIS, "--name", "C. Beispiel")
    assert zurueck.returncode == 0, zurueck.stderr
    assert gezeigt() == {**andere, KREIS: "2022-1"}
    assert in_bi() == {"musterkreis": 2023, "nebenkreis": 2023, KREIS: 2022}, "ein Release kennt kein späteres Jahr"
    assert _zustaende(haus)[KREIS, "2023-1"] == ("zurueckgezogen", False)
    assert abdruck(home / "releases" / KREIS / "2023-1") == entwurf, "ein Release ändert sich nie"
    verlauf = (home / "releases" / KREIS / "2023-1.verlauf.jsonl").read_text("utf-8").splitlines()
    eintraege = [json.loads(z) for z in verlauf]
    assert [(e["zustand"], e.get("rolle"), e["name"]) for e in eintraege] == [
        ("hinweis_angenommen", None, "A. Beispiel"),
        ("freigabe", "fachlich", "A. Beispiel"),
        ("freigabe", "geheimhaltung", "B. Beispiel"),
        ("freigegeben", None, eintraege[3]["name"]),
        ("zurueckgezogen", None, "C. Beispiel"),
    ]
    _verweigert(_gibt_frei(haus, "2023-1", "fachlich", "A. Beispiel"), "zurueckgezogen")
    assert (home / "current" / "bi" / "marts.duckdb").is_file()


def test_dieselbe_person_bleibt_dieselbe_anders_geschrieben(kreise_haus: Haus) -> None:
    assert _nimmt_an(kreise_haus, "2023-1", "H1").returncode == 0
    assert _gibt_frei(kreise_haus, "2023-1", "fachlich", "A. Beispiel").returncode == 0
    _verweigert(_gibt_frei(kreise_haus, "2023-1", "geheimhaltung", " a. beispiel "))
    _verweigert(_gibt_frei(kreise_haus, "2023-1", "geheimhaltung", " "))
    assert _zustaende(kreise_haus)[KREIS, "2023-1"] == ("entwurf", False)


def test_was_der_bericht_aus_dem_profil_sagt_ist_ein_neues_release(kreise_haus: Haus, tmp_path: Path) -> None:
    """The marts are the same, the report is not: it must not stay as it was."""
    profile = tmp_path / "profile"
    shutil.copytree(kreise_haus.profile or Path(), profile)
    haus = replace(kreise_haus, profile=profile)
    datei = profile / "musterkreis" / "profil.yml"
    datei.write_text(datei.read_text("utf-8").replace("Alles hier ist erfunden", "Alles ist erfunden"), "utf-8")
    lauf = haus.cli("refresh", "--jugendamt", "musterkreis")
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    assert _zustaende(haus)["musterkreis", "2023-1"] == ("ersetzt", False)
    assert _zustaende(haus)["musterkreis", "2023-2"] == ("freigegeben", True)
    gezeigt = json.loads(haus.cli("release", "show", "musterkreis", "2023-2", "--json").stdout)
    assert gezeigt["vergleich"]["mit"] == "2023-1"
    assert gezeigt["vergleich"]["anlaesse"] == [
        "Profil des Jugendamts geändert (Räume, Zuordnung, Schwellen oder Einstellungen)."
    ]
    assert set(gezeigt["vergleich"]["korrekturen"].values()) == {0}
    seite = (haus.home / "current" / "musterkreis" / "bericht" / "aenderungen.html").read_text("utf-8")
    assert "Profil des Jugendamts geändert" in seite
