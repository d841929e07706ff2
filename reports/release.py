"""Releases: one immutable folder per Jugendamt and Berichtsjahr, its manifest, its states.

Here: making a release from a finished candidate, reading releases, appending states to ``verlauf.jsonl``.
Not here: the figures (``reports/marts.py``), the pages (``reports/bericht.py``), the pointer people open
(``reports/stand.py``), the gate (``quality/gate``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from reports.vergleich import ARTEN
from sources.ablage import UNFERTIG, Ablage, schreibe_datei, schreibe_json
from sources.archiv import sha256_von

ROLLEN = ("fachlich", "geheimhaltung")
# what an entry of the history may make of a release; other entries are acts on the way
ZUSTAENDE = ("freigegeben", "zurueckgezogen")


class ReleaseFehler(Exception):
    """A wish about releases that cannot be met; German text with what, expected, remedy."""


@dataclass(frozen=True)
class Release:
    """One release on disk.

    ``zustand``: entwurf | freigegeben | ersetzt | zurueckgezogen. ``ersetzt`` stands nowhere: it follows from a later
    approved release of the same Berichtsjahr, and ends when that one is withdrawn.
    """

    jugendamt: str
    id: str
    ordner: Path
    manifest: dict[str, Any]
    zustand: str
    verlauf: tuple[dict[str, str], ...]

    @property
    def freigaben(self) -> tuple[str, ...]:
        """Roles in which somebody has given the Freigabe."""
        return tuple(sorted({e["rolle"] for e in self.verlauf if e["zustand"] == "freigabe"}))

    @property
    def hinweise(self) -> dict[str, dict[str, Any]]:
        """Findings that do not forbid the release and wait for a person: H1, H2 ... to finding and ``annahme``.

        ``annahme`` is the entry of the history (name, grund, zeit), {} while nobody has accepted it.
        """
        befunde = json.loads((self.ordner / "gate.json").read_text("utf-8"))["befunde"]
        offen = [b for b in befunde if b["schwere"] == "hinweis" and b["ergebnis"] != "bestanden"]
        angenommen = {e["hinweis"]: e for e in self.verlauf if e["zustand"] == "hinweis_angenommen"}
        return {f"H{n}": {**b, "annahme": angenommen.get(b["titel"], {})} for n, b in enumerate(offen, start=1)}

    @property
    def berichtsjahr(self) -> int:
        """The Berichtsjahr of the release."""
        return int(self.id.split("-")[0])

    @property
    def nummer(self) -> int:
        """Running number within the Berichtsjahr."""
        return int(self.id.split("-")[1])


def verlauf_datei(ordner: Path) -> Path:
    """The append-only list of states, beside the release it speaks of."""
    return ordner.parent / f"{ordner.name}.verlauf.jsonl"


def _verlauf(ordner: Path) -> list[dict[str, str]]:
    datei = verlauf_datei(ordner)
    if not datei.exists():
        return []
    return [json.loads(zeile) for zeile in datei.read_text("utf-8").splitlines() if zeile.strip()]


def trage_ein(release: Release, zustand: str, zeit: str, **angaben: str) -> None:
    """Append to a release's history: a state, or an act on the way to it. A kill leaves the old file or the new."""
    datei = verlauf_datei(release.ordner)
    zeile = json.dumps({"zustand": zustand, "zeit": zeit, **angaben}, ensure_ascii=False, sort_keys=True) + "\n"
    bisher = datei.read_text("utf-8") if datei.exists() else ""
    schreibe_datei(datei, lambda p: p.write_text(bisher + zeile, "utf-8"))


def lies(ordner: Path) -> Release:
    """Read one release by itself; without any state it is an ``entwurf``, and it is never ``ersetzt``."""
    verlauf = tuple(_verlauf(ordner))
    zustand = next((e["zustand"] for e in reversed(verlauf) if e["zustand"] in ZUSTAENDE), "entwurf")
    manifest = json.loads((ordner / "manifest.json").read_text("utf-8"))
    return Release(ordner.parent.name, ordner.name, ordner, manifest, zustand, verlauf)


def alle(ablage: Ablage, jugendamt: str = "*") -> list[Release]:
    """Complete releases, by Jugendamt, Berichtsjahr and number."""
    ordner = (m.parent for m in ablage.releases.glob(f"{jugendamt}/*/manifest.json"))
    gelesen = [lies(o) for o in ordner if not o.name.startswith(UNFERTIG)]
    gelesen.sort(key=lambda r: (r.jugendamt, r.berichtsjahr, r.nummer))
    gueltig = {(r.jugendamt, r.berichtsjahr): r.id for r in gelesen if r.zustand == "freigegeben"}
    return [
        replace(r, zustand="ersetzt")
        if r.zustand == "freigegeben" and gueltig[r.jugendamt, r.berichtsjahr] != r.id
        else r
        for r in gelesen
    ]


