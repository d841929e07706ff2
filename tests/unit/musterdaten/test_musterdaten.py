"""Musterdaten: the same for ever, consistent within and between files, marked, readable like deliveries."""

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import shapely

from sources.formate import geodaten, regionaldatenbank, tabelle
from sources.musterdaten import schreibe_musterdaten
from sources.musterdaten.modell import JAHRE, erfinde_verlauf
from sources.musterdaten.raeume import gebiete
from sources.musterdaten.zufall import aufgeteilt
from sources.profile import Profil, lade_amtliche_feeds, lade_profil, lade_profile

WURZEL = Path(__file__).parents[3]
ORDNER = [WURZEL / "sources" / "jugendaemter", WURZEL / "tests" / "jugendaemter"]
MUSTERKREIS = ORDNER[1] / "musterkreis"
THEMEN = 9


@pytest.fixture(scope="module")
def profile() -> list[Profil]:
    return lade_profile(ORDNER)


@pytest.fixture(scope="module")
def landung(profile: list[Profil], tmp_path_factory: pytest.TempPathFactory) -> Path:
    ziel = tmp_path_factory.mktemp("landung")
    dateien = schreibe_musterdaten(profile, ziel, nur=())
    assert dateien == sorted(pfad for pfad in ziel.rglob("*") if pfad.is_file())
    return ziel


def _lies(landung: Path, name: str) -> pl.DataFrame:
    return regionaldatenbank.lies((landung / "_amtlich" / name).read_bytes()).daten


@pytest.fixture(scope="module")
def altersgruppen(landung: Path) -> pl.DataFrame:
    return pl.concat(_lies(landung, f"12411-02-03-5_muster_{jahr}.csv") for jahr in JAHRE)


@pytest.fixture(scope="module")
def geschlecht(landung: Path) -> pl.DataFrame:
    return _lies(landung, "12411-01-01-5_muster.csv")


def _als_tabelle(daten: pl.DataFrame, schluessel: Sequence[str]) -> dict[tuple[str, ...], float]:
    return {tuple(str(teil) for teil in zeile[:-1]): zeile[-1] for zeile in daten.select(*schluessel, "wert").rows()}


def _abdruck(ordner: Path) -> dict[str, str]:
    return {
        str(pfad.relative_to(ordner)): hashlib.sha256(pfad.read_bytes()).hexdigest()
        for pfad in sorted(ordner.rglob("*.csv"))
    }


def test_gleiche_bytes_in_jeder_reihenfolge(profile: list[Profil], landung: Path, tmp_path: Path) -> None:
    schreibe_musterdaten(profile[::-1], tmp_path, nur=())
    assert _abdruck(tmp_path) == _abdruck(landung)


def test_zahlen_bleiben_fuer_immer() -> None:
    # pinned: another machine or Python version must invent the same population
    verlauf = erfinde_verlauf("pruefung", 5_000)
    assert [int(verlauf.bestand[jahr].sum()) for jahr in (2013, 2014, 2018, 2023)] == [5000, 4957, 4956, 4905]


def test_dateien_liegen_wie_geliefert(profile: list[Profil], landung: Path) -> None:
    feeds = lade_amtliche_feeds(ORDNER)
    for datei in (landung / "_amtlich").iterdir():
        assert sum(feed.passt(datei.name) is not None for feed in feeds) == 1, datei.name
    mit_register = {profil.jugendamt for profil in profile if profil.feeds}
    assert {pfad.name for pfad in landung.iterdir()} == {"_amtlich"} | mit_register
    for profil in profile:
        for feed in (feed for feed in profil.feeds if feed.extrakt == "opendata_hro"):
            dateien = list((landung / profil.jugendamt).iterdir())
            assert len(dateien) == THEMEN * len(JAHRE)
            assert all(feed.passt(datei.name) for datei in dateien)


