"""The letter to the office that delivered: what it says, and that nothing delivered can run in it."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from quality import tuer
from reports.brief import Brief, als_html, schreibe, stelle_zusammen
from sources.ablage import Ablage
from sources.archiv import Ergebnis
from sources.formate import Lesefehler
from sources.vertraege import WURZEL, Vertrag, lade_vertrag

VERTRAG = lade_vertrag(WURZEL / "opendata_hro" / "contract.yml")
ANGENOMMEN = Ergebnis(
    "insgesamt_2023.csv", "ab" * 32, 1234, "rostock", "angenommen", "", "2024-02-03T10:00:00+00:00",
    feed="opendata_hro", extrakt="opendata_hro", kodierung="utf-8", zeilen=41,
    angaben={"jahr": "2023", "thema": "insgesamt"},
)  # fmt: skip
ABGEWIESEN = replace(
    ANGENOMMEN,
    ergebnis="abgewiesen",
    art="leer",
    meldung="Die Datei ist leer. Erwartet: eine Kopfzeile und Daten. Bitte: die Datei neu abrufen.",
)
SPRUNG = replace(
    ABGEWIESEN,
    art="sprung",
    meldung="Summe m: 1 bisher, 9 jetzt. Erwartet: weniger. Bitte: berichtswesen lieferung annehmen.",
)
LEER = pl.DataFrame(schema=tuer.QUARANTAENE_SCHEMA)


def zeilen(*inhalt: tuple[int, str, str, str, str]) -> pl.DataFrame:
    return pl.DataFrame([("R", *z) for z in inhalt], schema=tuer.QUARANTAENE_SCHEMA, orient="row")


def brief(e: Ergebnis = ANGENOMMEN, fehler: pl.DataFrame = LEER, verdacht: pl.DataFrame = LEER) -> Brief:
    return Brief(e, VERTRAG, "Stadt Rostock", fehler, verdacht, len(verdacht))


def text(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


FEHLER = zeilen((7, "code", "geschlecht", "z", "Zeile 7: geschlecht 'z' unbekannter Code."))
VERDACHT = zeilen((9, "alter_ueber_110", "alter", "123", "Zeile 9: sehr alt (alter '123')."))


@pytest.mark.parametrize(
    ("b", "saetze"),
    [
        (brief(ABGEWIESEN), ["„insgesamt_2023.csv“ konnte nicht angenommen werden", "Die Datei ist leer.",
                             "Erwartet: eine Kopfzeile und Daten.", "Bitte die Datei neu abrufen."]),
        (brief(SPRUNG), ["Summe m: 1 bisher, 9 jetzt", "nennen Sie uns bitte den Grund"]),
        (brief(fehler=FEHLER), ["ist angenommen, einzelne Zeilen nicht", "1 Zeile mussten wir zurückstellen",
                                "7 geschlecht z code Zeile 7: geschlecht 'z' unbekannter Code."]),
        (brief(verdacht=VERDACHT), ["ist angenommen, mit Rückfragen", "alter_ueber_110 (1).", "9 alter 123"]),
        (brief(), ["ist angenommen", "nichts zu beanstanden"]),
    ],
    ids=["abgewiesen", "sprung", "fehler", "verdacht", "gut"],
)  # fmt: skip
def test_the_letter_says_what_came_what_is_wrong_and_what_to_do(b: Brief, saetze: list[str]) -> None:
    inhalt = text(als_html(b)).replace("&#39;", "'")
    for satz in [
        *saetze,
        "03.02.2024",
        "1.234 Bytes",
        "Stadt Rostock",
        "Was zu tun ist",
        VERTRAG.titel,
        "abababababab",
    ]:
        assert satz in inhalt


def test_the_office_is_not_told_our_commands() -> None:
    assert "berichtswesen lieferung" not in als_html(brief(SPRUNG))


def test_repairs_and_what_was_left_out_are_told() -> None:
    inhalt = text(als_html(replace(brief(), reparaturen={"ags": 1200}, weggelassen={"summenzeilen": 3})))
    assert "ags: 1.200 Werte ergänzt oder berichtigt" in inhalt
    assert "weggelassen: 3 summenzeilen" in inhalt


def test_invented_deliveries_are_marked() -> None:
    assert "Musterdaten" not in als_html(brief())
    assert "Musterdaten" in als_html(brief(replace(ANGENOMMEN, musterdaten=True)))


def test_delivered_text_is_shown_and_never_runs(tmp_path: Path) -> None:
    boese = "<script>alert(1)</script>"
    b = brief(
        replace(ANGENOMMEN, datei=f"{boese}.csv"),
        zeilen((3, "code", "name", boese, boese), (4, "code", "name", "=1+1", "@SUM(A1)"), (5, "c", "n", "-5,3", "+x")),
    )
    html, tabelle = schreibe(b, tmp_path)
    assert {p.parent for p in (html, tabelle)} == {tmp_path}
    seite = html.read_text("utf-8")
    assert "<script" not in seite
    assert "&lt;script&gt;" in seite
    assert "http" not in seite, "die Seite lädt nichts nach"
    roh = tabelle.read_bytes()
    assert roh.startswith(b"\xef\xbb\xbf")
    gelesen = list(csv.DictReader(roh.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [z["Wert"] for z in gelesen] == [boese, "'=1+1", "-5,3"]
    assert [z["Meldung"] for z in gelesen] == [boese, "'@SUM(A1)", "'+x"]
    assert {z["Art"] for z in gelesen} == {"fehlerhaft"}


def test_a_long_list_is_cut_on_paper_and_whole_in_the_table(tmp_path: Path) -> None:
    viele = zeilen(*((n, "code", "s", "w", f"Satz {n}.") for n in range(1, 301)))
    html, tabelle = schreibe(brief(fehler=viele), tmp_path)
    seite = html.read_text("utf-8")
    assert "Satz 200." in seite
    assert "Satz 201." not in seite
    assert "die ersten 200 von 300" in seite
    assert len(tabelle.read_text("utf-8-sig").splitlines()) == 301


def test_the_same_letter_has_the_same_bytes(tmp_path: Path) -> None:
    eins, zwei = (schreibe(brief(fehler=FEHLER, verdacht=VERDACHT), tmp_path / n) for n in ("a", "b"))
    assert [p.read_bytes() for p in eins] == [p.read_bytes() for p in zwei]


# --- gathering ------------------------------------------------------------------------------------------

KOPF = "stadtbereich_code,stadtbereich_bezeichnung,einwohnerzahl,bevoelkerungsdichte"
SCHLECHT = "\n".join(
    [KOPF, *(f"{c},Ort {c},{n},1.5" for c, n in zip("ABCDEFGH", ["viele", *range(7)], strict=True)), ""]
)


def test_a_rejected_delivery_lists_its_rows(tmp_path: Path) -> None:
    """The door refuses it as a whole; the letter says which rows were the reason."""
    with pytest.raises(Lesefehler, match="verletzen den Vertrag"):
        tuer.pruefe(SCHLECHT.encode(), "insgesamt_2023.csv", VERTRAG, ANGENOMMEN.angaben)
    ordner = tmp_path / "quarantine" / "rostock" / "opendata_hro" / ABGEWIESEN.sha256
    ordner.mkdir(parents=True)
    (ordner / "insgesamt_2023.csv").write_bytes(SCHLECHT.encode())
    b = stelle_zusammen(Ablage(tmp_path), ABGEWIESEN, VERTRAG, None, "Rostock")
    assert b.fehler.select("zeile", "wert").rows() == [(2, "viele")]
    assert "viele" in als_html(b)


def test_an_unreadable_delivery_has_a_letter_without_rows(tmp_path: Path) -> None:
    ordner = tmp_path / "quarantine" / "rostock" / "opendata_hro" / ABGEWIESEN.sha256
    ordner.mkdir(parents=True)
    (ordner / "insgesamt_2023.csv").write_bytes(b"")
    b = stelle_zusammen(Ablage(tmp_path), ABGEWIESEN, VERTRAG, None, "Rostock")
    assert b.fehler.is_empty()
    assert "Die Datei ist leer." in als_html(b)


@pytest.mark.parametrize(("ausgang", "name"), [("angenommen", "zeilen"), ("abgewiesen", "abgewiesene")])
def test_of_a_personal_delivery_row_and_rule_are_told_and_never_a_value(
    tmp_path: Path, ausgang: str, name: str
) -> None:
    personal = Vertrag.model_validate(
        {**VERTRAG.model_dump(exclude={"spalten", "sha256"}), "extrakt": "faelle", "form": "saetze",
         "personenbezogen": True, "schluesselfelder": ["fall"], "verdichtung": {"gruppen": []},
         "felder": [{"name": "fall", "typ": "text", "bedeutung": "Fall"}]}
    )  # fmt: skip
    e = replace(
        ANGENOMMEN, extrakt="faelle", datei="faelle.csv", ergebnis=ausgang, verdacht_zeilen=2, reparaturen={"ags": 4}
    )
    gemerkt = zeilen((8, "muster", "fall", "", "Zeile 8: fall entspricht nicht der vereinbarten Form."))
    ergebnis_ordner = tmp_path / "quarantine" / "rostock" / "faelle" / e.sha256
    ergebnis_ordner.mkdir(parents=True)
    gemerkt.write_parquet(ergebnis_ordner / f"{name}.parquet")
    inhalt = text(als_html(stelle_zusammen(Ablage(tmp_path), e, personal, None, "Rostock")))
    assert "8 fall muster Zeile 8: fall entspricht nicht der vereinbarten Form." in inhalt
    assert "Zeile Spalte Regel Erklärung" in inhalt, "keine Spalte Wert"
    assert "ags: 4 Werte" in inhalt
