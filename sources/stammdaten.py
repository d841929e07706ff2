"""Descriptions as tables: profiles, contracts and catalogue, written to the lake for dbt to join.

Here: flattening what YAML and CSV describe; no rule, no calculation.
Not here: the descriptions (``sources/jugendaemter``, ``sources/*/contract.yml``, ``dbt_project/kennzahlen``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from sources import gebietsstand
from sources.ablage import AMTLICH, Ablage, schreibe_datei
from sources.archiv import Ergebnis
from sources.katalog import OFFEN, Kennzahl
from sources.profile import lade_berichtsstruktur, lade_produktplaene
from sources.profilmodell import Produkt, Profil
from sources.profilpruefung import nur_zeichen
from sources.verortung import BESONDERE, alias, lokale_schluessel
from sources.vertraege import Tabelle, Vertrag, lade_familien

T, Z, G, D, W = pl.String, pl.Float64, pl.Int64, pl.Date, pl.Boolean

# Name, columns and meaning of each table; the dbt source YAML is made from this.
SCHEMATA: dict[str, tuple[str, dict[str, type[pl.DataType]]]] = {
    "jugendaemter": (
        "Jugendämter dieses Datenhauses, aus den Profilen",
        {"jugendamt": T, "name": T, "land": T, "kennzahlenprofil": T, "ganzes": T, "haupthierarchie": T},
    ),
    "quellenrang": ("Welche Quelle im Zweifel zuerst gilt", {"jugendamt": T, "quelle": T, "rang": G}),
    "raeume": (
        "Räume mit Gültigkeit, aus raeume.csv",
        {"jugendamt": T, "raum_id": T, "raum_name": T, "raumebene": T, "gebietsart": T, "gueltig_von": D,
         "gueltig_bis": D, "belegt": W},
    ),
    "zuordnung": (
        "Zuordnung der Räume je Hierarchie mit Gültigkeit und Gewicht, aus zuordnung.csv und nachfolger.csv",
        {"jugendamt": T, "raum_id": T, "hierarchie": T, "eltern_raum_id": T, "gueltig_von": D, "gueltig_bis": D,
         "gewicht": Z, "belegt": W},
    ),
    "schluessel": (
        "Unter welchem gelieferten Schlüssel ein Raum steht",
        {"jugendamt": T, "schluesselart": T, "schluessel": T, "raum_id": T},
    ),
    "abloesungen": (
        "Wohin Werte gehören, die noch einen beendeten Raum nennen, aus nachfolger.csv",
        {"jugendamt": T, "raum_id": T, "ziel": T, "gueltig_von": D, "gueltig_bis": D},
    ),
    "modellgebiete": (
        "Welche Räume seit wann zu einem Modellgebiet gehören, aus modellgebiete.csv",
        {"jugendamt": T, "gebiet": T, "raum_id": T, "von": D, "bis": D, "belegt": W, "quelle": T},
    ),
    "eckdaten": (
        "Bezugsgrößen der Räume (Fläche, Einwohner, Leitträger ...) mit Stand und Quelle, aus eckdaten.csv",
        {"jugendamt": T, "raum_id": T, "merkmal": T, "wert": T, "einheit": T, "stand": D, "belegt": W, "quelle": T},
    ),
    "extrakttabellen": (
        "Tabellen der Extrakte: Quelle, Rang, Schlüsselart, aus den Verträgen",
        {"extrakt": T, "tabelle": T, "familie": T, "quelle": T, "nennerquelle": T, "rang": G, "ebene": T,
         "schluesselart": T, "oeffentlich": W, "attribution": T},
    ),
    "codelisten": (
        "Codes mit den Tagen, an denen sie gelten, aus den Verträgen",
        {"extrakt": T, "codeliste": T, "code": T, "text": T, "gueltig_von": D, "gueltig_bis": D, "annahme": W},
    ),
    "reihenbrueche": ("Erstes Jahr einer neuen Reihe je Quelle", {"quelle": T, "jahr": G, "grund": T}),
    "kennzahlen": (
        "Katalog der Kennzahlen; profil: alle, oder das Kennzahlenprofil, für das diese Fassung gilt",
        {"kennzahl": T, "version": G, "familie": T, "name": T, "kurzname": T, "definition": T, "zaehler_text": T,
         "nenner_text": T, "hat_nenner": W, "faktor": Z, "einheit": T, "nachkommastellen": G, "stichtagsregel": T,
         "niedrigste_ebene": T, "mindestnenner": Z, "richtung": T, "geliefert_als": T, "quelle_text": T,
         "amtliche_referenz": T, "interpretation": T, "profil": T, "belegt": W, "reihenfolge": G, "gueltig_ab": D},
    ),
    "bestandteile": (
        "Summanden von Zähler und Nenner der Kennzahlen",
        {"kennzahl": T, "version": G, "profil": T, "seite": T, "nr": G, "messgroesse": T, "vorzeichen": G,
         "gewicht": Z, "jahre_zurueck": G, "genau_ab": G, "ersatz": T, "alter_von": G, "alter_bis": G, "schaetzung": W,
         "geschlecht": T, "nationalitaet": T, "merkmal": T},
    ),
    "berichtsstruktur": (
        "Berichtsgruppen, auf die alle Produktpläne abgebildet sind",
        {"berichtsgruppe": T, "berichtsgruppe_name": T, "reihenfolge": G, "sammelgruppe": T},
    ),
    "produktplan": (
        "Zuordnung der Produkte je Jahr; rang 1 aus dem Profil gilt vor rang 2 aus dem Produktplan des Landes",
        {"jugendamt": T, "rang": G, "produkt": T, "konto": T, "gueltig_von": G, "gueltig_bis": G,
         "berichtsgruppe": T, "paragraf": T, "belegt": W},
    ),
    "familien": (
        "Datenfamilien des Berichts: ob das Jugendamt sie hat, und ob etwas davon veröffentlicht werden darf",
        {"jugendamt": T, "familie": T, "name": T, "vorhanden": W, "oeffentlich": W},
    ),
    "vorjahresstand": (
        "Datenfamilien, die in einem Berichtsjahr ausgelassen sind und auf dem Stand des Vorjahres erscheinen",
        {"jugendamt": T, "familie": T, "berichtsjahr": G, "grund": T},
    ),
    "verortung": (
        "Auf welchem Weg die Sätze einer Lieferung ihren Raum gefunden haben",
        {"jugendamt": T, "extrakt": T, "lieferung": T, "datei": T, "methode": T, "saetze": G},
    ),
    "quarantaene": (
        "Werte angenommener Lieferungen, die den Vertrag verletzen",
        {"jugendamt": T, "extrakt": T, "lieferung": T, "raum_schluessel": T, "meldung": T},
    ),
}  # fmt: skip

# Records with Messgrößen are counted into one table, named as the extract.
GEZAEHLT = Tabelle(rang=1, ebene="Räume des Jugendamts")


def _raeume(p: Profil) -> list[dict[str, object]]:
    felder = ("raum_id", "raum_name", "raumebene", "gebietsart", "gueltig_von", "gueltig_bis", "belegt")
    eigene = [{"jugendamt": p.jugendamt, **{f: getattr(r, f) for f in felder}} for r in p.raeume]
    beginn = min(r.gueltig_von for r in p.raeume)
    besondere = [
        {"jugendamt": p.jugendamt, "raum_id": f"{p.jugendamt}:{art}", "raum_name": name, "raumebene": "sonstige",
         "gebietsart": "region", "gueltig_von": beginn, "gueltig_bis": None, "belegt": True}
        for art, name in BESONDERE.items()
    ]  # fmt: skip
    return eigene + besondere


def _schluessel(p: Profil) -> list[dict[str, object]]:
    """Keys and aliases; an official key equal to the raum_id needs no line in the profile."""
    ausdruecklich: list[dict[str, object]] = [
        {
            "jugendamt": p.jugendamt,
            "schluesselart": s.schluesselart,
            "schluessel": s.schluessel,
            "raum_id": s.raum_id,
        }
        for s in p.schluessel
        if s.schluesselart not in {"lokal", "alias"}
    ]
    lokal: list[dict[str, object]] = [
        {"jugendamt": p.jugendamt, "schluesselart": art, "schluessel": schluessel, "raum_id": raum_id}
        for art, paare in (("lokal", lokale_schluessel(p)), ("alias", alias(p)))
        for schluessel, raum_id in paare
    ]
    selbst: list[dict[str, object]] = [
        {"jugendamt": p.jugendamt, "schluesselart": "ags", "schluessel": r.raum_id, "raum_id": r.raum_id}
        for r in p.raeume
        if r.raum_id.isdigit()
    ]
    return ausdruecklich + lokal + [s for s in selbst if s not in ausdruecklich]


def _produktplan(p: Profil, land: Sequence[Produkt]) -> list[dict[str, object]]:
    """Own lines and those of the Land; numbers as they are compared."""
    return [
        {
            **z.model_dump(exclude={"bezeichnung", "quelle"}),
            "jugendamt": p.jugendamt,
            "rang": rang,
            "produkt": nur_zeichen(z.produkt),
            "konto": nur_zeichen(z.konto),
        }
        for rang, zeilen in ((1, p.produkte), (2, land))
        for z in zeilen
    ]


def _bestandteile(profil: str, k: Kennzahl) -> list[dict[str, object]]:
    zeilen = []
    for seite, inhalt in (("zaehler", k.zaehler), ("nenner", k.nenner)):
        for nr, b in enumerate(inhalt.bestandteile if inhalt else ()):
            von, bis = b.alter or (0, OFFEN)
            zeilen.append(
                {"kennzahl": k.kennzahl, "version": k.version, "profil": profil, "seite": seite, "nr": nr,
                 "alter_von": von, "alter_bis": bis, **b.model_dump(exclude={"alter"})}
            )  # fmt: skip
    return zeilen


def _katalogzeile(profil: str, k: Kennzahl) -> dict[str, object]:
    einfach = k.model_dump(exclude={"zaehler", "nenner", "profile", "je_profil"})
    return {
        **einfach,
        "zaehler_text": k.zaehler.text,
        "nenner_text": k.nenner.text if k.nenner else "",
        "hat_nenner": k.nenner is not None,
        "profil": profil,
    }


def als_tabellen(
    profile: Sequence[Profil],
    vertraege: Mapping[str, Vertrag],
    katalog: Sequence[Kennzahl],
    lieferungen: Sequence[Ergebnis],
    quarantaene: Sequence[Mapping[str, object]],
    verortung: Iterable[tuple[Ergebnis, Mapping[str, int]]] = (),
) -> dict[str, pl.DataFrame]:
    """One frame per entry of :data:`SCHEMATA`, rows sorted."""
    plaene = lade_produktplaene()
    geliefert = {(e.jugendamt, v.familie, v.oeffentlich) for e in lieferungen if (v := vertraege.get(e.extrakt))}
    zeilen: dict[str, list[dict[str, object]]] = {
        "jugendaemter": [
            {**p.model_dump(include={"jugendamt", "name", "land", "kennzahlenprofil", "ganzes"}),
             "haupthierarchie": p.hierarchien[0].name}
            for p in profile
        ],
        "quellenrang": [
            {"jugendamt": p.jugendamt, "quelle": q, "rang": i} for p in profile for i, q in enumerate(p.quellen_rang)
        ],
        "raeume": [z for p in profile for z in _raeume(p)],
        "zuordnung": [
            {"jugendamt": p.jugendamt, **z}
            for p in profile
            for z in (*(z.model_dump(exclude={"quelle"}) for z in p.zuordnungen), *gebietsstand.zuordnungen(p))
        ],
        "abloesungen": [{"jugendamt": p.jugendamt, **z} for p in profile for z in gebietsstand.abloesungen(p)],
        "schluessel": [z for p in profile for z in _schluessel(p)],
        "eckdaten": [{"jugendamt": p.jugendamt, **e.model_dump()} for p in profile for e in p.eckdaten],
        "vorjahresstand": [
            {"jugendamt": p.jugendamt, **v.model_dump(exclude={"name"})} for p in profile for v in p.vorjahresstand
        ],
        "modellgebiete": [{"jugendamt": p.jugendamt, **m.model_dump()} for p in profile for m in p.modellgebiete],
        "extrakttabellen": [
            {"extrakt": v.extrakt, "tabelle": name, "familie": v.familie, "quelle": v.quelle,
             "nennerquelle": v.nennerquelle, "rang": t.rang, "ebene": t.ebene, "schluesselart": v.schluesselart,
             "oeffentlich": v.oeffentlich if t.oeffentlich is None else t.oeffentlich, "attribution": v.attribution}
            for v in vertraege.values()
            for name, t in (v.tabellen or dict.fromkeys(v.messgroessen and [v.extrakt], GEZAEHLT)).items()
        ],
        "codelisten": [
            {"extrakt": v.extrakt, "codeliste": name, **code.model_dump()}
            for v in vertraege.values() for name, liste in v.codelisten.items() for code in liste.werte
        ],
        "reihenbrueche": [
            dict(z)
            for z in sorted({(("quelle", v.quelle), ("jahr", b.jahr), ("grund", b.grund))
                             for v in vertraege.values() for b in v.reihenbrueche})
        ],
        "berichtsstruktur": [g.model_dump() for g in lade_berichtsstruktur()],
        "produktplan": [z for p in profile for z in _produktplan(p, plaene.get(p.land, ()))],
        "kennzahlen": [_katalogzeile(p, f) for k in katalog for p, f in k.fassungen()],
        "bestandteile": [z for k in katalog for p, f in k.fassungen() for z in _bestandteile(p, f)],
        "familien": [
            {"jugendamt": p.jugendamt, "familie": f, "name": n, "vorhanden": bool(hat), "oeffentlich": True in hat}
            for p in profile for f, n in lade_familien().items()
            for hat in [{o for j, g, o in geliefert if g == f and j in {p.jugendamt, AMTLICH}}]
        ],
    }  # fmt: skip
    zeilen["verortung"] = [
        {
            "jugendamt": e.jugendamt,
            "extrakt": e.extrakt,
            "lieferung": e.sha256,
            "datei": e.datei,
            "methode": art,
            "saetze": n,
        }
        for e, je in verortung
        for art, n in je.items()
    ]
    felder = SCHEMATA["quarantaene"][1]
    zeilen["quarantaene"] = [{f: z[f] for f in felder} for z in quarantaene]
    return {
        name: pl.DataFrame(zeilen[name], schema=schema, strict=False).sort(by=list(schema))
        for name, (_, schema) in SCHEMATA.items()
    }


def schreibe(ablage: Ablage, tabellen: Mapping[str, pl.DataFrame]) -> None:
    """Write each table as ``lake/stammdaten_<name>/daten.parquet``."""
    for name, tabelle in tabellen.items():
        ziel = ablage.lake / f"stammdaten_{name}" / "daten.parquet"
        schreibe_datei(ziel, lambda p, t=tabelle: t.write_parquet(p))  # type: ignore[misc]