def vorheriges(ablage: Ablage, jugendamt: str, berichtsjahr: int) -> Release | None:
    """The release that a new one of this Berichtsjahr is compared with: the latest approved one up to that year."""
    infrage = [r for r in alle(ablage, jugendamt) if r.zustand == "freigegeben" and r.berichtsjahr <= berichtsjahr]
    return infrage[-1] if infrage else None


def finde(ablage: Ablage, jugendamt: str, release_id: str) -> Release:
    """One release by id. Raises :class:`ReleaseFehler` with the known ones."""
    bekannt = alle(ablage, jugendamt)
    for release in bekannt:
        if release.id == release_id:
            return release
    namen = ", ".join(r.id for r in bekannt) or "keines"
    raise ReleaseFehler(f"Kein Release {jugendamt}/{release_id}. Vorhanden: {namen}.")


def mit_gleichem_inhalt(ablage: Ablage, jugendamt: str, berichtsjahr: int, inhalt: str, angaben: str) -> Release | None:
    """The latest release of a Berichtsjahr if its report shows the same, else None.

    ``inhalt`` is the hash of the marts, ``angaben`` that of what the report says from the profile.
    """
    desselben = [r for r in alle(ablage, jugendamt) if r.berichtsjahr == berichtsjahr]
    if not desselben:
        return None
    manifest = desselben[-1].manifest
    gleich = (manifest["inhalt_sha256"], manifest.get("angaben_sha256")) == (inhalt, angaben)
    return desselben[-1] if gleich else None


def naechste_id(ablage: Ablage, jugendamt: str, berichtsjahr: int) -> str:
    """``<Berichtsjahr>-<n>``, n counted up."""
    nummern = [r.nummer for r in alle(ablage, jugendamt) if r.berichtsjahr == berichtsjahr]
    return f"{berichtsjahr}-{max(nummern, default=0) + 1}"


def schreibe_manifest(ordner: Path, angaben: Mapping[str, Any]) -> None:
    """Write ``manifest.json``: what is handed in, and path, size and SHA-256 of every file of the release."""
    dateien = sorted(p for p in ordner.rglob("*") if p.is_file() and p.name != "manifest.json")
    ausgaben = [
        {"pfad": str(p.relative_to(ordner)), "bytes": p.stat().st_size, "sha256": sha256_von(p)} for p in dateien
    ]
    schreibe_json(ordner / "manifest.json", {**angaben, "ausgaben": ausgaben})


def gib_frei(ablage: Ablage, release: Release, rolle: str, name: str, vermerk: str, zeit: str) -> Release:
    """Record one person's Freigabe; with both roles by two persons the release is ``freigegeben``.

    Raises:
        ReleaseFehler: unknown role, no draft, a later one is approved already, a Hinweis that nobody has accepted, or
            the same person for both roles.
    """
    if rolle not in ROLLEN:
        raise ReleaseFehler(f"Rolle '{rolle}' ist unbekannt. Erwartet: {' oder '.join(ROLLEN)}.")
    if release.zustand != "entwurf":
        raise ReleaseFehler(f"Release {release.id} ist {release.zustand}. Erwartet: ein Entwurf.")
    gueltig = vorheriges(ablage, release.jugendamt, release.berichtsjahr)
    if gueltig and (gueltig.berichtsjahr, gueltig.nummer) > (release.berichtsjahr, release.nummer):
        raise ReleaseFehler(f"{gueltig.id} ist neuer als {release.id} und schon freigegeben. Bitte: dieses verwenden.")
    if offen := [f"{h} „{b['titel']}“" for h, b in release.hinweise.items() if not b["annahme"]]:
        raise ReleaseFehler(
            f"Noch nicht angenommen: {'; '.join(offen)}. Erwartet: jeder Hinweis ist mit Namen und Grund angenommen. "
            f"Bitte: 'berichtswesen release accept {release.jugendamt} {release.id} --hinweis H1 --name … --grund …'."
        )
    andere = [e for e in release.verlauf if e["zustand"] == "freigabe" and e["rolle"] != rolle]
    name = _nicht_leer(name, "Der Name fehlt. Erwartet: wer freigibt.")
    if any(e["name"].casefold() == name.casefold() for e in andere):
        raise ReleaseFehler(f"{name} hat schon in der anderen Rolle freigegeben. Erwartet: zwei Personen.")
    trage_ein(release, "freigabe", zeit, rolle=rolle, name=name, vermerk=vermerk)
    release = lies(release.ordner)
    if set(release.freigaben) == set(ROLLEN):
        trage_ein(release, "freigegeben", zeit, name="Freigabe durch zwei")
    return lies(release.ordner)


