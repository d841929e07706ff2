"""The archive: which files wait, which feed they belong to, their bytes kept write-once, their outcomes.

Here: scanning a landing folder, matching files to feeds, archiving accepted bytes with ``datapackage.json``,
recording outcomes of the others.
Not here: reading a format (``sources/formate``), judging rows (``quality/tuer.py``), the lake (there too).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from sources.ablage import AMTLICH, Ablage, schreibe_datei, schreibe_json, schreibe_ordner
from sources.formate import Gelesen, regionaldatenbank
from sources.profilmodell import Feed
from sources.vertraege import Vertrag

RUHEZEIT_S = 30
Feeds = Mapping[str, Sequence[Feed]]


@dataclass(frozen=True)
class Fund:
    """A file that waits, and the feed it belongs to (or why none)."""

    pfad: Path
    jugendamt: str
    feed: Feed | None
    angaben: dict[str, str]
    sha256: str
    entfernen: bool
    grund: str = ""


@dataclass(frozen=True)
class Ergebnis:
    """Outcome of one file; kept on disk beside its bytes."""

    datei: str
    sha256: str
    bytes: int
    jugendamt: str
    ergebnis: str  # angenommen | abgewiesen | unbekannt
    meldung: str
    empfangen: str
    feed: str = ""
    extrakt: str = ""
    art: str = ""
    lieferung_nr: int = 0
    kodierung: str = ""
    zeilen: int = 0
    quarantaene_zeilen: int = 0
    musterdaten: bool = False
    angaben: dict[str, str] = field(default_factory=dict)
    stand: str = ""
    zuletzt: str = ""

    def als_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def sha256_von(pfad: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with pfad.open("rb") as datei:
        return hashlib.file_digest(datei, "sha256").hexdigest()


def _dateien(ordner: Path) -> Iterator[Path]:
    """Files below a folder, sorted; links are followed, hidden names are left alone."""
    if ordner.is_file():
        yield ordner
        return
    gesehen: set[Path] = set()
    for oben, unterordner, namen in os.walk(ordner, followlinks=True):
        pfad = Path(oben)
        if pfad.resolve() in gesehen:  # a link back to where we came from
            unterordner.clear()
            continue
        gesehen.add(pfad.resolve())
        unterordner[:] = sorted(u for u in unterordner if not u.startswith("."))
        yield from (pfad / n for n in sorted(namen) if not n.startswith(".") and (pfad / n).is_file())


def _passende(name: str, feeds: Feeds) -> list[tuple[str, Feed, dict[str, str]]]:
    """All (Jugendamt, feed, captures and renamings) whose pattern matches a file name."""
    treffer = []
    for jugendamt, feed in ((j, f) for j, liste in feeds.items() for f in liste):
        angaben = feed.passt(name)
        if angaben is not None:
            umbenannt = {f"spalte:{von}": nach for von, nach in feed.spalten.items()}
            treffer.append((jugendamt, feed, {**angaben, **umbenannt}))
    return treffer


def _fund(pfad: Path, feeds: Feeds, entfernen: bool, ordner: str = AMTLICH) -> Fund:
    treffer = _passende(pfad.name, feeds)
    abdruck = sha256_von(pfad)
    if len(treffer) == 1:
        jugendamt, feed, angaben = treffer[0]
        return Fund(pfad, jugendamt, feed, angaben, abdruck, entfernen)
    if treffer:
        namen = ", ".join(f"{j}/{f.feed}" for j, f, _ in treffer)
        grund = f"Mehrere Feeds passen: {namen}. Erwartet: genau einer. Bitte: Muster im Profil enger fassen."
    else:
        with pfad.open("rb") as datei:
            tabelle = regionaldatenbank.erkennt(datei.read(4096))
        inhalt = f" (Inhalt: Regionaldatenbank-Tabelle {tabelle})" if tabelle else ""
        grund = (
            f"Kein Feed kennt diesen Dateinamen{inhalt}. Erwartet: ein Name nach den Mustern unter 'feeds' im "
            "Profil. Bitte: Datei umbenennen oder das Muster im Profil ergänzen."
        )
    return Fund(pfad, ordner, None, {}, abdruck, entfernen, grund)


def suche(
    ablage: Ablage, feeds: Feeds, landing: Path | None, jugendaemter: Collection[str]
) -> tuple[list[Fund], list[Path]]:
    """Files that wait, and files still being written.

    Args:
        ablage: the data home.
        feeds: feeds of all Jugendämter, the nationwide ones under ``_amtlich``.
        landing: any tree of delivered files; its files stay where they are. Default: the home's landing.
        jugendaemter: the Jugendämter in scope; what belongs to others is left waiting.

    Returns:
        Finds sorted by path, and paths in the home's landing that have not rested for 30 seconds.
    """
    zustaendig = {*jugendaemter, AMTLICH}
    if landing is not None:
        alle = [_fund(p, feeds, entfernen=False) for p in _dateien(landing)]
        return [f for f in alle if f.feed is None or f.jugendamt in zustaendig], []
    funde, unruhig = [], []
    for pfad in _dateien(ablage.landing):
        ordner = pfad.relative_to(ablage.landing).parts[0]
        if ordner in feeds and ordner not in zustaendig:
            continue
        if time.time() - pfad.stat().st_mtime < RUHEZEIT_S:
            unruhig.append(pfad)
        elif ordner in feeds:
            eigene = {j: f for j, f in feeds.items() if j in {ordner, AMTLICH}}
            funde.append(_fund(pfad, eigene, entfernen=True, ordner=ordner))
        else:
            grund = (
                f"Die Datei liegt unter landing/{ordner}. Erwartet: landing/<jugendamt>/ oder landing/{AMTLICH}/ "
                f"({', '.join(feeds)}). Bitte: in den richtigen Ordner legen."
            )
            funde.append(Fund(pfad, AMTLICH, None, {}, sha256_von(pfad), entfernen=True, grund=grund))
    return funde, unruhig


def _liefer_ordner(ablage: Ablage, fund: Fund) -> Path:
    assert fund.feed is not None
    return ablage.archiv / fund.jugendamt / fund.feed.extrakt / fund.sha256


def archiviert(ablage: Ablage, fund: Fund) -> Ergebnis | None:
    """The outcome of an accepted delivery with the same bytes, if there is one."""
    paket = _liefer_ordner(ablage, fund) / "datapackage.json"
    return lies_paket(paket) if paket.exists() else None


EMPFANG = "empfang.jsonl"
ERGEBNIS = ".ergebnis.json"


def lies_paket(paket: Path) -> Ergebnis:
    """Outcome kept in a delivery's ``datapackage.json``, with its last receipt."""
    ergebnis = Ergebnis(**json.loads(paket.read_text("utf-8"))["berichtswesen"])
    erneut = paket.parent / EMPFANG
    if erneut.exists():
        letzter = json.loads(erneut.read_text("utf-8").splitlines()[-1])
        ergebnis = replace(ergebnis, lieferung_nr=letzter["lieferung_nr"], empfangen=letzter["empfangen"])
    return ergebnis


