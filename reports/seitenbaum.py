"""A rendered page of the report as plain blocks, so that other forms show the very texts and figures of the HTML.

Belongs here: which elements of our own pages are headings, tables, figures; pictures with their text alternative. Not
here: rendering pages (`bericht`), how blocks look on paper (`vorlagen/bericht.typ`).

Blocks are lists, ready for JSON: ["h", level, inlines], ["p", class, inlines], ["ul", class, [blocks]], ["dl", [[term,
inlines]]], ["tafel", caption, weights of the columns, head rows, body rows], ["bild", blocks], ["paar", blocks] and
["seite"], a new page. A row is a list of cells [kind, colspan, inlines]; inlines are [style, text] with style "", "b"
(strong) or "k" (small), ["svg", number of a picture] or ["farbe", colour of a legend].
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from typing import Any, NamedTuple

Block = list[Any]
Inlines = list[list[Any]]
Bild = tuple[str, str, float]
"""A picture: SVG, text alternative, width in px."""

_LEER = {"br", "col", "hr", "img", "input", "link", "meta"}
_OHNE = {"nav", "aside", "script", "style", "head", "colgroup", "header"}
_BLOECKE = {"h1", "h2", "h3", "p", "ul", "ol", "dl", "table", "figure", "div", "section", "article", "figcaption"}
_PAARE = {"nebeneinander", "diagramme"}
_KLEIN = {"klein", "fehlt", "einheit", "annahme", "muster-marke", "nebentitel", "anzahl"}
_LEGENDE = {"maenner": "maenner", "frauen": "frauen", "eigen": "linie", "verglichen": "vergleich"}
"""Class of a legend's entry: the class of what it stands for."""
_ZEICHEN = {"svg", "farbe"}
_BILD = "M" * 9
"""A picture in a table needs as much room as these letters."""
_LANGES_WORT = 16
_SVG = re.compile(r"<svg\b.*?</svg>", re.S)


@dataclass
class _Knoten:
    tag: str
    klassen: frozenset[str]
    merkmale: dict[str, str | None]
    kinder: list[_Knoten | str] = field(default_factory=list)


class _Leser(HTMLParser):
    """The tree of a page; an element that HTML leaves open ends with its parent."""

    def __init__(self) -> None:
        super().__init__()
        self.wurzel = _Knoten("", frozenset(), {})
        self._offen = [self.wurzel]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        merkmale = dict(attrs)
        knoten = _Knoten(tag, frozenset((merkmale.get("class") or "").split()), merkmale)
        self._offen[-1].kinder.append(knoten)
        if tag not in _LEER:
            self._offen.append(knoten)

    def handle_endtag(self, tag: str) -> None:
        while len(self._offen) > 1 and self._offen.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self._offen[-1].kinder.append(data)


class Seite(NamedTuple):
    """A page that was read: blocks of its main part and of its footer (sources), its pictures by number."""

    haupt: list[Block]
    quellen: list[Block]
    bilder: dict[int, Bild]


