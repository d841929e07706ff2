"""Writes the annual report of one Jugendamt as a folder of HTML pages.

Belongs here: which pages there are and what the templates may call. Not here: which figure is shown
(`modell`), how a page looks (`vorlagen/`), whether it may be published (`quality`, `orchestration`).
"""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quality.befund import Befund
from reports import woerter
from reports.analyse.daten import lies
from reports.analyse.hilfen import im_vergleich
from reports.analyse.rechnen import rechne, schreibe_tabellen
from reports.analyse.typen import Analyse
from reports.diagramm import diagramm
from reports.geldbild import geldtafel, plan_und_ist, prognosen
from reports.gespraech import gespraech
from reports.karte import Kartenwerk
from reports.kleinbild import pyramide, verlauf
from reports.modell import lade_modell
from reports.pdf import schreibe_pdf
from reports.spanne import METHODE, spanne
from reports.themen import auswahl, gewaehlt
from reports.typen import Bericht, BerichtFehler, BerichtsAngaben, Blatt, Ebene
from reports.vergleich import ARTEN, OHNE_FRUEHERES, Aenderungen
from reports.zahlen import datum, mit_vorzeichen, zahl, zelle

__all__ = ["Befund", "BerichtFehler", "BerichtsAngaben", "schreibe_bericht"]

_VORLAGEN = Path(__file__).parent / "vorlagen"


def schreibe_bericht(
    marts: Path,
    ziel: Path,
    angaben: BerichtsAngaben,
    befunde: list[Befund],
    tabellen: Path | None = None,
    aenderungen: Aenderungen = OHNE_FRUEHERES,
) -> list[Path]:
    """Write the pages of the report into `ziel`: index.html leads to all others.

    The pages need no network and no JavaScript. Same marts, Angaben and Befunde give the same bytes.
    The tables of the analyses go to the folder `tabellen`, if one is named, as CSV.
    Returns the files of the report, sorted.

    Raises:
        BerichtFehler: the marts do not allow a report; the German text says what to do.
    """
    bericht = lade_modell(marts, angaben, befunde)
    daten = lies(bericht, marts)
    analysen = rechne(bericht, daten)
    karten = Kartenwerk(marts, bericht)
    if tabellen is not None:
        schreibe_tabellen(analysen, tabellen, bericht.musterdaten)
    einzelne = _einzelseiten(bericht, analysen, karten)
    seiten = {f"{name}.html": _seite(name, bericht, "", **mehr) for name, mehr in einzelne.items()}
    seiten["aenderungen.html"] = _seite("aenderungen", bericht, "", aenderungen=aenderungen)
    seiten["stil.css"] = (_VORLAGEN / "stil.css").read_text(encoding="utf-8")
    seiten["gespraech/jugendamt.html"] = _gespraech(bericht, bericht.ganzes)
    seiten["jugendamt.html"] = _seite("werte", bericht, "", blatt=bericht.ganzes)
    saetze = im_vergleich(daten)
    for ebene in bericht.ebenen:
        seiten |= _raumseiten(bericht, ebene, karten, saetze)
    anhaenge = {b.slug: _seite("anhang", bericht, "", blatt=b) for b in bericht.blaetter}
    pdf = schreibe_pdf(seiten, anhaenge, ziel / "pdf", bericht)
    return sorted([*pdf, *(_schreibe(ziel / name, text) for name, text in seiten.items())])


def _einzelseiten(bericht: Bericht, analysen: Sequence[Analyse], karten: Kartenwerk) -> dict[str, dict[str, object]]:
    """Pages there is one of, with what their template needs beside the report."""
    intern = bericht.angaben.intern
    return {
        "analyse": {"analysen": analysen},
        "datenqualitaet": {},
        "haushalt": {},
        "index": {
            "karte": karten.ueberblick(),
            "mit_karten": bool(karten.auswahl),
            "ueberblick": gewaehlt(bericht.ganzes.angaben, auswahl("ueberblick")),
        },
        "kennzahlen": {},
        **({"modellregionen": {"analysen": analysen, "codes": auswahl("modellregionen")}} if intern else {}),
        **({"karten": {"themen": karten.auswahl}} if karten.auswahl else {}),
        **({"raeume": {}} if bericht.ebenen else {}),
    }


def _raumseiten(bericht: Bericht, ebene: Ebene, karten: Kartenwerk, saetze: Mapping[str, str]) -> dict[str, str]:
    seiten = {}
    nachbarn = (None, *ebene.blaetter, None)
    for blatt, vorheriges, naechstes in zip(ebene.blaetter, nachbarn, nachbarn[2:], strict=False):
        seiten[f"raum/{blatt.slug}.html"] = _seite(
            "raum",
            bericht,
            "../",
            blatt=blatt,
            vorheriges=vorheriges,
            naechstes=naechstes,
            lage=karten.lage(blatt),
            vergleichssatz=saetze.get(blatt.raum_id, ""),
        )
        seiten[f"gespraech/{blatt.slug}.html"] = _gespraech(bericht, blatt)
        seiten[f"raum/{blatt.slug}-werte.html"] = _seite("werte", bericht, "../", blatt=blatt)
    return seiten


def _gespraech(bericht: Bericht, blatt: Blatt) -> str:
    return _seite("gespraech", bericht, "../", blatt=blatt, g=gespraech(bericht, blatt))


def _schreibe(datei: Path, text: str) -> Path:
    datei.parent.mkdir(parents=True, exist_ok=True)
    datei.write_bytes(text.encode("utf-8"))
    return datei


def _seite(vorlage: str, bericht: Bericht, wurzel: str, **mehr: object) -> str:
    text = (
        _umgebung()
        .get_template(f"{vorlage}.html.j2")
        .render(bericht=bericht, angaben=bericht.angaben, vorlage=vorlage, wurzel=wurzel, **mehr)
    )
    return "\n".join(zeile.rstrip() for zeile in text.splitlines() if zeile.strip()) + "\n"


@cache
def _umgebung() -> Environment:
    """One environment per process: the templates are compiled once, not once per Raum."""
    umgebung = Environment(
        loader=FileSystemLoader(_VORLAGEN),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    umgebung.filters.update(
        familie_wort=partial(woerter.wort, woerter.FAMILIE),
        hinweis_wort=partial(woerter.wort, woerter.HINWEIS),
        quelle_wort=partial(woerter.wort, woerter.QUELLE),
    )
    umgebung.globals.update(
        zahl=zahl,
        zelle=zelle,
        mit_vorzeichen=mit_vorzeichen,
        datum=datum,
        diagramm=diagramm,
        verlauf=verlauf,
        pyramide=pyramide,
        spanne=spanne,
        METHODE=METHODE,
        geldtafel=geldtafel,
        plan_und_ist=plan_und_ist,
        prognosen=prognosen,
        WERTART=woerter.WERTART,
        ANGEBOT=woerter.ANGEBOT,
        status_woerter=woerter.status_woerter,
        wort=woerter.wort,
        STATUS=woerter.STATUS,
        ZEICHEN=woerter.ZEICHEN,
        ERGEBNIS=woerter.ERGEBNIS,
        ARTEN=ARTEN,
        QUELLE=woerter.QUELLE,
        FAMILIE=woerter.FAMILIE,
        LAND=woerter.LAND,
        RICHTUNG=woerter.RICHTUNG,
        GEBIETSART=woerter.GEBIETSART,
        MUSTER=woerter.MUSTERDATEN,
        NICHT_WEITERGEBEN=woerter.NICHT_WEITERGEBEN,
    )
    return umgebung
