"""The step of geheimhaltung, in a refresh and in a rollback.

Here: the step of a refresh that marks what must not be published and proves that it cannot be found again, per
Jugendamt; the same proof for a rollback.
Not here: the internal aggregates (``dbt_project/models/intern``), the public marts (``dbt_project/models/mart``),
what is declared (``tabellen.yml``), cells and equations (``aufbau.py``), what was published before (``verlauf.py``),
choosing and auditing marks (``sperrung.py``, ``pruefung.py``), rows of the marts (``marken.py``).

Figures that their source has itself published need no protection and pass without a mark.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from quality.geheimhaltung import aufbau, verbund, verlauf
from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.kostenspannen import GESCHLOSSEN, geschlossene
from quality.geheimhaltung.marken import schreibe_zeilenmarken
from quality.geheimhaltung.pruefung import SEKUNDAER, Bericht, pruefe
from quality.geheimhaltung.rueckzug import Rueckzug, sperre_oder_halte_zurueck
from quality.geheimhaltung.sperrung import grundlinie
from quality.geheimhaltung.tabelle import BEKANNT, PRIMAER, UNGENANNT, problem
from quality.geheimhaltung.umfeld import lies_umfeld, lies_zaehlungen, schreibe_zaehlungen
from quality.geheimhaltung.verlauf import OFFEN, STAND, Gesamtbild, Notiz, notiere
from sources.ablage import Ablage, entwurf, schreibe_datei, schreibe_json
from sources.katalog import Kennzahl
from sources.profile import Profil
from sources.prozesse import je_prozess

__all__ = ["ergebnis", "fuer_manifest", "notiere", "pruefe_veroeffentlichtes", "schuetze"]

Frueher = Mapping[str, Sequence[Notiz]]
Ergebnis = dict[str, Any]
"""zellen, gesperrt, gewicht (both ways), geschuetzt, engste_spanne, sicher, meldung, schranke, verlust per level."""
VIELE = 100
"""From so many hidden cells on, a rounded share of what they weigh tells of none (Annahme)."""
INTERN = {"problem_sha256", "schranke", "gewicht", "gewicht_naiv"}
"""Of these stays inside: where little is hidden, a hash can be guessed, and a weight turned back into its number."""
MARKEN = {"schluessel": pl.String, "marke": pl.String}
MELDUNGEN = {"jugendamt": pl.String, "meldung": pl.String}


@dataclass(frozen=True)
class Gefunden:
    """What was found of linked Jugendämter: columns of ``MARKEN``, ``MELDUNGEN`` and ``GESCHLOSSEN``."""

    marken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MARKEN))
    meldungen: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MELDUNGEN))
    kosten_zu: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=GESCHLOSSEN))


def schuetze(ablage: Ablage, profile: Iterable[Profil], katalog: Sequence[Kennzahl], speicher: str) -> int:
    """Mark the cells of all Jugendämter; returns the number of marked rows.

    ``speicher``: what a query over all of them may take before it spills, as DuckDB writes it.
    A Jugendamt for which no safe pattern exists is marked as well; ``ergebnis`` says that it may not be released.
    """
    erklaerung = lade_erklaerung()
    with entwurf(ablage.geheimhaltung / "_zaehlungen") as ordner:
        zaehlungen = ordner / "zaehlungen.parquet"
        schreibe_zaehlungen(ablage.warehouse, zaehlungen, erklaerung, speicher)
        rechne = partial(_schuetze, ablage, zaehlungen, katalog)
        teile = [Gefunden(), *je_prozess(rechne, verbund.gruppen(profile))]
    # a Raum belongs to one Jugendamt, so does its key
    marken, kosten_zu = (pl.concat([getattr(t, art) for t in teile]) for art in ("marken", "kosten_zu"))
    eingabe = (ablage.warehouse, marken, kosten_zu, katalog, erklaerung, speicher)
    zeilen = schreibe_datei(marken_datei(ablage, "marken"), lambda ziel: schreibe_zeilenmarken(ziel, *eingabe))
    meldungen = pl.concat([t.meldungen for t in teile]).sort("jugendamt")
    schreibe_datei(marken_datei(ablage, "ergebnis"), meldungen.filter(pl.col("meldung") != "").write_parquet)
    return zeilen


def _schuetze(ablage: Ablage, zaehlungen: Path, katalog: Sequence[Kennzahl], gruppe: Sequence[Profil]) -> Gefunden:
    """Linked Jugendämter, from their counts to their marks: in a process of its own, as their tables are large."""
    bestaende = {}
    for p in gruppe:
        if bestand := _bestand(ablage, zaehlungen, p, katalog):
            bestaende[p.jugendamt] = bestand
        else:
            (verlauf.ordner(ablage, p.jugendamt) / "ergebnis.json").unlink(missing_ok=True)
    if not bestaende:
        return Gefunden()
    frueher = {p.jugendamt: verlauf.frueher(ablage, p.jugendamt) for p in gruppe}
    _finde(ablage, gruppe, bestaende, frueher)
    je = [b.zellen for b in bestaende.values()] + [n.zellen for n in _alle(frueher)]
    schluessel = pl.concat([zellen["schluessel"] for zellen in je]).unique()
    ohne_zelle = {p.jugendamt: verbund.ohne_zelle(p, schluessel) for p in gruppe}
    je_amt = {j: _ein_jugendamt(ablage, j, sorted(bestaende), ohne_zelle[j]) for j in sorted(bestaende)}
    marken = pl.concat([m for m, _ in je_amt.values()])
    meldungen = [{"jugendamt": j, "meldung": meldung} for j, (_, meldung) in je_amt.items()]
    zu = [geschlossene(b.kosten, b.gleichungen, marken) for b in bestaende.values()]
    return Gefunden(marken, pl.DataFrame(meldungen, schema=MELDUNGEN), pl.concat(zu))


def marken_datei(ablage: Ablage, name: str) -> Path:
    """Where dbt finds what this step tells it: ``marken`` or ``ergebnis``."""
    return ablage.lake / f"geheimhaltung_{name}" / "daten.parquet"


def ergebnis(ablage: Ablage, jugendamt: str) -> Ergebnis:
    """What the last run found for a Jugendamt; {} where nothing needs protection."""
    datei = verlauf.ordner(ablage, jugendamt) / "ergebnis.json"
    return dict(json.loads(datei.read_text("utf-8"))) if datei.exists() else {}


def fuer_manifest(gefunden: Ergebnis) -> Ergebnis:
    """The part of a result that may leave the house; of weights, what ours are of the naive ones in whole per cent."""
    if not gefunden:
        return {}
    return _ohne_gewichte(gefunden) | {"verlust": [_ohne_gewichte(e) for e in gefunden["verlust"]]}


def _ohne_gewichte(angaben: Ergebnis) -> Ergebnis:
    unseres, naives = angaben["gewicht"], angaben["gewicht_naiv"]
    anteil = round(100 * unseres / naives) if naives and angaben["gesperrt"] >= VIELE else None
    return {n: w for n, w in angaben.items() if n not in INTERN} | {"gewicht_zu_naiv_pct": anteil}


def pruefe_veroeffentlichtes(ablage: Ablage, profil: Profil, alle: Iterable[Profil]) -> str:
    """Audit all that was ever published of a Jugendamt and those linked with it.

    Args:
        ablage: the data home.
        profil: the Jugendamt.
        alle: all profiles, this one included.

    Returns:
        "", or in German why it is not safe.
    """
    (gruppe,) = [g for g in verbund.gruppen(alle) if profil in g]
    if fehlt := [r for p in gruppe for r in verlauf.ohne_notiz(ablage, p.jugendamt)]:
        return _ohne_notiz(fehlt)
    frueher = {p.jugendamt: verlauf.frueher(ablage, p.jugendamt) for p in gruppe}
    letzte = [notizen[-1] for notizen in frueher.values() if notizen]
    if not letzte:
        return ""
    bestaende = [aufbau.Bestand(n.zellen.select(aufbau.ZELLEN.keys()), n.gleichungen) for n in letzte]
    gesamt = verlauf.verbinde(verbund.zusammen(bestaende, gruppe), _alle(frueher), verbund.bekannt(gruppe)).problem
    marken = gesamt.zellen.filter(pl.col("lage") == PRIMAER).select("zelle", pl.lit(PRIMAER).alias("marke"))
    bericht = pruefe(gesamt, marken)
    return "" if bericht.sicher else _unsicher(bericht)


def _finde(ablage: Ablage, gruppe: Sequence[Profil], bestaende: Mapping[str, aufbau.Bestand], frueher: Frueher) -> None:
    """Have marks and their proof beside the Jugendämter; where nothing has changed, those that are there.

    A release made of them shows nothing else, so they hold beside it as they did before.
    """
    heute, bekannt = verbund.zusammen(list(bestaende.values()), gruppe), verbund.bekannt(gruppe)
    dateien = {j: verlauf.ordner(ablage, j) / "ergebnis.json" for j in bestaende}

    def abdruck() -> str:
        staende = {j: verlauf.lies(ablage, j, STAND) for j in bestaende}
        if None in staende.values():
            return ""  # marks are missing
        andere = [n for j, notizen in frueher.items() for n in verlauf.ausser(staende.get(j), notizen)]
        return verlauf.abdruck(heute, andere, bekannt)

    sha256 = abdruck()
    if sha256 and all(ergebnis(ablage, j).get("problem_sha256") == sha256 for j in bestaende):
        return
    gefunden = _sperre(bestaende, verlauf.verbinde(heute, _alle(frueher), bekannt))
    for jugendamt, (stand, _) in gefunden.items():
        dateien[jugendamt].unlink(missing_ok=True)  # of other marks
        verlauf.schreibe(ablage, jugendamt, stand)
    sha256 = abdruck()
    for jugendamt, (_, angaben) in gefunden.items():
        schreibe_json(dateien[jugendamt], {**angaben, "problem_sha256": sha256})


def _alle(frueher: Frueher) -> list[Notiz]:
    return list(chain.from_iterable(frueher.values()))


def _ein_jugendamt(
    ablage: Ablage, jugendamt: str, verbundene: Sequence[str], ohne_zelle: Sequence[str]
) -> tuple[pl.DataFrame, str]:
    """Marks (schluessel, marke: offen or gesperrt) and message of one Jugendamt, as found with those linked to it."""
    stand, gefunden = verlauf.lies(ablage, jugendamt, STAND), ergebnis(ablage, jugendamt)
    gefunden["aussenwissen_ohne_zelle"] = list(ohne_zelle)
    assert stand is not None
    if fehlt := [r for j in verbundene for r in verlauf.ohne_notiz(ablage, j)]:
        gefunden |= {"sicher": False, "meldung": _ohne_notiz(fehlt), "problem_sha256": ""}
    schreibe_json(verlauf.ordner(ablage, jugendamt) / "ergebnis.json", gefunden)
    marken = stand.zellen.filter(pl.col("marke") != UNGENANNT)
    gesperrt = pl.when(pl.col("marke") == OFFEN).then(pl.lit(OFFEN)).otherwise(pl.lit(verlauf.GESPERRT))
    return marken.select("schluessel", gesperrt.alias("marke")), str(gefunden.get("meldung", ""))


def _bestand(ablage: Ablage, datei: Path, profil: Profil, katalog: Sequence[Kennzahl]) -> aufbau.Bestand | None:
    """Today's cells and equations; None if the Jugendamt has no protected counts."""
    erklaerung = lade_erklaerung()
    zaehlungen = lies_zaehlungen(datei, profil.jugendamt)
    fallzahlen = zaehlungen.filter(pl.col("messgroesse").is_in(erklaerung.messgroessen))
    if fallzahlen.is_empty():
        return None
    with duckdb.connect(str(ablage.warehouse), read_only=True) as con:
        umfeld = lies_umfeld(con, zaehlungen, profil, katalog, erklaerung)
    return aufbau.baue(fallzahlen, umfeld, erklaerung)


