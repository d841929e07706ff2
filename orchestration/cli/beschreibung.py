"""Verbs on descriptions and single files: check, read, kennzahl show, neu. No store is touched.

Here: options and printing. Not here: Dagster and dbt (``check`` answers within seconds).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
import yaml

from orchestration.cli.fehler import Bedienfehler
from orchestration.haus import Haus
from orchestration.umgebung import WURZEL, lies_umgebung
from quality import gate, tuer
from quality.geheimhaltung import erklaerung
from quality.schema import dbt_quellen_yaml
from quality.woerterbuch import extrakte_md
from reports import themen, woerter
from sources.aufnahme import lies_verzeichnis, luecken, skelett
from sources.formate import Gelesen, erkennung, shapefile, tabelle
from sources.katalog import Kennzahl
from sources.profile import lade_produktplaene
from sources.vertraege import Vertrag, lade_familien

kennzahl = typer.Typer(help="Der Katalog der Kennzahlen.", no_args_is_help=True)


def _feeds_maengel(haus: Haus) -> list[str]:
    """Feeds that name an extract without contract, or fields that their contract does not have."""
    unbekannt = [
        f"Profil {j}, Feed {f.feed}: der Vertrag {v.extrakt} hat kein Feld '{feld}'. Vorhanden: "
        f"{', '.join(x.name for x in v.felder)}"
        for j, liste in haus.feeds.items()
        for f in liste
        if (v := haus.vertraege.get(f.extrakt)) and v.form == "saetze"
        for feld in sorted({*f.spalten.values(), *f.uebersetzungen, *f.dialekt.felder} - {x.name for x in v.felder})
    ]
    return unbekannt + [
        f"Profil {j}, Feed {f.feed}: kein Vertrag für den Extrakt '{f.extrakt}'. Vorhanden: {', '.join(haus.vertraege)}"
        for j, liste in haus.feeds.items()
        for f in liste
        if f.extrakt not in haus.vertraege
    ]


def _katalog_maengel(haus: Haus) -> list[str]:
    """Catalogue entries over Messgrößen that no contract delivers."""
    bekannt = {m for v in haus.vertraege.values() for m in v.liefert}
    genannt = ((k.kennzahl, m) for k in haus.katalog for m in k.messgroessen)
    return [f"Kennzahl {k}: Messgröße '{m}' liefert kein Vertrag." for k, m in genannt if m not in bekannt]


def _auswahl_maengel(haus: Haus) -> list[str]:
    """What the report shall show first and cannot."""
    return themen.maengel({k.kennzahl for k in haus.katalog})


def _personenbezogene(haus: Haus) -> list[Vertrag]:
    return [v for v in haus.vertraege.values() if v.personenbezogen]


def _zweck_maengel(haus: Haus) -> list[str]:
    """Columns about persons that nothing which leaves the work area needs (§ 64 (3) SGB VIII).

    A record prescribed by law cannot leave columns out; there a column may serve the check of the record alone.
    """
    maengel = []
    for v in _personenbezogene(haus):
        assert v.verdichtung is not None
        ziele = [f for m in v.verdichtung.modelle if m in haus.vertraege for f in haus.vertraege[m].felder]
        bleibt = {*v.verdichtung.gruppen, v.verdichtung.zaehler} if not v.verdichtung.modelle else set()
        zwecke = {*bleibt, *(f.name for f in ziele), *(c for f in ziele for c in f.codes)}
        zwecke |= {"pruefung"} if v.format == "festbreite" else set()
        maengel += [
            f"Vertrag {v.extrakt}, Feld {f.name}: {'kein zweck' if not f.zweck else 'zweck ' + ', '.join(f.zweck)}. "
            "Erwartet: eine Spalte, ein Konzept oder ein Merkmal dessen, was den Arbeitsbereich verlässt. Bitte: den "
            "zweck nennen oder das Feld streichen; was nicht im Vertrag steht, wird an der Tür weggelassen."
            for f in v.felder
            if f.name not in bleibt and not (f.zweck and set(f.zweck) <= zwecke)
        ]
    return maengel


def _erzeugt(haus: Haus) -> dict[Path, str]:
    """Files made from descriptions, and what they must hold today."""
    return {
        WURZEL / "dbt_project" / "models" / "staging" / "_quellen.yml": dbt_quellen_yaml(haus.vertraege),
        WURZEL / "docs" / "extrakte.md": extrakte_md(haus.vertraege, lade_familien(mit_kontext=True)),
    }


def _geheimhaltung_maengel(haus: Haus) -> list[str]:
    """Published marts and columns that the declaration of geheimhaltung does not cover."""
    ordner = haus.umgebung.dbt_projekt / "models" / "mart"
    (exposure,) = yaml.safe_load((ordner / "_exposures.yml").read_text("utf-8"))["exposures"]
    marts = {m["name"]: m for m in yaml.safe_load((ordner / "_mart.yml").read_text("utf-8"))["models"]}
    namen = [verweis.split("'")[1] for verweis in exposure["depends_on"]]
    spalten = {
        n: [s["name"] for s in marts[n]["columns"] if s.get("config", {}).get("meta", {}).get("publish")] for n in namen
    }
    erklaert = erklaerung.lade_erklaerung()
    fremd = [
        f"{p.jugendamt}/aussenwissen.csv: {w.messgroesse} ist keine geschützte Auszählung. Erwartet: eine von "
        f"{', '.join(erklaert.messgroessen)}. Bitte: berichtigen oder die Zeile entfernen."
        for p in haus.profile.values()
        for w in p.aussenwissen
        if w.messgroesse not in erklaert.messgroessen
    ]
    texte = {n: (ordner / f"{n}.sql").read_text("utf-8") for n in namen}
    return [*erklaerung.maengel(erklaert, spalten, texte), *fremd]


def _abnahme_maengel(_: Haus) -> list[str]:
    """Published marts without a line in the acceptance list, and lines for a mart that is not published."""
    genannt = {e.mart for e in gate.lade_liste().erwartungen}
    veroeffentlicht = set(erklaerung.lade_erklaerung().marts)
    return [
        f"Abnahmeliste, Mart {m}: {'keine Erwartung' if m in veroeffentlicht else 'wird nicht veröffentlicht'}. "
        "Erwartet: mindestens eine Zeile je veröffentlichtem Mart. Bitte: quality/gate/erwartungen.yml angleichen."
        for m in sorted(genannt ^ veroeffentlicht)
    ]


def _veraltete(haus: Haus) -> list[str]:
    return [
        f"{datei.relative_to(WURZEL)} ist veraltet. Bitte: 'berichtswesen check --schreiben'."
        for datei, text in _erzeugt(haus).items()
        if not datei.exists() or datei.read_text("utf-8") != text
    ]


def check(
    schreiben: Annotated[bool, typer.Option("--schreiben", help="Erzeugte Dateien neu schreiben.")] = False,
) -> None:
    """Verträge, Profile, Katalog und Abnahmeliste prüfen, ohne Daten."""
    haus = Haus(lies_umgebung())
    if schreiben:
        for datei, text in _erzeugt(haus).items():
            datei.write_text(text, "utf-8")
    pruefungen: list[tuple[str, Callable[[Haus], list[str]], int]] = [
        ("Profile und ihre Feeds", _feeds_maengel, len(haus.profile)),
        ("Katalog", _katalog_maengel, len(haus.katalog)),
        ("Auswahl für den Bericht", _auswahl_maengel, len(themen.auswahl("themen"))),
        ("Zweck der Spalten mit Personenbezug", _zweck_maengel, len(_personenbezogene(haus))),
        ("Verträge und was aus ihnen gemacht ist", _veraltete, len(haus.vertraege)),
        ("Abnahmeliste", _abnahme_maengel, len(gate.lade_liste().erwartungen)),
        ("Geheimhaltung der Marts", _geheimhaltung_maengel, len(erklaerung.lade_erklaerung().marts)),
    ]
    maengel = []
    for name, pruefung, anzahl in pruefungen:
        gefunden = pruefung(haus)
        typer.echo(f"{'✗' if gefunden else '✓'} {name}: {anzahl}")
        maengel += gefunden
    typer.echo(f"✓ Produktpläne der Länder: {len(lade_produktplaene())}")
    for p in haus.profile.values():
        for luecke in luecken(p, haus.vertraege):
            typer.echo(f"! Profil {p.jugendamt}: {luecke}")
    if maengel:
        raise Bedienfehler("\n".join(maengel))


def _erkenne(haus: Haus, datei: Path) -> tuple[str, Gelesen, tuer.Geprueft | None]:
    """Which extract a file is, its rows, and those of a record extract as judged. Raises ``Lesefehler``."""
    inhalt = shapefile.gepackt(datei)
    lesen = erkennung.LESER.get(erkennung.erkenne(inhalt))
    gelesen = lesen(inhalt, datei.name) if lesen else None
    if gelesen is not None and gelesen.kennung is not None:
        extrakt = next((v.extrakt for v in haus.vertraege.values() if gelesen.kennung in v.tabellen), "")
        return extrakt or f"{gelesen.format} (kein Vertrag für diese Tabelle)", gelesen, None
    # the feed of the Jugendamt whose folder the file lies in comes first
    for jugendamt in sorted(haus.feeds, key=lambda j: j not in datei.absolute().parts):
        for feed in haus.feeds[jugendamt]:
            angaben = feed.passt(datei.name)
            if angaben is None:
                continue
            vertrag = haus.vertraege[feed.extrakt]
            if vertrag.form == "zellen":
                return feed.extrakt, tuer.lies(inhalt, datei.name, vertrag, feed), None
            geprueft = tuer.pruefe(inhalt, datei.name, vertrag, angaben, feed)
            return feed.extrakt, geprueft.gelesen, geprueft
    if gelesen is not None:
        return f"{gelesen.format} (kein Vertrag für diese Tabelle)", gelesen, None
    kodierungen = ("utf-8", "utf-8-sig", "iso-8859-1", "windows-1252")
    return "unbekannt (rechteckige Tabelle)", tabelle.lies(inhalt, datei.name, kodierungen), None


def _zeige_urteil(geprueft: tuer.Geprueft) -> None:
    """What the door would say of a record extract."""
    auffaellig = {"in Quarantäne": geprueft.quarantaene["zeile"].n_unique(), "verdächtig": geprueft.verdacht_zeilen}
    auffaellig |= {f"{feld} berichtigt": n for feld, n in geprueft.reparaturen.items()}
    auffaellig |= {f"weggelassen ({was})": n for was, n in geprueft.weggelassen.items()}
    typer.echo("An der Tür: " + (", ".join(f"{was} {n}" for was, n in auffaellig.items() if n) or "ohne Auffälligkeit"))
    for meldung in [*geprueft.quarantaene["meldung"].head(5), *geprueft.verdacht["meldung"].head(5)]:
        typer.echo(f"  {meldung}")


def read(
    datei: Annotated[Path, typer.Argument(help="Eine gelieferte Datei.")],
    out: Annotated[Path | None, typer.Option(help="Zeilen als Parquet ablegen.")] = None,
) -> None:
    """Zeigt, welcher Extrakt eine Datei ist, ihre Zeilen, Zeichen und Fußnoten, oder warum sie nicht lesbar ist."""
    if not datei.is_file():
        was = "ist ein Ordner" if datei.is_dir() else "gibt es nicht"
        raise Bedienfehler(f"Die Datei {datei} {was}. Erwartet: eine gelieferte Datei.")
    extrakt, gelesen, geprueft = _erkenne(Haus(lies_umgebung()), datei)
    typer.echo(f"Extrakt: {extrakt}")
    typer.echo(f"Tabelle: {gelesen.kennung or '–'}; Kodierung: {gelesen.kodierung}; Zeilen: {len(gelesen.daten)}")
    if gelesen.musterdaten:
        typer.echo("Musterdaten: erfundene Werte")
    if "zeichen" in gelesen.daten.columns:
        zeichen = gelesen.daten["zeichen"].value_counts(sort=True).rows()
        typer.echo("Zeichen: " + (", ".join(f"{z!r} {n}-mal" for z, n in zeichen if z) or "keine"))
    for name, text in gelesen.meta.items():
        if text:
            typer.echo(f"{name}: {text[:400]}")
    if geprueft:
        _zeige_urteil(geprueft)
    if geprueft and geprueft.personenbezogen:
        typer.echo("Einzeldaten: die Zeilen werden weder gezeigt noch abgelegt.")
        return
    zeilen = geprueft.zellen if geprueft else gelesen.daten
    typer.echo(str(zeilen.head(8)))
    if out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            zeilen.write_parquet(out)
        except OSError:
            raise Bedienfehler(f"{out} lässt sich nicht schreiben. Erwartet: eine Datei, die entstehen darf.") from None
        typer.echo(f"Geschrieben: {out}")


def _blatt(profil: str, k: Kennzahl) -> str:
    formel = f"{k.faktor:,g} × Zähler / Nenner".replace(",", ".") if k.nenner else "Zähler"
    stellen = f"{k.nachkommastellen} Nachkommastelle{'' if k.nachkommastellen == 1 else 'n'}"
    zeilen = [
        ("Kennzahl", f"{k.name} ({k.kennzahl}, Version {k.version})"),
        ("Gilt für", "alle" if profil == "alle" else f"Kennzahlenprofil {profil}"),
        ("Definition", k.definition),
        ("Zähler", k.zaehler.text),
        ("Nenner", k.nenner.text if k.nenner else "–"),
        ("Formel", formel),
        ("Einheit", f"{k.einheit}, {stellen}"),
        ("Stichtag", k.stichtagsregel),
        ("Unterste Ebene", woerter.GEBIETSART[k.niedrigste_ebene]),
        ("Richtung", woerter.RICHTUNG[k.richtung]),
        ("Quelle", k.quelle_text),
        ("Amtliche Referenz", k.amtliche_referenz),
        ("Deutung", k.interpretation),
        ("Belegt", "ja" if k.belegt else "nein, Annahme"),
    ]
    return "\n".join(f"{name + ':':<18} {text}" for name, text in zeilen)


@kennzahl.command("show")
def zeige_kennzahl(code: Annotated[str, typer.Argument(help="Kürzel, z. B. jugendquotient.")]) -> None:
    """Das Indikatorenblatt einer Kennzahl."""
    katalog = Haus(lies_umgebung()).katalog
    gefunden = [k for k in katalog if k.kennzahl == code]
    if not gefunden:
        bekannt = ", ".join(k.kennzahl for k in katalog)
        raise Bedienfehler(f"Keine Kennzahl '{code}'. Vorhanden: {bekannt}.")
    typer.echo("\n\n".join(_blatt(p, f) for k in gefunden for p, f in k.fassungen()))


@kennzahl.command("list")
def liste_kennzahlen() -> None:
    """Alle Kennzahlen."""
    for k in Haus(lies_umgebung()).katalog:
        typer.echo(f"{k.kennzahl:<28} {k.name} [{k.einheit}]")


def neu(
    name: Annotated[str, typer.Argument(help="Schlüssel des neuen Jugendamts, z. B. musterkreis.")],
    ags: Annotated[str, typer.Option(help="AGS: 5 Ziffern (Kreis) oder 8 (Stadt).")] = "",
    verzeichnis: Annotated[
        Path | None, typer.Option(help="GV100AD oder Tabelle 12411-01-01-5: Namen und Gemeinden werden übernommen.")
    ] = None,
) -> None:
    """Legt einen kommentierten Profilordner für ein weiteres Jugendamt an."""
    ordner = lies_umgebung().profilordner[0]
    ziel = ordner / name
    if ziel.exists():
        raise Bedienfehler(f"{ziel} gibt es schon. Bitte: einen anderen Schlüssel wählen.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise Bedienfehler(f"'{name}' taugt nicht als Schlüssel. Erwartet: Kleinbuchstaben, Ziffern, Unterstrich.")
    if verzeichnis is not None and not (ags and verzeichnis.is_file()):
        raise Bedienfehler("--verzeichnis verlangt eine vorhandene Datei und --ags.")
    try:
        gemeinden = lies_verzeichnis(verzeichnis.read_bytes(), verzeichnis.name) if verzeichnis else None
        texte = skelett(name, ags, gemeinden)
    except ValueError as fehler:
        raise Bedienfehler(str(fehler)) from None
    ziel.mkdir(parents=True)
    for datei, text in texte.items():
        (ziel / datei).write_text(text, "utf-8")
    typer.echo(f"Angelegt: {ziel}. Bitte ausfüllen und mit 'berichtswesen check' prüfen.")
