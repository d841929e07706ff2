"""From the warehouse to a release of one Jugendamt: export, gate, report, manifest, Freigabe by profile.

Here: the order of these steps, and what a refresh remembers of them.
Not here: the steps themselves (``reports``, ``quality/gate``), what comes before (``haus.py``, ``dbt.py``), the flip
(``reports/stand.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from orchestration.haus import Haus
from orchestration.sperre import jetzt
from orchestration.umgebung import Umgebung
from quality.befund import Befund
from reports import marts, vergleich
from reports import release as releases
from reports.marts import Veroeffentlichung
from reports.typen import BerichtsAngaben
from sources import gebietsstand
from sources.ablage import entwurf, schreibe_json, uebernimm
from sources.profile import Profil
from sources.prozesse import je_prozess

if TYPE_CHECKING:
    from quality.gate import GateErgebnis

Kommentare = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Kandidat:
    """What a refresh brought for one Jugendamt.

    ``ergebnis``: freigegeben | entwurf | gesperrt | unveraendert | ohne_daten.
    """

    jugendamt: str
    ergebnis: str
    release: str
    berichtsjahr: int
    meldung: str
    befunde: tuple[Befund, ...] = ()

    def als_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "jugendamt": self.jugendamt,
            "ergebnis": self.ergebnis,
            "release": self.release,
            "berichtsjahr": self.berichtsjahr,
            "meldung": self.meldung,
            "befunde": [releases.befund_als_dict(b) for b in self.befunde],
        }


def erstelle(
    haus: Haus,
    jahr: int | None,
    veroeffentlichung: Veroeffentlichung,
    kommentare: Kommentare,
    davor: Mapping[str, list[Befund]],
) -> Iterator[Kandidat]:
    """Export, check by the gate, and release Jugendämter side by side; remember each outcome for the next refresh.

    Args:
        haus: the data house; its warehouse is built, and nobody has it open for writing.
        jahr: Berichtsjahr; None = the latest year with a value.
        veroeffentlichung: published columns per mart.
        kommentare: descriptions per mart and column, for the dictionary.
        davor: Jugendamt to findings of earlier layers.
    """
    rechne = partial(_erstelle, haus.umgebung, haus.code_sha256, jahr, veroeffentlichung, kommentare)
    return je_prozess(rechne, list(davor.items()))


@lru_cache(maxsize=1)
def _haus(umgebung: Umgebung, code_sha256: str) -> Haus:
    """Profiles, contracts and catalogue once for all Jugendämter of a process; after a change of them, anew."""
    haus = Haus(umgebung)
    # that of the run, which has built the warehouse: what was edited since then is for the next one
    haus.code_sha256 = code_sha256
    return haus


def _erstelle(
    umgebung: Umgebung,
    code_sha256: str,
    jahr: int | None,
    veroeffentlichung: Veroeffentlichung,
    kommentare: Kommentare,
    fall: tuple[str, list[Befund]],
) -> Kandidat:
    haus, (jugendamt, davor) = _haus(umgebung, code_sha256), fall
    berichtsjahr = jahr or marts.letztes_jahr(haus.ablage.warehouse, jugendamt)
    if berichtsjahr is None:
        kandidat = Kandidat(jugendamt, "ohne_daten", "", 0, "Keine Lieferung enthält Werte für dieses Jugendamt.")
    else:
        kandidat = _pruefe_und_schreibe(haus, jugendamt, berichtsjahr, veroeffentlichung, kommentare, davor)
    merk = {**kandidat.als_dict(), "fingerabdruck": haus.fingerabdruck(jugendamt, jahr), "zeit": jetzt()}
    schreibe_json(haus.ablage.pruefung / f"{jugendamt}.json", merk)
    return kandidat


def _pruefe_und_schreibe(
    haus: Haus,
    jugendamt: str,
    berichtsjahr: int,
    veroeffentlichung: Veroeffentlichung,
    kommentare: Kommentare,
    davor: list[Befund],
) -> Kandidat:
    # both heavy: Great Expectations and the solver are not needed to define assets
    from quality import gate
    from quality.geheimhaltung import schutz

    profil = haus.profile[jugendamt]
    geschuetzt = schutz.ergebnis(haus.ablage, jugendamt)
    davor = [*davor, *_schutzbefund(geschuetzt)]
    release_id = releases.naechste_id(haus.ablage, jugendamt, berichtsjahr)
    ziel = haus.ablage.releases / jugendamt / release_id
    with entwurf(ziel) as ordner:
        marts.exportiere(haus.ablage.warehouse, ordner / "marts", veroeffentlichung, jugendamt, berichtsjahr)
        ergebnis = gate.pruefe(ordner / "marts", berichtsjahr, profil.hierarchien[0].name, profil.schwellen, davor)
        if not ergebnis.offen:
            gruende = "; ".join(f"{b.titel} ({b.anzahl})" for b in ergebnis.sperrend)
            meldung = f"Kein Release, denn nicht erfüllt ist: {gruende}. Das letzte Release bleibt in Kraft."
            return Kandidat(jugendamt, "gesperrt", "", berichtsjahr, meldung, ergebnis.befunde)
        marts.ergaenze_pruefungen(ordner / "marts", jugendamt, ergebnis.befunde)
        angaben = berichtsangaben(haus, profil, berichtsjahr)
        manifest = _manifest(haus, profil, angaben, marts.inhalt_sha256(ordner / "marts"), ergebnis)
        gleiches = releases.mit_gleichem_inhalt(
            haus.ablage, jugendamt, berichtsjahr, manifest["inhalt_sha256"], manifest["angaben_sha256"]
        )
        if gleiches is not None:
            _gib_automatisch_frei(profil, gleiches)
            meldung = f"Die Zahlen sind dieselben wie in {gleiches.id}; kein neues Release."
            return Kandidat(jugendamt, "unveraendert", gleiches.id, berichtsjahr, meldung, ergebnis.befunde)
        aenderungen = _vergleiche(haus, ordner / "marts", manifest)
        _schreibe_dateien(haus, ordner, angaben, ergebnis, aenderungen, kommentare)
        marts.schreibe_csv(_woerterbuch(veroeffentlichung, kommentare), ordner / "woerterbuch.csv")
        manifest |= {"release": release_id, "erstellt": jetzt(), "geheimhaltung": schutz.fuer_manifest(geschuetzt)}
        releases.schreibe_manifest(ordner, {**manifest, "vergleich": aenderungen.zusammenfassung()})
        # before anybody can see it: what was shown stays known
        schutz.notiere(haus.ablage, jugendamt, release_id, berichtsjahr)
        uebernimm(ordner, ziel)
    release = _gib_automatisch_frei(profil, releases.lies(ziel))
    meldung = "Release erstellt und freigegeben."
    if release.zustand == "entwurf":
        meldung = "Release als Entwurf erstellt; es fehlt die Freigabe ('berichtswesen release approve')."
    if aenderungen.mit:
        meldung += " " + releases.aenderungssatz(aenderungen.zusammenfassung())
    return Kandidat(jugendamt, release.zustand, release_id, berichtsjahr, meldung, ergebnis.befunde)


def _schreibe_dateien(
    haus: Haus,
    ordner: Path,
    angaben: BerichtsAngaben,
    ergebnis: GateErgebnis,
    aenderungen: vergleich.Aenderungen,
    kommentare: Kommentare,
) -> None:
    """All that people and tools read, from the exported marts."""
    from reports.bericht import schreibe_bericht  # the renderer is heavy, too
    from reports.datapackage import schreibe_datapackage
    from reports.geojson import schreibe_geojson
    from reports.mappe import schreibe_mappe

    daten = ordner / "marts"
    aenderungen.schreibe(ordner)
    schreibe_bericht(daten, ordner / "bericht", angaben, list(ergebnis.befunde), ordner / "analyse", aenderungen)
    schreibe_mappe(ordner / "marts.xlsx", daten, angaben, kommentare)
    vertraege = [haus.vertraege[e.extrakt] for e in haus.eingaben(angaben.jugendamt)]
    schreibe_datapackage(ordner, angaben, [(v.attribution, v.lizenz) for v in vertraege], kommentare)
    schreibe_geojson(daten, ordner / "geo" / "raeume.geojson", angaben)
    befunde = [releases.befund_als_dict(b) for b in ergebnis.befunde]
    schreibe_json(ordner / "gate.json", {"erklaert": ergebnis.erklaert, "befunde": befunde})


def _schutzbefund(schutz: Mapping[str, Any]) -> list[Befund]:
    """The outcome of geheimhaltung as findings; none where nothing needs protection."""
    if not schutz:
        return []
    ausgang = "bestanden" if schutz["sicher"] else "verletzt"
    titel = "Keine geschützte Zahl lässt sich aus Veröffentlichtem errechnen"
    zeilen = [] if schutz["sicher"] else [{"meldung": schutz["meldung"]}]
    erklaerung = "Prüfung der Geheimhaltung vor der Freigabe."
    befunde = [Befund(titel, erklaerung, "sperrend", ausgang, len(zeilen), zeilen, "geheimhaltung")]
    if ohne := schutz["aussenwissen_ohne_zelle"]:
        titel = "Zu allem, was das Profil als anderswo bekannt nennt, gibt es eine Auszählung"
        erklaerung = "Eine Zeile in aussenwissen.csv ohne Auszählung schützt nichts: Schlüssel und Stichtag prüfen."
        befunde.append(
            Befund(titel, erklaerung, "hinweis", "verletzt", len(ohne), [{"meldung": o} for o in ohne], "geheimhaltung")
        )
    return befunde


def _gib_automatisch_frei(profil: Profil, release: releases.Release) -> releases.Release:
    if profil.freigabe == "automatisch" and release.zustand == "entwurf":
        releases.trage_ein(release, "freigegeben", jetzt(), name="automatisch laut Profil")
    return releases.lies(release.ordner)


def _woerterbuch(veroeffentlichung: Veroeffentlichung, kommentare: Kommentare) -> pl.DataFrame:
    """The data dictionary of a release: mart, spalte, bedeutung."""
    return pl.DataFrame(
        [
            {"mart": mart, "spalte": spalte, "bedeutung": kommentare.get(mart, {}).get(spalte, "")}
            for mart, spalten in veroeffentlichung.items()
            for spalte in spalten
        ]
    )


def berichtsangaben(haus: Haus, profil: Profil, berichtsjahr: int) -> BerichtsAngaben:
    """What the report says from the profile and the deliveries."""
    eingaben = haus.eingaben(profil.jugendamt)
    return BerichtsAngaben(
        jugendamt=profil.jugendamt,
        name=profil.name,
        land=profil.land,
        kennzahlenprofil=profil.kennzahlenprofil,
        berichtsjahr=berichtsjahr,
        ganzes=profil.ganzes,
        ebenen=[(e.ebene, e.bezeichnung) for e in profil.raumebenen],
        hauptebene=profil.hauptebene,
        hierarchien={h.name: h.bezeichnung for h in profil.hierarchien} | {gebietsstand.HIERARCHIE: "Gebietsstand"},
        attributionen=sorted({haus.vertraege[e.extrakt].attribution for e in eingaben}),
        annahmen=list(profil.annahmen),
        musterdaten=any(e.musterdaten for e in eingaben),
        modellgebiete=profil.modellgebiete,
    )


def _vergleiche(haus: Haus, neu: Path, manifest: Mapping[str, Any]) -> vergleich.Aenderungen:
    """The candidate beside the latest approved release up to its Berichtsjahr."""
    alt = releases.vorheriges(haus.ablage, manifest["jugendamt"], manifest["berichtsjahr"])
    if alt is None:
        return vergleich.vergleiche(neu, None, None)
    titel = {extrakt: v.titel for extrakt, v in haus.vertraege.items()}
    extrakte = vergleich.extrakte_je_kennzahl(haus.katalog, haus.vertraege)
    herkunft = vergleich.Herkunft(alt.manifest, manifest, titel, extrakte)
    return vergleich.vergleiche(neu, alt.ordner / "marts", herkunft, alt.id)


def _manifest(
    haus: Haus, profil: Profil, angaben: BerichtsAngaben, inhalt: str, ergebnis: GateErgebnis
) -> dict[str, Any]:
    """What a release was made from and how it was checked; id, clock and files come later."""
    felder = ("jugendamt", "extrakt", "datei", "sha256", "bytes", "lieferung_nr", "stand", "musterdaten")
    ausgaenge = [b.ergebnis for b in ergebnis.befunde]
    return {
        "jugendamt": profil.jugendamt,
        "berichtsjahr": angaben.berichtsjahr,
        "musterdaten": angaben.musterdaten,
        "freigabe": profil.freigabe,
        "inhalt_sha256": inhalt,
        # what the report says beside the marts, so that a change of the profile alone is a new release
        "angaben_sha256": hashlib.sha256(repr(angaben).encode()).hexdigest(),
        "code_sha256": haus.code_sha256,
        "programm_sha256": haus.programm_sha256,
        "profil_sha256": haus.profil_sha256(profil.jugendamt),
        "katalog": {k.kennzahl: k.version for k in haus.katalog},
        "eingaben": [{f: getattr(e, f) for f in felder} for e in haus.eingaben(profil.jugendamt)],
        "pruefungen": {
            "erklaert": ergebnis.erklaert,
            **{a: ausgaenge.count(a) for a in ("bestanden", "verletzt", "fehler")},
        },
    }