def _sperre(bestaende: Mapping[str, aufbau.Bestand], bild: Gesamtbild) -> dict[str, tuple[Notiz, Ergebnis]]:
    """Choose marks, audit them, and say what they cost each Jugendamt, beside the naive way."""
    beginn = time.monotonic()
    rueckzug = sperre_oder_halte_zurueck(bild.problem, bild.nummern)
    sekunden = round(time.monotonic() - beginn, 1)
    je_amt = {j: _ergebnis(bestand, bild, rueckzug) for j, bestand in bestaende.items()}
    return {j: (notiz, angaben | {"sekunden": sekunden}) for j, (notiz, angaben) in je_amt.items()}


def _ergebnis(bestand: aufbau.Bestand, bild: Gesamtbild, rueckzug: Rueckzug) -> tuple[Notiz, Ergebnis]:
    """The part of one Jugendamt; the audit is that of all it is linked with."""
    sperrung = rueckzug.sperrung
    lagen = rueckzug.problem.zellen.select(
        "zelle", pl.col("lage").alias("lage_gesamt"), pl.col("untergrenze").alias("untergrenze_gesamt")
    )
    zellen = (
        bestand.zellen.join(bild.nummern, on=["schluessel", "wert"])
        .join(lagen, on="zelle")
        .join(sperrung.marken, on="zelle", how="left")
        .with_columns(
            pl.when(pl.col("lage").is_in([PRIMAER, UNGENANNT]))
            .then("lage")
            .when(pl.col("lage_gesamt") == BEKANNT).then(pl.lit(OFFEN))
            .otherwise(pl.col("marke").fill_null("sekundaer")).alias("marke"),
            pl.min_horizontal("untergrenze", "untergrenze_gesamt"),
        )
        .select(*aufbau.ZELLEN, "marke")
        .sort("schluessel")
    )  # fmt: skip
    verlust = _verlust(zellen, bestand)
    summen = ("zellen", "gesperrt", "gesperrt_naiv", "gewicht", "gewicht_naiv")
    gesamt = {s: round(sum(z[s] for z in verlust), 1) for s in summen}
    bericht = sperrung.bericht
    angaben = {
        "sicher": bericht.sicher,
        "meldung": _satz(gesamt, bericht, rueckzug) if bericht.sicher else _unsicher(bericht),
        **gesamt,
        "zurueckgehalten": len(rueckzug.zellen),
        "geschuetzt": len(bericht.zellen),
        "engste_spanne": bericht.engstes,
        "optimal": sperrung.optimal,
        "schranke": sperrung.schranke,
        "verlust": verlust,
    }
    return Notiz(STAND, zellen, bestand.gleichungen), angaben


