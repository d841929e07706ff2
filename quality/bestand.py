"""What has been accepted: which delivery is in force for which table and period, and the comparison with it.

Here: the parts of deliveries as the lake holds them, and the questions the door asks of them (drift, re-delivery).
Not here: the rules of drift (``quality/drift.py``), judging rows (``quality/tuer.py``), archiving
(``sources/archiv.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import cast

import duckdb
import polars as pl
import pyarrow.parquet as pq

from quality.drift import Ort, Profil, abstand, jahr_von, profiliere, spruenge, zahl
from sources.ablage import Ablage
from sources.archiv import Ergebnis
from sources.formate import Lesefehler
from sources.profilmodell import Raumbuch
from sources.verortung import zeitweise_fehlend
from sources.vertraege import Vertrag

SPRUNG = "sprung"
GENANNT = 5
OHNE_BUCH = Raumbuch()


@dataclass(frozen=True)
class Teil:
    """One table and Stichtag, or one period of records, of one delivery.

    Attributes:
        ergebnis: the delivery.
        extrakt: extract whose part of the lake holds it.
        tabelle: table or Thema; the extract itself for records.
        periode: ISO date of the Stichtag, or the period of the records.
        profil: what drift looks at; None for a part of the lake, which is read when it is needed.
    """

    ergebnis: Ergebnis
    extrakt: str
    tabelle: str
    periode: str
    profil: Profil | None = field(default=None, compare=False, repr=False)

    @property
    def rang(self) -> tuple[str, int]:
        """A later state of the source replaces an earlier one; with the same or none, the later delivery does."""
        return (self.datenstand, self.ergebnis.lieferung_nr)

    @property
    def datenstand(self) -> str:
        """State of the source (ISO date), "" if it names none."""
        return self.ergebnis.stand[:10]

    @property
    def reihe(self) -> tuple[str, str, str]:
        """What the parts of all periods have in common."""
        return (self.ergebnis.jugendamt, self.extrakt, self.tabelle)


class Bestand:
    """All parts in the lake, kept up to date during a round at the door."""

    def __init__(self, lake: Path, teile: Iterable[Teil]) -> None:
        """Keep the parts and who is in force; ``lake`` is where profiles of accepted parts are read from."""
        self._lake = lake
        self._profile: dict[tuple[str, str], dict[Ort, Profil]] = {}
        self._je_lieferung: dict[str, list[Teil]] = {}
        self._in_kraft: dict[tuple[str, str, str], dict[str, Teil]] = {}
        self.merke(teile)

    def merke(self, teile: Iterable[Teil]) -> None:
        """Add the parts of an accepted delivery."""
        for teil in teile:
            self._je_lieferung.setdefault(teil.ergebnis.sha256, []).append(teil)
            perioden = self._in_kraft.setdefault(teil.reihe, {})
            if teil.periode not in perioden or teil.rang >= perioden[teil.periode].rang:
                perioden[teil.periode] = teil

    @property
    def teile(self) -> list[Teil]:
        """All parts, delivery by delivery."""
        return [teil for eigene in self._je_lieferung.values() for teil in eigene]

    def ist_verdraengt(self, lieferung: str, im_korb: Collection[str]) -> bool:
        """Whether a delivery lost its place to a later one of the same state of the source.

        Deliveries that wait beside it (``im_korb``) do not count: a tree that holds both would flip at every run.
        """
        for teil in self._je_lieferung.get(lieferung, ()):
            sieger = self._in_kraft[teil.reihe][teil.periode]
            if sieger.ergebnis.sha256 not in {lieferung, *im_korb} and sieger.datenstand == teil.datenstand:
                return True
        return False

    def vergleiche(self, teile: Collection[Teil], vertrag: Vertrag, buch: Raumbuch = OHNE_BUCH) -> None:
        """Refuse a delivery that jumps against the last accepted one.

        A period that came before is compared with itself, a new one with the nearest in time. Räume that the profile
        ends or begins between the two (``buch``) have not vanished.

        Raises:
            Lesefehler: ``art`` "sprung", with what was stored against what came.
        """
        paare = [(teil, vorher) for teil in teile if (vorher := self._vorher(teil)) is not None]
        alle = [*self._groesse(teile, paare, vertrag), *(s for p in paare for s in self._spruenge(*p, vertrag, buch))]
        if not alle:
            return
        mehr = f" | und {len(alle) - GENANNT} weitere Abweichungen" if len(alle) > GENANNT else ""
        ergebnis = paare[0][0].ergebnis
        raise Lesefehler(
            SPRUNG,
            f"Die Lieferung springt gegenüber {paare[0][1].ergebnis.datei}: {' | '.join(alle[:GENANNT])}{mehr}",
            f"Änderungen innerhalb der Schwellen des Vertrags {vertrag.extrakt}",
            "prüfen, ob die Lieferung stimmt, und neu liefern; ist der Sprung echt: berichtswesen lieferung annehmen "
            f"{ergebnis.sha256[:12]} --name NAME --grund GRUND",
        )

    def _vorher(self, teil: Teil) -> Teil | None:
        perioden = {p: t for p, t in self._in_kraft.get(teil.reihe, {}).items() if _art(p) == _art(teil.periode)}
        if teil.periode in perioden:
            return perioden[teil.periode]
        naechste = max(perioden, key=lambda p: (-abstand(p, teil.periode), p), default=None)
        return perioden[naechste] if naechste is not None else None

    def _spruenge(self, teil: Teil, vorher: Teil, vertrag: Vertrag, buch: Raumbuch) -> Iterator[str]:
        gleich = teil.periode == vorher.periode
        jahre = 1 if gleich else abstand(teil.periode, vorher.periode)
        gegen = "" if gleich else f" gegen {_in_worten(vorher.periode)}"
        alt = self._profil(vorher, vertrag)
        if buch.befristet:
            raeume = alt.gebiete["raum"].to_list()
            beide = [jahr for jahr in (jahr_von(teil.periode), jahr_von(vorher.periode)) if jahr]
            nicht = zeitweise_fehlend(raeume, buch, beide)
            alt = replace(alt, gebiete=alt.gebiete.filter(~pl.col("raum").is_in(nicht)))
        for sprung in spruenge(alt, self._profil(teil, vertrag), jahre, vertrag):
            yield f"{teil.tabelle}, {_in_worten(teil.periode)}{gegen}: {sprung}"

    def _profil(self, teil: Teil, vertrag: Vertrag) -> Profil:
        if teil.profil is not None:
            return teil.profil
        datei = (teil.extrakt, teil.ergebnis.sha256)
        if datei not in self._profile:
            self._profile[datei] = profiliere(_bloecke(self._lake / datei[0] / f"{datei[1]}.parquet"), vertrag)
        return self._profile[datei][teil.tabelle, teil.periode]

    def _groesse(
        self, teile: Collection[Teil], paare: Collection[tuple[Teil, Teil]], vertrag: Vertrag
    ) -> Iterator[str]:
        """Bytes per part, since one file may hold many periods and the next one only the newest."""
        for teil, vorher in list(paare)[:1]:
            neu, alt = teil.ergebnis, vorher.ergebnis
            jetzt, bisher = neu.bytes / len(teile), alt.bytes / len(self._je_lieferung[alt.sha256])
            faktor = vertrag.schwellen.groesse
            if Path(neu.datei).suffix == Path(alt.datei).suffix and not bisher / faktor <= jetzt <= bisher * faktor:
                yield (
                    f"Dateigröße je Zeitraum: {zahl(bisher)} Bytes bisher, {zahl(jetzt)} Bytes jetzt, erlaubt "
                    f"höchstens das {faktor:g}-fache und mindestens ein {faktor:g}-tel"
                )


def _art(periode: str) -> str:
    """What a period says beside its date: running and ended helps of a year are never compared with each other."""
    return "".join(filter(str.isalpha, periode))


def _in_worten(periode: str) -> str:
    try:
        return f"{date.fromisoformat(periode):%d.%m.%Y}"
    except ValueError:
        return periode


def _bloecke(datei: Path) -> Iterator[pl.DataFrame]:
    """Rows of a file of the lake, a bounded number at a time."""
    for block in pq.ParquetFile(datei).iter_batches(batch_size=1_000_000):
        yield cast("pl.DataFrame", pl.from_arrow(block))


def teile(profile: Mapping[Ort, Profil], ergebnis: Ergebnis, extrakt: str) -> list[Teil]:
    """The parts of one judged delivery with their profiles, sorted."""
    return [Teil(ergebnis, extrakt, tabelle, periode, profil) for (tabelle, periode), profil in sorted(profile.items())]


def lies_bestand(ablage: Ablage, vertraege: Mapping[str, Vertrag], lieferungen: Iterable[Ergebnis]) -> Bestand:
    """The parts of accepted deliveries that the lake holds."""
    je_sha = {(e.jugendamt, e.sha256): e for e in lieferungen}
    gefunden = []
    with duckdb.connect() as con:
        for name, vertrag in sorted(vertraege.items()):
            dateien = sorted(str(d) for d in (ablage.lake / name).glob("*.parquet"))
            if not dateien:
                continue
            ort = "tabelle, stichtag::varchar" if vertrag.form == "zellen" else f"'{name}', periode"
            zeilen = con.execute(
                f"select distinct jugendamt, lieferung, {ort} from read_parquet(?) order by all",
                [dateien],
            ).fetchall()
            gefunden += [Teil(je_sha[z[:2]], name, *z[2:]) for z in zeilen if z[:2] in je_sha]
    return Bestand(ablage.lake, gefunden)
