"""The archive: which files wait, which feed they belong to, their bytes kept write-once, their outcomes.

Here: scanning a landing folder, matching files to feeds, archiving accepted bytes with ``datapackage.json``,
recording outcomes of the others.
Not here: reading a format (``sources/formate``), judging rows (``quality/tuer.py``), the lake (there too).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from sources.ablage import AMTLICH, Ablage, als_json, schreibe_datei, schreibe_json, schreibe_ordner
from sources.formate import Gelesen, regionaldatenbank, shapefile
from sources.profilmodell import Feed, Profil
from sources.verortung import raumbuch
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
    verdacht_zeilen: int = 0
    reparaturen: dict[str, int] = field(default_factory=dict)
    weggelassen: dict[str, int] = field(default_factory=dict)
    musterdaten: bool = False
    personenbezogen: bool = False  # held rows about persons: only aggregates are kept
    angaben: dict[str, str] = field(default_factory=dict)
    verortung: dict[str, int] = field(default_factory=dict)  # way to the Raum -> records
    stand: str = ""
    zuletzt: str = ""

    def als_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def sha256_von(pfad: Path) -> str:
    """Hex SHA-256 of a file's bytes, of a shapefile those of all its parts."""
    if pfad.suffix.lower() == ".shp":
        return hashlib.sha256(shapefile.gepackt(pfad)).hexdigest()
    with pfad.open("rb") as datei:
        return hashlib.file_digest(datei, "sha256").hexdigest()


def kopiere(pfad: Path, ziel: Path) -> None:
    """Keep a delivery in another place; a shapefile with its parts in one file."""
    if pfad.suffix.lower() == ".shp":
        ziel.write_bytes(shapefile.gepackt(pfad))
    else:
        shutil.copyfile(pfad, ziel)


def _dateien(ordner: Path) -> Iterator[Path]:
    """Files below a folder, sorted; links are followed, hidden names and parts of a shapefile are left alone."""
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
        sichtbar = (pfad / n for n in sorted(namen) if not n.startswith("."))
        yield from (p for p in sichtbar if p.is_file() and not shapefile.ist_beilage(p))


def _passende(name: str, feeds: Feeds) -> list[tuple[str, Feed, dict[str, str]]]:
    """All (Jugendamt, feed, captures) whose pattern matches a file name."""
    alle = ((j, f, f.passt(name)) for j, liste in feeds.items() for f in liste)
    return [(j, f, angaben) for j, f, angaben in alle if angaben is not None]


def alle_feeds(profile: Iterable[Profil], amtlich: Sequence[Feed], vertraege: Iterable[Vertrag]) -> Feeds:
    """Feeds by Jugendamt, the nationwide ones under ``_amtlich``.

    Every contract with ``dateimuster`` is a feed of every Jugendamt, unless one of the profile or a nationwide one
    is for the same extract. Extracts with records get what the profile says about Räume.
    """
    vertraege = list(vertraege)
    mit_saetzen = {v.extrakt for v in vertraege if v.form == "saetze"}
    aus_vertrag = [Feed(feed=v.extrakt, extrakt=v.extrakt, muster=v.dateimuster) for v in vertraege if v.dateimuster]
    feeds: dict[str, Sequence[Feed]] = {AMTLICH: amtlich}
    for profil in profile:
        eigene = {feed.extrakt for feed in (*profil.feeds, *amtlich)}
        buch = {"raumbuch": raumbuch(profil)}
        alle = (*profil.feeds, *(f for f in aus_vertrag if f.extrakt not in eigene))
        feeds[profil.jugendamt] = tuple(f.model_copy(update=buch) if f.extrakt in mit_saetzen else f for f in alle)
    return feeds


def feed_von(feeds: Feeds, ergebnis: Ergebnis) -> Feed | None:
    """Today's feed of a delivery: the one of its name, else one for its extract."""
    moeglich = [f for f in feeds.get(ergebnis.jugendamt, ()) if f.extrakt == ergebnis.extrakt]
    return next((f for f in moeglich if f.feed == ergebnis.feed), moeglich[0] if moeglich else None)


