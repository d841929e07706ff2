"""Builds the report model from the marts of one release.

Belongs here: reading the marts' Parquet files and choosing what is shown beside what. Not here: the
types (`typen`), wording (`woerter`), pages (`bericht`). Kennzahlen are never computed here; the only
arithmetic is a difference or a share of two published values.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from quality.befund import Befund
from reports.beigaben import altersaufbau, angebote, haushaltsplan, kommentare
from reports.themen import tafeln, themenblaetter
from reports.typen import (
    Angabe,
    Bericht,
    BerichtFehler,
    BerichtsAngaben,
    Blatt,
    Ebene,
    Kennzahl,
    Meldung,
    Spalte,
    Vergleich,
    Wert,
    Zugehoerigkeit,
    gemeinsame_hinweise,
)
from reports.woerter import FAMILIE, namensfolge, wort

__all__ = ["BerichtsAngaben", "lade_modell"]

_SPALTEN = {
    "kennzahlen": [
        "jugendamt", "raum_id", "raum_name", "raumebene", "berichtsjahr", "stichtag", "kennzahl", "quelle",
        "wert", "zaehler", "nenner", "status", "hinweise", "grund", "datenstand", "musterdaten", "hauptquelle",
    ],
    "kennzahlenkatalog": [f.name for f in fields(Kennzahl)],
    "raeume": ["jugendamt", "raum_id", "raum_name", "raumebene", "gueltig_von", "gueltig_bis", "belegt"],
    "raumzuordnung": [
        "jugendamt", "raum_id", "hierarchie", "eltern_raum_id", "gueltig_von", "gueltig_bis", "belegt",
    ],
    "datenqualitaet": [
        "jugendamt", "bereich", "gegenstand", "ergebnis", "meldung", "datenstand", "musterdaten",
    ],
}  # fmt: skip
_FAMILIE_DA = "vorhanden"
_BIS_OFFEN = date(9999, 12, 31)

Zeile = Mapping[str, Any]
Schluessel = tuple[str, str]


def lade_modell(marts: Path, angaben: BerichtsAngaben, befunde: list[Befund]) -> Bericht:
    """Read the marts in folder `marts` (one Parquet file per mart) for one Jugendamt and Berichtsjahr.

    Rows of later years are left out: a release holds its Berichtsjahr and all earlier ones.

    Raises:
        BerichtFehler: a mart or column is missing, or the whole has no row; the text says what to do.
    """
    zeilen = [z for z in _lies(marts, "kennzahlen", angaben.jugendamt) if z["berichtsjahr"] <= angaben.berichtsjahr]
    # a Kennzahl without any row is not part of this Jugendamt's Kennzahlen profile
    gefuehrt = {z["kennzahl"] for z in zeilen}
    eintraege = _katalog(_lies(marts, "kennzahlenkatalog", None), angaben.kennzahlenprofil)
    katalog = [k for k in eintraege if k.kennzahl in gefuehrt]
    raeume = _raeume(_lies(marts, "raeume", angaben.jugendamt), zeilen, angaben)
    reihen, je_quelle = _reihen(zeilen)
    zuordnung = _lies(marts, "raumzuordnung", angaben.jugendamt)
    slugs = _slugs(raeume, angaben)
    bauer = _Bauer(angaben, katalog, reihen, je_quelle)
    ebenen_namen = dict(angaben.ebenen)
    aufbau, geschrieben = altersaufbau(marts, angaben), kommentare(marts, angaben)
    vorhanden = angebote(marts, angaben)
    je_raum = {raum_id: bauer.angaben(raum_id) for raum_id in raeume}
    blaetter = {
        r["raum_id"]: Blatt(
            raum_id=r["raum_id"],
            name=r["raum_name"],
            ebene=r["raumebene"],
            ebene_name=ebenen_namen.get(r["raumebene"], r["raumebene"]),
            slug=slugs.get(r["raum_id"], ""),
            gueltig_von=r["gueltig_von"],
            gueltig_bis=_ende(r["gueltig_bis"]),
            belegt=r["belegt"],
            eltern=_verwandte(zuordnung, "raum_id", "eltern_raum_id", r["raum_id"], raeume, slugs),
            kinder=_verwandte(zuordnung, "eltern_raum_id", "raum_id", r["raum_id"], raeume, slugs),
            angaben=je_raum[r["raum_id"]],
            themen=themenblaetter(je_raum[r["raum_id"]]),
            altersaufbau=aufbau.get(r["raum_id"]),
            kommentare=geschrieben.get(r["raum_id"], ()),
            angebote=vorhanden.get(r["raum_id"]),
        )
        for r in raeume.values()
    }
    meldungen = _lies(marts, "datenqualitaet", angaben.jugendamt)
    return Bericht(
        angaben=angaben,
        kennzahlen=tuple(katalog),
        ganzes=blaetter[angaben.ganzes],
        ebenen=_ebenen(blaetter, angaben, katalog),
        familien=tuple(dict.fromkeys(k.familie for k in katalog)),
        fehlende_familien=_fehlende_familien(meldungen),
        lieferungen=_meldungen(meldungen, "lieferung"),
        geheimhaltung=_meldungen(meldungen, "geheimhaltung"),
        datenstaende=_datenstaende(reihen),
        musterdaten=angaben.musterdaten or any(z["musterdaten"] for z in zeilen if z["hauptquelle"]),
        befunde=tuple(befunde),
        haushaltsplan=haushaltsplan(marts, angaben),
    )


def _lies(marts: Path, mart: str, jugendamt: str | None) -> list[dict[str, Any]]:
    datei = marts / f"{mart}.parquet"
    if not datei.is_file():
        raise BerichtFehler(
            f"Der Mart „{mart}“ fehlt ({datei.name}). Erwartet: eine Parquet-Datei je Mart im Ordner des "
            "Stands. Bitte: den Stand mit „berichtswesen refresh“ neu erzeugen."
        )
    daten = pl.read_parquet(datei)
    fehlend = [s for s in _SPALTEN[mart] if s not in daten.columns]
    if fehlend:
        raise BerichtFehler(
            f"Dem Mart „{mart}“ fehlen Spalten: {', '.join(fehlend)}. Erwartet: der veröffentlichte Aufbau "
            "der Marts. Bitte: den Stand mit „berichtswesen refresh“ neu erzeugen."
        )
    if jugendamt is not None:
        daten = daten.filter(pl.col("jugendamt") == jugendamt)
    return daten.select(_SPALTEN[mart]).to_dicts()


def _katalog(zeilen: Iterable[Zeile], profil: str) -> list[Kennzahl]:
    """One entry per code, its newest version as the Kennzahlen profile reads it, in catalogue order."""
    neueste: dict[str, Kennzahl] = {}
    gueltig = (z for z in zeilen if z["profil"] in {"alle", profil})
    for z in sorted(gueltig, key=lambda z: (z["version"], z["profil"] != "alle")):
        eintrag: dict[str, Any] = {
            k: "" if v is None and k not in ("faktor", "mindestnenner") else v for k, v in z.items()
        }
        neueste[z["kennzahl"]] = Kennzahl(**eintrag)
    return sorted(neueste.values(), key=lambda k: (k.reihenfolge, k.kennzahl))


def _raeume(raeume: Iterable[Zeile], zeilen: Iterable[Zeile], angaben: BerichtsAngaben) -> dict[str, dict[str, Any]]:
    """The Räume of the report's levels, by name; the whole must be among them. No two are named alike across levels."""
    gewollt = {ebene for ebene, _ in angaben.ebenen}
    gefunden = {
        r["raum_id"]: dict(r)
        for r in sorted(raeume, key=lambda r: (*namensfolge(r["raum_name"]), r["raum_id"]))
        if r["raumebene"] in gewollt or r["raum_id"] == angaben.ganzes
    }
    if angaben.ganzes not in gefunden or not any(z["raum_id"] == angaben.ganzes for z in zeilen):
        raise BerichtFehler(
            f"Für {angaben.name} ({angaben.ganzes}) enthält der Stand bis {angaben.berichtsjahr} keine "
            "Kennzahlen. Erwartet: mindestens eine Zeile für den ganzen Jugendamtsbezirk. Bitte: die "
            "Lieferungen mit „berichtswesen status“ prüfen."
        )
    # a Stadtteil may be named like its town: then the level tells them apart, on every page
    namen, ebenen = Counter(r["raum_name"] for r in gefunden.values()), dict(angaben.ebenen)
    for raum_id, r in gefunden.items():
        if namen[r["raum_name"]] > 1 and raum_id != angaben.ganzes:
            r["raum_name"] += f" ({ebenen[r['raumebene']]})"
    return gefunden


