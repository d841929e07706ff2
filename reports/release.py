"""Releases: one immutable folder per Jugendamt and Berichtsjahr, its manifest, its states.

Here: making a release from a finished candidate, reading releases, appending states to ``verlauf.jsonl``.
Not here: the figures (``reports/marts.py``), the pages (``reports/bericht.py``), the pointer people open
(``reports/stand.py``), the gate (``quality/gate``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sources.ablage import UNFERTIG, Ablage, schreibe_json
from sources.archiv import sha256_von

ROLLEN = ("fachlich", "geheimhaltung")


class ReleaseFehler(Exception):
    """A wish about releases that cannot be met; German text with what, expected, remedy."""


@dataclass(frozen=True)
class Release:
    """One release on disk. ``zustand``: entwurf | freigegeben | zurueckgezogen."""

    jugendamt: str
    id: str
    ordner: Path
    manifest: dict[str, Any]
    zustand: str
    freigaben: tuple[str, ...]

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
    """Append a state to a release's history."""
    eintrag = {"zustand": zustand, "zeit": zeit, **angaben}
    with verlauf_datei(release.ordner).open("a", encoding="utf-8") as datei:
        datei.write(json.dumps(eintrag, ensure_ascii=False, sort_keys=True) + "\n")


def lies(ordner: Path) -> Release:
    """Read one release; without any state it is an ``entwurf``."""
    verlauf = _verlauf(ordner)
    zustand = next((e["zustand"] for e in reversed(verlauf) if e["zustand"] != "freigabe"), "entwurf")
    rollen = tuple(sorted({e["rolle"] for e in verlauf if e["zustand"] == "freigabe"}))
    manifest = json.loads((ordner / "manifest.json").read_text("utf-8"))
    return Release(ordner.parent.name, ordner.name, ordner, manifest, zustand, rollen)


def alle(ablage: Ablage, jugendamt: str = "*") -> list[Release]:
    """Complete releases, by Jugendamt, Berichtsjahr and number."""
    ordner = (m.parent for m in ablage.releases.glob(f"{jugendamt}/*/manifest.json"))
    gelesen = [lies(o) for o in ordner if not o.name.startswith(UNFERTIG)]
    return sorted(gelesen, key=lambda r: (r.jugendamt, r.berichtsjahr, r.nummer))


def finde(ablage: Ablage, jugendamt: str, release_id: str) -> Release:
    """One release by id. Raises :class:`ReleaseFehler` with the known ones."""
    bekannt = alle(ablage, jugendamt)
    for release in bekannt:
        if release.id == release_id:
            return release
    namen = ", ".join(r.id for r in bekannt) or "keines"
    raise ReleaseFehler(f"Kein Release {jugendamt}/{release_id}. Vorhanden: {namen}.")


def mit_gleichem_inhalt(ablage: Ablage, jugendamt: str, berichtsjahr: int, inhalt: str) -> Release | None:
    """The latest release of a Berichtsjahr if its marts have the same contents, else None."""
    desselben = [r for r in alle(ablage, jugendamt) if r.berichtsjahr == berichtsjahr]
    if desselben and desselben[-1].manifest["inhalt_sha256"] == inhalt:
        return desselben[-1]
    return None


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


def gib_frei(release: Release, rolle: str, name: str, vermerk: str, zeit: str) -> Release:
    """Record one person's Freigabe; with both roles by two persons the release is ``freigegeben``.

    Raises:
        ReleaseFehler: unknown role, a withdrawn release, or the same person for both roles.
    """
    if rolle not in ROLLEN:
        raise ReleaseFehler(f"Rolle '{rolle}' ist unbekannt. Erwartet: {' oder '.join(ROLLEN)}.")
    if release.zustand != "entwurf":
        raise ReleaseFehler(f"Release {release.id} ist {release.zustand}. Erwartet: ein Entwurf.")
    andere = [e for e in _verlauf(release.ordner) if e["zustand"] == "freigabe" and e["rolle"] != rolle]
    name = " ".join(name.split())
    if not name:
        raise ReleaseFehler("Der Name fehlt. Erwartet: wer freigibt.")
    if any(e["name"].casefold() == name.casefold() for e in andere):
        raise ReleaseFehler(f"{name} hat schon in der anderen Rolle freigegeben. Erwartet: zwei Personen.")
    trage_ein(release, "freigabe", zeit, rolle=rolle, name=name, vermerk=vermerk)
    release = lies(release.ordner)
    if set(release.freigaben) == set(ROLLEN):
        trage_ein(release, "freigegeben", zeit, name="Freigabe durch zwei")
    return lies(release.ordner)


def als_zeile(release: Release) -> dict[str, Any]:
    """What a list of releases shows."""
    return {
        "jugendamt": release.jugendamt,
        "release": release.id,
        "zustand": release.zustand,
        "freigaben": list(release.freigaben),
        "erstellt": release.manifest["erstellt"],
        "musterdaten": release.manifest["musterdaten"],
        "inhalt_sha256": release.manifest["inhalt_sha256"],
    }


def befund_als_dict(befund: Any) -> dict[str, Any]:
    """A finding as JSON."""
    return asdict(befund)