def _fund(pfad: Path, feeds: Feeds, entfernen: bool, ordner: str = AMTLICH) -> Fund:
    treffer = _passende(pfad.name, feeds)
    abdruck = sha256_von(pfad)
    if len(treffer) == 1:
        jugendamt, feed, angaben = treffer[0]
        return Fund(pfad, jugendamt, feed, angaben, abdruck, entfernen)
    if treffer:
        namen = ", ".join(f"{j}/{f.feed}" for j, f, _ in treffer)
        grund = (
            f"Mehrere Feeds passen: {namen}. Erwartet: genau einer. Bitte: die Datei in einen Ordner mit dem Namen des "
            "Jugendamts legen oder die Muster im Profil enger fassen."
        )
    else:
        with pfad.open("rb") as datei:
            tabelle = regionaldatenbank.erkennt(datei.read(4096))
        inhalt = f" (Inhalt: Regionaldatenbank-Tabelle {tabelle})" if tabelle else ""
        grund = (
            f"Kein Feed kennt diesen Dateinamen{inhalt}. Erwartet: ein Name nach den Mustern unter 'feeds' im "
            "Profil. Bitte: Datei umbenennen oder das Muster im Profil ergänzen."
        )
    return Fund(pfad, ordner, None, {}, abdruck, entfernen, grund)


def _nur(feeds: Feeds, jugendamt: str) -> Feeds:
    return {j: f for j, f in feeds.items() if j in {jugendamt, AMTLICH}}


def _fund_im_baum(pfad: Path, landing: Path, feeds: Feeds) -> Fund:
    """A file of any tree; the innermost folder named like a Jugendamt counts, the tree's own name included."""
    namen = [landing.absolute().name, *pfad.relative_to(landing).parts[:-1]]
    jugendamt = next((n for n in reversed(namen) if n in feeds), None)
    if jugendamt is None:
        return _fund(pfad, feeds, entfernen=False)
    return _fund(pfad, _nur(feeds, jugendamt), entfernen=False, ordner=jugendamt)


def suche(
    ablage: Ablage, feeds: Feeds, landing: Path | None, jugendaemter: Collection[str]
) -> tuple[list[Fund], list[Path]]:
    """Files that wait, and files still being written.

    Args:
        ablage: the data home.
        feeds: feeds of all Jugendämter, the nationwide ones under ``_amtlich``.
        landing: any tree of delivered files; its files stay where they are. A file below a folder named like a
            Jugendamt belongs to that one, or is a nationwide one. Default: the home's landing.
        jugendaemter: the Jugendämter in scope; what belongs to others is left waiting.

    Returns:
        Finds sorted by path, and paths in the home's landing that have not rested for 30 seconds.
    """
    zustaendig = {*jugendaemter, AMTLICH}
    if landing is not None:
        alle = [_fund_im_baum(p, landing, feeds) for p in _dateien(landing)]
        return [f for f in alle if f.feed is None or f.jugendamt in zustaendig], []
    funde, unruhig = [], []
    for pfad in _dateien(ablage.landing):
        ordner = pfad.relative_to(ablage.landing).parts[0]
        if ordner in feeds and ordner not in zustaendig:
            continue
        if time.time() - max(p.stat().st_mtime for p in (pfad, *shapefile.beilagen(pfad))) < RUHEZEIT_S:
            unruhig.append(pfad)
        elif ordner in feeds:
            funde.append(_fund(pfad, _nur(feeds, ordner), entfernen=True, ordner=ordner))
        else:
            grund = (
                f"Die Datei liegt unter landing/{ordner}. Erwartet: landing/<jugendamt>/ oder landing/{AMTLICH}/ "
                f"({', '.join(feeds)}). Bitte: in den richtigen Ordner legen."
            )
            funde.append(Fund(pfad, AMTLICH, None, {}, sha256_von(pfad), entfernen=True, grund=grund))
    return funde, unruhig


def liefer_ordner(ablage: Ablage, fund: Fund) -> Path:
    """Where a delivery is archived."""
    assert fund.feed is not None
    return ablage.archiv / fund.jugendamt / fund.feed.extrakt / fund.sha256