def _slugs(raeume: Mapping[str, Zeile], angaben: BerichtsAngaben) -> dict[str, str]:
    """File names made from raum_id; the whole has its figures on the overview, so it gets none."""
    slugs = {
        raum_id: re.sub(r"[^a-z0-9]+", "-", raum_id.lower()).strip("-")
        for raum_id in raeume
        if raum_id != angaben.ganzes
    }
    doppelt = sorted({s for s in slugs.values() if list(slugs.values()).count(s) > 1})
    if doppelt:
        raise BerichtFehler(
            f"Mehrere Räume ergäben denselben Dateinamen: {', '.join(doppelt)}. Erwartet: raum_id, die sich "
            "nicht nur in Groß- und Kleinschreibung oder Sonderzeichen unterscheiden. Bitte: raeume.csv "
            "ändern."
        )
    return slugs


def _ende(bis: date | None) -> date | None:
    """An open end is None, however the mart writes it."""
    return None if bis is None or bis >= _BIS_OFFEN else bis


def _verwandte(
    zuordnung: Iterable[Zeile], von: str, nach: str, raum_id: str,
    raeume: Mapping[str, Zeile], slugs: Mapping[str, str],
) -> tuple[Zugehoerigkeit, ...]:  # fmt: skip
    treffer = [z for z in zuordnung if z[von] == raum_id and z[nach] in raeume]
    linien = (
        Zugehoerigkeit(
            hierarchie=z["hierarchie"],
            raum_id=z[nach],
            raum_name=raeume[z[nach]]["raum_name"],
            slug=slugs.get(z[nach]),
            gueltig_von=z["gueltig_von"],
            gueltig_bis=_ende(z["gueltig_bis"]),
            belegt=z["belegt"],
        )
        for z in treffer
    )
    return tuple(sorted(linien, key=lambda v: (v.hierarchie, *namensfolge(v.raum_name), v.raum_id)))


