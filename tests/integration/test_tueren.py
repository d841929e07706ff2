"""Every door: what is marked leaves the house nowhere, in no form.

Two houses take in the same deliveries; in one of them every figure that is not to be shown is replaced, after the
marks are made, by a number that occurs nowhere else. Both must publish the same, and the numbers must be in no file.

Here: the published forms, logs, Dagster's events, letters. Not here: which figures are marked (``tests/unit``).
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import typst
from pypdf import PdfReader

from tests.conftest import MUSTERPROFILE, Haus

pytestmark = pytest.mark.lang
WURZEL = Path(__file__).resolve().parents[2]
J = "musterkreis"
# markers are 7.7 billions and more; a figure of the tiny Jugendamt is not
GRENZE = 7_000_000_000
MARKER = re.compile(r"(?<![\w.])77\d{8}(?!\w)")  # not the decimals of a time or a part of a hash

# after geheimhaltung has read the true figures, the hidden ones become markers
SKRIPT = """
import duckdb
from orchestration.cli import main
from orchestration.haus import Haus
wahr = Haus.schuetze
def markiert(self):
    anzahl = wahr(self)
    marken = self.ablage.lake / "geheimhaltung_marken" / "daten.parquet"
    with duckdb.connect(str(self.ablage.warehouse)) as con:
        con.execute("create temp table offen as select modell, zelle, marke from read_parquet(?)", [str(marken)])
        con.execute('''update intern.intern_hilfen set wert = 7700000000 + rowid, status = 'gueltig'
            where concat_ws('|', jugendamt, raum_id, berichtsjahr, quelle, konzept, einheit, hilfeart, altersgruppe,
                geschlecht, merkmal, auspraegung) not in
                (select zelle from offen where modell = 'intern_hilfen' and marke = 'offen')''')
        con.execute('''update intern.intern_kennzahlen
            set wert = 7710000000 + rowid, zaehler = 7720000000 + rowid, nenner = 7730000000 + rowid, status = 'gueltig'
            where concat_ws('|', jugendamt, raum_id, berichtsjahr, stichtag, kennzahl, version, quelle) in
                (select zelle from offen where modell = 'intern_kennzahlen' and marke = 'gesperrt')''')
        zahl = con.execute("select count_if(wert > 7e9) from intern.intern_hilfen").fetchone()[0]
        quoten = con.execute("select count_if(wert > 7e9) from intern.intern_kennzahlen").fetchone()[0]
    print("markiert", zahl, quoten)
    return anzahl
