"""The matrix of feeds and years: delivered, rejected, missing, expected, and what was never agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orchestration.cli.stand import matrix_als_text
from quality.bestand import Teil
from quality.matrix import Reihe, matrix
from sources.archiv import Ergebnis
from sources.profilmodell import Feed
from sources.vertraege import WURZEL, Vertrag, lade_vertrag

REGISTER = lade_vertrag(WURZEL / "opendata_hro" / "contract.yml")
SATZ = {
    "titel": "Probe", "familie": "hze", "korn": "ein Satz je Fall", "form": "saetze", "format": "tabelle",
    "quelle": "register", "kodierungen": ["utf-8"], "personenbezogen": False, "oeffentlich": False,
    "rechtsgrundlage": "-", "lizenz": "-", "attribution": "-", "aufbewahrung": "-", "schluesselfelder": ["fall"],
    "felder": [{"name": "fall", "typ": "text", "bedeutung": "Fall"}],
}  # fmt: skip
PUENKTLICH = Vertrag.model_validate(
    {**SATZ, "extrakt": "puenktlich", "turnus": "jährlich", "faellig": "03-31", "periode": "dateiname"}
)
SELTEN = Vertrag.model_validate({**SATZ, "extrakt": "selten", "turnus": "bei Bedarf"})
VERTRAEGE = {"opendata_hro": REGISTER, "puenktlich": PUENKTLICH, "selten": SELTEN}
HEUTE = date(2024, 3, 31)


def _ergebnis(extrakt: str, **mehr: object) -> Ergebnis:
    return Ergebnis(
        "d.csv", "s", 1, "amt", "angenommen", "", "2022-05-01T00:00:00", feed=extrakt, extrakt=extrakt, **mehr
    )  # type: ignore[arg-type]


def _teil(extrakt: str, periode: str, tabelle: str = "", **mehr: object) -> Teil:
    return Teil(_ergebnis(extrakt, **mehr), extrakt, tabelle or extrakt, periode)


def _reihen(extrakt: str, *teile: Teil, abgewiesen: tuple[Ergebnis, ...] = (), heute: date = HEUTE) -> list[Reihe]:
    feeds = {"amt": [Feed(feed=extrakt, extrakt=extrakt, muster=("x",))], "anderes": []}
    return matrix(feeds, VERTRAEGE, teile, abgewiesen, 2023, heute)


def test_delivered_and_missing_years() -> None:
    (reihe,) = _reihen("puenktlich", _teil("puenktlich", "2020"), _teil("puenktlich", "2022"))
    assert reihe.jahre == {2019: "fehlt", 2020: "geliefert", 2021: "fehlt", 2022: "geliefert", 2023: "erwartet"}
    assert (reihe.erwartet_bis, reihe.je_geliefert) == ("2024-03-31", True)


def test_a_list_without_a_year_stands_for_that_of_its_file_name() -> None:
    teil = _teil("selten", "gesamt")
    mit_jahr = replace(teil, ergebnis=replace(teil.ergebnis, datei="selten_2021.csv"))
    assert [j for j, wort in _reihen("selten", teil)[0].jahre.items() if wort == "geliefert"] == [2022], "Empfang"
    assert [j for j, wort in _reihen("selten", mit_jahr)[0].jahre.items() if wort == "geliefert"] == [2021]


@pytest.mark.parametrize(("heute", "wort"), [(date(2024, 3, 31), "erwartet"), (date(2024, 4, 1), "fehlt")])
def test_a_year_is_missing_once_its_date_has_passed(heute: date, wort: str) -> None:
    (reihe,) = _reihen("puenktlich", heute=heute)
    assert reihe.jahre[2023] == wort


def test_rejected_years_stay_rejected_until_they_are_delivered() -> None:
    schlecht = replace(_ergebnis("puenktlich", angaben={"jahr": "2022"}), ergebnis="abgewiesen")
    ohne_jahr = replace(schlecht, datei="ohne.csv", angaben={})
    (reihe,) = _reihen("puenktlich", abgewiesen=(schlecht, ohne_jahr))
    assert reihe.jahre[2022] == "abgewiesen"
    assert reihe.abgewiesen_ohne_jahr == ["ohne.csv"]
    (reihe,) = _reihen("puenktlich", _teil("puenktlich", "2022"), abgewiesen=(schlecht,))
    assert reihe.jahre[2022] == "geliefert"


def test_what_has_no_cadence_is_not_missing() -> None:
    (reihe,) = _reihen("selten", _teil("selten", "gesamt"))
    assert reihe.jahre == {
        2019: "ohne Termin",
        2020: "ohne Termin",
        2021: "ohne Termin",
        2022: "geliefert",
        2023: "ohne Termin",
    }
    assert reihe.erwartet_bis == ""


def test_an_extract_of_several_tables_has_a_row_for_each() -> None:
    schlecht = replace(_ergebnis("opendata_hro", angaben={"thema": "alter", "jahr": "2021"}), ergebnis="abgewiesen")
    reihen = {
        r.tabelle: r
        for r in _reihen("opendata_hro", _teil("opendata_hro", "2022-12-31", "geschlecht"), abgewiesen=(schlecht,))
    }
    assert list(reihen) == sorted(REGISTER.tabellen)
    assert reihen["geschlecht"].jahre[2022] == "geliefert"
    assert reihen["alter"].jahre[2021] == "abgewiesen"
    assert set(reihen["insgesamt"].jahre.values()) == {"fehlt"}


def test_what_another_jugendamt_delivered_does_not_count() -> None:
    fremd = _teil("puenktlich", "2022")
    (reihe,) = _reihen("puenktlich", replace(fremd, ergebnis=replace(fremd.ergebnis, jugendamt="anderes")))
    assert not reihe.je_geliefert


def test_the_table_fits_and_feeds_that_never_came_stand_in_one_line() -> None:
    feeds = {
        "amt": [Feed(feed=f, extrakt=f, muster=("x",)) for f in VERTRAEGE]
        + [Feed(feed=f"ein_ziemlich_langer_name_eines_feeds_{i}", extrakt="selten", muster=("x",)) for i in "ab"]
    }
    lang = replace(_ergebnis("puenktlich"), ergebnis="abgewiesen", datei=f"{'lang' * 15}.csv")
    teile = [_teil("puenktlich", "2022")]
    text = list(
        matrix_als_text(matrix(feeds, VERTRAEGE, teile, [lang, lang], 2023, HEUTE), {"amt": {"opendata_hro"}}, 2023)
    )
    assert max(map(len, text)) <= 100
    assert any(
        z.split() == ["puenktlich", "fehlt", "fehlt", "fehlt", "geliefert", "erwartet", "31.03.2024"] for z in text
    )
    nie = " ".join(" ".join(text).split("noch nie geliefert: ")[1].split())
    assert nie == "ein_ziemlich_langer_name_eines_feeds_a, ein_ziemlich_langer_name_eines_feeds_b, selten"
    assert not any("ohne Termin" in z for z in text), "im Text steht ein Strich"
    assert any(z.split() == ["geschlecht", *["fehlt"] * 5] for z in text), "im Profil genannt: fehlt"