def _reihen(
    zeilen: Iterable[Zeile],
) -> tuple[dict[Schluessel, tuple[Wert, ...]], dict[tuple[str, str, int, str], Wert]]:
    """The main series per Raum and Kennzahl, and every figure by Raum, Kennzahl, year and source.

    A year is `nach_bruch` when its own row says so, or when the main source changes.
    """
    je_quelle: dict[tuple[str, str, int, str], Wert] = {}
    haupt: dict[Schluessel, list[Wert]] = defaultdict(list)
    for z in zeilen:
        w = _wert(z)
        je_quelle[(z["raum_id"], w.kennzahl, w.jahr, w.quelle)] = w
        if z["hauptquelle"]:
            haupt[(z["raum_id"], w.kennzahl)].append(w)
    reihen: dict[Schluessel, tuple[Wert, ...]] = {}
    for (raum_id, kennzahl), werte in haupt.items():
        werte.sort(key=lambda w: w.jahr)
        vorher: Wert | None = None
        fertig = []
        for w in werte:
            wechsel = w.hat_wert and vorher is not None and vorher.quelle != w.quelle
            fertig.append(_mit_bruch(w, w.nach_bruch or wechsel))
            vorher = w if w.hat_wert else vorher
        reihen[(raum_id, kennzahl)] = tuple(fertig)
    return reihen, je_quelle


