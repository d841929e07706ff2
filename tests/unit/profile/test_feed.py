"""File-name patterns of feeds."""

import unicodedata

import pytest
from pydantic import ValidationError

from sources.profile import Feed


def _feed(*muster: str, **weiteres: object) -> Feed:
    return Feed.model_validate({"feed": "f", "extrakt": "e", "muster": muster, **weiteres})


@pytest.mark.parametrize(
    ("muster", "name", "erwartet"),
    [
        ("*12411-01-01-5*.csv", "12411-01-01-5_00.csv", {}),
        ("*12411-01-01-5*.csv", "Export 12411-01-01-5.CSV", {}),
        ("*12411-01-01-5*.csv", "12411-01-01-5.csv.bak", None),
        ("a.csv", "abcsv", None),
        ("daten_?.csv", "daten_7.csv", {}),
        ("daten_?.csv", "daten_77.csv", None),
        ("daten_[ab].csv", "daten_b.csv", {}),
        ("daten_[!ab].csv", "daten_b.csv", None),
        ("daten_[!ab].csv", "daten_c.csv", {}),
        ("daten+(1).csv", "daten+(1).csv", {}),
        ("{thema}_{jahr}.csv", "bewegung_gesamt_2019.csv", {"thema": "bewegung_gesamt", "jahr": "2019"}),
        ("{thema}_{jahr}.csv", "Alter_2019.CSV", {"thema": "alter", "jahr": "2019"}),
        ("{thema}_{jahr}.csv", "alter_19.csv", None),
        ("{thema}_{jahr}.csv", "alter_20191.csv", None),
        ("{thema}_{jahr}.csv", "_2019.csv", None),
        ("*.csv", "ordner/datei.csv", None),
    ],
)
def test_muster(muster: str, name: str, erwartet: dict[str, str] | None) -> None:
    assert _feed(muster).passt(name) == erwartet


def test_erstes_passendes_muster_gilt() -> None:
    feed = _feed("{thema}_{jahr}.csv", "*.csv")
    assert feed.passt("alter_2019.csv") == {"thema": "alter", "jahr": "2019"}
    assert feed.passt("alter.csv") == {}


def test_werte_beschraenken() -> None:
    feed = _feed("{thema}_{jahr}.csv", "{thema}.csv", werte={"thema": ["alter", "geschlecht"]})
    assert feed.passt("alter_2019.csv") == {"thema": "alter", "jahr": "2019"}
    assert feed.passt("Geschlecht.csv") == {"thema": "geschlecht"}
    assert feed.passt("haushalte_2019.csv") is None


def test_zerlegte_umlaute() -> None:
    assert _feed("schüler_*.csv").passt(unicodedata.normalize("NFD", "schüler_2019.csv")) == {}


@pytest.mark.parametrize("muster", ["{jahr.csv", "jahr}.csv", "{Jahr}.csv", "{}.csv", "a[.csv", "a/b.csv"])
def test_ungueltiges_muster(muster: str) -> None:
    with pytest.raises(ValidationError, match="Dateimuster"):
        _feed(muster)


def test_platzhalter_nur_einmal() -> None:
    with pytest.raises(ValidationError, match="Dateimuster"):
        _feed("{jahr}_{jahr}.csv")
