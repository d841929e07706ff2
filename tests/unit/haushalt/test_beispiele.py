"""The examples of the budget family: each gives exactly its rows; four dialects give the same ones.

Here: what is read from ``sources/{haushalt,sozialraumbudget,srae_massnahmen}/beispiel``, and dialects by hand.
Not here: what is refused (``test_abweisung.py``), what becomes of it in the mart (``tests/warehouse``).
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
import yaml
from pydantic import ValidationError

from quality import tuer
from sources.profilmodell import Feed
from sources.vertraege import WURZEL, lade_vertraege

DIALEKTE = ("haushalt_sap.txt", "haushalt_infoma.csv", "haushalt_arbeitsmappe.xlsx")
KOPF = "haushaltsjahr;produkt;konto;wertart;art;betrag_eur\n"


def _feed(extrakt: str, dialekt: dict[str, Any] | None = None, **mehr: Any) -> Feed:
    return Feed.model_validate({"feed": extrakt, "extrakt": extrakt, "muster": ["*"], "dialekt": dialekt or {}, **mehr})


def _lies(extrakt: str, datei: str) -> tuer.Geprueft:
    pfad = WURZEL / extrakt / "beispiel" / datei
    eigen = Path(pfad.with_suffix("").as_posix() + ".feed.yml")
    angaben = yaml.safe_load(eigen.read_text("utf-8")) if eigen.exists() else {}
    return tuer.pruefe(pfad.read_bytes(), datei, lade_vertraege()[extrakt], {}, _feed(extrakt, **angaben))


def _zeilen(*zeilen: str, **dialekt: Any) -> list[dict[str, Any]]:
    inhalt = (KOPF + "\n".join(zeilen) + "\n").encode()
    geprueft = tuer.pruefe(inhalt, "h.csv", lade_vertraege()["haushalt"], {}, _feed("haushalt", dialekt))
    assert geprueft.quarantaene.is_empty(), geprueft.quarantaene["meldung"].to_list()
    return geprueft.zellen.to_dicts()


def _ohne_zeile(geprueft: tuer.Geprueft) -> pl.DataFrame:
    return geprueft.zellen.drop("zeile").sort(pl.all())


def test_haushalt_gives_its_rows_and_sums() -> None:
    geprueft = _lies("haushalt", "haushalt_2024.csv")
    summen = geprueft.zellen.group_by("art", "wertart").agg(pl.len(), pl.col("betrag_eur").sum().round(2)).rows()
    assert sorted(summen) == [
        ("aufwand", "ansatz", 8, 10201450.5),
        ("aufwand", "ist", 24, 2548009.28),
        ("aufwand", "nachtrag", 3, 325000.0),
        ("aufwand", "obligo", 8, 2552299.74),
        ("ertrag", "ansatz", 1, 410000.0),
        ("ertrag", "ist", 3, 66741.55),
    ]
    assert geprueft.quarantaene.is_empty()
    assert geprueft.gelesen.musterdaten
    assert set(geprueft.zellen["periode"]) == {"2024 ansatz", "2024 ist", "2024 nachtrag", "2024 obligo"}
    assert geprueft.verdacht.select("zeile", "regel").rows() == [(47, "ist_negativ")]


@pytest.mark.parametrize("datei", DIALEKTE)
def test_every_dialect_gives_the_same_rows(datei: str) -> None:
    anders, schlicht = _lies("haushalt", datei), _lies("haushalt", "haushalt_2024.csv")
    assert _ohne_zeile(anders).equals(_ohne_zeile(schlicht))
    assert anders.gelesen.musterdaten


def test_what_is_no_row_is_counted() -> None:
    assert _lies("haushalt", "haushalt_sap.txt").weggelassen == {"summenzeilen": 8}
    assert _lies("haushalt", "haushalt_infoma.csv").weggelassen == {"leere_zellen": 7}


def test_without_its_dialect_a_list_is_refused() -> None:
    """Nothing is guessed: totals rows and a missing column are named."""
    pfad = WURZEL / "haushalt" / "beispiel" / "haushalt_sap.txt"
    with pytest.raises(Exception, match="Es fehlt die Spalte 'art'"):
        tuer.pruefe(pfad.read_bytes(), pfad.name, lade_vertraege()["haushalt"], {}, _feed("haushalt"))


@pytest.mark.parametrize("zahl", ["1.234.567,89-", "-1.234.567,89", "-1234567,89", "1234567,89-"])
def test_minus_and_thousands(zahl: str) -> None:
    (zeile,) = _zeilen(f"2024;363370;433200;ist;aufwand;{zahl}", zahlen="deutsch")
    assert zeile["betrag_eur"] == -1234567.89


def test_english_numbers() -> None:
    (zeile,) = _zeilen("2024;363370;433200;ansatz;aufwand;1,234,567.89", zahlen="englisch")
    assert zeile["betrag_eur"] == 1234567.89


def test_a_sign_is_turned_where_it_must_be() -> None:
    alles = _zeilen("2024;1;4;ansatz;A;-5,00", "2024;1;3;ist;E;7,00", umkehren=["betrag_eur"])
    assert [z["betrag_eur"] for z in alles] == [5.0, -7.0]
    nur = _zeilen(
        "2024;1;4;ansatz; A ;-5,00", "2024;1;3;ist;E;7,00", umkehren=["betrag_eur"], umkehren_wo={"art": "^A$"}
    )
    assert [z["betrag_eur"] for z in nur] == [5.0, 7.0]
    fehlt = _zeilen("2024;1;4;ansatz;A;5,00", umkehren=["betrag_eur"], umkehren_wo={"kostenstelle": "."})
    assert [z["betrag_eur"] for z in fehlt] == [5.0], "eine Spalte, die nicht kam, kehrt nichts um"


def test_revenue_or_expense_follows_from_the_konto() -> None:
    inhalt = "\n".join(["haushaltsjahr;produkt;konto;wertart;betrag_eur", "2024;1;331;ist;1", "2024;1;533;ist;2", ""])
    dialekt = {"ableiten": {"art": {"konto": {"^[34]": "ertrag", "^5": "aufwand"}}}}
    geprueft = tuer.pruefe(inhalt.encode(), "h.csv", lade_vertraege()["haushalt"], {}, _feed("haushalt", dialekt))
    assert geprueft.zellen.select("konto", "art").rows() == [("331", "ertrag"), ("533", "aufwand")]


def test_sozialraumbudget_gives_its_rows_and_sums() -> None:
    geprueft = _lies("sozialraumbudget", "sozialraumbudget_2024.csv")
    je_topf = geprueft.zellen.filter(pl.col("wertart") == "ansatz").group_by("topf").agg(pl.col("betrag_eur").sum())
    assert dict(je_topf.rows()) == {"fall": 3470000.0, "milieu": 450000.0, "struktur": 183000.0}
    assert (len(geprueft.zellen), len(geprueft.quarantaene), geprueft.gelesen.musterdaten) == (14, 0, True)
    ohne = geprueft.zellen.filter(pl.col("deckungskreis").is_null())
    assert set(ohne["topf"]) == {"struktur"}, "Fall und Milieu sind gegenseitig deckungsfähig, Struktur nicht"


def test_srae_massnahmen_gives_its_rows_and_sums() -> None:
    geprueft = _lies("srae_massnahmen", "srae_massnahmen_2024.csv")
    assert geprueft.zellen["massnahme"].to_list() == ["2022-01", "2023-01", "2023-02", "2024-01", "2024-02"]
    assert geprueft.zellen["budget_eur"].sum() == 91200.0
    assert geprueft.zellen["abgerufen_eur"].sum() == pytest.approx(67821.15)
    assert geprueft.zellen["verlaengerung_von"].to_list() == [None, "2022-01", None, "2023-02", None]
    assert (len(geprueft.quarantaene), geprueft.gelesen.musterdaten) == (0, True)
    assert geprueft.verdacht["regel"].to_list() == ["ohne_votum_begonnen"]


def test_an_ist_may_grow_from_month_to_month() -> None:
    """Twelve months against one, and the first Ist after an Ansatz, are no jumps."""
    from quality.drift import profiliere, spruenge

    vertrag = lade_vertraege()["haushalt"]

    def profil(wertart: str, monate: list[int | None]) -> Any:
        zeilen = [{"monat": m, "produkt": str(p), "kostenstelle": "1", "betrag_eur": 9.5, "periode": f"2024 {wertart}"}
                  for m in monate for p in range(150)]  # fmt: skip
        felder = {f.name: pl.lit(None, pl.String) for f in vertrag.felder}
        daten = pl.DataFrame(zeilen).with_columns(**{f: w for f, w in felder.items() if f not in zeilen[0]})
        (einziges,) = profiliere([daten], vertrag).values()
        return einziges

    januar = profil("ist", [1])
    for davor in (januar, profil("ansatz", [None])):
        assert list(spruenge(davor, profil("ist", list(range(1, 13))), 1, vertrag)) == []


# --- a dialect that cannot work is named before any file comes --------------------------------------------------------


@pytest.mark.parametrize(
    "dialekt",
    [
        {"summenzeilen": {"produkt": "*"}},
        {"umkehren_wo": {"konto": "("}},
        {"ableiten": {"art": {"konto": {"[": "ertrag"}}}},
    ],
)
def test_a_broken_expression_is_named(dialekt: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="ein regulärer Ausdruck, nicht"):
        _feed("haushalt", dialekt)


def test_a_field_that_the_contract_does_not_have_is_named() -> None:
    from orchestration.cli.beschreibung import _feeds_maengel

    dialekt = {"umkehren": ["betrag"], "summenzeilen": {"produkt": "^x"}, "nebeneinander": {"Ist": {"wert_art": "ist"}}}
    haus = SimpleNamespace(feeds={"verden": [_feed("haushalt", dialekt)]}, vertraege=lade_vertraege())
    meldungen = _feeds_maengel(haus)  # type: ignore[arg-type]
    assert [m.split("Vorhanden")[0] for m in meldungen] == [
        f"Profil verden, Feed haushalt: der Vertrag haushalt hat kein Feld '{feld}'. "
        for feld in ("betrag", "wert_art")
    ]