def _wert(z: Zeile) -> Wert:
    hinweise = tuple(h.strip() for h in (z["hinweise"] or "").split(",") if h.strip())
    return Wert(
        kennzahl=z["kennzahl"],
        jahr=z["berichtsjahr"],
        stichtag=z["stichtag"],
        quelle=z["quelle"] or "",
        wert=z["wert"],
        nenner=z["nenner"],
        status=z["status"],
        hinweise=hinweise,
        grund=z["grund"] or "",
        datenstand=z["datenstand"],
        musterdaten=bool(z["musterdaten"]),
        nach_bruch="zeitreihenbruch" in (z["status"], *hinweise),
        zaehler=z["zaehler"],
    )


def _mit_bruch(w: Wert, nach_bruch: bool) -> Wert:
    # most are as they should be, and a copy costs more than the rest of the series
    return w if w.nach_bruch == nach_bruch else replace(w, nach_bruch=nach_bruch)


class _Bauer:
    """Makes the Angaben of one Raum after another from the series read once."""

    def __init__(
        self,
        angaben: BerichtsAngaben,
        katalog: list[Kennzahl],
        reihen: Mapping[Schluessel, tuple[Wert, ...]],
        je_quelle: Mapping[tuple[str, str, int, str], Wert],
    ) -> None:
        self._ganzes = angaben.ganzes
        self._katalog = katalog
        self._reihen = reihen
        self._je_quelle = je_quelle

    def angaben(self, raum_id: str) -> tuple[Angabe, ...]:
        return tuple(self._angabe(raum_id, k) for k in self._katalog)

    def _angabe(self, raum_id: str, kennzahl: Kennzahl) -> Angabe:
        reihe = self._reihen.get((raum_id, kennzahl.kennzahl), ())
        mit_wert = [w for w in reihe if w.hat_wert]
        gezeigt = mit_wert[-1] if mit_wert else None
        fehlt = reihe[-1] if reihe and reihe[-1] is not gezeigt else None
        ist_teil = raum_id != self._ganzes
        return Angabe(
            kennzahl=kennzahl,
            gezeigt=gezeigt,
            fehlt=fehlt,
            veraenderung=self._veraenderung(gezeigt, mit_wert, kennzahl),
            vergleich=self._vergleich(gezeigt, kennzahl) if gezeigt and ist_teil else None,
            reihe=reihe,
            vergleichsreihe=self._vergleichsreihe(mit_wert, kennzahl) if ist_teil else (),
        )

    @staticmethod
    def _veraenderung(gezeigt: Wert | None, mit_wert: list[Wert], kennzahl: Kennzahl) -> float | None:
        """Difference to the year before, in the unit; None without one, across a break or another source."""
        if gezeigt is None or gezeigt.nach_bruch or kennzahl.ist_veraenderung or len(mit_wert) < 2:
            return None
        vorher = mit_wert[-2]
        if vorher.jahr != gezeigt.jahr - 1 or vorher.quelle != gezeigt.quelle:
            return None
        return _zahl(gezeigt) - _zahl(vorher)

    def _vergleich(self, gezeigt: Wert, kennzahl: Kennzahl) -> Vergleich | None:
        """The whole in the same year: from the same source if there is one, else from its main source."""
        code = kennzahl.kennzahl
        gleich = self._je_quelle.get((self._ganzes, code, gezeigt.jahr, gezeigt.quelle))
        haupt = next((w for w in self._reihen.get((self._ganzes, code), ()) if w.jahr == gezeigt.jahr), None)
        wert = gleich if gleich and gleich.hat_wert else haupt
        if wert is None or not wert.hat_wert:
            return None
        gleiche_quelle = wert.quelle == gezeigt.quelle
        anteil = None
        if kennzahl.ist_zahl and gleiche_quelle and _zahl(wert):
            anteil = 100 * _zahl(gezeigt) / _zahl(wert)
        return Vergleich(wert, gleiche_quelle, _zahl(gezeigt) - _zahl(wert), anteil)

    def _vergleichsreihe(self, mit_wert: list[Wert], kennzahl: Kennzahl) -> tuple[Wert, ...]:
        """The whole's series from the same source as the Raum's, for rates only (counts differ in size)."""
        if kennzahl.ist_zahl:
            return ()
        code = kennzahl.kennzahl
        paare = ((w, self._je_quelle.get((self._ganzes, code, w.jahr, w.quelle))) for w in mit_wert)
        # a break of the Raum's source breaks the whole's line too: same source, same year
        return tuple(_mit_bruch(g, w.nach_bruch) for w, g in paare if g is not None and g.hat_wert)


