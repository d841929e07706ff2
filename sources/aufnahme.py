"""Taking in a Jugendamt: the skeleton of a profile from an AGS, and the gaps that a profile still has.

In here: which files the skeleton has and what of them follows from AGS and a delivered list of Gemeinden; gaps that are
no defects, one sentence each. Not in here: the commented template (`jugendaemter_vorlage/`), defects
(`profilpruefung.py`), writing and printing (`orchestration/cli`).
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from sources.formate import Lesefehler, erkennung, festbreite
from sources.profile import lade_produktplaene
from sources.profilmodell import Profil, Raum, Schluessel, Zuordnung
from sources.vertraege import Vertrag, lade_vertraege

VORLAGE = Path(__file__).parent / "jugendaemter_vorlage"
PLATZHALTER = "Platzhalter der Vorlage, bitte ausfüllen"
_Zeile = tuple[str, ...]
_MIT_VERBAENDEN = {"03", "07"}  # Länder whose Samt- and Verbandsgemeinden stand in the official tables


@dataclass(frozen=True)
class Verzeichnis:
    """Units of a delivered list: key as in official tables (5, 8 or 11 digits) -> name; and the source of both."""

    namen: Mapping[str, str]
    quelle: str


def lies_verzeichnis(inhalt: bytes, dateiname: str) -> Verzeichnis:
    """Read a GV100AD or a table of the Regionaldatenbank by Gemeinden. Raises `Lesefehler`."""
    lesen = erkennung.LESER.get(erkennung.erkenne(inhalt))
    if lesen is None:
        return _aus_gv100ad(inhalt)
    gelesen = lesen(inhalt, dateiname)
    if "raum_name" not in gelesen.daten.columns:
        raise Lesefehler(
            "tabelle",
            f"{dateiname} nennt keine Gemeinden",
            "GV100AD oder eine Tabelle der Regionaldatenbank nach Gemeinden (12411-01-01-5)",
            "eine dieser Dateien angeben",
        )
    namen = dict(gelesen.daten.select("raum_schluessel", "raum_name").iter_rows())
    return Verzeichnis(namen, f"Regionaldatenbank Deutschland, Tabelle {gelesen.kennung}")


def _aus_gv100ad(inhalt: bytes) -> Verzeichnis:
    vertrag = lade_vertraege()["gv100ad"]
    assert vertrag.satzart is not None
    namen: dict[str, str] = {}
    stand = ""
    for art in ("40", "50", "60"):
        satzart = vertrag.satzart.model_copy(update={"wert": art})
        daten = festbreite.lies(inhalt, vertrag.felder, satzart, vertrag.kodierungen).daten
        stand = daten["gebietsstand"][0]
        for ags, verband, name in daten.select("ags", "verband", "gemeinde").iter_rows():
            im_verband = (verband or "").startswith("5") and ags[:2] in _MIT_VERBAENDEN
            if art == "60":
                namen[f"{ags[:5]}{verband[1:]}{ags[5:]}" if im_verband else ags] = name
            elif art == "40" or im_verband:
                namen[ags + (verband[1:] if im_verband else "")] = name
    return Verzeichnis(namen, f"Gemeindeverzeichnis GV100AD, Gebietsstand {stand[6:]}.{stand[4:6]}.{stand[:4]}")


def skelett(name: str, ags: str = "", verzeichnis: Verzeichnis | None = None) -> dict[str, str]:
    """Files of a new profile folder: name -> text.

    Args:
        name: key of the Jugendamt.
        ags: AGS of its area: 5 digits (Kreis) or 8 (town); "" for placeholders throughout.
        verzeichnis: list of Gemeinden; a Kreis gets its Gemeinden as Räume, everybody the official name.

    Raises:
        ValueError: no possible AGS, or one that the list does not know (German text).
    """
    texte = {p.name: p.read_text("utf-8").replace("NEUES_JUGENDAMT", name) for p in sorted(VORLAGE.iterdir())}
    if not ags:
        return texte
    land = yaml.safe_load((Path(__file__).parent / "laender.yml").read_text("utf-8")).get(ags[:2])
    if land is None or not re.fullmatch(r"\d{5}|\d{8}", ags):
        raise ValueError(f"'{ags}' ist kein AGS. Erwartet: 5 Ziffern (Kreis) oder 8 (Stadt), die ersten zwei das Land.")
    namen = {s: _kurz(n) for s, n in verzeichnis.namen.items()} if verzeichnis else {}
    amtlich = namen.get(ags) or namen.get(ags.removesuffix("000"), "")
    if verzeichnis and not amtlich:
        raise ValueError(
            f"Den AGS {ags} kennt das Verzeichnis nicht. Erwartet: ein Schlüssel aus {verzeichnis.quelle}."
        )
    raeume, zuordnungen, schluessel = _raeume(name, ags, amtlich, namen, verzeichnis.quelle if verzeichnis else "")
    texte |= {
        "raeume.csv": _csv(list(Raum.model_fields), raeume),
        "zuordnung.csv": _csv(list(Zuordnung.model_fields), zuordnungen),
        "schluessel.csv": _csv(list(Schluessel.model_fields), schluessel),
    }
    profil = texte["profil.yml"].replace("land: XX", f"land: {land}").replace("profil: XX", f"profil: {land}")
    profil = profil.replace(f'"{name}:ganzes"', f'"{ags}"')
    if amtlich:
        profil = profil.replace(f"{name} (Name eintragen)", amtlich)
        profil = profil.replace(f"jugendamt, bezeichnung: {name}", f"jugendamt, bezeichnung: {amtlich}")
    if not any(r[0] == f"{name}:raum_1" or r[0] == f"{ags}-1" for r in raeume):
        annahme = '  - "Räume: Dass jede Gemeinde ein Sozialraum ist, ist angenommen."'
        profil = re.sub(r'(?m)^  - "Alle Räume dieses Profils.*$', annahme, profil)
    if any(r[2] == "gemeinde" for r in raeume):
        unten = "  - {ebene: gemeinde, bezeichnung: Mitgliedsgemeinden}\n"
        profil = profil.replace("\n# Hierarchies side by side", f"{unten}\n# Hierarchies side by side", 1)
    texte["profil.yml"] = profil
    return texte


def _raeume(
    name: str, ags: str, amtlich: str, namen: Mapping[str, str], quelle: str
) -> tuple[list[_Zeile], list[_Zeile], list[_Zeile]]:
    """Lines of `raeume.csv`, `zuordnung.csv` and `schluessel.csv`."""
    kreis, stadt = len(ags) == 5, ags.endswith("000") and len(ags) == 8
    immer, belegt = ("1900-01-01", ""), ("true", quelle) if quelle else ("false", PLATZHALTER)
    art = "kreis" if kreis else "kreisfreie_stadt" if stadt else "gemeinde"
    raeume: list[_Zeile] = [(ags, amtlich or f"{name} (Platzhalter)", "jugendamt", art, *immer, *belegt)]
    zuordnungen: list[_Zeile] = []
    schluessel: list[_Zeile] = [("ags", ags[:5], ags)] if stadt else []
    mitglieder = {s: n for s, n in namen.items() if kreis and s[:5] == ags and len(s) == 11}
    verbaende = {s[:8] for s in mitglieder}
    teile = {s: n for s, n in namen.items() if kreis and s[:5] == ags and len(s) == 8}
    for s, n in sorted(teile.items()):
        raeume.append((s, n, "sozialraum", "samtgemeinde" if s in verbaende else "gemeinde", *immer, *belegt))
        zuordnungen.append((s, "planung", ags, *immer, "1", *belegt))
    for s, n in sorted(mitglieder.items()):
        eigener = f"{s[:5]}{s[8:]}"
        raeume.append((eigener, n, "gemeinde", "gemeinde", *immer, *belegt))
        zuordnungen.append((eigener, "planung", s[:8], *immer, "1", *belegt))
        schluessel.append(("ags", s, eigener))
    if not teile:
        for nr in (1, 2):
            raum = f"{name}:raum_{nr}" if kreis else f"{ags}-{nr}"
            typ = "gemeinde" if kreis else "gemeindeteil"
            raeume.append((raum, f"Raum {nr} (Platzhalter)", "sozialraum", typ, *immer, "false", PLATZHALTER))
            zuordnungen.append((raum, "planung", ags, *immer, "1", "false", PLATZHALTER))
    return raeume, zuordnungen, schluessel


def _kurz(name: str) -> str:
    """An official name without its addition: "Achern, Stadt", "Kreisfreie Stadt X, Hansestadt"."""
    return name.strip().partition(",")[0].removeprefix("Kreisfreie Stadt ")


def _csv(kopf: list[str], zeilen: list[_Zeile]) -> str:
    puffer = io.StringIO()
    csv.writer(puffer, lineterminator="\n").writerows([kopf, *zeilen])
    return puffer.getvalue()


def luecken(profil: Profil, vertraege: Mapping[str, Vertrag]) -> Iterator[str]:
    """What a valid profile still lacks, one German sentence each."""
    yield from _offenes(profil)
    yield from _leeres(profil)
    yield from _ohne_zahlen(profil, vertraege)


def _offenes(profil: Profil) -> Iterator[str]:
    gruppen = (profil.raeume, profil.zuordnungen, profil.modellgebiete, profil.nachfolger, profil.eckdaten)
    unbelegt = sum(not eintrag.belegt for gruppe in gruppen for eintrag in gruppe)
    if unbelegt and not profil.annahmen:
        yield f"{unbelegt} Einträge sind nicht belegt, aber unter annahmen steht kein Satz dazu."
    offen = [r.raum_name for r in profil.raeume if r.quelle == PLATZHALTER][:5]
    offen += ["name"] if "eintragen" in profil.name else []
    if offen:
        yield f"Noch nicht ausgefüllt sind: {', '.join(offen)}."


def _leeres(profil: Profil) -> Iterator[str]:
    for ebene in profil.raumebenen:
        if not any(r.raumebene == ebene.ebene for r in profil.raeume):
            yield f"Auf der Ebene {ebene.ebene} liegt kein Raum."
    for hierarchie in profil.hierarchien:
        if not any(z.hierarchie == hierarchie.name for z in profil.zuordnungen):
            yield f"In der Hierarchie {hierarchie.name} ist kein Raum zugeordnet."
    haupt = [r for r in profil.raeume if r.raumebene == profil.hauptebene]
    ohne = [r.raum_name for r in haupt if r.raum_id not in profil.gebiete]
    if profil.gebiete and ohne:
        yield f"In der Geometrie fehlen {len(ohne)} von {len(haupt)} Räumen der Hauptebene: {', '.join(ohne[:5])}."


def _ohne_zahlen(profil: Profil, vertraege: Mapping[str, Vertrag]) -> Iterator[str]:
    if not re.fullmatch(r"\d{5}|\d{8}", profil.ganzes):
        yield f"Das Ganze {profil.ganzes} ist kein AGS: aus den bundesweiten Tabellen kommt keine Zahl."
    if profil.land not in lade_produktplaene() and not profil.produkte:
        yield (
            f"Für das Land {profil.land} gibt es keinen Produktplan und im Profil keine produkte.csv: "
            "Beträge des Haushalts bleiben ohne Berichtsgruppe."
        )
    quellen = {v.quelle for f in profil.feeds if (v := vertraege.get(f.extrakt)) and "bevoelkerung" in v.liefert}
    haupt = {r.gebietsart for r in profil.raeume if r.raumebene == profil.hauptebene}
    if not quellen and haupt == {"gemeindeteil"}:
        yield (
            "Unterhalb der Gemeinde gibt es keine bundesweiten Tabellen, und kein Feed liefert Bevölkerung: ohne "
            "bevoelkerung_raeume oder einwohnermelde haben die Räume keine Zahlen."
        )
    for quelle in sorted(quellen - {*profil.quellen_rang}):
        yield f"Die Quelle {quelle} steht nicht in quellen_rang: ihre Zahlen gelten erst nach allen anderen."
