"""What is declared to be published (``tabellen.yml``), and whether the marts keep to it.

Here: the models of the declaration, its loader, the comparison with the marts of dbt.
Not here: the cells that follow from it (``aufbau.py``), the marks (``marken.py``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Modell(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mart(_Modell):
    """One published mart. ``zahlen`` are hidden where a row is marked, ``abgeleitet`` are made from published ones."""

    modell: str = ""
    schluessel: tuple[str, ...] = ()
    zahlen: tuple[str, ...] = ()
    abgeleitet: tuple[str, ...] = ()
    nur_erklaerte: bool = False
    ohne_personen: str = ""
    aus: str = ""


class Tabelle(_Modell):
    """One cross-tabulation of protected counts; see the comments in ``tabellen.yml``."""

    name: str
    messgroessen: tuple[str, ...] = Field(min_length=1)
    merkmale: str
    quer: Literal["", "altersgruppe", "geschlecht", "merkmal"] = ""
    mitglied: str = "-"
    empfindlich: str = "-"
    ebenen: Literal["alle", "oberhalb", "ganzes"] = "alle"
    k: int = Field(ge=2)


class Strenger(_Modell):
    """Where k is higher from the start."""

    k: int
    paragrafen: tuple[str, ...]
    raumebenen: tuple[str, ...]


class Dominanz(_Modell):
    """Money of which one Fall may hold the most; limits in percent, a profile may set its own under ``schwellen``."""

    messgroessen: tuple[str, ...]
    grenzen: dict[Literal["dominanz_anteil_pct", "dominanz_naehe_pct"], float] = Field(min_length=2)


class Identitaet(_Modell):
    """Messgröße ``summe`` is the sum of ``teile``, in each Raum and year."""

    summe: str
    teile: tuple[str, ...]


class Verlauf(_Modell):
    """Bestand(t) = Bestand(t-1) + Zugang - Abgang (+ Wechsel)."""

    bestand: str
    zugang: str
    abgang: str


class Erklaerung(_Modell):
    """The whole declaration."""

    marts: dict[str, Mart]
    beschreibend: tuple[str, ...]
    tabellen: tuple[Tabelle, ...]
    strenger: Strenger
    dominanz: Dominanz
    identitaeten: tuple[Identitaet, ...]
    verlauf: tuple[Verlauf, ...]
    folgt: dict[str, str]
    personen: tuple[str, ...]
    einfach: dict[str, int]

    @property
    def messgroessen(self) -> list[str]:
        """All counts that decide."""
        return sorted({m for t in self.tabellen for m in t.messgroessen})


@cache
def lade_erklaerung() -> Erklaerung:
    """The declaration that ships with the project."""
    text = (Path(__file__).parent / "tabellen.yml").read_text("utf-8")
    return Erklaerung.model_validate(yaml.safe_load(text))


def maengel(erklaerung: Erklaerung, spalten: Mapping[str, Sequence[str]], sql: Mapping[str, str]) -> list[str]:
    """Published marts or columns that no declaration covers, and marts that do not do what is declared, in German.

    Args:
        erklaerung: the declaration.
        spalten: published columns per mart (those with ``publish: true``; "" = a mart made of the catalogue).
        sql: text of each mart's model.
    """
    gefunden = []
    for name, veroeffentlicht in spalten.items():
        mart = erklaerung.marts.get(name)
        if mart is None:
            gefunden.append(
                f"Mart {name}: veröffentlicht, aber in der Geheimhaltung nicht erklärt. Erwartet: ein Eintrag unter "
                "'marts' in quality/geheimhaltung/tabellen.yml. Bitte: erklären, woraus er entsteht und welche Spalten "
                "Zahlen sind."
            )
            continue
        if mart.modell:
            gedeckt = {*mart.schluessel, *mart.zahlen, *mart.abgeleitet, *erklaerung.beschreibend}
            gefunden += [
                f"Mart {name}, Spalte {s}: veröffentlicht, aber von keiner Erklärung gedeckt. Erwartet: genannt unter "
                "schluessel, zahlen oder beschreibend in quality/geheimhaltung/tabellen.yml. Bitte: dort einordnen."
                for s in veroeffentlicht
                if s not in gedeckt
            ]
            gefunden += _aufruf_maengel(name, mart, sql.get(name, ""))
        elif mart.aus and not re.search(rf"ref\('{mart.aus}'\)", sql.get(name, "")):
            gefunden.append(f"Mart {name}: erklärt als Auszug aus {mart.aus}, liest ihn aber nicht. Bitte: angleichen.")
    return gefunden


def _aufruf_maengel(name: str, mart: Mart, sql: str) -> list[str]:
    """The mart's call of the macro ``geschuetzt`` against its declaration."""
    aufruf = re.search(r"geschuetzt\((.*?)\)\s*\}\}", sql, re.DOTALL)
    if aufruf is None:
        return [f"Mart {name}: liest {mart.modell} nicht über das Makro 'geschuetzt'. Bitte: nur so veröffentlichen."]
    argumente = re.sub(r"\btrue\b", "True", aufruf.group(1)).strip()
    gelesen = ast.parse(f"f({argumente})", mode="eval").body
    assert isinstance(gelesen, ast.Call)
    modell, schluessel, zahlen = (ast.literal_eval(a) for a in gelesen.args)
    nur = any(k.arg == "nur_erklaerte" and ast.literal_eval(k.value) for k in gelesen.keywords)
    ist = (modell, tuple(schluessel), tuple(zahlen), nur)
    soll = (mart.modell, mart.schluessel, mart.zahlen, mart.nur_erklaerte)
    if ist == soll:
        return []
    return [
        f"Mart {name}: 'geschuetzt' steht mit {ist}, erklärt ist {soll}. Bitte: Modell und tabellen.yml angleichen."
    ]