def test_jede_datei_sagt_dass_sie_erfunden_ist(landung: Path) -> None:
    for datei in (landung / "_amtlich").iterdir():
        gelesen = regionaldatenbank.lies(datei.read_bytes())
        assert gelesen.musterdaten, datei.name
        assert gelesen.kennung is not None
        assert datei.name.startswith(gelesen.kennung)
        assert gelesen.meta["lizenz"] == "", "invented figures carry no licence of the source"
        assert "erfundene Werte, keine amtliche Statistik" in gelesen.meta["fussnoten"]
        assert gelesen.meta["stand"] == "2024-07-01T12:00:00"
    for datei in landung.glob("[!_]*/*.csv"):
        assert tabelle.lies(datei.read_bytes(), datei.name).musterdaten, datei.name


def test_alle_amtlichen_schluessel_loesen_auf(profile: list[Profil], geschlecht: pl.DataFrame) -> None:
    schluessel = set(geschlecht["raum_schluessel"])
    assert len(schluessel) == 53 + 13 + 1 + 1 + 4
    for eintrag in schluessel:
        assert sum(profil.loese_auf("ags", eintrag) is not None for profil in profile) == 1, eintrag


def test_geschlechter_summieren_sich(geschlecht: pl.DataFrame) -> None:
    breit = geschlecht.filter(pl.col("zeichen") == "").pivot("dim_1", index=["raum_schluessel", "zeit"], values="wert")
    assert breit.height == 71 * len(JAHRE)
    assert breit.filter(pl.col("Insgesamt") != pl.col("männlich") + pl.col("weiblich")).is_empty()


def test_altersgruppen_summieren_sich(altersgruppen: pl.DataFrame) -> None:
    zahlen = altersgruppen.filter(pl.col("zeichen") == "")
    schluessel = ["raum_schluessel", "zeit", "dim_1"]
    summe = zahlen.filter(pl.col("dim_2") != "Insgesamt").group_by(schluessel).agg(pl.col("wert").sum(), pl.len())
    assert set(summe["len"]) == {17}
    assert _als_tabelle(summe, schluessel) == _als_tabelle(zahlen.filter(pl.col("dim_2") == "Insgesamt"), schluessel)


def test_tabellen_stimmen_ueberein(landung: Path, geschlecht: pl.DataFrame, altersgruppen: pl.DataFrame) -> None:
    schluessel = ["raum_schluessel", "zeit", "dim_1"]
    alle = _als_tabelle(geschlecht, schluessel)
    assert _als_tabelle(altersgruppen.filter(pl.col("dim_2") == "Insgesamt"), schluessel) == alle
    kreise = _als_tabelle(_lies(landung, "12411-01-01-4_muster.csv"), schluessel)
    gemeinsam = set(kreise) & set(alle)
    assert {kreis for kreis, _, _ in gemeinsam} == {"03361", "08317", "13003", "99001"}
    assert all(kreise[zelle] == alle[zelle] for zelle in gemeinsam)
    # a town within a Kreis: the Kreis is larger and stands in the tables of Kreise only
    for (kreis, zeit, dim), wert in kreise.items():
        if kreis == "05958":
            assert wert > 1.5 * alle["05958004", zeit, dim]


def test_gemeinden_summieren_sich_zum_kreis(altersgruppen: pl.DataFrame) -> None:
    zeilen = defaultdict(float)
    erwartet = {}
    for schluessel, zeit, geschlecht, alter, wert in altersgruppen.select(
        "raum_schluessel", "zeit", "dim_1", "dim_2", "wert"
    ).rows():
        if schluessel in {"03361", "08317", "99001", "03361401"}:
            erwartet[schluessel, zeit, geschlecht, alter] = wert
        if len(schluessel) == 8 and wert is not None:
            zeilen[schluessel[:5], zeit, geschlecht, alter] += wert
        if len(schluessel) == 11:
            zeilen[schluessel[:8], zeit, geschlecht, alter] += wert
    assert len(erwartet) == 4 * len(JAHRE) * 54
    assert {zelle: zeilen[zelle] for zelle in erwartet} == erwartet


