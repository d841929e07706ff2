"""Taking deliveries in: every waiting file gets an outcome, accepted ones reach archive and lake.

Here: the order of steps for one file (known? readable? good enough? archive, lake, landing emptied) and the
rebuild of the lake from the archive.
Not here: single steps (``sources/archiv.py``, ``quality/tuer.py``, for persons ``quality/arbeitsbereich.py``), when it
happens (``orchestration``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from quality import arbeitsbereich, tuer, zulassung
from quality.bestand import Bestand, lies_bestand, teile
from quality.urteil import Datensatz, Richter, Urteil, Verdichter, datensatz
from sources import archiv
from sources.ablage import Ablage
from sources.archiv import Ergebnis, Feeds, Fund
from sources.formate import Gelesen, Lesefehler, shapefile
from sources.profilmodell import Feed
from sources.prozesse import PROZESSE, ProzessVerloren, in_prozessen
from sources.vertraege import Vertrag

Fortschritt = Callable[[str], None]
# From so many deliveries on, processes judge them ahead (their start takes a second); large ones not, for the memory.
AB_DATEIEN = 150
VORAUS_BYTES = 32 * 2**20


class Stoerung(Exception):
    """A fault of the program on a personal delivery; without the original message, which may quote rows."""


@dataclass(frozen=True)
class Annahme:
    """What one round at the door brought."""

    neu: list[Ergebnis]
    bekannt: int
    nicht_angenommen: list[Ergebnis]
    unruhig: list[Path]
    lake_erneuert: list[str]

    @property
    def veraendert(self) -> bool:
        """Whether the lake changed."""
        return bool(self.neu or self.lake_erneuert)


@dataclass(frozen=True)
class Bisher:
    """What has been accepted so far, kept up to date during a round; ``letzte_nr``: of each extract."""

    letzte_nr: dict[str, int]
    bestand: Bestand
    im_korb: frozenset[str]

    def naechste_nr(self, extrakt: str) -> int:
        """Running number of the next delivery of an extract."""
        return self.letzte_nr.get(extrakt, 0) + 1


@dataclass(frozen=True)
class Tuer:
    """Everything a delivery is judged by; ``uhr`` gives the time of receipt (ISO, UTC).

    ``verdichter`` makes aggregates of personal rows where a contract names models for it; ``statistikstellen`` are the
    Jugendämter whose abgeschottete Statistikstelle may keep such originals.
    """

    ablage: Ablage
    vertraege: Mapping[str, Vertrag]
    uhr: Callable[[], str]
    melde: Fortschritt = lambda _: None
    verdichter: Verdichter | None = None
    statistikstellen: Collection[str] = ()

    def nimm_an(self, feeds: Feeds, landing: Path | None, jugendaemter: Collection[str]) -> Annahme:
        """Give every waiting file an outcome, then bring the lake in line with the archive.

        One bad file never stops the others. Files in the home's landing are removed once their bytes are kept; of
        personal ones nothing is kept but aggregates, and the removal is logged.
        """
        arbeitsbereich.raeume(self.ablage, self.uhr)
        for vertrag in (v for v in self.vertraege.values() if v.eigener_datensatz):
            tuer.schreibe_leere(self.ablage, vertrag)
        erneuert = self._erneuere_lake(feeds)
        funde, unruhig = archiv.suche(self.ablage, feeds, landing, jugendaemter)
        neu, nicht, bekannt = [], [], 0
        funde += zulassung.nachzuholen(self.ablage, feeds, jugendaemter, {f.sha256 for f in funde})
        lieferungen = [e for _, e in archiv.lieferungen(self.ablage)]
        bisher = Bisher(
            {e.extrakt: e.lieferung_nr for e in sorted(lieferungen, key=lambda e: e.lieferung_nr)},
            lies_bestand(self.ablage, self.vertraege, lieferungen),
            frozenset(f.sha256 for f in funde),
        )
        try:
            with closing(self._beurteilt(funde)) as folge:
                for nummer, (fund, urteil) in enumerate(folge, 1):
                    ergebnis, ist_neu = self._nimm_eine(fund, urteil, bisher)
                    if ergebnis.ergebnis != "angenommen":
                        nicht.append(ergebnis)
                    elif ist_neu:
                        neu.append(ergebnis)
                    else:
                        bekannt += 1
                    if ist_neu or nummer % 50 == 0:
                        self.melde(f"Lieferung {nummer}/{len(funde)}: {fund.pfad.name}: {ergebnis.ergebnis}")
                    self._entferne(fund, ergebnis, ist_neu)
        except ProzessVerloren:
            arbeitsbereich.raeume(self.ablage, self.uhr)  # it could not empty its own work area
            raise
        return Annahme(neu, bekannt, nicht, unruhig, erneuert)

    def _beurteilt(self, funde: list[Fund]) -> Generator[tuple[Fund, Callable[[], Urteil]]]:
        """Each file with a call for its judgement; of many, small ones are judged while those before them are kept."""
        richter = Richter(self.ablage, self.vertraege, self.uhr, self.verdichter, self.statistikstellen)
        neue = {f.pfad for f in funde if f.feed and not archiv.liefer_ordner(self.ablage, f).exists()}
        kleine = {pfad for pfad in neue if pfad.stat().st_size <= VORAUS_BYTES}
        if len(kleine) < AB_DATEIEN:
            yield from ((fund, partial(richter, fund)) for fund in funde)
            return
        folge: deque[tuple[Fund, Callable[[], Urteil]]] = deque()
        with in_prozessen(richter) as voraus:
            for fund in funde:
                folge.append((fund, voraus(fund) if fund.pfad in kleine else partial(richter, fund)))
                if len(folge) > 2 * PROZESSE:
                    yield folge.popleft()
            yield from folge

    def _entferne(self, fund: Fund, ergebnis: Ergebnis, ist_neu: bool) -> None:
        """Empty landing; a file of another tree is the deliverer's own copy and stays."""
        angaben = {n: getattr(ergebnis, n) for n in ("jugendamt", "extrakt", "datei", "sha256", "art")}
        if fund.entfernen and ergebnis.ergebnis != "unbekannt":
            if ergebnis.personenbezogen:
                arbeitsbereich.loesche(self.ablage, fund.pfad, self.uhr, grund=ergebnis.ergebnis, **angaben)
            else:
                for teil in (*shapefile.beilagen(fund.pfad), fund.pfad):
                    teil.unlink()
        elif ergebnis.personenbezogen and ist_neu:
            grund = f"{ergebnis.ergebnis}; eigene Kopie der liefernden Stelle außerhalb von landing"
            arbeitsbereich.protokolliere(self.ablage, self.uhr, ausgang="belassen", grund=grund, **angaben)

    def _nimm_eine(self, fund: Fund, urteil: Callable[[], Urteil], bisher: Bisher) -> tuple[Ergebnis, bool]:
        """Outcome of one file, and whether it is new."""
        grund = Ergebnis(
            datei=fund.pfad.name,
            sha256=fund.sha256,
            bytes=fund.pfad.stat().st_size,
            jugendamt=fund.jugendamt,
            ergebnis="unbekannt",
            meldung=fund.grund,
            empfangen=self.uhr(),
            feed=fund.feed.feed if fund.feed else "",
            extrakt=fund.feed.extrakt if fund.feed else "",
            angaben=fund.angaben,
        )
        if fund.feed is None:
            archiv.vermerke(self.ablage, fund, grund, behalten=False)
            return grund, True
        vorhanden = archiv.archiviert(self.ablage, fund)
        if vorhanden is not None:
            return self._schon_da(fund, vorhanden, grund, bisher)
        try:
            return self._vergleiche_und_archiviere(fund, urteil(), grund, bisher), True
        except Lesefehler as fehler:
            personen = arbeitsbereich.kann_personen_enthalten(fund.pfad, self.vertraege[fund.feed.extrakt])
            meldung = str(arbeitsbereich.ohne_inhalt(fehler) if personen else fehler)
            ergebnis = replace(grund, ergebnis="abgewiesen", art=fehler.art, meldung=meldung, personenbezogen=personen)
            archiv.vermerke(self.ablage, fund, ergebnis, behalten=not personen)
            if personen and isinstance(fehler, tuer.ZuVieleFehler):
                tuer.merke_abgewiesene(self.ablage, ergebnis, fehler)
            return ergebnis, True
        except ProzessVerloren:
            raise
        except Exception as fehler:
            if not self.vertraege[fund.feed.extrakt].personenbezogen:
                raise
            # what a library says of a value would stay in logs; the file stays in landing until the fault is mended
            raise Stoerung(
                f"Bei der Annahme von {fund.pfad.name} ist ein Fehler im Programm aufgetreten "
                f"({type(fehler).__name__}). Die Einzeldaten sind gelöscht, die Datei liegt noch, wo sie lag."
            ) from None

    def _schon_da(self, fund: Fund, vorhanden: Ergebnis, grund: Ergebnis, bisher: Bisher) -> tuple[Ergebnis, bool]:
        """Same bytes make no second delivery.

        They are refused if the file name claims another period. If a later delivery took their place, sending them
        again puts them back in force: that is how a wrong delivery is undone.
        """
        if vorhanden.angaben != fund.angaben:
            meldung = (
                f"Der Inhalt ist Byte für Byte der von {vorhanden.datei}, der Dateiname nennt aber anderes. Erwartet: "
                "ein eigener Inhalt je Zeitraum und Thema. Bitte: prüfen, ob die richtige Datei geliefert wurde."
            )
            ergebnis = replace(
                grund,
                ergebnis="abgewiesen",
                art="doppelt",
                meldung=meldung,
                personenbezogen=vorhanden.personenbezogen,
            )
            archiv.vermerke(self.ablage, fund, ergebnis, behalten=False)
            return ergebnis, True
        if not bisher.bestand.ist_verdraengt(fund.sha256, bisher.im_korb):
            return vorhanden, False
        erneut = replace(vorhanden, lieferung_nr=bisher.naechste_nr(vorhanden.extrakt), empfangen=grund.empfangen)
        archiv.vermerke_erneut(self.ablage, fund, erneut)
        assert fund.feed is not None
        datensaetze = self._aus_archiv(archiv.liefer_ordner(self.ablage, fund), erneut, fund.feed)
        self._uebernimm([datensatz(*d) for d in datensaetze], erneut, bisher)
        return erneut, True

    def _uebernimm(self, datensaetze: list[Datensatz], ergebnis: Ergebnis, bisher: Bisher) -> None:
        for d in datensaetze:
            tuer.schreibe_lake(self.ablage, d.vertrag, d.geprueft, ergebnis)
            bisher.bestand.merke(teile(d.profile, ergebnis, d.vertrag.extrakt))
        bisher.letzte_nr[ergebnis.extrakt] = ergebnis.lieferung_nr

    def _vergleiche_und_archiviere(self, fund: Fund, urteil: Urteil, grund: Ergebnis, bisher: Bisher) -> Ergebnis:
        assert fund.feed is not None
        geprueft = urteil.geprueft
        ergebnis = replace(
            grund,
            ergebnis="angenommen",
            meldung="",
            lieferung_nr=bisher.naechste_nr(grund.extrakt),
            kodierung=geprueft.gelesen.kodierung,
            zeilen=urteil.zeilen,
            quarantaene_zeilen=len(geprueft.quarantaene),
            verdacht_zeilen=geprueft.verdacht_zeilen,
            reparaturen=geprueft.reparaturen,
            weggelassen=geprueft.weggelassen,
            musterdaten=geprueft.gelesen.musterdaten,
            personenbezogen=geprueft.personenbezogen,
            stand=geprueft.gelesen.meta.get("stand", ""),
            verortung=urteil.verortung,
        )
        erlaubnis = zulassung.offene(self.ablage).get((ergebnis.jugendamt, ergebnis.sha256))
        if erlaubnis is None:
            for d in urteil.datensaetze:
                neue = teile(d.profile, ergebnis, d.vertrag.extrakt)
                bisher.bestand.vergleiche(neue, d.vertrag, fund.feed.raumbuch)
        archiv.archiviere(self.ablage, fund, ergebnis, geprueft.gelesen, self.vertraege[grund.extrakt], urteil.kopie)
        self._uebernimm(urteil.datensaetze, ergebnis, bisher)
        if erlaubnis is not None:
            zulassung.verbrauche(self.ablage, erlaubnis, ergebnis.empfangen)
        return ergebnis

    def _aus_archiv(self, ordner: Path, ergebnis: Ergebnis, feed: Feed | None) -> list[tuple[Vertrag, tuer.Geprueft]]:
        """What an archived delivery brings today: its bytes read anew, or its aggregates. Raises `Lesefehler`."""
        vertrag = self.vertraege[ergebnis.extrakt]
        if not ergebnis.personenbezogen:
            inhalt = (ordner / ergebnis.datei).read_bytes()
            return [(vertrag, tuer.pruefe(inhalt, ergebnis.datei, vertrag, ergebnis.angaben, feed))]
        gelesen = Gelesen("parquet", None, pl.DataFrame(), ergebnis.kodierung, {"stand": ergebnis.stand},
                          ergebnis.musterdaten)  # fmt: skip
        quarantaene, verdacht = (pl.read_parquet(ordner / f"{name}.parquet") for name in ("quarantaene", "verdacht"))
        return [
            (
                v,
                tuer.Geprueft(
                    tuer.nach_vertrag(pl.read_parquet(ordner / f"{v.extrakt}.parquet"), v),
                    quarantaene,
                    gelesen,
                    verdacht,
                    verdacht_zeilen=ergebnis.verdacht_zeilen,
                    personenbezogen=True,
                    lesart=tuer.lesart(v, None),
                ),
            )
            for v in self._ziele(vertrag)
        ]

    def _ziele(self, vertrag: Vertrag) -> list[Vertrag]:
        """Contracts of the datasets that a personal delivery becomes."""
        modelle = vertrag.verdichtung.modelle if vertrag.verdichtung else ()
        return [self.vertraege[name] for name in sorted(modelle)] or [vertrag]

    def _erneuere_lake(self, feeds: Feeds) -> list[str]:
        """Write lake files that are missing or were read by another contract or mapping, from the archive alone."""
        erneuert = []
        for ordner, ergebnis in archiv.lieferungen(self.ablage):
            vertrag = self.vertraege.get(ergebnis.extrakt)
            if vertrag is None:
                continue
            feed = None if ergebnis.personenbezogen else archiv.feed_von(feeds, ergebnis)
            ziele = self._ziele(vertrag) if ergebnis.personenbezogen else [vertrag]
            if all(tuer.ist_aktuell(self.ablage, ziel, ergebnis, feed) for ziel in ziele):
                continue
            try:
                datensaetze = self._aus_archiv(ordner, ergebnis, feed)
            except Lesefehler as fehler:
                # the contract became stricter than the delivery: it leaves the lake, its archive stays
                for ziel in ziele:
                    tuer.lake_datei(self.ablage, ziel, ergebnis.sha256).unlink(missing_ok=True)
                self.melde(f"{ergebnis.datei}: erfüllt den Vertrag nicht mehr: {fehler}")
                continue
            for ziel, geprueft in datensaetze:
                tuer.schreibe_lake(self.ablage, ziel, geprueft, ergebnis)
            erneuert.append(ergebnis.sha256)
        return erneuert
