"""The declaration of geheimhaltung against marts: what is not declared is named, in German."""

from __future__ import annotations

import pytest

from quality.geheimhaltung.erklaerung import Erklaerung, Mart, lade_erklaerung, maengel

SQL = "{{ geschuetzt('intern_x', ['jugendamt', 'raum_id'], ['wert'], nur_erklaerte=true) }}"
MART = Mart(modell="intern_x", schluessel=("jugendamt", "raum_id"), zahlen=("wert",), nur_erklaerte=True)


@pytest.fixture
def erklaerung() -> Erklaerung:
    """The shipped declaration with the marts ``x`` (protected) and ``auszug`` (made from it) alone."""
    return lade_erklaerung().model_copy(update={"marts": {"x": MART, "auszug": Mart(aus="x")}})


def test_a_declared_mart_passes(erklaerung: Erklaerung) -> None:
    spalten = {"x": ["jugendamt", "raum_id", "raum_name", "wert", "status"], "auszug": ["beliebig"]}
    assert maengel(erklaerung, spalten, {"x": SQL, "auszug": "select * from {{ ref('x') }}"}) == []


@pytest.mark.parametrize(
    ("spalten", "sql", "fund"),
    [
        ({"neu": ["wert"]}, {}, "Mart neu: veröffentlicht, aber in der Geheimhaltung nicht erklärt"),
        ({"x": ["raum_id", "rang"]}, {"x": SQL}, "Mart x, Spalte rang: veröffentlicht, aber von keiner Erklärung"),
        ({"x": ["wert"]}, {"x": "select * from {{ ref('intern_x') }}"}, "liest intern_x nicht über das Makro"),
        ({"x": ["wert"]}, {"x": SQL.replace("'raum_id'], [", "'raum_id', 'stichtag'], [")}, "angleichen"),
        ({"x": ["wert"]}, {"x": SQL.replace("['wert']", "[]")}, "angleichen"),
        ({"x": ["wert"]}, {"x": SQL.replace(", nur_erklaerte=true", "")}, "angleichen"),
        ({"auszug": ["wert"]}, {"auszug": "select * from {{ ref('intern_x') }}"}, "Auszug aus x"),
    ],
)
def test_what_no_declaration_covers_is_named(
    erklaerung: Erklaerung, spalten: dict[str, list[str]], sql: dict[str, str], fund: str
) -> None:
    gefunden = maengel(erklaerung, spalten, sql)
    assert len(gefunden) == 1
    assert fund in gefunden[0]


def test_young_people_never_decide() -> None:
    """k counts Fälle; everything counted in young people follows them."""
    erklaerung = lade_erklaerung()
    assert not [m for m in erklaerung.messgroessen if "junge_menschen" in m]
    assert [m for m in erklaerung.folgt if "junge_menschen" in m]
    assert {t.k for t in erklaerung.tabellen if t.quer} == {5}