def test_gemeindefreies_gebiet_ist_leer(geschlecht: pl.DataFrame) -> None:
    leer = geschlecht.filter(pl.col("zeichen") != "")
    assert set(leer["raum_schluessel"]) == {"08317971"}
    assert set(leer["zeichen"]) == {"-"}


def test_abgaenger_summieren_sich(landung: Path) -> None:
    daten = _lies(landung, "21111-02-06-4_muster.csv")
    assert daten.height == 5 * len(JAHRE) * 14
    assert set(daten["zeit"]) == {str(jahr) for jahr in JAHRE}
    for (_, _, spalte), gruppe in daten.group_by("raum_schluessel", "zeit", "dim_2"):
        werte = dict(gruppe.select("dim_1", "wert").rows())
        gesamt = werte.pop("Insgesamt")
        darunter = werte.pop("dar. schulischer Teil der Fachhochschulreife")
        assert darunter is None or darunter <= werte["mit Mittlerem Abschluss"]
        geheim = sum(wert is None for wert in werte.values())
        summe = sum(wert or 0 for wert in werte.values())
        assert gesamt - 2 * geheim <= summe <= gesamt, spalte
        assert 0.02 < werte["ohne Hauptschulabschluss"] / gesamt < 0.12


@pytest.fixture(scope="module")
def register(landung: Path) -> dict[tuple[str, int], dict[str, dict[str, float]]]:
    """Theme and year -> code -> column -> value, read with nothing but the csv module."""
    inhalt = {}
    for datei in (landung / "rostock").iterdir():
        thema, _, jahr = datei.stem.rpartition("_")
        with datei.open(encoding="utf-8", newline="") as zeilen:
            inhalt[thema, int(jahr)] = {
                zeile["stadtbereich_code"]: {name: float(wert) for name, wert in list(zeile.items())[3:]}
                for zeile in csv.DictReader(zeilen)
            }
    return inhalt


def test_register_themen_stimmen_ueberein(
    register: dict[tuple[str, int], dict[str, dict[str, float]]],
) -> None:
    for jahr in JAHRE:
        for code, zeile in register["insgesamt", jahr].items():
            personen = zeile["einwohnerzahl"]
            mann_frau = register["geschlecht", jahr][code]
            assert mann_frau["anzahl_maennlich"] + mann_frau["anzahl_weiblich"] == personen
            alter = register["alter", jahr][code]
            gruppen = [name for name in alter if name.startswith("anzahl_")]
            assert len(gruppen) == 10
            assert sum(alter[name] for name in gruppen) == personen
            for name in gruppen:
                assert alter[name.replace("anzahl", "anteil")] == round(100 * alter[name] / personen, 1)
            nation = register["staatsangehoerigkeit", jahr][code]
            assert nation["anteil_deutsch"] + nation["anteil_auslaendisch"] == pytest.approx(100, abs=0.11)
            familie = register["familienstand", jahr][code]
            assert 95 < sum(wert for name, wert in familie.items() if name.startswith("anteil")) <= 100.2


def test_register_bewegungen_gehen_auf(register: dict[tuple[str, int], dict[str, dict[str, float]]]) -> None:
    for jahr in JAHRE[1:]:
        for code, zeile in register["insgesamt", jahr].items():
            vorher = register["insgesamt", jahr - 1][code]["einwohnerzahl"]
            natuerlich = register["bewegung_natuerlich", jahr][code]
            raeumlich = register["bewegung_raeumlich", jahr][code]
            gesamt = register["bewegung_gesamt", jahr][code]
            assert zeile["einwohnerzahl"] - vorher == gesamt["abs_bestandsveraenderung"]
            assert (
                natuerlich["geburten_sterbesaldo"] + raeumlich["wanderungssaldo"]
                == (gesamt["abs_bestandsveraenderung"])
            )
            assert 1 < natuerlich["lebendgeborene_je_1000"] < 25
            assert 15 < raeumlich["zuzuege_je_1000"] < 150


