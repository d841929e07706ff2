"""Taking deliveries in: every waiting file gets an outcome, accepted ones reach archive and lake.

Here: the order of steps for one file (known? readable? good enough? archive, lake, landing emptied) and the
rebuild of the lake from the archive.
Not here: single steps (``sources/archiv.py``, ``quality/tuer.py``), when it happens (``orchestration``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from quality import tuer
from quality.bestand import Bestand, lies_bestand, teile
from sources import archiv
from sources.ablage import Ablage
from sources.archiv import Ergebnis, Feeds, Fund
from sources.formate import Lesefehler
from sources.vertraege import Vertrag

Fortschritt = Callable[[str], None]


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
    """What has been accepted so far, kept up to date during a round."""

    lieferungen: list[Ergebnis]
    bestand: Bestand
    im_korb: frozenset[str]

    def naechste_nr(self, extrakt: str) -> int:
        """Running number of the next delivery of an extract."""
        return max((e.lieferung_nr for e in self.lieferungen if e.extrakt == extrakt), default=0) + 1


@dataclass(frozen=True)
class Tuer:
    """Everything a delivery is judged by; ``uhr`` gives the time of receipt (ISO, UTC)."""

    ablage: Ablage
    vertraege: Mapping[str, Vertrag]
    uhr: Callable[[], str]
    melde: Fortschritt = lambda _: None

    def nimm_an(self, feeds: Feeds, landing: Path | None, jugendaemter: Collection[str]) -> Annahme:
        """Give every waiting file an outcome, then bring the lake in line with the archive.

        One bad file never stops the others. Files in the home's landing are removed once their bytes are kept.
        """
        for vertrag in self.vertraege.values():
            tuer.schreibe_leere(self.ablage, vertrag)
        erneuert = self._erneuere_lake()
        funde, unruhig = archiv.suche(self.ablage, feeds, landing, jugendaemter)
        neu, nicht, bekannt = [], [], 0
        bisher = Bisher(
            [e for _, e in archiv.lieferungen(self.ablage)],
            lies_bestand(self.ablage, self.vertraege),
            frozenset(f.sha256 for f in funde),
        )
        for nummer, fund in enumerate(funde, 1):
            ergebnis, ist_neu = self._nimm_eine(fund, bisher)
            if ergebnis.ergebnis != "angenommen":
                nicht.append(ergebnis)
            elif ist_neu:
                neu.append(ergebnis)
            else:
                bekannt += 1
            if ist_neu or nummer % 50 == 0:
                self.melde(f"Lieferung {nummer}/{len(funde)}: {fund.pfad.name}: {ergebnis.ergebnis}")
            if fund.entfernen and ergebnis.ergebnis != "unbekannt":
                fund.pfad.unlink()
        return Annahme(neu, bekannt, nicht, unruhig, erneuert)

    def _nimm_eine(self, fund: Fund, bisher: Bisher) -> tuple[Ergebnis, bool]:
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
            return self._pruefe_und_archiviere(fund, grund, bisher), True
        except Lesefehler as fehler:
            vertrag = self.vertraege[fund.feed.extrakt]
            ergebnis = replace(grund, ergebnis="abgewiesen", art=fehler.art, meldung=str(fehler))
            archiv.vermerke(self.ablage, fund, ergebnis, behalten=not vertrag.personenbezogen)
            return ergebnis, True

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
            ergebnis = replace(grund, ergebnis="abgewiesen", art="doppelt", meldung=meldung)
            archiv.vermerke(self.ablage, fund, ergebnis, behalten=False)
            return ergebnis, True
        if not bisher.bestand.ist_verdraengt(fund.sha256, bisher.im_korb):
            return vorhanden, False
        erneut = replace(vorhanden, lieferung_nr=bisher.naechste_nr(vorhanden.extrakt), empfangen=grund.empfangen)
        archiv.vermerke_erneut(self.ablage, fund, erneut)
        vertrag = self.vertraege[vorhanden.extrakt]
        geprueft = tuer.pruefe(fund.pfad.read_bytes(), fund.pfad.name, vertrag, fund.angaben)
        self._uebernimm(vertrag, geprueft, erneut, bisher)
        return erneut, True

    def _uebernimm(self, vertrag: Vertrag, geprueft: tuer.Geprueft, ergebnis: Ergebnis, bisher: Bisher) -> None:
        tuer.schreibe_lake(self.ablage, vertrag, geprueft, ergebnis)
        bisher.lieferungen.append(ergebnis)
        bisher.bestand.merke(teile(geprueft.zellen, ergebnis))

    def _pruefe_und_archiviere(self, fund: Fund, grund: Ergebnis, bisher: Bisher) -> Ergebnis:
        assert fund.feed is not None
        vertrag = self.vertraege[fund.feed.extrakt]
        if vertrag.personenbezogen:
            raise Lesefehler(
                "personenbezogen",
                f"Der Extrakt {vertrag.extrakt} enthält Einzeldaten",
                "nur Aggregate; der Weg für Einzeldaten (Arbeitsbereich eines Laufs, Löschprotokoll) ist nicht gebaut",
                "die Datei nicht anliefern",
            )
        geprueft = tuer.pruefe(fund.pfad.read_bytes(), fund.pfad.name, vertrag, fund.angaben)
        ergebnis = replace(
            grund,
            ergebnis="angenommen",
            meldung="",
            lieferung_nr=bisher.naechste_nr(vertrag.extrakt),
            kodierung=geprueft.gelesen.kodierung,
            zeilen=len(geprueft.zellen),
            quarantaene_zeilen=len(geprueft.quarantaene),
            musterdaten=geprueft.gelesen.musterdaten,
            stand=geprueft.gelesen.meta.get("stand", ""),
        )
        bisher.bestand.vergleiche(teile(geprueft.zellen, ergebnis), vertrag)
        archiv.archiviere(self.ablage, fund, ergebnis, geprueft.gelesen, vertrag)
        self._uebernimm(vertrag, geprueft, ergebnis, bisher)
        return ergebnis

    def _erneuere_lake(self) -> list[str]:
        """Write lake files that are missing or were made under another contract, from the archived bytes alone."""
        erneuert = []
        for ordner, ergebnis in archiv.lieferungen(self.ablage):
            vertrag = self.vertraege.get(ergebnis.extrakt)
            if vertrag is None or tuer.ist_aktuell(self.ablage, vertrag, ergebnis):
                continue
            inhalt = (ordner / ergebnis.datei).read_bytes()
            try:
                geprueft = tuer.pruefe(inhalt, ergebnis.datei, vertrag, ergebnis.angaben)
            except Lesefehler as fehler:
                # the contract became stricter than the delivery: it leaves the lake, its bytes stay
                tuer.lake_datei(self.ablage, vertrag, ergebnis.sha256).unlink(missing_ok=True)
                self.melde(f"{ergebnis.datei}: erfüllt den Vertrag nicht mehr: {fehler}")
                continue
            tuer.schreibe_lake(self.ablage, vertrag, geprueft, ergebnis)
            erneuert.append(ergebnis.sha256)
        return erneuert
