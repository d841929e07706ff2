"""Geheimhaltung in the house: what was published is remembered, audited again, and never forgotten.

Here: refreshes and verbs on a released Jugendamt with Hilfen. Not here: forms (``test_tueren.py``), the choice of
marks (``tests/unit/geheimhaltung``).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.conftest import Haus

pytestmark = pytest.mark.lang
J = "musterkreis"


def _nochmal(haus: Haus, landing: Path) -> dict[str, str]:
    """A refresh that has to build everything again, and what it brought."""
    (haus.home / "pruefung" / f"{J}.json").unlink()
    lauf = haus.cli("refresh", "--json", "--landing", str(landing), timeout=900)
    (stand,) = json.loads(lauf.stdout)["jugendaemter"]
    return dict(stand)


def test_the_audit_is_in_manifest_report_and_mart(hilfen_haus: Haus) -> None:
    ordner = hilfen_haus.home / "releases" / J / "2023-1"
    schutz = json.loads((ordner / "manifest.json").read_text("utf-8"))["geheimhaltung"]
    assert schutz["sicher"] is True
    assert schutz["geschuetzt"] > 0
    assert schutz["engste_spanne"] >= 2
    assert {e["ebene"] for e in schutz["verlust"]} >= {"jugendamt", "region", "sozialraum"}
    innen = json.loads((hilfen_haus.home / "geheimhaltung" / J / "ergebnis.json").read_text("utf-8"))
    # weights and hashes of hidden numbers could be turned back into these
    assert innen.keys() - schutz.keys() == {"problem_sha256", "schranke", "gewicht", "gewicht_naiv"}
    offen = {"ebene", "zellen", "gesperrt", "gesperrt_naiv", "gewicht_zu_naiv_pct"}
    assert all(e.keys() == offen for e in schutz["verlust"])
    assert all((e["gewicht_zu_naiv_pct"] is None) == (e["gesperrt"] < 100) for e in schutz["verlust"])
    assert schutz["gewicht_zu_naiv_pct"] == round(100 * innen["gewicht"] / innen["gewicht_naiv"])
    assert innen["gewicht"] > 0
    assert schutz["meldung"] in (ordner / "bericht" / "datenqualitaet.html").read_text("utf-8")
    qualitaet = pl.read_parquet(ordner / "marts" / "datenqualitaet.parquet").filter(
        pl.col("bereich") == "geheimhaltung"
    )
    assert qualitaet["meldung"].to_list() == [schutz["meldung"]]


def test_the_reason_of_a_mark_is_in_no_release(hilfen_haus: Haus) -> None:
    innen = pl.read_parquet(hilfen_haus.home / "geheimhaltung" / J / "2023-1" / "zellen.parquet")
    assert {"primaer", "offen"} <= set(innen["marke"])
    assert (hilfen_haus.home / "geheimhaltung").stat().st_mode & 0o777 == 0o700
    for datei in (p for p in (hilfen_haus.home / "releases").rglob("*") if p.is_file()):
        assert b"sekundaer" not in datei.read_bytes(), datei


def test_the_total_of_the_jugendamt_is_visible(hilfen_haus: Haus) -> None:
    hilfen = pl.read_parquet(hilfen_haus.home / "releases" / J / "2023-1" / "marts" / "hilfen.parquet")
    ganz = hilfen.filter(
        pl.col("raumebene") == "jugendamt", pl.col("hilfeart") == "insgesamt", pl.col("einheit") == "faelle",
        *(pl.col(s) == "insgesamt" for s in ("altersgruppe", "geschlecht", "merkmal")),
    )  # fmt: skip
    assert set(ganz["konzept"]) == {"bestand", "begonnen", "beendet", "jahressumme", "mittlerer_bestand"}
    assert set(ganz["status"]) == {"gueltig"}


def test_costs_that_two_faelle_dominate_are_not_released(hilfen_haus: Haus) -> None:
    """Recounted from the largest amounts, which stand in no mart themselves."""
    with duckdb.connect(str(hilfen_haus.home / "warehouse.duckdb"), read_only=True) as con:
        spitzen = con.sql("select * from intermediate.int_hze__kostenspitzen").pl()
        knoten = con.sql(
            "select distinct schluessel from intermediate.int_hilfearten__knoten "
            f"where jugendamt = '{J}' and hilfeart = 'insgesamt'"
        ).pl()
    je_raum = (
        spitzen.join(knoten, on="schluessel")
        .group_by("raum_id", "berichtsjahr")
        .agg(
            summe=pl.col("betrag_eur").filter(pl.col("rang") == 0).sum(),
            zwei=pl.col("betrag_eur").filter(pl.col("rang") > 0).top_k(2).sum(),
        )
    )
    dominiert = je_raum.filter(pl.col("zwei") > 0.85 * pl.col("summe")).select(
        "raum_id", pl.col("berichtsjahr").cast(pl.Int32)
    )
    marts = hilfen_haus.home / "releases" / J / "2023-1" / "marts"
    kosten = pl.read_parquet(marts / "kennzahlen.parquet").filter(
        pl.col("kennzahl").is_in(["ausgaben_je_hilfemonat_eur", "ausgaben_stationaer_anteil_pct"])
    )
    betroffen = kosten.with_columns(pl.col("berichtsjahr").cast(pl.Int32)).join(
        dominiert, on=["raum_id", "berichtsjahr"]
    )
    assert len(betroffen) > 0
    assert "gueltig" not in set(betroffen["status"])
    assert "gueltig" in set(kosten["status"])
    einzelne = set(spitzen.filter(pl.col("rang") > 0, pl.col("betrag_eur") % 1 != 0)["betrag_eur"])
    assert einzelne
    for datei in marts.glob("*.parquet"):
        gezeigt = pl.read_parquet(datei).select(pl.col(pl.Float64))
        assert not einzelne & {w for spalte in gezeigt for w in spalte.drop_nulls()}, datei


def test_the_same_figures_make_no_new_release(hilfen_haus: Haus, hilfen_lieferung: Path, tmp_path: Path) -> None:
    haus = hilfen_haus.kopie(tmp_path / "data")
    assert _nochmal(haus, hilfen_lieferung)["ergebnis"] == "unveraendert"
    assert len(list((haus.home / "releases" / J).glob("*/manifest.json"))) == 1


def test_without_its_memory_nothing_is_published(hilfen_haus: Haus, hilfen_lieferung: Path, tmp_path: Path) -> None:
    """What an earlier release hid must be known, for a new one as for a rollback."""
    haus = hilfen_haus.kopie(tmp_path / "data")
    shutil.rmtree(haus.home / "geheimhaltung" / J / "2023-1")
    stand = _nochmal(haus, hilfen_lieferung)
    assert stand["ergebnis"] == "gesperrt"
    befunde = json.dumps(stand["befunde"], ensure_ascii=False)
    assert "Was in den Releases 2023-1 gesperrt war, ist nicht mehr bekannt" in befunde
    zurueck = haus.cli("release", "rollback", J, "--name", "A. Beispiel")
    assert zurueck.returncode == 2
    assert "Sicherung" in zurueck.stderr