def test_gelieferte_quotienten_passen_zur_stadt(
    register: dict[tuple[str, int], dict[str, dict[str, float]]], altersgruppen: pl.DataFrame
) -> None:
    """The town's quotients (from official age bands) lie within those that its parts deliver."""
    stadt = altersgruppen.filter((pl.col("raum_schluessel") == "13003") & (pl.col("dim_1") == "Insgesamt"))
    for jahr in JAHRE:
        baender = dict(stadt.filter(pl.col("zeit") == f"31.12.{jahr}").select("dim_2", "wert").rows())
        insgesamt = baender.pop("Insgesamt")
        alt = baender["65 bis unter 75 Jahre"] + baender["75 Jahre und mehr"]
        jung = sum(wert for name, wert in baender.items() if re.match(r"unter 3|3 bis|6 bis|1\d bis", name))
        mitte = insgesamt - alt - jung
        for name, wert in (("jugendquotient", jung), ("altenquotient", alt)):
            teile = [zeile[name] for zeile in register["alter", jahr].values()]
            assert min(teile) < 100 * wert / mitte < max(teile)
        personen = sum(zeile["einwohnerzahl"] for zeile in register["insgesamt", jahr].values())
        assert 0.99 * personen < insgesamt < personen, "two sources, close and never equal"


def test_kopfzeilen_wechseln_wie_in_der_quelle(landung: Path) -> None:
    def kopf(jahr: int) -> str:
        return (landung / "rostock" / f"haushaltsstruktur_{jahr}.csv").read_text("utf-8").splitlines()[0]

    assert "alleinerziehende" not in kopf(2018)
    assert kopf(2019).endswith('"anteil_alleinerziehende_an_mit_kindern","musterdaten"')
    assert kopf(2019).startswith('"","stadtbereich_code","stadtbereich_bezeichnung","anzahl_haushalte"')


def test_kopfzeilen_wie_die_echten(landung: Path, testdaten: Path) -> None:
    for thema in (
        "insgesamt",
        "staatsangehoerigkeit",
        "geschlecht",
        "familienstand",
        "bewegung_gesamt",
        "alter",
    ):
        echt = (testdaten / f"rostock/bevoelkerung/{thema}_2023.csv").read_text("utf-8").splitlines()[0]
        eigen = (landung / "rostock" / f"{thema}_2023.csv").read_text("utf-8").splitlines()[0]
        assert eigen == f'{echt},"musterdaten"'
    for thema in ("bewegung_natuerlich", "bewegung_raeumlich", "haushaltsstruktur"):
        echt = (testdaten / f"rostock/bevoelkerung/{thema}_2019.csv").read_text("utf-8").splitlines()[0]
        eigen = (landung / "rostock" / f"{thema}_2019.csv").read_text("utf-8").splitlines()[0]
        assert eigen == f'{echt},"musterdaten"'


def test_spalten_wie_die_echten(landung: Path, testdaten: Path) -> None:
    for name, muster in (
        ("population/12411-01-01-5_00.csv", "12411-01-01-5_muster.csv"),
        ("population/12411-01-01-4.csv", "12411-01-01-4_muster.csv"),
        ("population/12411-02-03-5_00.csv", "12411-02-03-5_muster_2015.csv"),
        ("schools/21111-02-06-4_00.csv", "21111-02-06-4_muster.csv"),
    ):
        echt = regionaldatenbank.lies((testdaten / "genesis" / name).read_bytes()).daten
        eigen = _lies(landung, muster)
        assert eigen.columns == echt.columns, name
        dims = [spalte for spalte in echt.columns if spalte.startswith("dim_")] + ["merkmal", "einheit"]
        assert eigen.select(dims).unique().sort(dims).equals(echt.select(dims).unique().sort(dims)), name


def test_werte_sind_nicht_die_echten(geschlecht: pl.DataFrame, testdaten: Path) -> None:
    echt = regionaldatenbank.lies((testdaten / "genesis/population/12411-01-01-5_00.csv").read_bytes()).daten
    schluessel = ["raum_schluessel", "zeit", "dim_1"]
    beide = geschlecht.join(echt, on=schluessel, suffix="_echt").filter(pl.col("wert") == pl.col("wert_echt"))
    assert beide.height <= 3, "chance hits only"


