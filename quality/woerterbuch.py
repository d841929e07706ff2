"""The data dictionary of delivered extracts, made from their contracts.

Here: the text of ``docs/extrakte.md``; ``berichtswesen check`` fails when the file differs.
Not here: the contracts (``sources/*/contract.yml``), the dictionary of published marts (each release has its own).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sources.vertraege import Feld, Spalte, Vertrag

KOPF = """# Extrakte: was angeliefert werden kann

Aus den Verträgen (`sources/<extrakt>/contract.yml`) gemacht von `berichtswesen check --schreiben`; nicht von Hand
ändern.
"""


def _tabelle(kopf: Iterable[str], zeilen: Iterable[Iterable[str]]) -> list[str]:
    kopf = list(kopf)
    reihen = [[z.replace("|", "\\|").replace("\n", " ") for z in zeile] for zeile in zeilen]
    return ["| " + " | ".join(z) + " |" for z in [kopf, ["---"] * len(kopf), *reihen]]


def _erlaubt(spalte: Spalte) -> str:
    if spalte.codes:
        return ", ".join(spalte.codes)
    if isinstance(spalte, Feld) and spalte.codeliste:
        return f"Codeliste {spalte.codeliste}"
    if spalte.min is not None or spalte.max is not None:
        return (
            f"{'' if spalte.min is None else f'{spalte.min:g}'} bis {'' if spalte.max is None else f'{spalte.max:g}'}"
        )
    return f"`{spalte.muster}`" if spalte.muster else ""


def _feld(feld: Feld) -> list[str]:
    namen = ", ".join([feld.name, *feld.geliefert])
    pflicht = "ja" if feld.pflicht and not feld.leer_erlaubt else "Spalte ja, Wert nein" if feld.pflicht else "nein"
    return [namen, f"{feld.typ} {feld.einheit}".strip(), pflicht, _erlaubt(feld), feld.bedeutung]


def _inhalt(v: Vertrag) -> list[str]:
    if v.form == "saetze":
        zeilen = _tabelle(
            ["Spalte (auch geliefert als)", "Typ", "Pflicht", "erlaubt", "Bedeutung"], map(_feld, v.felder)
        )
        zeilen += ["", f"Schlüssel: {', '.join(v.schluesselfelder)}. Ersetzt wird je: {v.periode}."]
        zeilen += [
            f"- {r.meldung} ({'Hinweis' if r.schwere == 'verdacht' else 'Quarantäne'}: {r.name})" for r in v.regeln
        ]
        for name, liste in v.codelisten.items():
            codes = ([c.code, c.text, f"{c.gueltig_von} bis {c.gueltig_bis or 'offen'}", "Annahme" * c.annahme]
                     for c in liste.werte)  # fmt: skip
            zeilen += ["", f"Codeliste {name}:", "", *_tabelle(["Code", "Bedeutung", "gültig", ""], codes)]
        return zeilen
    tabellen = ([n, t.ebene, ", ".join(t.spalten) or ", ".join(v.dimensionen)] for n, t in v.tabellen.items())
    return _tabelle(["Tabelle", "Ebene", "gegliedert nach"], tabellen)


def _personenbezug(v: Vertrag) -> str:
    if v.personenbezogen == "einzelsaetze":
        return "ja, wenn einzelne Personen geliefert werden; dann bleiben nur Aggregate"
    return "ja; es bleiben nur Aggregate" if v.personenbezogen else "nein"


def _extrakt(v: Vertrag) -> list[str]:
    muster = ", ".join(f"`{m}`" for m in v.dateimuster) or "nach dem Profil des Jugendamts"
    frist = f", erwartet bis {v.faellig[3:]}.{v.faellig[:2]}. des Folgejahres" if v.faellig else ""
    return [
        f"## {v.extrakt}", "", f"{v.titel}.", "",
        f"- Korn: {v.korn}", f"- Dateiname: {muster}; Format: {v.format}; Kodierung: {', '.join(v.kodierungen)}",
        f"- Turnus: {v.turnus}{frist}",
        f"- Personenbezug: {_personenbezug(v)}; Rechtsgrundlage: {v.rechtsgrundlage}; Aufbewahrung: {v.aufbewahrung}",
        f"- Quelle: {v.attribution}; Lizenz: {v.lizenz}", "",
        *_inhalt(v), "",
    ]  # fmt: skip


def extrakte_md(vertraege: Mapping[str, Vertrag], familien: Mapping[str, str]) -> str:
    """Text of ``docs/extrakte.md``: per extract grain, file, cadence, legal basis, columns and rules.

    Args:
        vertraege: contracts by extract.
        familien: code to name of the data families, in reading order.
    """
    reihenfolge = [*familien, *sorted({v.familie for v in vertraege.values()} - {*familien})]
    sortiert = sorted(vertraege.values(), key=lambda v: (reihenfolge.index(v.familie), v.extrakt))
    uebersicht = ([f"[{v.extrakt}](#{v.extrakt})", familien.get(v.familie, v.familie), v.titel] for v in sortiert)
    zeilen = [KOPF, *_tabelle(["Extrakt", "Familie", "Inhalt"], uebersicht), ""]
    return "\n".join([*zeilen, *(z for v in sortiert for z in _extrakt(v))]).rstrip() + "\n"