class Seiten:
    """Reads pages; no two of their pictures have the same number, so that any of them go into one document."""

    def __init__(self, stil: str) -> None:
        """Take the style sheet: pictures carry their colours with them."""
        self._regeln = bildregeln(stil)
        self._farben = {c: _farbe(self._regeln, ziel) for c, ziel in _LEGENDE.items()}
        self._nummern = count()

    def lies(self, seite: str) -> Seite:
        """The page as blocks."""
        leser, bilder = _Leser(), dict[int, Bild]()

        def nummeriert(treffer: re.Match[str]) -> str:
            nummer = next(self._nummern)
            bilder[nummer] = self._bild(treffer[0])
            return f'<img alt="{nummer}">'

        leser.feed(_SVG.sub(nummeriert, seite))
        teile = {k.tag: k for k in _alle(leser.wurzel) if k.tag in {"main", "footer"}}
        haupt, quellen = (list(self._bloecke(teile[t], 0)) if t in teile else [] for t in ("main", "footer"))
        return Seite(haupt, quellen, bilder)

    def _bild(self, svg: str) -> Bild:
        titel, rest = (re.search(rf"<{tag}\b[^>]*>(.*?)</{tag}>", svg, re.S) for tag in ("title", "desc"))
        alt = " ".join(html.unescape(" ".join(t[1] for t in (titel, rest) if t)).split())
        breite = re.search(r'viewBox="0 0 ([\d.]+)', svg)
        xmlns = "" if "xmlns=" in svg[:200] else ' xmlns="http://www.w3.org/2000/svg"'
        kopf, punkt, inhalt = svg.partition(">")
        klassen = {c for wert in re.findall(r'class="([^"]*)"', svg) for c in wert.split()}
        eigene = ((wo, was) for wo, was in self._regeln if klassen.intersection(re.findall(r"[\w-]+", wo)))
        stil = " ".join(f"{wo} {{{was}}}" for wo, was in eigene)
        bild = f"{kopf}{xmlns}{punkt}<style>{stil}</style>{inhalt}"
        return bild, alt, float(breite[1]) if breite else 420.0

    def _bloecke(self, knoten: _Knoten, tiefe: int) -> Iterator[Block]:
        """Blocks of an element; `tiefe` > 0 inside lists and figures, where headings are only bold."""
        lose: Inlines = []
        for kind in knoten.kinder:
            if isinstance(kind, str) or kind.tag not in _BLOECKE | _OHNE:
                lose += self._inline(kind, "")
                continue
            if text := _knapp(lose):
                yield ["p", "", text]
            lose = []
            if kind.tag not in _OHNE and kind.merkmale.get("aria-hidden") != "true":
                yield from self._block(kind, tiefe)
        if text := _knapp(lose):
            yield ["p", "", text]

    def _block(self, k: _Knoten, tiefe: int) -> Iterator[Block]:
        if k.tag in {"h1", "h2", "h3"}:
            text = _knapp(self._inline(k, ""))
            yield ["p", "kopf", text] if tiefe else ["h", int(k.tag[1]), text]
        elif k.tag == "p":
            if "weiter" not in k.klassen and (text := _knapp(self._kinder(k, ""))):
                yield ["p", next(iter(sorted(k.klassen)), ""), text]
        elif k.tag in {"ul", "ol"}:
            yield [
                "ul",
                next(iter(sorted(k.klassen)), ""),
                [list(self._bloecke(li, tiefe + 1)) for li in k.kinder if isinstance(li, _Knoten)],
            ]
        elif k.tag == "dl":
            begriffe = [d for d in _alle(k) if d.tag in {"dt", "dd"}]
            texte = [_knapp(self._inline(d, "")) for d in begriffe]
            yield ["dl", [[a, b] for a, b in zip(texte[::2], texte[1::2], strict=False)]]
        elif k.tag == "table":
            yield self._tafel(k)
        elif k.tag == "figure":
            yield ["bild", list(self._bloecke(k, tiefe + 1))]
        elif "zweite-seite" in k.klassen:
            yield ["seite"]
            yield from self._bloecke(k, tiefe)
        elif k.klassen & _PAARE:
            yield ["paar", list(self._bloecke(k, tiefe))]
        else:
            yield from self._bloecke(k, tiefe)

    def _tafel(self, k: _Knoten) -> Block:
        teile = {"thead": [], "rest": []}  # type: dict[str, list[list[Block]]]
        titel: Inlines = []
        for gruppe in (g for g in k.kinder if isinstance(g, _Knoten)):
            if gruppe.tag == "caption":
                titel = _knapp(self._inline(gruppe, ""))
            zeilen = [r for r in _alle(gruppe) if r.tag == "tr"]
            teile["thead" if gruppe.tag == "thead" else "rest"] += [self._zeile(z) for z in zeilen]
        return ["tafel", titel, _gewichte(teile["thead"] + teile["rest"]), teile["thead"], teile["rest"]]

    def _zeile(self, k: _Knoten) -> list[Block]:
        zellen = (z for z in k.kinder if isinstance(z, _Knoten))
        return [[_zellart(z), int(z.merkmale.get("colspan") or 1), _knapp(self._inline(z, ""))] for z in zellen]

    def _inline(self, k: _Knoten | str, stil: str) -> Inlines:
        if isinstance(k, str):
            return [[stil, k]]
        if k.tag == "img":
            return [["svg", int(k.merkmale.get("alt") or 0)]]
        # where a page leads on screen ("weiter") is no use on paper
        if k.tag in _OHNE or k.merkmale.get("aria-hidden") == "true" or "weiter" in k.klassen:
            return []
        eigen = "b" if k.tag == "strong" or "alt-jahr" in k.klassen else "k" if k.klassen & _KLEIN else stil
        # elements below each other on screen are words apart
        farbe = [["farbe", self._farben[c]] for c in sorted(k.klassen & self._farben.keys())]
        abstand: Inlines = [["", " "]] if k.tag in _BLOECKE | {"li", "dt", "dd", "br"} or "klein" in k.klassen else []
        return farbe + abstand + self._kinder(k, eigen) + abstand

    def _kinder(self, k: _Knoten, stil: str) -> Inlines:
        return [teil for kind in k.kinder for teil in self._inline(kind, stil)]


