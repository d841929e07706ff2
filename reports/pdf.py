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

from reports.seitenbaum import Bild, Block, Seiten
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
    jahr = bericht.angaben.berichtsjahr
    # read once: a Steckbrief is a file of its own and a chapter of the whole
    leser = Seiten(seiten["stil.css"])
    steckbriefe = {slug: leser.lies(seiten[f"raum/{slug}.html"]) for slug in namen}
    werte = {slug: leser.lies(anhaenge[slug]) for slug in namen}
    vorne, hinten = (
        [leser.lies(seiten[f"{name}.html"]) for name in folge if f"{name}.html" in seiten]
        for folge in (_FOLGE, _SCHLUSS)
    )

    def einzeln() -> None:
        compiler = _compiler()
        for slug, seite in steckbriefe.items():
            anhang = werte[slug]
            teile = [_teil(seite.haupt, neu=True), _teil(anhang.haupt, neu=True), _teil(seite.quellen, neu=False)]
            titel = f"{namen[slug]}: Steckbrief {jahr}"
            _schreibe(compiler, ziel / f"{slug}.pdf", bericht, titel, teile, seite.bilder | anhang.bilder)

    def ganz() -> None:
        teile = [_teil(s.haupt, neu=True) for s in vorne]
        teile += [_teil([["h", 1, [["", "Steckbriefe"]]]], neu=True)] if namen else []
        teile += [_teil(s.haupt, neu=nr > 0, stufe=1) for nr, s in enumerate(steckbriefe.values())]
        teile += [_teil(s.haupt, neu=True) for s in hinten]
        teile.append(_teil([*vorne, *hinten][-1].quellen, neu=False))
        bilder = {nr: bild for s in (*vorne, *steckbriefe.values(), *hinten) for nr, bild in s.bilder.items()}
        _schreibe(_compiler(), ziel / "bericht.pdf", bericht, f"Bericht {jahr}", teile, bilder)

    with ThreadPoolExecutor(2) as arbeiter:
        for fertig in (arbeiter.submit(ganz), arbeiter.submit(einzeln)):
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
    bilder: Mapping[int, Bild],
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
        "bilder": bilder,
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