def _verlust(zellen: pl.DataFrame, bestand: aufbau.Bestand) -> list[dict[str, Any]]:
    """Per level: cells, how many are not shown, what the secondary ones weigh, and both for the naive way.

    The naive way hides fewer, but larger ones, and is not safe.
    """
    nummeriert = bestand.zellen.with_row_index("zelle").with_columns(pl.col("zelle").cast(pl.Int64))
    gleichungen = bestand.gleichungen.join(nummeriert.select("zelle", "schluessel"), on="schluessel").with_columns(
        pl.col("gleichung").rank("dense").cast(pl.Int64)
    )
    naiv = grundlinie(problem(nummeriert, gleichungen)).join(nummeriert.select("zelle", "schluessel"), on="zelle")
    return (
        zellen.filter(pl.col("ebene") != "")
        .join(naiv.select("schluessel", pl.col("marke").alias("naiv")), on="schluessel", how="left")
        .group_by("ebene")
        .agg(
            pl.len().alias("zellen"),
            (pl.col("marke") != OFFEN).sum().alias("gesperrt"),
            (pl.col("naiv") != OFFEN).sum().alias("gesperrt_naiv"),
            pl.col("gewicht").filter(pl.col("marke") == SEKUNDAER).sum().round(1),
            pl.col("gewicht").filter(pl.col("naiv") == SEKUNDAER).sum().round(1).alias("gewicht_naiv"),
        )
        .sort("ebene")
        .to_dicts()
    )