def _gewichte(zeilen: list[list[Block]]) -> list[float]:
    """Share of the width per column: room for its longest word, and more for longer texts."""
    gewichte = [0.0] * max((sum(zelle[1] for zelle in zeile) for zeile in zeilen), default=1)
    for zeile in zeilen:
        if all(zelle[1] == 1 for zelle in zeile):
            for i, (_, _, inhalt) in enumerate(zeile):
                text = "".join(_BILD if stil == "svg" else str(teil) for stil, teil in inhalt)
                wort = max(map(len, text.split(" ")), default=0)
                gewichte[i] = max(gewichte[i], 2 + min(wort, _LANGES_WORT) + len(text) ** 0.6)
    return [round(gewicht, 2) for gewicht in gewichte]


def _zellart(k: _Knoten) -> str:
    if k.tag == "th":
        return "gruppe" if k.merkmale.get("scope") == "rowgroup" else "kopf"
    return "text" if "text" in k.klassen else "zahl"


def _alle(k: _Knoten) -> Iterator[_Knoten]:
    for kind in k.kinder:
        if isinstance(kind, _Knoten):
            yield kind
            yield from _alle(kind)


def _knapp(teile: Inlines) -> Inlines:
    """One blank between words, none at the ends; neighbours of one style together."""
    fertig: Inlines = []
    for stil, inhalt in teile:
        if stil in _ZEICHEN:
            fertig.append([stil, inhalt])
            continue
        text = re.sub(r"[ \t\r\n]+", " ", inhalt)
        if not fertig or fertig[-1][1] == " " or str(fertig[-1][1]).endswith(" "):
            text = text.lstrip(" ")
        if text and fertig and fertig[-1][0] == stil:
            fertig[-1][1] += text
        elif text:
            fertig.append([stil, text])
    while fertig and fertig[-1][0] not in _ZEICHEN and not str(fertig[-1][1]).strip(" "):
        fertig.pop()
    if fertig and fertig[-1][0] not in _ZEICHEN:
        fertig[-1][1] = fertig[-1][1].rstrip(" ")
    return fertig


def bildregeln(stil: str) -> list[tuple[str, str]]:
    """The rules of the style sheet that draw, with the colours of the light theme in place of variables."""
    ohne_bedingte = re.sub(r"@[^{;]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", re.sub(r"/\*.*?\*/", "", stil, flags=re.S))
    farben = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", ohne_bedingte))
    regeln = re.findall(r"([^{}]+)\{([^{}]*\b(?:fill|stroke)(?:-[\w-]+)?:[^{}]*)\}", ohne_bedingte)
    eingesetzt = (re.sub(r"var\((--[\w-]+)\)", lambda t: farben.get(t[1], "#000000"), was) for _, was in regeln)
    return [(wo.strip(), was.strip()) for (wo, _), was in zip(regeln, eingesetzt, strict=True)]


def _farbe(regeln: list[tuple[str, str]], klasse: str) -> str:
    """The colour in which a class is filled, else that of its line."""
    eigene = " ".join(was for wo, was in regeln if wo.endswith(f".{klasse}"))
    farben = re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", eigene)
    return farben[0] if farben else "#000000"
