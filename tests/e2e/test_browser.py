"""The reports of the four Jugendämter in a browser, as people open them from disk: real inputs and Musterdaten.

Here: what only a browser can tell (requests, console, overflow, accessibility, print) and that every link leads
somewhere. Not here: the figures (``tests/integration``), the pages' text (``tests/unit/reports``).
Making both data homes takes minutes; ``tests/conftest.py`` says how to name finished ones.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

pytestmark = pytest.mark.lang

CHROMIUM = Path("/usr/bin/chromium")
SCHALTER = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # all pages of a report are one site: a new renderer for each takes a third of the time
    "--disable-features=ProactivelySwapBrowsingInstance,RenderDocument",
]
JUGENDAEMTER = ["arnsberg", "ortenaukreis", "rostock", "verden"]
BERICHTE = [f"{art}-{j}" for art in ("demo", "echt") for j in JUGENDAEMTER]
BREITEN = [1280, 390]
# Half of the reports is read in the first two, half in the other two: of each Jugendamt, and of Musterdaten and real
# inputs, each kind of page is read at both widths in both schemes.
ANSICHTEN = [[(1280, "light"), (390, "dark")], [(1280, "dark"), (390, "light")]]
# every rule runs; what passed is not described node by node, which takes half of axe's time
NUR_VERSTOESSE = {"resultTypes": ["violations"]}
# A4 less the margins of the style sheet
HOCH_MM, QUER_MM, PX_JE_MM = (184, 277), (275, 188), 96 / 25.4


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing (apt-get install chromium fonts-liberation)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as spiel:
        chromium = spiel.chromium.launch(executable_path=str(CHROMIUM), args=SCHALTER)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module", params=BERICHTE)
def bericht(request: pytest.FixtureRequest) -> Path:
    """Folder of one report: Musterdaten show every page, real inputs the gaps of life."""
    art, jugendamt = request.param.split("-")
    home = request.getfixturevalue("demo") if art == "demo" else request.getfixturevalue("echtes_haus").home
    return (home / "current" / jugendamt / "bericht").resolve()


def _jede_art(bericht: Path) -> list[Path]:
    """All single pages, and of those there are many one per folder and kind."""
    viele = [sorted(bericht.glob(muster))[0] for muster in ("raum/*-werte.html", "gespraech/*.html")]
    steckbrief = next(p for p in sorted(bericht.glob("raum/*.html")) if not p.stem.endswith("-werte"))
    return [*sorted(bericht.glob("*.html")), steckbrief, *viele]


class _Verweise(HTMLParser):
    """Collects what a page points to and what can be pointed to."""

    def __init__(self) -> None:
        super().__init__()
        self.ziele: set[str] = set()
        self.anker: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, wert in attrs:
            if name in {"href", "src"} and wert:
                self.ziele.add(wert)
            if name in {"id", "name"} and wert:
                self.anker.add(wert)


def _gelesen(seite: Path) -> _Verweise:
    verweise = _Verweise()
    verweise.feed(seite.read_text("utf-8"))
    return verweise


def test_every_internal_link_leads_somewhere(bericht: Path) -> None:
    seiten = {p: _gelesen(p) for p in sorted(bericht.rglob("*.html"))}
    assert len(seiten) >= 10
    tot = []
    for seite, verweise in seiten.items():
        for ziel in sorted(verweise.ziele):
            teile = urlparse(ziel)
            if teile.scheme in {"http", "https", "mailto"}:
                continue
            assert not teile.scheme or teile.scheme == "data", f"{seite}: {ziel}"
            pfad = (seite.parent / unquote(teile.path)).resolve() if teile.path else seite
            anker = unquote(teile.fragment)
            if not teile.scheme and (
                not pfad.is_file() or (anker and pfad in seiten and anker not in seiten[pfad].anker)
            ):
                tot.append(f"{seite.relative_to(bericht)} -> {ziel}")
            # a release stands alone: nothing in it points out of its folder
            if not teile.scheme and not pfad.is_relative_to(bericht.parent):
                tot.append(f"{seite.relative_to(bericht)} -> {ziel} leaves the release")
    assert not tot, tot[:10]


@dataclass
class Durchgang:
    """What came up while every page of a report was opened once."""

    klagen: list[str] = field(default_factory=list)
    blaetter: dict[str, int] = field(default_factory=dict)


ZU_WEIT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def durchgang(browser, bericht: Path) -> Durchgang:
    """Open each page, change its width, print it if it is for paper. Pages have no script that a reload would run."""
    gefunden = Durchgang()
    klage = gefunden.klagen.append
    seite = browser.new_page()
    seite.on("console", lambda m: klage(f"console {m.type}: {m.text}"))
    seite.on("pageerror", lambda f: klage(f"error: {f}"))
    seite.on("requestfailed", lambda r: klage(f"failed: {r.url}"))
    seite.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else klage(f"request: {r.url}"))
    for datei in sorted(bericht.rglob("*.html")):
        name = str(datei.relative_to(bericht))
        for nummer, breite in enumerate(BREITEN):
            seite.set_viewport_size({"width": breite, "height": 900})
            if nummer == 0:
                seite.goto(datei.as_uri())
            if (rand := seite.evaluate(ZU_WEIT)) > 0:
                klage(f"{name} at {breite} px is {rand} px too wide")
        if not seite.title().strip():
            klage(f"{name} has no title")
        if seite.locator("script").count():
            klage(f"{name} has a script")
        if datei.parent != bericht and not datei.stem.endswith("-werte"):
            gefunden.blaetter[name] = _blaetter(seite)
    seite.close()
    return gefunden


def _blaetter(seite: Any) -> int:
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(seite.pdf(prefer_css_page_size=True, print_background=True))).pages)


def test_all_pages_load_without_a_complaint(durchgang: Durchgang) -> None:
    """No console message, no failed request, no request to anywhere but the disk; nothing wider than the window."""
    assert not durchgang.klagen, durchgang.klagen[:10]


def test_a_steckbrief_prints_on_two_pages_and_a_sheet_on_one(durchgang: Durchgang) -> None:
    assert {name.partition("/")[0] for name in durchgang.blaetter} == {"raum", "gespraech"}
    erlaubt = {name: 2 if name.startswith("raum/") else 1 for name in durchgang.blaetter}
    assert {n: anzahl for n, anzahl in durchgang.blaetter.items() if anzahl > erlaubt[n]} == {}


@pytest.mark.parametrize("nummer", [0, 1])
def test_every_kind_of_page_is_accessible(request, browser, bericht: Path, nummer: int) -> None:
    """axe-core finds no violation."""
    from axe_playwright_python.sync_playwright import Axe

    wievielter = request.node.callspec.indices["bericht"]
    breite, farben = ANSICHTEN[(wievielter + wievielter // len(JUGENDAEMTER)) % 2][nummer]
    kontext = browser.new_context(viewport={"width": breite, "height": 900}, color_scheme=farben)
    seite = kontext.new_page()
    verstoesse = []
    for datei in _jede_art(bericht):
        seite.goto(datei.as_uri())
        verstoesse += [
            f"{datei.name}: {v['id']}: {v['nodes'][0]['html'][:120]}"
            for v in Axe().run(seite, options=NUR_VERSTOESSE).response["violations"]
        ]
    kontext.close()
    assert not verstoesse, (breite, farben, verstoesse)


def test_the_keyboard_reaches_the_content(browser, bericht: Path) -> None:
    seite = browser.new_page()
    seite.goto((bericht / "index.html").as_uri())
    seite.keyboard.press("Tab")
    assert seite.evaluate("document.activeElement.className") == "sprung"
    assert seite.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    seite.keyboard.press("Enter")
    assert seite.evaluate("document.activeElement.id") == "inhalt"
    seite.close()


BILDER = """() => [...document.querySelectorAll('figure')].filter(f => f.querySelector('svg')).map(f => ({
    texte: [f.querySelector('h2, h3').textContent, ...[...f.querySelectorAll('svg text')].map(t => t.textContent)],
    breite: f.getBoundingClientRect().width, hoehe: f.getBoundingClientRect().height,
    umbruch: getComputedStyle(f).breakInside,
}))"""
ZU_BREIT = """() => [...document.querySelectorAll('table')].filter(
    t => t.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(t => t.caption.textContent)"""


def test_print_cuts_no_chart_and_no_table(browser, bericht: Path) -> None:
    """Each picture fits the page, may not be broken, and all its words stand on one page of the printed PDF."""
    from pypdf import PdfReader

    seite = browser.new_page()
    seite.emulate_media(media="print")
    zerschnitten, gesehen = [], 0
    for datei in _jede_art(bericht):
        seite.goto(datei.as_uri())
        quer = seite.evaluate("getComputedStyle(document.body).page") == "quer"
        breite, hoehe = (round(mm * PX_JE_MM) for mm in (QUER_MM if quer else HOCH_MM))
        seite.set_viewport_size({"width": breite, "height": hoehe})
        bilder = seite.evaluate(BILDER)
        zerschnitten += [(datei.name, tabelle) for tabelle in seite.evaluate(ZU_BREIT)]
        druck = PdfReader(io.BytesIO(seite.pdf(prefer_css_page_size=True, print_background=True)))
        blaetter = ["".join(p.extract_text().split()) for p in druck.pages]
        gesehen += len(bilder)
        for bild in bilder:
            passt = bild["breite"] <= breite + 1 and bild["hoehe"] <= hoehe
            worte = ["".join(t.split()) for t in bild["texte"]]
            if not passt or bild["umbruch"] != "avoid" or not any(all(w in b for w in worte) for b in blaetter):
                zerschnitten.append((datei.name, bild["texte"][0], bild["umbruch"], bild["breite"], bild["hoehe"]))
    seite.close()
    assert gesehen >= 3
    assert not zerschnitten, zerschnitten[:10]
