"""What was ever published, kept inside: cells, values, marks and equations of each release.

Here: writing and reading these notes, and joining them with today's cells to the problem that an attacker faces who
has kept every release.
Not here: today's cells (``aufbau.py``), choosing marks (``sperrung.py``), states of a release (``reports/release.py``).

A cell is its key and its value: where a corrected delivery changed a figure, the old and the new one are two cells, and
everything else is the same in both releases, which is what an attacker assumes.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from quality.geheimhaltung.aufbau import Bestand
from quality.geheimhaltung.tabelle import BEKANNT, FREI, PRIMAER, UNGENANNT, Problem, problem
from sources.ablage import UNFERTIG, Ablage, schreibe_ordner

OFFEN, GESPERRT = "offen", "gesperrt"
STAND = "_stand"
VERDECKT = pl.col("marke").is_in(["primaer", "sekundaer"])


@dataclass(frozen=True)
class Notiz:
    """One release as it was published: ``zellen`` with ``marke`` (offen, primaer, sekundaer, ungenannt)."""

    name: str
    zellen: pl.DataFrame
    gleichungen: pl.DataFrame


@dataclass(frozen=True)
class Gesamtbild:
    """Today's cells and everything ever published as one problem.

    ``nummern``: schluessel, wert, zelle (number in the problem), heute (a cell of today that may still be held back, as
    no release has told that it is no zero).
    """

    problem: Problem
    nummern: pl.DataFrame


def ordner(ablage: Ablage, jugendamt: str, name: str = "") -> Path:
    """Where notes lie, closed to others."""
    wurzel = ablage.geheimhaltung
    wurzel.mkdir(parents=True, exist_ok=True)
    wurzel.chmod(0o700)
    return wurzel / jugendamt / name


def schreibe(ablage: Ablage, jugendamt: str, notiz: Notiz) -> None:
    """Keep a note; one of the same name is replaced."""
    ziel = ordner(ablage, jugendamt, notiz.name)
    shutil.rmtree(ziel, ignore_errors=True)

    def fuelle(p: Path) -> None:
        notiz.zellen.write_parquet(p / "zellen.parquet")
        notiz.gleichungen.write_parquet(p / "gleichungen.parquet")

    schreibe_ordner(ziel, fuelle)


def lies(ablage: Ablage, jugendamt: str, name: str) -> Notiz | None:
    """A note, or None."""
    ort = ordner(ablage, jugendamt, name)
    if not (ort / "gleichungen.parquet").exists():
        return None
    return Notiz(name, pl.read_parquet(ort / "zellen.parquet"), pl.read_parquet(ort / "gleichungen.parquet"))


def frueher(ablage: Ablage, jugendamt: str) -> list[Notiz]:
    """Notes of all releases of a Jugendamt by Berichtsjahr and number, whatever became of them."""
    ort = ordner(ablage, jugendamt)
    namen = [p.name for p in ort.iterdir() if p.is_dir() and p.name != STAND] if ort.exists() else []
    return [n for name in sorted(namen, key=_nummern) if (n := lies(ablage, jugendamt, name))]


def _nummern(release: str) -> list[int]:
    """Berichtsjahr and number."""
    return [int(teil) for teil in re.findall(r"\d+", release)]


def ohne_notiz(ablage: Ablage, jugendamt: str) -> list[str]:
    """Releases that show protected figures and have no note: what they hid can't be taken into account."""
    marts = sorted(ablage.releases.glob(f"{jugendamt}/*/marts/hilfen.parquet"))
    releases = [p.parent.parent.name for p in marts if pl.scan_parquet(p).select(pl.len()).collect().item()]
    return [r for r in releases if not r.startswith(UNFERTIG) and lies(ablage, jugendamt, r) is None]


def notiere(ablage: Ablage, jugendamt: str, release: str, berichtsjahr: int) -> None:
    """Keep what a release of a Berichtsjahr is about to show."""
    stand = lies(ablage, jugendamt, STAND)
    if stand is not None:
        schreibe(ablage, jugendamt, bis_jahr(stand, release, berichtsjahr))


def bis_jahr(notiz: Notiz, name: str, berichtsjahr: int) -> Notiz:
    """The part of a note that a release of this Berichtsjahr shows; equations only if it shows all of their cells."""
    spaeter = notiz.zellen.filter(pl.col("berichtsjahr") > berichtsjahr)
    fehlt = notiz.gleichungen.join(spaeter, on="schluessel", how="semi")
    return Notiz(
        name,
        notiz.zellen.filter(pl.col("berichtsjahr") <= berichtsjahr),
        notiz.gleichungen.join(fehlt, on="gleichung", how="anti"),
    )


