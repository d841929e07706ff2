"""Verbs that touch no store: read, musterdaten, neu, kennzahl."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

NAME = "12411-01-01-5_muster.csv"


def test_read_tells_extract_signs_and_rows(leeres_haus, muster_lieferung: Path, tmp_path: Path) -> None:
    ziel = tmp_path / "x.parquet"
    lauf = leeres_haus.cli("read", str(muster_lieferung / "_amtlich" / NAME), "--out", str(ziel))
    assert lauf.returncode == 0, lauf.stderr
    assert "Extrakt: bevoelkerung_geschlecht" in lauf.stdout
    assert "Tabelle: 12411-01-01-5; Kodierung: iso-8859-1; Zeilen: 120" in lauf.stdout
    assert "Musterdaten: erfundene Werte" in lauf.stdout
    assert len(pl.read_parquet(ziel)) == 120
    assert not leeres_haus.home.exists()


@pytest.mark.parametrize(
    ("name", "inhalt"),
    [
        ("leer.csv", b""),
        ("fehlerseite.csv", b"<!DOCTYPE html><html><body>503 Service Unavailable</body></html>"),
        ("abgeschnitten.xlsx", b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00"),
        ("bild.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        ("utf16.csv", "a;b\n1;2\n".encode("utf-16")),
    ],
)
def test_read_says_why_it_cannot_read(leeres_haus, tmp_path: Path, name: str, inhalt: bytes) -> None:
    (tmp_path / name).write_bytes(inhalt)
    lauf = leeres_haus.cli("read", str(tmp_path / name))
    assert lauf.returncode == 1, lauf.stdout + lauf.stderr
    assert "Traceback" not in lauf.stderr
    (zeile,) = lauf.stderr.strip().splitlines()
    assert zeile.startswith("Fehler: ")
    assert "Erwartet: " in zeile
    assert "Bitte: " in zeile


def test_read_makes_the_folder_for_its_parquet_or_says_that_it_cannot(
    leeres_haus, muster_lieferung: Path, tmp_path: Path
) -> None:
    quelle = str(muster_lieferung / "_amtlich" / NAME)
    assert leeres_haus.cli("read", quelle, "--out", str(tmp_path / "neu" / "a.parquet")).returncode == 0
    assert len(pl.read_parquet(tmp_path / "neu" / "a.parquet")) == 120
    lauf = leeres_haus.cli("read", quelle, "--out", str(tmp_path / "neu"))
    assert lauf.returncode == 2
    assert (
        lauf.stderr.strip()
        == f"Fehler: {tmp_path / 'neu'} lässt sich nicht schreiben. Erwartet: eine Datei, die entstehen darf."
    )


def test_read_refuses_a_truncated_real_file(neues_haus, testdaten: Path, tmp_path: Path) -> None:
    quelle = next(iter(sorted(testdaten.rglob("*.xlsx"))))
    (tmp_path / quelle.name).write_bytes(quelle.read_bytes()[:4000])
    lauf = neues_haus().cli("read", str(tmp_path / quelle.name))
    assert lauf.returncode == 1
    assert lauf.stderr.startswith("Fehler: ")
    assert "Traceback" not in lauf.stderr


def test_read_knows_the_real_files(neues_haus, testdaten: Path) -> None:
    haus = neues_haus()
    for name, extrakt in (
        ("12411-01-01-5", "bevoelkerung_geschlecht"),
        ("12411-02-03-5", "bevoelkerung_altersgruppen"),
        ("21111-02-06-4", "abgaenger"),
    ):
        datei = next(iter(sorted((testdaten / "genesis").rglob(f"*{name}*.csv"))))
        lauf = haus.cli("read", str(datei))
        assert lauf.returncode == 0, lauf.stderr
        assert f"Extrakt: {extrakt}" in lauf.stdout
    datei = next(iter(sorted((testdaten / "rostock" / "bevoelkerung").rglob("*.csv"))))
    lauf = haus.cli("read", str(datei))
    assert lauf.returncode == 0, lauf.stderr
    assert "Extrakt: opendata_hro" in lauf.stdout


def test_musterdaten_are_the_same_every_time(leeres_haus, muster_lieferung: Path, tmp_path: Path) -> None:
    lauf = leeres_haus.cli("musterdaten", "--jugendamt", "musterkreis", "--out", str(tmp_path / "m"))
    assert lauf.returncode == 0, lauf.stderr
    neu = {p.relative_to(tmp_path / "m"): p.read_bytes() for p in (tmp_path / "m").rglob("*") if p.is_file()}
    alt = {p.relative_to(muster_lieferung): p.read_bytes() for p in muster_lieferung.rglob("*") if p.is_file()}
    assert {pfad: neu[pfad] for pfad in alt} == alt
    assert any(pfad.name == "hze_faelle_2023.csv" for pfad in neu)
    assert f"{len(neu)} Dateien mit Musterdaten" in lauf.stdout


def test_musterdaten_of_a_span_with_faults(leeres_haus, tmp_path: Path) -> None:
    wahl = ("musterdaten", "--jugendamt", "musterkreis", "--out", str(tmp_path / "m"))
    lauf = leeres_haus.cli(*wahl, "--von", "2020", "--bis", "2021", "--fehler")
    assert lauf.returncode == 0, lauf.stderr
    jahre = {p.stem[-4:] for p in (tmp_path / "m" / "musterkreis").glob("hze_faelle_*.csv")}
    assert jahre == {"2020", "2021"}
    assert json.loads((tmp_path / "m" / "fehler.json").read_text("utf-8"))
    lauf = leeres_haus.cli(*wahl, "--von", "2021", "--bis", "2020")
    assert lauf.returncode == 2
    assert "enthält kein Jahr" in lauf.stderr


def test_kennzahl_show_is_a_whole_sheet(leeres_haus) -> None:
    lauf = leeres_haus.cli("kennzahl", "show", "jugendquotient")
    assert lauf.returncode == 0, lauf.stderr
    for feld in ("Kennzahl:", "Definition:", "Zähler:", "Nenner:", "Formel:", "Einheit:", "Quelle:"):
        assert feld in lauf.stdout
    geburten = leeres_haus.cli("kennzahl", "show", "geburten_je_1000").stdout
    for wort in ("Formel:            1.000 × Zähler / Nenner", "1 Nachkommastelle\n", "Gemeindeteil", "AI0209"):
        assert wort in geburten
    alle = leeres_haus.cli("kennzahl", "list").stdout
    assert all(code in alle for code in ("bev_gesamt", "jugendquotient", "abgaenger_ohne_hsa_pct"))


def test_neu_makes_a_skeleton_that_check_speaks_of(neues_haus, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    haus = neues_haus(profile=profile)
    lauf = haus.cli("neu", "neukreis")
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    dateien = {p.name for p in (profile / "neukreis").iterdir()}
    assert {"profil.yml", "raeume.csv", "zuordnung.csv"} <= dateien
    assert "jugendamt: neukreis" in (profile / "neukreis" / "profil.yml").read_text("utf-8")
    pruefung = haus.cli("check")
    assert "Traceback" not in pruefung.stdout + pruefung.stderr


@pytest.mark.parametrize("name", ["Neu Kreis", "neu-kreis", "../neu", "", "Ä", "1kreis", "_amtlich"])
def test_neu_refuses_a_name_that_is_no_key(neues_haus, tmp_path: Path, name: str) -> None:
    (tmp_path / "profile").mkdir()
    lauf = neues_haus(profile=tmp_path / "profile").cli("neu", name)
    assert lauf.returncode == 2, lauf.stdout
    assert lauf.stderr.startswith("Fehler: ")
    assert not list((tmp_path / "profile").iterdir())


def test_neu_overwrites_nothing(neues_haus, tmp_path: Path) -> None:
    (tmp_path / "profile" / "musterkreis").mkdir(parents=True)
    lauf = neues_haus(profile=tmp_path / "profile").cli("neu", "musterkreis")
    assert lauf.returncode == 2
    assert "gibt es schon" in lauf.stderr


BEISPIELE = Path(__file__).resolve().parents[3] / "sources"


def test_read_judges_records_as_the_door_would(leeres_haus, tmp_path: Path) -> None:
    datei = BEISPIELE / "bedarfe" / "beispiel" / "bedarfe_2023.csv"
    lauf = leeres_haus.cli("read", str(datei), "--out", str(tmp_path / "x.parquet"))
    assert lauf.returncode == 0, lauf.stderr
    assert "Extrakt: bedarfe" in lauf.stdout
    assert "An der Tür: verdächtig 1" in lauf.stdout
    assert "Zeile 4: der Bedarf ist überfällig" in lauf.stdout
    doppelt = tmp_path / datei.name
    doppelt.write_bytes(datei.read_bytes() + datei.read_bytes().split(b"\n")[1] + b"\n")
    lauf = leeres_haus.cli("read", str(doppelt))
    assert (lauf.returncode, "kommt doppelt vor" in lauf.stderr) == (1, True), lauf.stdout
    assert pl.read_parquet(tmp_path / "x.parquet").schema["datum"] == pl.Date


def test_read_shows_nothing_of_single_persons(leeres_haus, tmp_path: Path) -> None:
    datei = BEISPIELE / "hze_faelle" / "beispiel" / "hze_faelle_2023.csv"
    einfach = tmp_path / "einwohnermelde_2023.csv"
    einfach.write_text("stichtag;alter;geschlecht;nationalitaet;Name\n31.12.2023;7;w;deutsch;Marker\n", "utf-8")
    lauf = leeres_haus.cli("read", str(einfach), "--out", str(tmp_path / "x.parquet"))
    assert lauf.returncode == 0, lauf.stderr
    assert "Einzeldaten" in lauf.stdout
    assert "Marker" not in lauf.stdout + lauf.stderr
    assert not (tmp_path / "x.parquet").exists()
    assert "Mustername" not in leeres_haus.cli("read", str(datei)).stdout