def nimm_hinweis_an(release: Release, hinweis: str, name: str, grund: str, zeit: str) -> dict[str, Any]:
    """Record that a person accepts one Hinweis of a release, and why; returns the finding.

    Raises:
        ReleaseFehler: no such Hinweis, it is accepted already, or name or reason is missing.
    """
    bekannt = release.hinweise
    befund = bekannt.get(hinweis.strip().upper())
    if befund is None:
        vorhanden = "; ".join(f"{h} „{b['titel']}“" for h, b in bekannt.items()) or "keiner"
        raise ReleaseFehler(f"{release.id} hat keinen Hinweis '{hinweis}'. Vorhanden: {vorhanden}.")
    if befund["annahme"]:
        raise ReleaseFehler(f"Den Hinweis {hinweis} hat {befund['annahme']['name']} schon angenommen.")
    angaben = {
        "name": _nicht_leer(name, "Der Name fehlt. Erwartet: wer den Hinweis annimmt."),
        "grund": _nicht_leer(grund, "Der Grund fehlt. Erwartet: warum trotz des Hinweises freigegeben werden kann."),
    }
    trage_ein(release, "hinweis_angenommen", zeit, hinweis=befund["titel"], **angaben)
    return befund


def _nicht_leer(text: str, sonst: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise ReleaseFehler(sonst)
    return text


def als_zeile(release: Release) -> dict[str, Any]:
    """What a list of releases shows."""
    return {
        "jugendamt": release.jugendamt,
        "release": release.id,
        "zustand": release.zustand,
        "freigaben": list(release.freigaben),
        "hinweise_offen": sum(not b["annahme"] for b in release.hinweise.values()),
        "erstellt": release.manifest["erstellt"],
        "musterdaten": release.manifest["musterdaten"],
        "inhalt_sha256": release.manifest["inhalt_sha256"],
    }


def in_worten(release: Release) -> list[str]:
    """A release in lines for people: state, Freigabe, checks, changes, what it was made from."""
    m = release.manifest
    muster = ", Musterdaten" if m["musterdaten"] else ""
    zeilen = [f"{release.jugendamt} {release.id}: {release.zustand}{muster}, erstellt {m['erstellt']}"]
    modus = "durch zwei Personen" if m.get("freigabe") == "erforderlich" else "automatisch laut Profil"
    zeilen.append(f"Freigabe ({modus}):")
    zeilen += [f"  {e['zeit']} {_schritt(e)}" for e in release.verlauf] or ["  noch keine"]
    if p := m.get("pruefungen"):
        zeilen.append(
            f"Prüfungen: {p['erklaert']} erklärt, {p['bestanden']} bestanden, {p['verletzt']} verletzt, "
            f"{p['fehler']} nicht ausführbar"
        )
    for kennung, b in release.hinweise.items():
        wer = b["annahme"]
        annahme = f"angenommen von {wer['name']} am {wer['zeit']}: {wer['grund']}" if wer else "nicht angenommen"
        zeilen.append(f"  {kennung} „{b['titel']}“ ({b['anzahl']}): {annahme}")
    zeilen += [aenderungssatz(m.get("vergleich", {})), *(f"  {a}" for a in m.get("vergleich", {}).get("anlaesse", []))]
    groesse = sum(a["bytes"] for a in m["ausgaben"]) / 1e6
    zeilen.append(f"Woraus: {len(m['eingaben'])} Lieferungen, {len(m['katalog'])} Kennzahlen")
    zeilen.append(f"Inhalt: {len(m['ausgaben'])} Dateien, {groesse:.1f} MB, in {release.ordner}")
    return zeilen


def _schritt(e: Mapping[str, str]) -> str:
    """One entry of the history in words."""
    match e["zustand"]:
        case "freigabe":
            vermerk = f": {e['vermerk']}" if e.get("vermerk") else ""
            return f"{e['rolle']}: {e['name']}{vermerk}"
        case "hinweis_angenommen":
            return f"Hinweis angenommen, {e['name']}: „{e['hinweis']}“, {e['grund']}"
        case zustand:
            return f"{zustand} ({e.get('name', '')})"


def aenderungssatz(v: Mapping[str, Any]) -> str:
    """What changed against the release before, from the manifest's summary."""
    if not v.get("mit"):
        return "Änderungen: kein früheres freigegebenes Release zum Vergleich."
    zahlen = ", ".join(f"{v['korrekturen'][art]} {worte}" for art, worte in ARTEN.items())
    neue = f"; dazu {v['neue_jahre']} Werte neuer Jahre" if v["neue_jahre"] else ""
    return f"Änderungen gegen {v['mit']} in Jahren, die schon berichtet waren: {zahlen}{neue}."


def befund_als_dict(befund: Any) -> dict[str, Any]:
    """A finding as JSON."""
    return asdict(befund)
