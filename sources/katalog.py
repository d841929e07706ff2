"""The Kennzahlen catalogue: one entry per Kennzahl and version, described as data.

Here: the model of ``dbt_project/kennzahlen/<code>.yml`` and its loader.
Not here: the calculation (dbt reads the entries as tables), the Indikatorenblatt's layout (``reports``).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sources.vertraege import LADER, pruefmeldung

OFFEN = 999


class KatalogFehler(Exception):
    """A catalogue entry that cannot be used; German text with file, key and remedy."""


class _Modell(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bestandteil(_Modell):
    """One addend of numerator or denominator: a Messgröße at a breakdown, possibly of another year."""

    messgroesse: str
    ersatz: str = Field(default="", description="Messgröße that may stand in for it; flagged geschaetzt")
    vorzeichen: Literal[1, -1] = 1
    gewicht: float = Field(default=1, gt=0, le=1, description="0.5 twice is the mean of two years")
    jahre_zurueck: int = Field(default=0, ge=0)
    genau_ab: int = Field(default=0, description="in earlier Berichtsjahre it is an approximation, flagged geschaetzt")
    alter: tuple[int, int] | None = Field(default=None, description="von, bis unter; 999 = offen")
    schaetzung: bool = Field(
        default=False, description="age groups of at most five years may be cut in proportion; flagged geschaetzt"
    )
    geschlecht: str = "insgesamt"
    nationalitaet: str = "insgesamt"
    merkmal: str = "insgesamt"


class Seite(_Modell):
    """Numerator or denominator: words for people, parts for the calculation."""

    text: str = Field(min_length=3)
    bestandteile: tuple[Bestandteil, ...] = Field(min_length=1)


class Abweichung(_Modell):
    """What one Kennzahlen profile (BW, NI, NRW, MV ...) defines otherwise; what is missing stays as in the entry."""

    name: str | None = None
    definition: str | None = Field(default=None, min_length=20)
    zaehler: Seite | None = None
    nenner: Seite | None = None
    faktor: float | None = None
    einheit: str | None = None
    quelle_text: str | None = None
    amtliche_referenz: str | None = None
    interpretation: str | None = Field(default=None, min_length=20)
    belegt: bool | None = None

    def als_dict(self) -> dict[str, object]:
        """Only what is defined otherwise."""
        return {f: w for f in type(self).model_fields if (w := getattr(self, f)) is not None}


class Kennzahl(_Modell):
    """One Kennzahl in one version; ``nenner`` is missing for plain counts."""

    kennzahl: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    gueltig_ab: date
    familie: str
    reihenfolge: int
    name: str = Field(min_length=3)
    kurzname: str = Field(min_length=2)
    definition: str = Field(min_length=20)
    zaehler: Seite
    nenner: Seite | None = None
    faktor: float = 1
    einheit: str
    nachkommastellen: int = Field(ge=0, le=3)
    stichtagsregel: str = Field(min_length=5)
    niedrigste_ebene: Literal["kreis", "gemeinde", "gemeindeteil"]
    mindestnenner: float = 0
    richtung: Literal["neutral", "hoeher_ist_belastender", "niedriger_ist_belastender"]
    geliefert_als: str = Field(default="", description="Messgröße under which a source delivers the ready rate")
    quelle_text: str = Field(min_length=5)
    amtliche_referenz: str = Field(min_length=3)
    interpretation: str = Field(min_length=20)
    belegt: bool = Field(default=True, description="false: the definition is assumed; its figures carry annahme")
    profile: tuple[str, ...] = Field(default=("alle",), description="Kennzahlen profiles that show it")
    je_profil: dict[str, Abweichung] = Field(default={}, description="what a Kennzahlen profile defines otherwise")

    def fassungen(self) -> list[tuple[str, Kennzahl]]:
        """The entry as each Kennzahlen profile reads it: (profile or "alle", entry); a profile's own one goes first."""
        eigene = {p: self.model_copy(update=a.als_dict()) for p, a in self.je_profil.items()}
        return [*eigene.items(), *((p, self) for p in self.profile if p not in eigene)]

    @property
    def messgroessen(self) -> list[str]:
        """What its Bestandteile are counted from, in any Kennzahlen profile."""
        seiten = (s for _, f in self.fassungen() for s in (f.zaehler, f.nenner) if s)
        return sorted({b.messgroesse for s in seiten for b in s.bestandteile})


def lade_katalog(ordner: Path) -> list[Kennzahl]:
    """All entries in reading order. Raises :class:`KatalogFehler`."""
    eintraege: list[Kennzahl] = []
    for datei in sorted(ordner.glob("*.yml")):
        try:
            inhalt = yaml.load(datei.read_text("utf-8"), Loader=LADER)  # noqa: S506 (a safe loader)
            eintraege.append(Kennzahl.model_validate(inhalt))
        except ValidationError as fehler:
            raise KatalogFehler(f"{datei.name}: {pruefmeldung(fehler)}. Muster: bev_gesamt.yml.") from None
        except (yaml.YAMLError, UnicodeDecodeError) as fehler:
            raise KatalogFehler(f"{datei.name}: kein lesbares YAML ({fehler}).") from None
        neu = eintraege[-1]
        if datei.stem not in {neu.kennzahl, f"{neu.kennzahl}_v{neu.version}"}:
            raise KatalogFehler(
                f"{datei.name}: beschreibt '{neu.kennzahl}' in Version {neu.version}. Erwartet: {neu.kennzahl}.yml "
                f"oder {neu.kennzahl}_v{neu.version}.yml. Bitte: angleichen."
            )
    if not eintraege:
        raise KatalogFehler(f"{ordner}: keine Einträge. Erwartet: eine .yml-Datei je Kennzahl.")
    return sorted(eintraege, key=lambda k: (k.reihenfolge, k.kennzahl, k.version))
