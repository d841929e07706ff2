"""From an address to a Raum by the street directory."""

from __future__ import annotations

import polars as pl
import pytest

from sources.profilmodell import Strasse
from sources.verortung import ROLLEN, verorte


def _strasse(schluessel: str, name: str, seite: str, von: int, bis: str, raum: str) -> Strasse:
    return Strasse.model_validate(
        {"strassenschluessel": schluessel, "strasse": name, "seite": seite, "von": von, "bis": bis, "raum_id": raum,
         "quelle": "Musterdaten"}
    )  # fmt: skip


STRASSEN = (
    _strasse("00010", "Lange Straße", "gerade", 2, "20", "99-A"),
    _strasse("00010", "Lange Straße", "ungerade", 1, "19", "99-B"),
    _strasse("00010", "Lange Straße", "beide", 21, "", "99-C"),
    _strasse("00020", "Am Bach", "beide", 1, "", "99-A"),
)


def _verorte(zeilen: list[tuple[str | None, ...]], zuerst: bool = False) -> list[str | None]:
    rahmen = pl.DataFrame(zeilen, schema=dict.fromkeys(["raum", *ROLLEN], pl.String), orient="row")
    return verorte(rahmen.drop("raum"), rahmen["raum"], STRASSEN, zuerst).to_list()


@pytest.mark.parametrize(
    ("schluessel", "strasse", "hausnummer", "raum"),
    [
        ("00010", None, "2", "99-A"),
        ("00010", None, "020", "99-A"),
        ("00010", None, "12a", "99-A"),
        ("00010", None, "19", "99-B"),
        ("00010", None, "21", "99-C"),
        ("00010", None, "400 b", "99-C"),
        (None, "Lange Str.", "3", "99-B"),
        (None, "LANGE STRASSE", "4", "99-A"),
        (None, "Lange straße ", "4-6", "99-A"),
        ("00099", "Am Bach", "7", "99-A"),
    ],
)
def test_strasse_und_hausnummer(schluessel: str | None, strasse: str | None, hausnummer: str, raum: str) -> None:
    assert _verorte([(None, schluessel, strasse, hausnummer)]) == [raum]


@pytest.mark.parametrize(
    ("schluessel", "strasse", "hausnummer"),
    [("00010", None, None), ("00010", None, "a"), ("00010", None, "0"), ("00099", None, "1"), (None, None, None),
     (None, "Kurze Straße", "1")],
)  # fmt: skip
def test_ohne_antwort_des_verzeichnisses(schluessel: str | None, strasse: str | None, hausnummer: str | None) -> None:
    assert _verorte([(None, schluessel, strasse, hausnummer)]) == [None]


def test_reihenfolge_des_profils_und_der_saetze() -> None:
    zeilen = [("99-X", "00020", None, "1"), (None, "00020", None, "1"), ("99-X", None, None, None)]
    assert _verorte(zeilen) == ["99-X", "99-A", "99-X"]
    assert _verorte(zeilen, zuerst=True) == ["99-A", "99-A", "99-X"]


def test_nur_name_und_nummer_und_kein_verzeichnis() -> None:
    adressen = pl.DataFrame({"strasse": ["Am Bach", "Am Bach"], "hausnummer": ["1", None]})
    geliefert = pl.Series([None, "99-X"], dtype=pl.String)
    assert verorte(adressen, geliefert, STRASSEN, False).to_list() == ["99-A", "99-X"]
    assert verorte(adressen, geliefert, (), False).to_list() == [None, "99-X"]
