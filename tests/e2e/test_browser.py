"""The reports of the four real Jugendämter in a browser, as people open them from disk.

Here: what only a browser can tell (requests, console, overflow, accessibility) and that every link leads somewhere.
Not here: the figures (``tests/integration``), the pages' text (``tests/unit/reports``).
"""

from __future__ import annotations

from collections.abc import Iterator
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
]
JUGENDAEMTER = ["arnsberg", "ortenaukreis", "rostock", "verden"]
SEITEN = ["index.html", "kennzahlen.html", "analyse.html", "datenqualitaet.html"]
BREITEN = [1280, 390]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as spiel:
        chromium = spiel.chromium.launch(executable_path=str(CHROMIUM), args=SCHALTER)
        yield chromium
        chromium.close()


def _bericht(haus: Any, jugendamt: str) -> Path:
    return Path(haus.home) / "current" / jugendamt / "bericht"


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


@pytest.mark.parametrize("jugendamt", JUGENDAEMTER)
def test_every_internal_link_leads_somewhere(echtes_haus, jugendamt: str) -> None:
    ordner = _bericht(echtes_haus, jugendamt).resolve()
    seiten = {p: _gelesen(p) for p in sorted(ordner.rglob("*.html"))}
    assert len(seiten) >= 4
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
                tot.append(f"{seite.relative_to(ordner)} -> {ziel}")
            # a release stands alone: nothing in it points out of its folder
            if not teile.scheme and not pfad.is_relative_to(ordner.parent):
                tot.append(f"{seite.relative_to(ordner)} -> {ziel} leaves the release")
    assert not tot, tot[:10]


@pytest.mark.parametrize("jugendamt", JUGENDAEMTER)
def test_all_pages_load_without_a_complaint(browser, echtes_haus, jugendamt: str) -> None:
    """No console message, no failed request, no request to anywhere but the disk; nothing wider than the window."""
    ordner = _bericht(echtes_haus, jugendamt)
    klagen: list[str] = []
    for breite in BREITEN:
        kontext = browser.new_context(viewport={"width": breite, "height": 900})
        seite = kontext.new_page()
        seite.on("console", lambda m: klagen.append(f"console {m.type}: {m.text}"))
        seite.on("pageerror", lambda f: klagen.append(f"error: {f}"))
        seite.on("requestfailed", lambda r: klagen.append(f"failed: {r.url}"))
        seite.on(
            "request", lambda r: None if r.url.startswith(("file:", "data:")) else klagen.append(f"request: {r.url}")
        )
        for datei in sorted(ordner.rglob("*.html")):
            seite.goto(datei.as_uri())
            rand = seite.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if rand > 0:
                klagen.append(f"{datei.relative_to(ordner)} at {breite} px is {rand} px too wide")
            if not seite.title().strip():
                klagen.append(f"{datei.relative_to(ordner)} has no title")
        kontext.close()
    assert not klagen, klagen[:10]


@pytest.mark.parametrize("breite", BREITEN)
@pytest.mark.parametrize("jugendamt", JUGENDAEMTER)
def test_pages_are_accessible(browser, echtes_haus, jugendamt: str, breite: int) -> None:
    """axe-core finds no violation, in light and in dark."""
    from axe_playwright_python.sync_playwright import Axe

    ordner = _bericht(echtes_haus, jugendamt)
    raum = sorted((ordner / "raum").glob("*.html"))[0]
    verstoesse = []
    for farben in ("light", "dark"):
        kontext = browser.new_context(viewport={"width": breite, "height": 900}, color_scheme=farben)
        seite = kontext.new_page()
        for datei in [*(ordner / s for s in SEITEN), raum]:
            seite.goto(datei.as_uri())
            verstoesse += [
                f"{datei.name} ({farben}): {v['id']}: {v['nodes'][0]['html'][:120]}"
                for v in Axe().run(seite).response["violations"]
            ]
        kontext.close()
    assert not verstoesse, verstoesse
