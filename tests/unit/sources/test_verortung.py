"""From key, name, address or coordinate to a Raum, in the order of the profile."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import jinja2
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality import tuer
from sources.archiv import alle_feeds
from sources.formate import Lesefehler
from sources.profile import Profil, ProfilFehler, lade_profil
from sources.profilmodell import Raumbuch, Strasse, Verortungsart
from sources.verortung import ROLLEN, normiert, raumbuch, verorte
from sources.vertraege import lade_vertraege

WURZEL = Path(__file__).parents[3]


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


ALLE = Raumbuch().reihenfolge


def _verorte(
    zeilen: Sequence[tuple[str | None, ...]], reihenfolge: Sequence[Verortungsart] = ALLE, strassen=STRASSEN
) -> list[str | None]:
    breit = [(*zeile, *[None] * (len(ROLLEN) + 1 - len(zeile))) for zeile in zeilen]
    rahmen = pl.DataFrame(breit, schema=dict.fromkeys(["raum", *ROLLEN], pl.String), orient="row")
    buch = Raumbuch(
        reihenfolge=tuple(reihenfolge), schluessel={"99-X": "99-X"}, alias={"xdorf": "99-X"}, strassen=strassen
    )
    return verorte(rahmen.drop("raum"), rahmen["raum"], buch)["raum"].to_list()


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
        (None, "Lange Str. 12a", None, "99-A"),
        (None, "Lange Straße 19-23", None, "99-B"),
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
    assert _verorte(zeilen, ("strasse", "schluessel")) == ["99-A", "99-A", "99-X"]


def test_ein_unbekannter_schluessel_steht_der_anschrift_nicht_im_weg() -> None:
    zeilen = [("99-?", "00020", None, "1"), ("X-Dorf", "00020", None, "1"), ("99-?", None, None, None)]
    assert _verorte(zeilen) == ["99-A", "X-Dorf", "99-?"], "a known name counts first, an unknown key stays as it came"
    assert _verorte(zeilen, ("schluessel", "strasse")) == ["99-A", "99-A", "99-?"]


def test_nur_name_und_nummer_und_kein_verzeichnis() -> None:
    zeilen = [(None, None, "Am Bach", "1"), ("99-X", None, "Am Bach", None)]
    assert _verorte(zeilen) == ["99-A", "99-X"]
    assert _verorte(zeilen, strassen=()) == [None, "99-X"]


@pytest.mark.parametrize(
    ("geliefert", "gemeint"),
    [("Sankt Märgen", "St. Maergen"), ("SANKT  MÄRGEN ", "St.Märgen"), ("Garten/Weide", "Garten-Weide"),
     ("1", "01"), ("007", "7"), ("Groß Klein", "GROSS KLEIN"), ("a\u0308", "ä")],
)  # fmt: skip
def test_dieselben_namen(geliefert: str, gemeint: str) -> None:
    assert normiert(geliefert) == normiert(gemeint) != ""


@pytest.mark.parametrize(("eins", "anderes"), [("Nord", "Nord 2"), ("10", "1"), ("Märgen", "St. Märgen")])
def test_verschiedene_namen(eins: str, anderes: str) -> None:
    assert normiert(eins) != normiert(anderes)


@pytest.fixture(scope="module")
def raumname() -> Callable[[str], str]:
    """The macro of dbt, as DuckDB works it out."""
    makro = (WURZEL / "dbt_project" / "macros" / "raumname.sql").read_text("utf-8")
    sql = jinja2.Environment().from_string(makro + "select {{ raumname('$1') }}").render()
    con = duckdb.connect()
    return lambda name: con.execute(sql, [name]).fetchall()[0][0]


@given(
    st.text("abzÄÖÜäöüßéẞ .-/'019", max_size=12) | st.sampled_from(["Sankt Anna", "Am Sankt-Anna-Platz", "000", "0"])
)
def test_dbt_vergleicht_namen_wie_die_tuer(raumname: Callable[[str], str], name: str) -> None:
    assert raumname(name) == normiert(name)


def _quadrat(x: float, y: float, seite: float = 1) -> dict[str, object]:
    ecken = [[x, y], [x + seite, y], [x + seite, y + seite], [x, y + seite], [x, y]]
    return {"type": "Polygon", "coordinates": [ecken]}


def _geojson(formen: Sequence[tuple[str, dict[str, object]]], crs: str = "") -> dict[str, object]:
    gebiete = [{"type": "Feature", "properties": {"name": n}, "geometry": form} for n, form in formen]
    zusatz = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return {"type": "FeatureCollection", "features": gebiete, **zusatz}


@pytest.fixture
def mit_geometrie(tmp_path: Path) -> Callable[..., Profil]:
    def machen(inhalt: object, merkmal: str = "name") -> Profil:
        ordner = tmp_path / "musterkreis"
        shutil.copytree(WURZEL / "tests" / "jugendaemter" / "musterkreis", ordner, dirs_exist_ok=True)
        with (ordner / "profil.yml").open("a", encoding="utf-8") as datei:
            datei.write(f"geometrie: {{datei: raeume.geojson, merkmal: {merkmal}}}\n")
        text = inhalt if isinstance(inhalt, str) else json.dumps(inhalt)
        (ordner / "raeume.geojson").write_text(text, "utf-8")
        return lade_profil(ordner)

    return machen


FORMEN = [("MUSTERSTADT", _quadrat(8, 48)), ("Musterdorf", _quadrat(9, 48)), ("Musterdorf", _quadrat(9, 50)),
          ("Bodensee", _quadrat(20, 20))]  # fmt: skip


@pytest.mark.parametrize(
    ("laenge", "breite", "raum"),
    [("8.5", "48.5", "99001001"), ("9,5", "48,5", "99001002"), ("9.5", "50.1", "99001002"),
     ("20.5", "20.5", "musterkreis:ausserhalb"), ("0", "0", "musterkreis:ausserhalb"), ("9", "48.5", "99001001"),
     ("8.5", None, None), ("8.5", "unbekannt", None)],
)  # fmt: skip
def test_punkt_im_gebiet(
    mit_geometrie: Callable[..., Profil], laenge: str, breite: str | None, raum: str | None
) -> None:
    """An area in two parts is one Raum; an area of no Raum is outside; a border point has one Raum, always the same."""
    buch = raumbuch(mit_geometrie(_geojson(FORMEN)))
    adressen = pl.DataFrame({"laenge": [laenge], "breite": [breite]}, schema={"laenge": pl.String, "breite": pl.String})
    (zeile,) = verorte(adressen, pl.Series([None], dtype=pl.String), buch).rows()
    assert zeile == (raum, "koordinate" if raum else None)


def test_meter_und_grad_werden_nicht_verwechselt(mit_geometrie: Callable[..., Profil]) -> None:
    formen = [("Musterstadt", _quadrat(500_000, 5_300_000, 1_000))]
    buch = raumbuch(mit_geometrie(_geojson(formen, "urn:ogc:def:crs:EPSG::25832")))
    geliefert = pl.Series([None], dtype=pl.String)
    punkt = pl.DataFrame({"laenge": ["500010"], "breite": ["5300010"]})
    assert verorte(punkt, geliefert, buch)["raum"].to_list() == ["99001001"]
    with pytest.raises(Lesefehler, match="sind in Grad, die Geometrie des Profils nicht"):
        verorte(pl.DataFrame({"laenge": ["8.5"], "breite": ["48.5"]}), geliefert, buch)


@pytest.mark.parametrize(
    ("inhalt", "meldung"),
    [
        (_geojson(FORMEN, "EPSG:31467"), "Das Bezugssystem ist EPSG:31467"),
        (_geojson([("Anderswo", _quadrat(8, 48))]), r"Kein Gebiet passt mit 'name' .*Datei: name\)"),
        ("SHAPE", "keine GeoJSON-Sammlung"),
        ({"type": "Feature"}, "keine GeoJSON-Sammlung"),
    ],
)  # fmt: skip
def test_geometrie_die_nicht_taugt(mit_geometrie: Callable[..., Profil], inhalt: object, meldung: str) -> None:
    with pytest.raises(ProfilFehler, match=meldung):
        mit_geometrie(inhalt)


def test_die_tuer_haelt_raum_und_methode_und_keine_koordinate(mit_geometrie: Callable[..., Profil]) -> None:
    vertraege = lade_vertraege()
    feeds = alle_feeds([mit_geometrie(_geojson(FORMEN))], (), vertraege.values())["musterkreis"]
    (feed,) = (f for f in feeds if f.extrakt == "einwohnermelde")
    zeilen = ["lon;lat;Gemeinde;stichtag;alter;geschlecht;nationalitaet", "8.51;48.5;;31.12.2023;5;m;D",
              ";;muster-stadt;31.12.2023;5;m;D"]  # fmt: skip
    geprueft = tuer.pruefe("\n".join(zeilen).encode(), "einwohnermelde_2023.csv", vertraege["einwohnermelde"], {}, feed)
    assert geprueft.zellen.select("raum_schluessel", "raum_methode").rows() == [
        ("99001001", "koordinate"),
        ("muster-stadt", None),
    ]
    assert "8.51" not in str(geprueft.zellen.to_dicts())
