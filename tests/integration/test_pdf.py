"""The PDF files of a release: accessible, and the figures of mart `steckbrief` for every Raum."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from reports.zahlen import zahl
from tests.conftest import Haus

pytestmark = pytest.mark.lang
GEZEIGT = {"gueltig", "gerundete_null", "zeitreihenbruch", "unsicher"}


def fehlende_zahlen(release: Path) -> tuple[list[str], int]:
    """Figures of `steckbrief` that the PDF of their Raum does not show, and how many were looked for."""
    steckbrief = pl.read_parquet(release / "marts" / "steckbrief.parquet")
    steckbrief = steckbrief.filter(pl.col("berichtsjahr") == pl.col("berichtsjahr").max())
    katalog = pl.read_parquet(release / "marts" / "kennzahlenkatalog.parquet").sort("version")
    stellen = dict(katalog.select("kennzahl", "nachkommastellen").iter_rows())
    fehlt, gesucht = [], 0
    for zeile in steckbrief.to_dicts():
        datei = release / "bericht" / "pdf" / f"{zeile['raum_id'].lower().replace(':', '-')}.pdf"
        if not datei.exists():  # the whole, and members that stand for no area
            continue
        text = " ".join(seite.extract_text() for seite in PdfReader(datei).pages)
        worte = Counter(text.replace("(", "").replace(")", "").split())
        soll = Counter(
            zahl(zeile[code], n) for code, n in stellen.items()
            if zeile.get(code) is not None and zeile[f"{code}_status"] in GEZEIGT
        )  # fmt: skip
        gesucht += soll.total()
        fehlt += [f"{zeile['raum_id']}: {wort}" for wort in (soll - worte)]
    return fehlt, gesucht


def test_every_raum_has_the_figures_of_the_mart(muster_haus: Haus) -> None:
    (release,) = (p for p in (muster_haus.home / "releases" / "musterkreis").iterdir() if p.is_dir())
    fehlt, gesucht = fehlende_zahlen(release)
    assert fehlt == []
    assert gesucht > 50
    (release / "marts" / "steckbrief.parquet").chmod(0o644)
    steckbrief = pl.read_parquet(release / "marts" / "steckbrief.parquet")
    steckbrief.with_columns(pl.col("bev_gesamt") + 1).write_parquet(release / "marts" / "steckbrief.parquet")
    assert fehlende_zahlen(release)[0]  # the test of this test


def test_every_pdf_of_a_release_is_accessible(muster_haus: Haus) -> None:
    dateien = sorted((muster_haus.home / "current" / "musterkreis" / "bericht" / "pdf").glob("*.pdf"))
    assert len(dateien) > 3
    for datei in dateien:
        pdf = PdfReader(datei)
        wurzel = pdf.trailer["/Root"]
        assert b"<pdfuaid:part>1</pdfuaid:part>" in wurzel["/Metadata"].get_data()
        assert wurzel["/MarkInfo"]["/Marked"]
        assert wurzel["/Lang"] == "de-DE"
        assert wurzel["/ViewerPreferences"]["/DisplayDocTitle"]
        assert pdf.metadata is not None
        assert pdf.metadata.title
        assert pdf.outline
