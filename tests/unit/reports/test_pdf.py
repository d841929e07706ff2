"""PDF: the same texts as the pages, accessible, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from quality.befund import Befund
from reports.bericht import schreibe_bericht
from reports.seitenbaum import Seiten, bildregeln
from reports.typen import BerichtsAngaben

STIL = (
    ":root { --farbe: #0b4f6c; } .linie { stroke: var(--farbe); }"
    "@media print { .linie { stroke: #000; } } p { margin: 0; }"
)


def lies(seite: str) -> list[Any]:
    return Seiten(STIL).lies(f"<body><main>{seite}</main></body>")[0]


def elemente(pdf: PdfReader) -> Iterator[Any]:
    """All elements of the structure tree."""
    offen = [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while offen:
        knoten = offen.pop().get_object()
        if isinstance(knoten, list):
            offen += knoten
        elif hasattr(knoten, "get"):
            yield knoten
            if "/K" in knoten:
                offen.append(knoten["/K"])


def test_a_page_becomes_blocks() -> None:
    titel = '<h1>Titel <span class="nebentitel">dazu</span></h1>'
    assert lies(f'<nav>weg</nav>{titel}<p class="klein">Ein\n <b>Satz</b></p>') == [
        ["h", 1, [["", "Titel "], ["k", "dazu"]]], ["p", "klein", [["", "Ein Satz"]]],
    ]  # fmt: skip
    assert lies('<p><span class="alt-jahr">2018</span></p>') == [["p", "", [["b", "2018"]]]]
    verweis = '<span class="weiter"> · <a href="#t">Tabelle</a></span>'
    assert lies(f'<p class="klein">Quelle{verweis}</p>') == [["p", "klein", [["", "Quelle"]]]]
    (tafel,) = lies(
        "<table><caption>Was</caption><thead><tr><th>Raum</th><th>n</th></tr></thead><tbody>"
        '<tr><th scope="rowgroup" colspan="2">Gruppe</th></tr><tr><th>A</th><td>1,5</td></tr></tbody></table>'
    )
    assert tafel[1] == [["", "Was"]]
    assert len(tafel[2]) == 2
    assert tafel[3] == [[["kopf", 1, [["", "Raum"]]], ["kopf", 1, [["", "n"]]]]]
    assert tafel[4] == [[["gruppe", 2, [["", "Gruppe"]]]], [["kopf", 1, [["", "A"]]], ["zahl", 1, [["", "1,5"]]]]]
    assert lies('<ul><li><h3>Kopf</h3><p>Text</p></li><li aria-hidden="true">–</li></ul>')[0][2][0] == [
        ["p", "kopf", [["", "Kopf"]]], ["p", "", [["", "Text"]]],
    ]  # fmt: skip


def test_pictures_carry_colours_and_words() -> None:
    leser = Seiten(STIL)
    leser.lies("<main><svg></svg></main>")
    worte = "<title>Verlauf &amp; Ende</title><desc>Von 1 bis 2.</desc>"
    svg = f'<svg viewBox="0 0 120 30">{worte}<path class="linie"/></svg>'
    seite = leser.lies(f"<main><figure>{svg}</figure></main>")
    # no number twice: pictures of several pages go into one document
    assert seite.haupt == [["bild", [["p", "", [["svg", 1]]]]]]
    bild, alt, breite = seite.bilder[1]
    assert alt == "Verlauf & Ende Von 1 bis 2."
    assert breite == 120
    assert "<style>.linie {stroke: #0b4f6c;}</style>" in bild
    assert 'xmlns="http://www.w3.org/2000/svg"' in bild
    assert bildregeln(STIL) == [(".linie", "stroke: #0b4f6c;")]


@pytest.fixture
def ordner(marts: Path, tmp_path: Path, angaben: BerichtsAngaben, befunde: list[Befund]) -> Path:
    schreibe_bericht(marts, tmp_path / "bericht", angaben, befunde)
    return tmp_path / "bericht" / "pdf"


def test_every_file_is_accessible_and_marked(ordner: Path) -> None:
    dateien = sorted(ordner.glob("*.pdf"))
    raeume = ["99001001", "99001002", "99001003", "bericht", "musterkreis-nord"]
    assert [d.stem for d in dateien] == raeume
    bilder = []
    for datei in dateien:
        pdf = PdfReader(datei)
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.trailer["/Root"]["/Metadata"].get_data()
        assert pdf.metadata is not None
        assert "Musterkreis" in (pdf.metadata.title or "")
        assert pdf.trailer["/Root"]["/Lang"] == "de-DE"
        assert len(pdf.outline) >= 1
        bilder += [e for e in elemente(pdf) if e.get("/S") == "/Figure"]
        assert any(e.get("/S") == "/TH" for e in elemente(pdf))
        for seite in pdf.pages:
            assert "Musterdaten – erfundene Werte" in seite.extract_text()
    assert len(bilder) > 5
    assert all(e.get("/Alt") for e in bilder)


def test_what_is_protected_is_in_no_file(ordner: Path) -> None:
    text = "".join(seite.extract_text() for d in ordner.glob("*.pdf") for seite in PdfReader(d).pages)
    assert "77.777" not in text
    assert "88.888" not in text
    assert "24.555" in text  # Ödheim, the last year


def test_same_marts_same_bytes_and_the_watermark_of_the_internal_report(
    ordner: Path, marts: Path, tmp_path: Path, angaben: BerichtsAngaben, befunde: list[Befund]
) -> None:
    schreibe_bericht(marts, tmp_path / "noch", angaben, befunde)
    for datei in ordner.glob("*.pdf"):
        assert datei.read_bytes() == (tmp_path / "noch" / "pdf" / datei.name).read_bytes()
    schreibe_bericht(marts, tmp_path / "intern", replace(angaben, intern=True), befunde)
    satz = "§ 64 (3) SGB VIII: nicht weitergeben"
    seiten = PdfReader(tmp_path / "intern" / "pdf" / "99001001.pdf").pages
    assert all(satz in seite.extract_text() for seite in seiten)
    assert not any(satz in seite.extract_text() for seite in PdfReader(ordner / "99001001.pdf").pages)
