"""The data house: its descriptions loaded once, and the steps of a refresh as plain functions.

Here: contracts, profiles, catalogue, fingerprint, and one method per step in the order of a refresh.
Not here: Dagster (``assets.py`` calls these steps), dbt (``dbt.py``), what a step does inside (``quality``,
``reports``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from orchestration.sperre import jetzt
from orchestration.umgebung import PROFILE, WURZEL, SpeicherReichtNicht, Umgebung
from quality import tuer
from quality.abdeckung import abdeckung
from quality.annahme import Annahme, Tuer
from quality.urteil import Verdichter
from reports import stand
from sources import archiv, stammdaten
from sources.ablage import AMTLICH, schreibe_json
from sources.archiv import Ergebnis
from sources.katalog import Kennzahl, lade_katalog
from sources.profile import Profil, lade_amtliche_feeds, lade_profile
from sources.vertraege import Vertrag, lade_vertraege

RAEUME = ("sources", "quality", "reports", "orchestration", "dbt_project")
# a template of the report or the areas of a profile decide what comes out as much as a module does
CODE_ENDUNGEN = {".py", ".sql", ".yml", ".csv", ".geojson", ".json", ".html", ".css", ".j2", ".typ"}


class UnbekanntesJugendamt(Exception):
    """A Jugendamt without a profile; German text with the known ones."""


def _hash_ordner(ordner: Path, ohne: Path | None = None) -> str:
    """Hash of names and contents of the describing files below a folder, without those below another."""
    gesamt = hashlib.sha256()
    for datei in sorted(ordner.rglob("*")):
        if ohne is not None and datei.is_relative_to(ohne):
            continue
        if datei.suffix in CODE_ENDUNGEN and "__pycache__" not in datei.parts:
            gesamt.update(f"{datei.relative_to(ordner)}\0".encode() + datei.read_bytes())
    return gesamt.hexdigest()


class Haus:
    """One data house with its descriptions."""

    def __init__(self, umgebung: Umgebung, melde: Callable[[str], None] = lambda _: None) -> None:
        """Keep the environment; descriptions are loaded when first needed."""
        self.umgebung = umgebung
        self.ablage = umgebung.ablage
        self.melde = melde

    @cached_property
    def vertraege(self) -> dict[str, Vertrag]:
        """Contracts by extract."""
        return lade_vertraege()

    @cached_property
    def profile(self) -> dict[str, Profil]:
        """Profiles by Jugendamt."""
        return {p.jugendamt: p for p in lade_profile(self.umgebung.profilordner)}

    @cached_property
    def feeds(self) -> archiv.Feeds:
        """Feeds by Jugendamt; the shipped nationwide ones if no profile folder has its own."""
        amtlich = lade_amtliche_feeds(self.umgebung.profilordner) or lade_amtliche_feeds([PROFILE])
        return archiv.alle_feeds(self.profile.values(), amtlich, self.vertraege.values())

    @cached_property
    def katalog(self) -> list[Kennzahl]:
        """Catalogue in reading order."""
        return lade_katalog(self.umgebung.kennzahlen)

    @cached_property
    def code_sha256(self) -> str:
        """Hash of everything that decides what comes out, apart from deliveries."""
        ordner = [*(WURZEL / raum for raum in RAEUME), *self.umgebung.profilordner]
        return hashlib.sha256("".join(map(_hash_ordner, ordner)).encode()).hexdigest()

    @cached_property
    def programm_sha256(self) -> str:
        """Hash of the code and the nationwide feeds, without the profile of any Jugendamt."""
        teile = [_hash_ordner(WURZEL / raum, PROFILE) for raum in RAEUME]
        teile += [_hash_ordner(ordner / AMTLICH) for ordner in (PROFILE, *self.umgebung.profilordner)]
        return hashlib.sha256("".join(teile).encode()).hexdigest()

    def profil_sha256(self, jugendamt: str) -> str:
        """Hash of the profile of a Jugendamt."""
        ordner = next(o / jugendamt for o in self.umgebung.profilordner if (o / jugendamt).is_dir())
        return _hash_ordner(ordner)

    def waehle(self, jugendamt: str | None) -> list[str]:
        """The chosen Jugendamt, or all. Raises :class:`UnbekanntesJugendamt`."""
        if jugendamt is None:
            return list(self.profile)
        if jugendamt not in self.profile:
            raise UnbekanntesJugendamt(
                f"Kein Profil für das Jugendamt '{jugendamt}'. Vorhanden: {', '.join(self.profile)}. Bitte: den "
                "Schlüssel prüfen oder mit 'berichtswesen neu' ein Profil anlegen."
            )
        return [jugendamt]

    def lieferungen(self) -> list[Ergebnis]:
        """Accepted deliveries."""
        return [e for _, e in archiv.lieferungen(self.ablage)]

    def fingerabdruck(self, jugendamt: str, jahr: int | None) -> str:
        """What a release of this Jugendamt is made from: deliveries, code, profiles, catalogue, Berichtsjahr."""
        eingaben = [(e.extrakt, e.lieferung_nr, e.sha256) for e in self.eingaben(jugendamt)]
        return hashlib.sha256(json.dumps([eingaben, self.code_sha256, jahr]).encode()).hexdigest()

    def grundlage(self) -> str:
        """What the warehouse is built from: hash of all accepted deliveries, code, profiles, catalogue."""
        eingaben = [(e.jugendamt, e.extrakt, e.lieferung_nr, e.sha256) for e in self.lieferungen()]
        return hashlib.sha256(json.dumps([eingaben, self.code_sha256]).encode()).hexdigest()

    def eingaben(self, jugendamt: str) -> list[Ergebnis]:
        """Accepted deliveries that a release of this Jugendamt is made from."""
        return [e for _, e in archiv.lieferungen(self.ablage, (jugendamt, AMTLICH))]

    # --- the steps of a refresh, in order ---------------------------------------------------------------

    def nimm_an(self, jugendaemter: list[str], landing: Path | None, verdichter: Verdichter | None = None) -> Annahme:
        """Take deliveries in, and write descriptions as tables for dbt."""
        self.ablage.anlegen(list(self.profile))
        statistikstellen = {j for j, p in self.profile.items() if p.betriebsart == "statistikstelle"}
        tuer_ = Tuer(self.ablage, self.vertraege, jetzt, self.melde, verdichter, statistikstellen)
        annahme = tuer_.nimm_an(self.feeds, landing, jugendaemter)
        tabellen = stammdaten.als_tabellen(
            list(self.profile.values()),
            self.vertraege,
            self.katalog,
            self.lieferungen(),
            tuer.lies_quarantaene(self.ablage),
            abdeckung(self.ablage, self.vertraege, self.lieferungen(), self.feeds),
        )
        stammdaten.schreibe(self.ablage, tabellen)
        bericht = {
            "zeit": jetzt(),
            "neu": [e.datei for e in annahme.neu],
            "bekannt": annahme.bekannt,
            "nicht_angenommen": [e.als_dict() for e in annahme.nicht_angenommen],
            "unruhig": [p.name for p in annahme.unruhig],
            "lake_erneuert": len(annahme.lake_erneuert),
        }
        schreibe_json(self._annahme_datei, bericht)
        return annahme

    @property
    def _annahme_datei(self) -> Path:
        return self.ablage.pruefung / "_annahme.json"

    def letzte_annahme(self) -> dict[str, Any]:
        """What the last round at the door brought ({} if there was none)."""
        return json.loads(self._annahme_datei.read_text("utf-8")) if self._annahme_datei.exists() else {}

    def zu_tun(self, jugendaemter: list[str], jahr: int | None) -> list[str]:
        """Jugendämter whose last refresh is not this very one, or whose results are gone."""
        if not self.ablage.warehouse.exists() or not self._veroeffentlichtes_steht():
            return jugendaemter
        return [j for j in jugendaemter if not self._ist_erledigt(j, jahr)]

    def _veroeffentlichtes_steht(self) -> bool:
        """Whether ``current`` shows the approved releases with their BI file."""
        wahl = {j: r.id for j, r in stand.gewaehlt(self.ablage).items()}
        bi = self.ablage.current / "bi" / "marts.duckdb"
        return stand.gezeigt(self.ablage) == wahl and (not wahl or bi.exists())

    def _ist_erledigt(self, jugendamt: str, jahr: int | None) -> bool:
        merk = self.letzter_stand(jugendamt)
        if merk.get("fingerabdruck") != self.fingerabdruck(jugendamt, jahr):
            return False
        if merk["ergebnis"] == "ohne_daten":
            return True
        fertig = merk["ergebnis"] in {"freigegeben", "entwurf", "unveraendert"}
        return fertig and (self.ablage.releases / jugendamt / merk["release"] / "manifest.json").exists()

    def letzter_stand(self, jugendamt: str) -> dict[str, Any]:
        """What the last refresh of a Jugendamt brought ({} if there was none)."""
        datei = self.ablage.pruefung / f"{jugendamt}.json"
        return json.loads(datei.read_text("utf-8")) if datei.exists() else {}

    def schuetze(self) -> int:
        """Write the marks of geheimhaltung; returns their number. Raises :class:`SpeicherReichtNicht`."""
        from quality.geheimhaltung import schutz  # the solver is heavy, and not needed to define assets

        try:
            return schutz.schuetze(self.ablage, list(self.profile.values()), self.katalog, self.umgebung.speicher)
        except duckdb.OutOfMemoryException:
            raise SpeicherReichtNicht from None

    def drehe(self, kommentare: Mapping[str, Mapping[str, str]]) -> bool:
        """Show the approved releases; one flip. Returns whether something changed."""
        return stand.setze(self.ablage, kommentare)