def _zahl(w: Wert) -> float:
    """The figure of a row known to have one."""
    if w.wert is None:
        raise ValueError(w)
    return w.wert


def _ebenen(blaetter: Mapping[str, Blatt], angaben: BerichtsAngaben, katalog: list[Kennzahl]) -> tuple[Ebene, ...]:
    """The levels below the whole, the main level first, then top down."""
    folge = sorted(angaben.ebenen, key=lambda e: e[0] != angaben.hauptebene)
    ebenen = []
    for ebene, name in folge:
        glieder = tuple(b for b in blaetter.values() if b.ebene == ebene and b.raum_id != angaben.ganzes)
        if not glieder:
            continue
        spalten = []
        ohne = []
        for k in katalog:
            je_raum = [b.angabe(k.kennzahl) for b in glieder]
            if any(a.gezeigt for a in je_raum):
                spalten.append(_spalte(k, je_raum))
            else:
                ohne.append(je_raum[0])
        ebenen.append(Ebene(ebene, name, glieder, tafeln(spalten), tuple(ohne)))
    return tuple(ebenen)


def _spalte(kennzahl: Kennzahl, je_raum: list[Angabe]) -> Spalte:
    jahr = max(a.gezeigt.jahr for a in je_raum if a.gezeigt)
    im_jahr = [a for a in je_raum if a.gezeigt and a.gezeigt.jahr == jahr]
    quellen = tuple(sorted({a.gezeigt.quelle for a in im_jahr if a.gezeigt}))
    hinweise = gemeinsame_hinweise(a.gezeigt for a in je_raum if a.gezeigt)
    ganzes = next((a.vergleich.wert for a in im_jahr if a.vergleich), None)
    return Spalte(kennzahl, jahr, quellen, hinweise, ganzes)


def _meldungen(zeilen: Iterable[Zeile], bereich: str) -> tuple[Meldung, ...]:
    treffer = (
        Meldung(
            z["gegenstand"] or "",
            z["ergebnis"] or "",
            z["meldung"] or "",
            z["datenstand"],
            bool(z["musterdaten"]),
        )
        for z in zeilen
        if z["bereich"] == bereich
    )
    return tuple(sorted(treffer, key=lambda m: (m.gegenstand, m.datenstand or date.min, m.meldung)))


def _fehlende_familien(zeilen: Iterable[Zeile]) -> tuple[Meldung, ...]:
    """Families without figures, by name and in the order of the report; the text without the name."""
    folge = list(FAMILIE.values())
    fehlend = []
    for m in _meldungen(zeilen, "familie"):
        name = wort(FAMILIE, m.gegenstand)
        if m.ergebnis != _FAMILIE_DA:
            fehlend.append(replace(m, gegenstand=name, meldung=m.meldung.removeprefix(f"{name}: ")))
    return tuple(sorted(fehlend, key=lambda m: folge.index(m.gegenstand) if m.gegenstand in folge else len(folge)))


def _datenstaende(reihen: Mapping[Schluessel, tuple[Wert, ...]]) -> tuple[tuple[str, date | None], ...]:
    neuester: dict[str, date | None] = {}
    for w in (w for reihe in reihen.values() for w in reihe if w.hat_wert):
        bisher = neuester.setdefault(w.quelle, w.datenstand)
        if w.datenstand is not None and (bisher is None or w.datenstand > bisher):
            neuester[w.quelle] = w.datenstand
    return tuple(sorted(neuester.items()))