Haus.schuetze = markiert
main()
"""


def _refresh(haus: Haus, landing: Path, *davor: str) -> str:
    befehl = [sys.executable, *davor, "refresh", "--landing", str(landing)]
    lauf = subprocess.run(befehl, cwd=WURZEL, env=haus.env, capture_output=True, text=True, timeout=900, check=False)
    assert lauf.returncode == 0, lauf.stdout + lauf.stderr
    return lauf.stdout + lauf.stderr


@pytest.fixture(scope="module")
def markiert(tmp_path_factory: pytest.TempPathFactory, hilfen_lieferung: Path) -> tuple[Haus, str]:
    """The marked house and what its refresh printed."""
    haus = Haus(tmp_path_factory.mktemp("markiert") / "data", MUSTERPROFILE)
    return haus, _refresh(haus, hilfen_lieferung, "-c", SKRIPT)


def _dateien(haus: Haus) -> dict[str, Path]:
    ordner = haus.home / "releases" / J
    return {str(p.relative_to(ordner)): p for p in sorted(ordner.rglob("*")) if p.is_file()}


def test_something_is_hidden_and_something_is_shown(markiert: tuple[Haus, str]) -> None:
    haus, ausgabe = markiert
    treffer = re.search(r"markiert (\d+) (\d+)", ausgabe)
    assert treffer is not None
    assert int(treffer[1]) > 100
    assert int(treffer[2]) > 10
    hilfen = pl.read_parquet(next(haus.home.glob(f"releases/{J}/*/marts/hilfen.parquet")))
    anzahl = dict(hilfen["status"].value_counts().iter_rows())
    assert anzahl["gesperrt"] > 0
    assert anzahl["gueltig"] > 0
    assert hilfen.filter(pl.col("status") == "gesperrt")["wert"].null_count() == anzahl["gesperrt"]


def test_both_houses_publish_the_same_bytes(hilfen_haus: Haus, markiert: tuple[Haus, str]) -> None:
    """Also sizes of files per Raum and coordinates of charts tell nothing."""
    wahr, anders = _dateien(hilfen_haus), _dateien(markiert[0])
    assert wahr.keys() == anders.keys()
    eigen = {n for n in wahr if n.endswith(("manifest.json", "verlauf.jsonl"))}
    verschieden = [n for n in wahr if n not in eigen and wahr[n].read_bytes() != anders[n].read_bytes()]
    assert verschieden == []
    fluechtig = {"erstellt", "ausgaben", "eingaben"}
    manifeste = [json.loads(d[next(n for n in d if n.endswith("manifest.json"))].read_text()) for d in (wahr, anders)]
    for m in manifeste:
        m["geheimhaltung"].pop("sekunden")
    assert len({json.dumps({k: v for k, v in m.items() if k not in fluechtig}, sort_keys=True) for m in manifeste}) == 1


def _zahlen(rahmen: pl.DataFrame) -> Iterator[Any]:
    for spalte in rahmen.select(pl.col(pl.Float64, pl.Float32, pl.Int64, pl.Int32, pl.Decimal)):
        yield from spalte.drop_nulls()


def _pdf(datei: Path) -> str:
    """Words on the pages and in the structure (text alternatives) of a PDF."""
    pdf = PdfReader(datei)
    alternativen = (o.get_object() for o in pdf.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"])
    elemente = [e.get_object() for o in alternativen if isinstance(o, list) for e in o]
    return "\n".join([*(s.extract_text() for s in pdf.pages), *(str(e.get("/Alt", "")) for e in elemente)])


def _texte(ordner: Path) -> Iterator[tuple[Path, str]]:
    """Every file as text, whatever it is; digits together, whatever separates thousands."""
    for datei in sorted(p for p in ordner.rglob("*") if p.is_file()):
        roh = datei.read_bytes()
        texte = [roh.decode(kodierung, errors="replace") for kodierung in ("utf-8", "utf-16-le")]
        for text in [*texte, *([_pdf(datei)] if datei.suffix == ".pdf" else [])]:
            yield datei, re.sub(r"(?<=\d)[.,'\s\u00a0\u202f](?=\d{3})", "", text)


@pytest.mark.parametrize("ort", ["releases", "bi", "stand", "pruefung", "dagster", "quarantine", "archive"])
def test_no_marker_in_any_text(markiert: tuple[Haus, str], ort: str) -> None:
    haus, ausgabe = markiert
    funde = [
        str(d) for d, text in _texte(haus.home / ort) if MARKER.search(text) and d.suffix not in {".db", ".duckdb"}
    ]
    assert funde == []
    assert not MARKER.search(ausgabe)


def test_maps_and_pdf_are_among_what_was_searched(markiert: tuple[Haus, str]) -> None:
    """Else a search of nothing would pass."""
    ordner = markiert[0].home / "current" / J
    assert len(list((ordner / "bericht" / "pdf").glob("*.pdf"))) > 3
    assert "<svg" in (ordner / "bericht" / "karten.html").read_text("utf-8")
    assert '"hze_quote"' in (ordner / "geo" / "raeume.geojson").read_text("utf-8")


def test_no_marker_in_parquet_and_bi_file(markiert: tuple[Haus, str]) -> None:
    haus = markiert[0]
    gelesen = 0
    for datei in haus.home.glob("releases/*/*/marts/*.parquet"):
        assert not [z for z in _zahlen(pl.read_parquet(datei)) if z >= GRENZE], datei
        gelesen += 1
    with duckdb.connect(str(haus.home / "current" / "bi" / "marts.duckdb"), read_only=True) as con:
        for (name,) in con.sql("select table_name from duckdb_tables() where schema_name = 'mart'").fetchall():
            assert not [z for z in _zahlen(con.sql(f'select * from mart."{name}"').pl()) if z >= GRENZE], name
            gelesen += 1
    assert gelesen > 20


def test_no_marker_in_dagsters_events(markiert: tuple[Haus, str]) -> None:
    datenbanken = list((markiert[0].home / "dagster").rglob("*.db"))
    assert datenbanken
    for datei in datenbanken:
        with sqlite3.connect(datei) as con:
            inhalt = "\n".join(con.iterdump())
        assert not MARKER.search(inhalt), datei


def test_no_marker_from_the_verbs(markiert: tuple[Haus, str], hilfen_lieferung: Path) -> None:
    """Status, manifest, queries, and the letter to the office that delivered."""
    haus = markiert[0]
    (kennung,) = {p.name for p in hilfen_lieferung.rglob("*hze_faelle*2023*")}
    for verb in (
        ["status"], ["status", "--json"], ["release", "list"], ["release", "show", J, "2023-1"],
        ["query", "--json", "select * from mart.hilfen"], ["query", "select * from mart.kennzahlen"],
        ["status", "--lieferung", kennung],
    ):  # fmt: skip
        lauf = haus.cli(*verb)
        assert lauf.returncode == 0, lauf.stderr
        assert not MARKER.search(lauf.stdout + lauf.stderr), verb
    assert not [d for d, text in _texte(haus.home / "briefe") if MARKER.search(text)]


def test_without_the_marks_the_markers_would_be_found(
    markiert: tuple[Haus, str], tmp_path: Path, frage_bi: Callable[[Path, str], Any]
) -> None:
    """The test of this test: the search finds a marker that went out."""
    with duckdb.connect(str(markiert[0].home / "warehouse.duckdb"), read_only=True) as con:
        offen = con.sql("select * from intern.intern_hilfen").pl()
    offen.write_parquet(tmp_path / "hilfen.parquet")
    offen.write_csv(tmp_path / "hilfen.csv", separator=";", decimal_comma=True)
    inhalt = '#image(bytes("<svg xmlns=\'http://www.w3.org/2000/svg\'/>"), alt: "7.710.000.001") 7.720.000.002'
    (tmp_path / "a.typ").write_text(f'#set document(title: "a")\n= a\n{inhalt}', "utf-8")
    typst.compile(str(tmp_path / "a.typ"), str(tmp_path / "a.pdf"), pdf_standards=["ua-1"])
    assert [MARKER.findall(text) for d, text in _texte(tmp_path) if d.suffix == ".pdf"][-1] == [
        "7720000002",
        "7710000001",
    ]
    (tmp_path / "a.geojson").write_text('{"properties":{"hze":7710000001.0}}')
    assert [d for d, text in _texte(tmp_path) if d.suffix == ".geojson" and MARKER.search(text)]
    assert [z for z in _zahlen(pl.read_parquet(tmp_path / "hilfen.parquet")) if z >= GRENZE]
    assert [d for d, text in _texte(tmp_path) if d.suffix == ".csv" and MARKER.search(text)]