def test_faktor_vervielfacht_die_personen(tmp_path: Path) -> None:
    profil = lade_profil(MUSTERKREIS)
    summen = []
    for faktor in (1, 20):
        schreibe_musterdaten([profil], tmp_path / str(faktor), scale=faktor, nur=())
        daten = _lies(tmp_path / str(faktor), "12411-01-01-4_muster.csv")
        summen.append(daten.filter(pl.col("dim_1") == "Insgesamt")["wert"].sum())
    assert summen[1] / summen[0] == pytest.approx(20, rel=0.02)


def test_faktor_unter_eins(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="eine ganze Zahl ab 1"):
        schreibe_musterdaten([], tmp_path, scale=0)


def test_nicht_bestehender_raum_hat_einen_strich(tmp_path: Path) -> None:
    profil = lade_profil(MUSTERKREIS)
    neu = profil.raeume[-1].model_copy(update={"gueltig_von": date(2020, 1, 1)})
    profil = profil.model_copy(update={"raeume": (*profil.raeume[:-1], neu)})
    schreibe_musterdaten([profil], tmp_path, nur=())
    daten = _lies(tmp_path, "12411-01-01-5_muster.csv").filter(pl.col("dim_1") == "Insgesamt")
    spaet = daten.filter(pl.col("raum_schluessel") == neu.raum_id)
    assert dict(spaet.filter(pl.col("zeichen") == "-").select("zeit", "zeichen").rows()) == {
        f"31.12.{jahr}": "-" for jahr in range(2014, 2020)
    }
    werte = _als_tabelle(daten, ["raum_schluessel", "zeit"])
    for jahr in JAHRE:
        teile = [werte[raum, f"31.12.{jahr}"] or 0 for raum in ("99001001", "99001002", "99001003")]
        assert werte["99001", f"31.12.{jahr}"] == sum(teile)


def test_kreis_und_stadt_darin(tmp_path: Path) -> None:
    """Where a Kreis and a town in it both have a profile, every key stands once and the sums hold."""
    kreis = lade_profil(MUSTERKREIS)
    stadt = kreis.model_copy(
        update={
            "jugendamt": "musterstadt",
            "ganzes": "99001001",
            "raeume": (kreis.raeume[3].model_copy(update={"raumebene": "jugendamt"}),),
            "zuordnungen": (),
        }
    )
    schreibe_musterdaten([stadt, kreis], tmp_path / "beide", nur=())
    schreibe_musterdaten([kreis], tmp_path / "kreis", nur=())
    assert _abdruck(tmp_path / "beide") == _abdruck(tmp_path / "kreis")


def test_aufgeteilt_haelt_die_summe() -> None:
    assert aufgeteilt(10, (1, 1, 1)) == [4, 3, 3]
    assert aufgeteilt(0, (1, 2)) == [0, 0]
    assert sum(aufgeteilt(9_999, (0.1, 0.2, 0.70001))) == 9_999


def test_jeder_kleinste_raum_hat_eine_wabe(profile: list[Profil], tmp_path: Path) -> None:
    schreibe_musterdaten(profile, tmp_path, jahre=(2023,), nur=("raumgrenzen",))
    for profil in profile:
        (datei,) = (tmp_path / profil.jugendamt).glob("*raumgrenzen*.geojson")
        gelesen = geodaten.lies(datei.read_bytes(), datei.name)
        assert gelesen.musterdaten
        assert all("erfunden" in vermerk for vermerk in gelesen.daten["attribution"]), "said beside each map"
        formen = shapely.from_geojson(gelesen.daten["geometrie"].to_list())
        assert len(formen) == len(gebiete(profil, 1, [2023]))
        assert shapely.coverage_is_valid(formen), "neighbours share their borders and none overlaps"
        assert shapely.union_all(formen).geom_type == "Polygon", "one honeycomb"
        assert abs(shapely.total_bounds(formen)).max() < 1, "around 0° N 0° E, no real place"
