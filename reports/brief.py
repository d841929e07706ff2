"""The letter to the office that delivered: what came, what was expected, which rows are wrong, what to do.

Here: gathering it for one delivery, and writing it as HTML (prints on A4) and CSV.
Not here: judging (``quality/tuer.py``), the page itself (``vorlagen/brief.html.j2``), which delivery is meant
(``orchestration/cli/lieferung.py``).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quality import tuer, zulassung
from quality.drift import zahl
from sources.ablage import Ablage, schreibe_datei
from sources.archiv import Ergebnis
from sources.formate import Lesefehler
from sources.profilmodell import Feed
from sources.vertraege import Vertrag

AUF_PAPIER = 200
TYPEN = {
    "text": "Text",
    "zahl": "Zahl",
    "ganzzahl": "ganze Zahl",
    "datum": "Datum (TT.MM.JJJJ oder JJJJ-MM-TT)",
    "wahrheit": "ja oder nein",
}
KOPF = ("Datei", "Zeile", "Spalte", "Wert", "Regel", "Art", "Meldung")
# A cell that a spreadsheet would run; a plain negative number is none.
_FORMEL = re.compile(r"^[=+\-@\t\r](?!\d+([.,]\d+)*$)")


@dataclass(frozen=True)
class Brief:
    """Everything the letter says.

    Attributes:
        ergebnis: the delivery and its outcome.
        vertrag: what was expected.
        jugendamt: name of the Jugendamt, "" for nationwide files.
        fehler: rows that were set aside or made the delivery fail (columns of ``tuer.QUARANTAENE_SCHEMA``).
        verdacht: rows that passed and look wrong; ``verdacht_zeilen`` counts all of them.
        reparaturen: field -> repaired values.
        weggelassen: what was left out -> how often.
    """

    ergebnis: Ergebnis
    vertrag: Vertrag
    jugendamt: str
    fehler: pl.DataFrame
    verdacht: pl.DataFrame
    verdacht_zeilen: int
    reparaturen: Mapping[str, int] = field(default_factory=dict)
    weggelassen: Mapping[str, int] = field(default_factory=dict)

    @property
    def meldung(self) -> tuple[str, str, str]:
        """What came, what was expected, what to do; the last two "" where the message has one part only."""
        treffer = re.fullmatch(r"(.*?) Erwartet: (.*?) Bitte: (.*)", self.ergebnis.meldung, re.DOTALL)
        return (treffer[1], treffer[2], treffer[3]) if treffer else (self.ergebnis.meldung, "", "")


def stelle_zusammen(ablage: Ablage, e: Ergebnis, vertrag: Vertrag, feed: Feed | None, jugendamt: str) -> Brief:
    """Gather the letter on one delivery.

    Where the bytes are kept, they are judged once more, by today's contract and mapping, without the share above
    which a delivery is refused; of personal extracts only what the round at the door kept is known: row and rule.
    """
    for datei in (ablage.archiv / e.jugendamt / e.extrakt / e.sha256 / e.datei, zulassung.behaltene(ablage, e)):
        if datei.exists():
            return _geprueft(datei, e, vertrag, feed, jugendamt)
    ordner = ablage.quarantaene / e.jugendamt / e.extrakt / e.sha256
    fehlerhaft = "zeilen" if e.ergebnis == "angenommen" else "abgewiesene"
    fehler, verdacht = (_gemerkte(ordner / f"{name}.parquet") for name in (fehlerhaft, "verdacht"))
    return Brief(e, vertrag, jugendamt, fehler, verdacht, e.verdacht_zeilen, e.reparaturen, e.weggelassen)


def _gemerkte(datei: Path) -> pl.DataFrame:
    leer = pl.DataFrame(schema=tuer.QUARANTAENE_SCHEMA)
    return pl.read_parquet(datei, columns=list(leer.columns)) if datei.exists() else leer


def _geprueft(datei: Path, e: Ergebnis, vertrag: Vertrag, feed: Feed | None, jugendamt: str) -> Brief:
    duldsam = vertrag.model_copy(update={"schwellen": vertrag.schwellen.model_copy(update={"quarantaene_anteil": 1.0})})
    try:
        g = tuer.pruefe(datei.read_bytes(), e.datei, duldsam, e.angaben, feed)
    except Lesefehler:
        leer = pl.DataFrame(schema=tuer.QUARANTAENE_SCHEMA)
        return Brief(e, vertrag, jugendamt, leer, leer, 0)
    e = replace(e, musterdaten=g.gelesen.musterdaten)
    return Brief(e, vertrag, jugendamt, g.quarantaene, g.verdacht, g.verdacht_zeilen, g.reparaturen, g.weggelassen)


def schreibe(brief: Brief, ordner: Path) -> list[Path]:
    """Write ``<sha>-<file>.html`` and ``.csv`` below a folder; returns the two."""
    name = re.sub(r"[^\w.-]", "_", brief.ergebnis.datei)
    stamm = f"{brief.ergebnis.sha256[:12]}-{name}"
    html, tabelle = ordner / f"{stamm}.html", ordner / f"{stamm}.csv"
    text = als_html(brief)
    schreibe_datei(html, lambda p: p.write_text(text, "utf-8"))
    schreibe_datei(tabelle, lambda p: _schreibe_csv(brief, p))
    return [html, tabelle]


def als_html(brief: Brief) -> str:
    """The page: self-contained, everything delivered is escaped."""
    umgebung = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "vorlagen"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    umgebung.filters["tausender"] = zahl
    was, erwartet, tun = brief.meldung
    return umgebung.get_template("brief.html.j2").render(
        b=brief,
        e=brief.ergebnis,
        v=brief.vertrag,
        was=was,
        erwartet=erwartet,
        tun=tun,
        auf_papier=AUF_PAPIER,
        typen=TYPEN,
        verdacht_je_regel=brief.verdacht.group_by("regel").len().sort("regel").rows(),
        fehler=brief.fehler.head(AUF_PAPIER).to_dicts(),
        verdacht=brief.verdacht.head(AUF_PAPIER).to_dicts(),
    )


def _schreibe_csv(brief: Brief, pfad: Path) -> None:
    with pfad.open("w", encoding="utf-8-sig", newline="") as datei:
        csv_datei = csv.writer(datei, delimiter=";")
        csv_datei.writerow(KOPF)
        for art, zeilen in (("fehlerhaft", brief.fehler), ("auffällig", brief.verdacht)):
            for z in zeilen.iter_rows(named=True):
                werte = (brief.ergebnis.datei, z["zeile"], z["spalte"], z["wert"], z["regel"], art, z["meldung"])
                csv_datei.writerow([_harmlos(w) for w in werte])


def _harmlos(wert: object) -> str:
    """Text that no spreadsheet runs as a formula."""
    text = "" if wert is None else str(wert)
    return f"'{text}" if _FORMEL.match(text) else text
