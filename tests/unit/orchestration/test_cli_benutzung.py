"""Wrong use of the CLI ends with exit code 2 and one line that helps, never with a traceback."""

from __future__ import annotations

import subprocess

import pytest


def _falsch(lauf: subprocess.CompletedProcess[str]) -> str:
    """Assert the shape of a refusal and return its line."""
    assert lauf.returncode == 2, lauf.stdout + lauf.stderr
    assert "Traceback" not in lauf.stdout + lauf.stderr
    (zeile,) = lauf.stderr.strip().splitlines()
    assert zeile.startswith("Fehler: ")
    return zeile


@pytest.mark.parametrize(
    ("argumente", "text"),
    [
        (["refresh", "--jugendamt", "nirgends"], "Kein Profil für das Jugendamt 'nirgends'. Vorhanden: musterkreis."),
        (["status", "--jugendamt", "nirgends"], "Kein Profil für das Jugendamt 'nirgends'. Vorhanden: musterkreis."),
        (["refresh", "--landing", "gibt/es/nicht"], "Den Ordner gibt/es/nicht gibt es nicht."),
        (["query", "select 1"], "Noch ist nichts veröffentlicht. Bitte: zuerst 'berichtswesen refresh'"),
        (["kennzahl", "show", "quatsch"], "Keine Kennzahl 'quatsch'. Vorhanden: bev_gesamt,"),
        (["release", "show", "musterkreis", "2023-9"], "Kein Release musterkreis/2023-9. Vorhanden: keines."),
        (["release", "rollback", "musterkreis"], "Für musterkreis ist kein Release veröffentlicht."),
        (["release", "rollback", "nirgends"], "Kein Profil für das Jugendamt 'nirgends'."),
        (
            ["release", "approve", "musterkreis", "2023-9", "--rolle", "fachlich", "--name", "A"],
            "Kein Release musterkreis/2023-9.",
        ),
        (["read", "gibt/es/nicht.csv"], "Die Datei gibt/es/nicht.csv gibt es nicht."),
        (["musterdaten", "--jugendamt", "nirgends", "--out", "egal"], "Kein Profil für das Jugendamt 'nirgends'."),
    ],
    ids=lambda x: " ".join(x[:2]) if isinstance(x, list) else "",
)
def test_wrong_use_of_an_empty_house(leeres_haus, argumente: list[str], text: str) -> None:
    assert text in _falsch(leeres_haus.cli(*argumente))


@pytest.mark.parametrize("argumente", [["quatsch"], ["refresh", "--jahr", "abc"], ["refresh", "--jahr", "1800"]])
def test_wrong_options(leeres_haus, argumente: list[str]) -> None:
    lauf = leeres_haus.cli(*argumente)
    assert lauf.returncode == 2
    assert argumente[-1] in lauf.stderr or "--jahr" in lauf.stderr
    assert "Traceback" not in lauf.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "select",
        "select * from mart.gibt_es_nicht",
        "drop table mart.raeume",
        "create table mart.neu as select 1",
        "select * from read_csv('/etc/hostname')",
        "attach 'andere.duckdb'",
    ],
)
def test_bad_or_writing_sql_on_a_released_house(muster_haus, sql: str) -> None:
    _falsch(muster_haus.cli("query", sql))
    assert muster_haus.frage("select count(*) as n from mart.raeume where raumebene = 'sozialraum'") == [{"n": 3}]


def test_unknown_release_names_the_known_ones(muster_haus) -> None:
    assert "Vorhanden: 2023-1." in _falsch(muster_haus.cli("release", "show", "musterkreis", "2023-9"))


def test_only_one_release_cannot_be_rolled_back(muster_haus) -> None:
    assert "Vor musterkreis/2023-1 gibt es kein freigegebenes Release" in _falsch(
        muster_haus.cli("release", "rollback", "musterkreis")
    )
    assert muster_haus.frage("select count(*) > 0 as da from mart.kennzahlen") == [{"da": True}]


def test_a_broken_profile_is_told_by_file_and_field(neues_haus, tmp_path) -> None:
    ordner = tmp_path / "profile" / "kaputt"
    ordner.mkdir(parents=True)
    (ordner / "profil.yml").write_text("jugendamt: kaputt\nname: [\n", "utf-8")
    lauf = neues_haus(profile=tmp_path / "profile").cli("check")
    assert lauf.returncode == 2
    assert "Traceback" not in lauf.stderr
    assert "kaputt" in lauf.stderr
    assert "profil.yml" in lauf.stderr
