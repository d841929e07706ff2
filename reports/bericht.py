"""Writes the annual report of one Jugendamt as a folder of HTML pages.

Belongs here: which pages there are and what the templates may call. Not here: which figure is shown
(`modell`), how a page looks (`vorlagen/`), whether it may be published (`quality`, `orchestration`).
"""

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quality.befund import Befund
from reports import woerter
from reports.analyse.rechnen import rechne, schreibe_tabellen
from reports.diagramm import diagramm
from reports.modell import lade_modell
from reports.typen import Bericht, BerichtFehler, BerichtsAngaben
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
    """Write the pages (index.html first), raum/<slug>.html and stil.css into `ziel`.

    The pages need no network and no JavaScript. Same marts, Angaben and Befunde give the same bytes.
    The tables of the analyses go to the folder `tabellen`, if one is named, as CSV.
    Returns the files of the report, sorted.

    Raises:
        BerichtFehler: the marts do not allow a report; the German text says what to do.
    """
    bericht = lade_modell(marts, angaben, befunde)
    analysen = rechne(bericht, marts)
    if tabellen is not None:
        schreibe_tabellen(analysen, tabellen, bericht.musterdaten)
    seiten = {
        "analyse.html": _seite("analyse.html.j2", bericht, wurzel="", analysen=analysen),
        "aenderungen.html": _seite("aenderungen.html.j2", bericht, wurzel="", aenderungen=aenderungen),
        "index.html": _seite("index.html.j2", bericht, wurzel=""),
        "kennzahlen.html": _seite("kennzahlen.html.j2", bericht, wurzel=""),
        "datenqualitaet.html": _seite("datenqualitaet.html.j2", bericht, wurzel=""),
        "stil.css": (_VORLAGEN / "stil.css").read_text(encoding="utf-8"),
    }
    for ebene in bericht.ebenen:
        for stelle, blatt in enumerate(ebene.blaetter):
            seiten[f"raum/{blatt.slug}.html"] = _seite(
                "raum.html.j2",
                bericht,
                wurzel="../",
                blatt=blatt,
                vorheriges=ebene.blaetter[stelle - 1] if stelle else None,
                naechstes=ebene.blaetter[stelle + 1] if stelle + 1 < len(ebene.blaetter) else None,
            )
    return [_schreibe(ziel / name, text) for name, text in sorted(seiten.items())]


def _schreibe(datei: Path, text: str) -> Path:
    datei.parent.mkdir(parents=True, exist_ok=True)
    datei.write_bytes(text.encode("utf-8"))
    return datei


def _seite(vorlage: str, bericht: Bericht, **mehr: object) -> str:
    text = (
        _umgebung()
        .get_template(vorlage)
        .render(bericht=bericht, angaben=bericht.angaben, aktiv=vorlage.removesuffix(".j2"), **mehr)
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
    )
    return umgebung