def _satz(gesamt: Mapping[str, float], bericht: Bericht, rueckzug: Rueckzug) -> str:
    ausgewiesen = f"{gesamt['zellen']:,}".replace(",", ".")
    gesperrt = f"{gesamt['gesperrt']:,}".replace(",", ".")
    spanne = "" if bericht.engstes is None else (
        f" Mit allem, was je veröffentlicht wurde, lässt sich keine geschützte Zahl enger eingrenzen als auf eine "
        f"Spanne von {bericht.engstes}."
    )  # fmt: skip
    zeilen = "" if rueckzug.zellen.is_empty() else (
        " Wo die Zahlen für eine Auswahl zu klein waren, sind ganze Zeilen mit Summen und Nullen gesperrt."
    )  # fmt: skip
    return f"Von {ausgewiesen} Fallzahlen sind {gesperrt} aus Datenschutzgründen nicht ausgewiesen.{zeilen}{spanne}"


def _unsicher(bericht: Bericht) -> str:
    return (
        f"{bericht.verletzt} geschützte Zahlen ließen sich aus dem errechnen, was veröffentlicht ist oder würde. "
        "Erwartet: keine. Bitte: die letzte Lieferung und frühere Releases prüfen; so entsteht kein Release."
    )


def _ohne_notiz(releases: Sequence[str]) -> str:
    return (
        f"Was in den Releases {', '.join(releases)} gesperrt war, ist nicht mehr bekannt. Erwartet: je Release ein "
        "Ordner unter 'geheimhaltung'. Bitte: ihn aus der Sicherung zurückspielen; so entsteht kein Release."
    )
