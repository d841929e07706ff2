"""Comparison of two releases: every kind of change is found, named with its reason, and nothing hidden shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.vergleich import OHNE_FRUEHERES, Aenderungen, Herkunft, extrakte_je_kennzahl, vergleiche
from sources.katalog import lade_katalog
from sources.vertraege import lade_vertraege

KATALOG = pl.DataFrame(
    {"kennzahl": ["bev", "quote"], "familie": ["bevoelkerung", "hze"], "kurzname": ["Bev.", "Quote"],
     "nachkommastellen": [0, 1]}
)  # fmt: skip
Werte = dict[tuple[str, str, int], float | str]


def _marts(ordner: Path, werte: Werte) -> Path:
    """Marts with these values; a text is a status without value."""
    ordner.mkdir(parents=True, exist_ok=True)
    zeilen = [
        {"raum_id": r, "kennzahl": k, "berichtsjahr": j, "wert": None if isinstance(w, str) else float(w),
         "status": w if isinstance(w, str) else "gueltig", "raum_name": r.title(), "einheit": "x",
         "musterdaten": True, "hauptquelle": True}
        for (r, k, j), w in werte.items()
    ]  # fmt: skip
    schema = {
        "raum_id": pl.String, "kennzahl": pl.String, "berichtsjahr": pl.Int32, "wert": pl.Float64,
        "status": pl.String, "raum_name": pl.String, "einheit": pl.String, "musterdaten": pl.Boolean,
        "hauptquelle": pl.Boolean,
    }  # fmt: skip
    pl.DataFrame(zeilen, schema=schema).write_parquet(ordner / "kennzahlen.parquet")
    KATALOG.write_parquet(ordner / "kennzahlenkatalog.parquet")
    return ordner


def _manifest(**anders: Any) -> dict[str, Any]:
    eingaben = [{"extrakt": "bevoelkerung", "sha256": "a"}, {"extrakt": "hze_faelle", "sha256": "b"}]
    katalog = {"bev": 1, "quote": 1}
    gleich = {"berichtsjahr": 2022, "eingaben": eingaben, "katalog": katalog}
    return {**gleich, "profil_sha256": "p", "programm_sha256": "c", **anders}


def _herkunft(**neu: Any) -> Herkunft:
    extrakte = {"bev": frozenset({"bevoelkerung"}), "quote": frozenset({"hze_faelle"})}
    return Herkunft(_manifest(), _manifest(berichtsjahr=2023, **neu), {"bevoelkerung": "Fortschreibung"}, extrakte)


def _vergleiche(tmp_path: Path, alt: Werte, neu: Werte, **anders: Any) -> Aenderungen:
    marts = _marts(tmp_path / "neu", neu), _marts(tmp_path / "alt", alt)
    return vergleiche(*marts, _herkunft(**anders), "2022-1")


def test_jede_art_der_aenderung(tmp_path: Path) -> None:
    alt: Werte = {("a", "bev", 2022): 10, ("b", "bev", 2022): 20, ("c", "bev", 2022): 5,
                  ("a", "quote", 2022): "gesperrt",
                  ("b", "quote", 2022): "folgt_spaeter", ("c", "quote", 2022): 3.5}  # fmt: skip
    neu: Werte = {("a", "bev", 2022): 12, ("b", "bev", 2022): 20, ("a", "bev", 2023): 13, ("a", "quote", 2022): 1.5,
                  ("b", "quote", 2022): "nicht_verfuegbar", ("c", "quote", 2022): "gesperrt"}  # fmt: skip
    eingaben = [{"extrakt": "bevoelkerung", "sha256": "neu"}, {"extrakt": "hze_faelle", "sha256": "b"}]
    ergebnis = _vergleiche(tmp_path, alt, neu, eingaben=eingaben)
    spalten = ["raum_id", "kennzahl", "berichtsjahr", "art", "wert_alt", "wert_neu", "differenz", "grund"]
    assert ergebnis.tabelle.select(spalten).rows() == [
        ("a", "bev", 2022, "geaendert", 10, 12, 2, "Lieferung: Fortschreibung"),
        ("a", "bev", 2023, "neu", None, 13, None, "neues Berichtsjahr"),
        ("c", "bev", 2022, "entfallen", 5, None, None, "Lieferung: Fortschreibung"),
        ("a", "quote", 2022, "neu", None, 1.5, None, "Geheimhaltung"),
        ("b", "quote", 2022, "status", None, None, None, "Datenhaus"),
        # what is hidden from now on is not printed once more
        ("c", "quote", 2022, "entfallen", None, None, None, "Geheimhaltung"),
    ]
    zusammen = ergebnis.zusammenfassung()
    assert zusammen["korrekturen"] == {"geaendert": 1, "neu": 1, "entfallen": 2, "status": 1}
    assert (zusammen["mit"], zusammen["neue_jahre"]) == ("2022-1", 1)
    assert zusammen["anlaesse"] == ["Neue oder andere Lieferungen: Fortschreibung."]
    assert [(z["raum_name"], z["differenz"]) for z in ergebnis.groesste] == [("A", 2)]


@pytest.mark.parametrize(
    ("anders", "grund", "anlass"),
    [
        ({"katalog": {"bev": 2, "quote": 1}}, "Kennzahl neu gefasst", "Katalog der Kennzahlen geändert: bev."),
        ({"profil_sha256": "q"}, "Profil", "Profil des Jugendamts geändert"),
        ({"programm_sha256": "d"}, "Datenhaus", "Datenhaus geändert"),
    ],
)
def test_der_grund_folgt_aus_dem_was_sich_unterscheidet(
    tmp_path: Path, anders: dict[str, Any], grund: str, anlass: str
) -> None:
    ergebnis = _vergleiche(tmp_path, {("a", "bev", 2022): 1}, {("a", "bev", 2022): 2}, **anders)
    assert ergebnis.tabelle["grund"].to_list() == [grund]
    assert len(ergebnis.anlaesse) == 1
    assert ergebnis.anlaesse[0].startswith(anlass)


def test_zeilen_und_spalten_der_marts(tmp_path: Path) -> None:
    alt, neu = _marts(tmp_path / "alt", {}), _marts(tmp_path / "neu", {})
    pl.DataFrame({"x": [1, 2, 2], "weg": [1, 1, 1]}).write_parquet(alt / "zeit.parquet")
    pl.DataFrame({"x": [2, 3], "dazu": [1, 1]}).write_parquet(neu / "zeit.parquet")
    pl.DataFrame({"x": [1]}).write_parquet(neu / "ganz_neu.parquet")
    marts = {m["mart"]: m for m in vergleiche(neu, alt, _herkunft(), "2022-1").marts}
    assert marts["zeit"] == {
        "mart": "zeit", "zeilen_alt": 3, "zeilen_neu": 2, "nur_alt": 2, "nur_neu": 1,
        "spalten_neu": ["dazu"], "spalten_entfallen": ["weg"],
    }  # fmt: skip
    assert (marts["ganz_neu"]["zeilen_alt"], marts["ganz_neu"]["zeilen_neu"]) == (0, 1)


@settings(max_examples=25, deadline=None)
@given(werte=st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["bev", "quote"]), st.sampled_from([2021, 2022])),
    st.one_of(st.floats(-1e9, 1e9), st.just("gesperrt")),
))  # fmt: skip
def test_dasselbe_ist_keine_aenderung(tmp_path_factory: pytest.TempPathFactory, werte: Werte) -> None:
    ergebnis = _vergleiche(tmp_path_factory.mktemp("v"), werte, werte)
    assert ergebnis.tabelle.is_empty()
    assert all(m["nur_alt"] == m["nur_neu"] == 0 for m in ergebnis.marts)


def test_ohne_frueheres_release(tmp_path: Path) -> None:
    assert vergleiche(_marts(tmp_path / "neu", {}), None, None) is OHNE_FRUEHERES
    OHNE_FRUEHERES.schreibe(tmp_path)
    assert (tmp_path / "vergleich.csv").read_bytes().startswith(b"\xef\xbb\xbffamilie;")


def test_jede_kennzahl_kennt_ihre_extrakte() -> None:
    """Every entry of the catalogue is fed by some delivery, HzE by the single cases."""
    katalog = lade_katalog(Path(__file__).resolve().parents[3] / "dbt_project" / "kennzahlen")
    je = extrakte_je_kennzahl(katalog, lade_vertraege())
    assert [k for k, extrakte in je.items() if not extrakte] == []
    assert "bevoelkerung_geschlecht" in je["bev_gesamt"]
    assert "hze_faelle" in je[next(k.kennzahl for k in katalog if k.familie == "hze")]