def vermerke_erneut(ablage: Ablage, fund: Fund, ergebnis: Ergebnis) -> None:
    """Append a further receipt of archived bytes; the package itself stays as it was written."""
    datei = _liefer_ordner(ablage, fund) / EMPFANG
    bisher = datei.read_text("utf-8") if datei.exists() else ""
    zeile = json.dumps({"lieferung_nr": ergebnis.lieferung_nr, "empfangen": ergebnis.empfangen})
    schreibe_datei(datei, lambda p: p.write_text(f"{bisher}{zeile}\n", "utf-8"))


def archiviere(ablage: Ablage, fund: Fund, ergebnis: Ergebnis, gelesen: Gelesen, vertrag: Vertrag) -> None:
    """Keep the very bytes with their ``datapackage.json``; write-once."""
    ziel = _liefer_ordner(ablage, fund)
    if ziel.exists():
        return
    paket = {
        "name": f"{vertrag.extrakt.replace('_', '-')}-{fund.sha256[:12]}",
        "title": gelesen.meta.get("titel") or vertrag.titel,
        "created": ergebnis.empfangen,
        "licenses": [{"name": vertrag.lizenz}],
        "sources": [{"title": vertrag.attribution}],
        "resources": [
            {
                "name": vertrag.extrakt.replace("_", "-"),
                "path": fund.pfad.name,
                "bytes": ergebnis.bytes,
                "hash": f"sha256:{fund.sha256}",
                "encoding": gelesen.kodierung,
            }
        ],
        "berichtswesen": ergebnis.als_dict(),
        "angaben_der_quelle": gelesen.meta,
    }

    def fuellen(ordner: Path) -> None:
        (ordner / fund.pfad.name).write_bytes(fund.pfad.read_bytes())
        schreibe_json(ordner / "datapackage.json", paket)

    schreibe_ordner(ziel, fuellen)


def vermerke(ablage: Ablage, fund: Fund, ergebnis: Ergebnis, behalten: bool) -> None:
    """Record the outcome of a file that was not accepted; keep its bytes where ``behalten``.

    A file that comes again keeps the time at which it first came. Several files may share their bytes (the same
    error page for many feeds): each has its own outcome.
    """
    ordner = ablage.quarantaene / fund.jugendamt / (ergebnis.extrakt or "_unbekannt") / fund.sha256
    ordner.mkdir(parents=True, exist_ok=True)
    datei = ordner / f"{fund.pfad.name}{ERGEBNIS}"
    ergebnis = replace(ergebnis, zuletzt=ergebnis.empfangen)
    if datei.exists():
        ergebnis = replace(ergebnis, empfangen=json.loads(datei.read_text("utf-8"))["empfangen"])
    if behalten and not (ordner / fund.pfad.name).exists():
        inhalt = fund.pfad.read_bytes()
        schreibe_datei(ordner / fund.pfad.name, lambda p: p.write_bytes(inhalt))
    schreibe_json(datei, ergebnis.als_dict())


def lieferungen(ablage: Ablage) -> list[tuple[Path, Ergebnis]]:
    """Accepted deliveries (folder, outcome) in the order of their numbers."""
    pakete = ablage.archiv.glob("*/*/*/datapackage.json")
    gelesen = [(p.parent, lies_paket(p)) for p in pakete]
    return sorted(gelesen, key=lambda x: (x[1].jugendamt, x[1].extrakt, x[1].lieferung_nr))


def nicht_angenommen(ablage: Ablage) -> list[Ergebnis]:
    """Outcomes of rejected and unknown files that are not settled, oldest first.

    A rejection is settled once the same file, or a later one of its name, is accepted for the same feed.
    """
    dateien = ablage.quarantaene.glob(f"*/*/*/*{ERGEBNIS}")
    alle = [Ergebnis(**json.loads(d.read_text("utf-8"))) for d in dateien]
    gut: dict[tuple[str, str, str], str] = {}
    for _, e in lieferungen(ablage):
        ort = (e.jugendamt, e.extrakt, e.datei)
        gut[ort] = max(gut.get(ort, ""), e.empfangen)
    offen = [e for e in alle if gut.get((e.jugendamt, e.extrakt, e.datei), "") < e.zuletzt]
    return sorted(offen, key=lambda e: (e.empfangen, e.datei))