def verbinde(heute: Bestand, frueher: Sequence[Notiz], aussen: Sequence[str] = ()) -> Gesamtbild:
    """Everything an attacker may write down.

    Args:
        heute: today's cells and equations.
        frueher: all earlier releases, replaced and withdrawn ones too.
        aussen: keys of cells that are known from outside.
    """
    lagen = [heute.zellen.with_columns(pl.lit(None, pl.String).alias("marke"), pl.lit(value=True).alias("heute"))]
    lagen += [n.zellen.with_columns(pl.lit(value=False).alias("heute")).select(lagen[0].columns) for n in frueher]
    zellen = (
        pl.concat(lagen)
        .group_by("schluessel", "wert")
        .agg(
            pl.col("heute").any(),
            (pl.col("marke") == OFFEN).any().fill_null(value=False).alias("gezeigt"),
            VERDECKT.any().fill_null(value=False).alias("verdeckt"),
            (pl.col("lage") == PRIMAER).any().alias("schutz"),
            (pl.col("lage") == BEKANNT).any().alias("bekannt"),
            (pl.col("lage").filter(pl.col("heute")) == FREI).any().alias("frei"),
            pl.col("k").max(),
            pl.col("gewicht").max(),
            # who has seen it hidden where zeros were shown knows that it is none
            pl.col("untergrenze").filter(VERDECKT).max().fill_null(pl.col("untergrenze").min()),
            pl.col("ebene").first(),
        )
        .sort("schluessel", "wert")
        .with_row_index("zelle")
        .with_columns(
            # what was hidden stays hidden: a cell has one mark in all releases
            pl.when(pl.col("bekannt") | pl.col("gezeigt") | pl.col("schluessel").is_in(list(aussen)))
            .then(pl.lit(BEKANNT))
            .when("schutz").then(pl.lit(PRIMAER))
            .when(pl.col("frei") & ~pl.col("verdeckt")).then(pl.lit(FREI))
            .otherwise(pl.lit(UNGENANNT)).alias("lage")
        )
    )  # fmt: skip
    bleibt = pl.col("verdeckt") & (pl.col("untergrenze") > 0)
    nummern = zellen.select("schluessel", "wert", pl.col("zelle").cast(pl.Int64), pl.col("heute") & ~bleibt)
    return Gesamtbild(problem(zellen, _gleichungen([heute, *frueher], nummern)), nummern)


def ausser(stand: Notiz | None, frueher: Sequence[Notiz]) -> list[Notiz]:
    """Releases without those that show just what the stand does: beside it, they tell nothing."""
    return [n for n in frueher if stand is None or not _zeigt(stand, n)]


def _zeigt(stand: Notiz, release: Notiz) -> bool:
    teil = bis_jahr(stand, release.name, _nummern(release.name)[0])
    return teil.zellen.equals(release.zellen) and teil.gleichungen.equals(release.gleichungen)


def abdruck(heute: Bestand, frueher: Sequence[Notiz], aussen: Sequence[str]) -> str:
    """Hash of all that marks follow from: rules, today's cells, releases, what is known from outside."""
    teile: list[Bestand | Notiz] = [heute, *frueher]
    tabellen = [t for teil in teile for t in (teil.zellen, teil.gleichungen)]
    inhalt = [_regeln(), *aussen, *(t.sort(t.columns).write_csv() for t in tabellen)]
    return hashlib.sha256("\0".join(inhalt).encode()).hexdigest()


@cache
def _regeln() -> str:
    """How marks are chosen and audited: another way is another answer to the same cells."""
    return "".join(datei.read_text("utf-8") for datei in sorted(Path(__file__).parent.glob("*.py")))


def _gleichungen(teile: Sequence[Bestand | Notiz], nummern: pl.DataFrame) -> pl.DataFrame:
    """Equations over cell numbers; one that several releases share stands once."""
    alle = pl.concat(
        [
            t.gleichungen.join(t.zellen.select("schluessel", "wert"), on="schluessel")
            .join(nummern, on=["schluessel", "wert"])
            .select(pl.concat_str([pl.lit(str(i)), pl.col("gleichung")]).alias("name"), "zelle", "koeffizient")
            for i, t in enumerate(teile)
        ]
    )
    terme = pl.concat_str("zelle", "koeffizient", separator=":")
    einmal = (
        alle.sort("name", "zelle", "koeffizient")
        .group_by("name", maintain_order=True)
        .agg(terme.str.join(" ").alias("terme"), pl.col("zelle"), pl.col("koeffizient"))
        .unique(subset="terme", keep="first", maintain_order=True)
        .with_row_index("gleichung")
    )
    return einmal.select(pl.col("gleichung").cast(pl.Int64), "zelle", "koeffizient").explode("zelle", "koeffizient")