def archiviert(ablage: Ablage, fund: Fund) -> Ergebnis | None:
    """The outcome of an accepted delivery with the same bytes, if there is one."""
    paket = liefer_ordner(ablage, fund) / "datapackage.json"
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
    datei = liefer_ordner(ablage, fund) / EMPFANG
    bisher = datei.read_text("utf-8") if datei.exists() else ""
    zeile = json.dumps({"lieferung_nr": ergebnis.lieferung_nr, "empfangen": ergebnis.empfangen})
    schreibe_datei(datei, lambda p: p.write_text(f"{bisher}{zeile}\n", "utf-8"))


def archiviere(
    ablage: Ablage,
    fund: Fund,
    ergebnis: Ergebnis,
    gelesen: Gelesen,
    vertrag: Vertrag,
    verdichtet: Mapping[str, bytes] | None = None,
) -> None:
    """Keep the very bytes with their ``datapackage.json``; write-once.

    ``verdichtet``: files by name that are kept in place of the bytes of a personal delivery, for the owner only.
    """
    ziel = liefer_ordner(ablage, fund)
    if ziel.exists():
        return
    inhalte = verdichtet or {}
    gemessen = {name: (len(i), hashlib.sha256(i).hexdigest()) for name, i in inhalte.items()}
    paket = {
        "name": f"{vertrag.extrakt.replace('_', '-')}-{fund.sha256[:12]}",
        "title": gelesen.meta.get("titel") or vertrag.titel,
        "created": ergebnis.empfangen,
        "licenses": [{"name": vertrag.lizenz}],
        "sources": [{"title": vertrag.attribution}],
        "resources": [
            {
                "name": Path(name).stem.replace("_", "-").lower() if inhalte else vertrag.extrakt.replace("_", "-"),
                "path": name,
                "bytes": umfang,
                "hash": f"sha256:{abdruck}",
                "encoding": gelesen.kodierung,
            }
            for name, (umfang, abdruck) in (gemessen or {fund.pfad.name: (ergebnis.bytes, fund.sha256)}).items()
        ],
        "berichtswesen": ergebnis.als_dict(),
        "angaben_der_quelle": gelesen.meta,
    }

    def fuellen(ordner: Path) -> None:
        if verdichtet is None:
            kopiere(fund.pfad, ordner / fund.pfad.name)
        else:
            ordner.chmod(0o700)
            for name, inhalt in inhalte.items():
                (ordner / name).write_bytes(inhalt)
        # the folder as a whole is brought to the disk and moved to its place
        (ordner / "datapackage.json").write_text(als_json(paket), "utf-8")

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
        schreibe_datei(ordner / fund.pfad.name, lambda p: kopiere(fund.pfad, p))
    schreibe_json(datei, ergebnis.als_dict())


def lieferungen(ablage: Ablage, fuer: Collection[str] = ("*",)) -> list[tuple[Path, Ergebnis]]:
    """Accepted deliveries (folder, outcome) of some Jugendämter, default all, in the order of their numbers."""
    pakete = (p for jugendamt in fuer for p in ablage.archiv.glob(f"{jugendamt}/*/*/datapackage.json"))
    gelesen = [(p.parent, lies_paket(p)) for p in pakete]
    return sorted(gelesen, key=lambda x: (x[1].jugendamt, x[1].extrakt, x[1].lieferung_nr))


def alle_vermerkten(ablage: Ablage) -> list[Ergebnis]:
    """Outcomes of all files that were ever rejected or unknown, settled or not."""
    dateien = sorted(ablage.quarantaene.glob(f"*/*/*/*{ERGEBNIS}"))
    return [Ergebnis(**json.loads(d.read_text("utf-8"))) for d in dateien]


def nicht_angenommen(ablage: Ablage) -> list[Ergebnis]:
    """Outcomes of rejected and unknown files that are not settled, oldest first.

    A rejection is settled once the same file, or a later one of its name, is accepted for the same feed.
    """
    gut: dict[tuple[str, str, str], str] = {}
    for _, e in lieferungen(ablage):
        ort = (e.jugendamt, e.extrakt, e.datei)
        gut[ort] = max(gut.get(ort, ""), e.empfangen)
    offen = [e for e in alle_vermerkten(ablage) if gut.get((e.jugendamt, e.extrakt, e.datei), "") < e.zuletzt]
    return sorted(offen, key=lambda e: (e.empfangen, e.datei))
