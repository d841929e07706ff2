"""PDF/UA-1 of the report: one file per Sozialraum and one of the whole, from the very pages of the HTML report.

Belongs here: which pages make which file, and compiling them with Typst. Not here: the pages (`bericht`), their blocks
(`seitenbaum`), how they look on paper (`vorlagen/bericht.typ`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from reports.seitenbaum import Block, Seiten
from reports.typen import Bericht
from reports.woerter import MUSTERDATEN, NICHT_WEITERGEBEN

_VORLAGE = Path(__file__).parent / "vorlagen" / "bericht.typ"
_FOLGE = ("index", "raeume", "karten", "haushalt", "analyse", "modellregionen", "aenderungen")
_SCHLUSS = ("kennzahlen", "datenqualitaet")


def schreibe_pdf(seiten: Mapping[str, str], anhaenge: Mapping[str, str], ziel: Path, bericht: Bericht) -> list[Path]:
    """Write `<slug>.pdf` per Raum and `bericht.pdf` into `ziel`; returns them, sorted.

    Args:
        seiten: the pages of the HTML report by name, with the style sheet `stil.css`.
        anhaenge: per slug a page with all Kennzahlen of the Raum.
        ziel: the folder, made if missing.
        bericht: for title, marks and the date, which is that of the newest data: same pages, same bytes.
    """
    ziel.mkdir(parents=True, exist_ok=True)
    namen = {b.slug: b.name for b in bericht.blaetter}
    stil, jahr = seiten["stil.css"], bericht.angaben.berichtsjahr

    def einzeln(slugs: Sequence[str]) -> None:
        compiler = _compiler()
        for slug in slugs:
            leser = Seiten(stil)
            haupt, quellen = leser.lies(seiten[f"raum/{slug}.html"])
            anhang, _ = leser.lies(anhaenge[slug])
            teile = [_teil(haupt, neu=True), _teil(anhang, neu=True), _teil(quellen, neu=False)]
            _schreibe(compiler, ziel / f"{slug}.pdf", bericht, f"{namen[slug]}: Steckbrief {jahr}", teile, leser)

    def ganz() -> None:
        leser = Seiten(stil)
        teile: list[dict[str, Any]] = []
        quellen: list[Block] = []
        for name in (*_FOLGE, "", *_SCHLUSS):
            if not name:
                teile += [_teil([["h", 1, [["", "Steckbriefe"]]]], neu=True)] if namen else []
                haupt = (leser.lies(seiten[f"raum/{slug}.html"])[0] for slug in namen)
                teile += [_teil(bloecke, neu=nr > 0, stufe=1) for nr, bloecke in enumerate(haupt)]
            elif f"{name}.html" in seiten:
                bloecke, quellen = leser.lies(seiten[f"{name}.html"])
                teile.append(_teil(bloecke, neu=True))
        teile.append(_teil(quellen, neu=False))
        _schreibe(_compiler(), ziel / "bericht.pdf", bericht, f"Bericht {jahr}", teile, leser)

    with ThreadPoolExecutor(2) as arbeiter:
        for fertig in (arbeiter.submit(ganz), arbeiter.submit(einzeln, list(namen))):
            fertig.result()
    return sorted(ziel.glob("*.pdf"))


def _teil(bloecke: list[Block], *, neu: bool, stufe: int = 0) -> dict[str, Any]:
    return {"bloecke": bloecke, "neueseite": neu, "stufe": stufe}


def _compiler() -> typst.Compiler:
    # only the fonts that Typst brings: the same letters on every machine
    return typst.Compiler(str(_VORLAGE), ignore_system_fonts=True)


def _schreibe(
    compiler: typst.Compiler,
    datei: Path,
    bericht: Bericht,
    titel: str,
    teile: Sequence[Mapping[str, Any]],
    leser: Seiten,
) -> None:
    a = bericht.angaben
    daten = {
        "titel": f"{titel}, {a.name}",
        "autor": a.name,
        "stichworte": ["Sozialberichterstattung", "Jugendhilfeplanung", str(a.berichtsjahr)],
        "kopf": f"{titel} · {a.name}",
        "marke": MUSTERDATEN if bericht.musterdaten else "",
        "fuss": f"Berichtsjahr {a.berichtsjahr}",
        "wasserzeichen": NICHT_WEITERGEBEN if a.intern else "",
        "bilder": leser.bilder,
        "teile": teile,
    }
    stand = max((tag for _, tag in bericht.datenstaende if tag), default=date(a.berichtsjahr, 12, 31))
    zeit = int(datetime(stand.year, stand.month, stand.day, tzinfo=UTC).timestamp())
    inhalt = compiler.compile(
        format="pdf",
        sys_inputs={"daten": json.dumps(daten, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=zeit,
    )
    assert isinstance(inhalt, bytes)  # other formats give one file per page
    datei.write_bytes(inhalt)
