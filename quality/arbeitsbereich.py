"""The work area of one run: the only place where rows about persons may lie, and how they leave it.

Here: the 0700 folder and its key, pseudonyms of that run, the plain Verdichtung of counts, refusals without content,
the deletion log.
Not here: judging the rows (``quality/tuer.py``), the order of steps (``quality/annahme.py``), Verdichtung by dbt
(``orchestration/fallebene.py``), the legal side (``docs/datenschutz.md``).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sources.ablage import UNFERTIG, Ablage
from sources.formate import Lesefehler
from sources.formate.tabelle import normiert
from sources.saetze import METHODE
from sources.vertraege import Vertrag

Uhr = Callable[[], str]

# Refusals whose words come from the contract or from known headings, never from a cell.
OHNE_INHALT = {"leer", "html", "binaer", "kodierung", "beschaedigt", "zipbombe", "periode",
               "verschluesselt", "satzlaenge", "satzart",
               "spalte_fehlt", "spalte_doppelt", "zu_viele_fehler", "sprung", "fallebene", "koordinaten"}  # fmt: skip


@dataclass(frozen=True)
class Arbeitsbereich:
    """Folder and key of one delivery; the key is never written anywhere."""

    ordner: Path
    _schluessel: bytes = field(repr=False)

    def pseudonymisiere(self, saetze: pl.DataFrame, vertrag: Vertrag) -> pl.DataFrame:
        """Replace keys of persons and families by a keyed hash that nobody can repeat after this run."""
        namen = [f.name for f in vertrag.felder if f.personenschluessel]
        return saetze.with_columns(self._hashe(saetze[name]) for name in namen)

    def _hashe(self, spalte: pl.Series) -> pl.Series:
        werte = spalte.drop_nulls().unique()
        mit_schluessel = hashlib.blake2b(key=self._schluessel, digest_size=16)
        neue = []
        for wert in werte:
            abdruck = mit_schluessel.copy()
            abdruck.update(wert.encode())
            neue.append(abdruck.hexdigest())
        return pl.Series(spalte.name, neue, dtype=pl.String)[spalte.cast(pl.Enum(werte)).to_physical()]


@contextmanager
def oeffne(ablage: Ablage, uhr: Uhr) -> Iterator[Arbeitsbereich]:
    """A fresh work area, deleted and logged at the end, whatever happens."""
    ablage.arbeit.mkdir(mode=0o700, parents=True, exist_ok=True)
    ordner = ablage.arbeit / f"{UNFERTIG}{secrets.token_hex(8)}"
    ordner.mkdir(mode=0o700)
    try:
        yield Arbeitsbereich(ordner, secrets.token_bytes(32))
    finally:
        loesche(ablage, ordner, uhr, grund="Ende der Verdichtung")


def raeume(ablage: Ablage, uhr: Uhr) -> int:
    """Delete work areas of runs that died; only for who holds the lock of the data home. Returns their number."""
    reste = sorted(ablage.arbeit.glob(f"{UNFERTIG}*"))
    for rest in reste:
        loesche(ablage, rest, uhr, grund="Rest eines abgebrochenen Laufs")
    return len(reste)


def loesche(ablage: Ablage, pfad: Path, uhr: Uhr, **angaben: object) -> None:
    """Delete a file or folder for good, with a line in the deletion log before and after."""
    dateien = [p for p in pfad.rglob("*") if p.is_file()] if pfad.is_dir() else [pfad]
    umfang = {"dateien": len(dateien), "bytes": sum(p.stat().st_size for p in dateien)}
    eintrag = {"was": str(pfad.relative_to(ablage.home)), **umfang, **angaben}
    protokolliere(ablage, uhr, ausgang="begonnen", **eintrag)
    if pfad.is_dir():
        shutil.rmtree(pfad)
    else:
        pfad.unlink()
    protokolliere(ablage, uhr, ausgang="geloescht", **eintrag)


def protokolliere(ablage: Ablage, uhr: Uhr, **eintrag: object) -> None:
    """Append one line to the deletion log; it names files, sizes and hashes, never a value."""
    zeile = json.dumps({"zeit": uhr(), **eintrag}, ensure_ascii=False, sort_keys=True)
    with ablage.loeschprotokoll.open("a", encoding="utf-8") as datei:
        datei.write(zeile + "\n")
        datei.flush()
        os.fsync(datei.fileno())


def lies_protokoll(ablage: Ablage) -> list[dict[str, object]]:
    """All lines of the deletion log, oldest first."""
    if not ablage.loeschprotokoll.exists():
        return []
    return [json.loads(zeile) for zeile in ablage.loeschprotokoll.read_text("utf-8").splitlines()]


def verdichte(saetze: pl.DataFrame, vertrag: Vertrag) -> pl.DataFrame:
    """Sum of the counter per group and period, in the contract's own columns.

    Every other field is empty; ``zeile`` is the number of the group, since a count has no line in the file.
    """
    assert vertrag.verdichtung is not None
    gruppen = [*vertrag.verdichtung.gruppen, METHODE, "periode"]
    summen = saetze.group_by(gruppen).agg(pl.col(vertrag.verdichtung.zaehler).sum()).sort(gruppen, nulls_last=True)
    leer = {n: pl.lit(None, saetze.schema[n]) for n in saetze.columns if n not in summen.columns and n != "zeile"}
    return summen.with_columns(**leer, zeile=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).select(saetze.columns)


def als_parquet(daten: pl.DataFrame) -> bytes:
    """A frame as a Parquet file."""
    puffer = io.BytesIO()
    daten.write_parquet(puffer)
    return puffer.getvalue()


def kann_personen_enthalten(pfad: Path, vertrag: Vertrag) -> bool:
    """Whether a file that could not be taken in must be treated as personal.

    It is not, if its first line has a counter and no address.
    """
    if vertrag.personenbezogen != "einzelsaetze" or vertrag.verdichtung is None:
        return vertrag.personenbezogen is True
    with pfad.open("rb") as datei:
        zeile = datei.readline(65_536)
    kopf = [zeile.decode("utf-8", "replace"), zeile.decode("latin-1")]
    # whole headings: a "Personennummer" is no counter
    felder = (feld.strip() for trenner in ";,\t|" for text in kopf for feld in text.split(trenner))
    namen = {normiert(f[1:-1] if f[:1] == f[-1:] == '"' else f) for f in felder}
    zaehler = next(f for f in vertrag.felder if f.name == vertrag.verdichtung.zaehler)
    adresse = vertrag.adresse.ueberschriften() if vertrag.adresse else {}
    return namen.isdisjoint(map(normiert, (zaehler.name, *zaehler.geliefert))) or not namen.isdisjoint(
        map(normiert, adresse)
    )


def ohne_inhalt(fehler: Lesefehler) -> Lesefehler:
    """The same refusal without anything that may stand in a cell."""
    if fehler.art in OHNE_INHALT:
        # readers quote what stands in the file like „this“
        was = re.sub("„[^“]*“", "„…“", fehler.was)
        return fehler if was == fehler.was else Lesefehler(fehler.art, was, fehler.erwartet, fehler.tun)
    return Lesefehler(
        fehler.art,
        f"Die Datei ist nicht annehmbar (Grund: {fehler.art}); Inhalte von Einzeldaten werden nicht wiedergegeben",
        "eine Datei nach dem Vertrag des Extrakts",
        "die Datei vor Ort prüfen ('berichtswesen read DATEI' zeigt die Stelle) und neu liefern",
    )
