"""Which file belongs to which feed, and that the profile's mapping belongs to the reading, not to the delivery.

Here: archive and door on an empty data home. Not here: patterns of one feed (``tests/unit/profile``).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from quality.annahme import Annahme, Tuer
from quality.tuer import pruefe
from sources import archiv
from sources.ablage import Ablage
from sources.profile import ProfilFehler, lade_amtliche_feeds, lade_profile
from sources.profilmodell import Feed
from sources.vertraege import WURZEL, lade_vertraege

TEXT = "Bezirk;Stichtag;Alter;Geschlecht;Nationalität;Anzahl\nA;31.12.2023;5;m;D;7\nB;31.12.2023;5;m;D;8\n"


def _feed(**eigenes: Any) -> Feed:
    return Feed.model_validate(
        {"feed": "melde", "extrakt": "einwohnermelde", "muster": ["melde_{jahr}.csv"], **eigenes}
    )


@pytest.fixture
def ablage(tmp_path: Path) -> Ablage:
    return Ablage(tmp_path / "data")


@pytest.fixture
def datei(tmp_path: Path) -> Path:
    pfad = tmp_path / "melde_2023.csv"
    pfad.write_text(TEXT, "utf-8")
    return pfad


def _nimm_an(ablage: Ablage, datei: Path, feed: Feed) -> Annahme:
    tuer = Tuer(ablage, {"einwohnermelde": lade_vertraege()["einwohnermelde"]}, lambda: "2026-01-01T00:00:00")
    return tuer.nimm_an({"musterkreis": (feed,)}, datei, ["musterkreis"])


def _im_lake(ablage: Ablage) -> list[tuple[str, str]]:
    sql = "select raum_schluessel, geschlecht from read_parquet(?) order by all"
    return duckdb.execute(sql, [str(ablage.lake / "einwohnermelde" / "*.parquet")]).fetchall()


def test_a_corrected_mapping_reads_the_archive_anew(ablage: Ablage, datei: Path) -> None:
    """The archived bytes come in by the new mapping, without a new delivery, and the same file is no double."""
    erste = _nimm_an(ablage, datei, _feed(spalten={"Bezirk": "raum_schluessel"}))
    assert [e.ergebnis for e in erste.neu] == ["angenommen"]
    assert erste.neu[0].angaben == {"jahr": "2023"}
    assert _im_lake(ablage) == [("A", "maennlich"), ("B", "maennlich")]
    besser = _feed(spalten={"Bezirk": "raum_schluessel"}, uebersetzungen={"raum_schluessel": {"A": "13003000-A"}})
    zweite = _nimm_an(ablage, datei, besser)
    assert (zweite.neu, zweite.nicht_angenommen, zweite.bekannt) == ([], [], 1)
    assert len(zweite.lake_erneuert) == 1
    assert _im_lake(ablage) == [("13003000-A", "maennlich"), ("B", "maennlich")]
    assert _nimm_an(ablage, datei, besser).lake_erneuert == []


def test_a_code_that_someone_classified_comes_in_by_itself(ablage: Ablage, datei: Path) -> None:
    datei.write_text(TEXT.replace("B;31.12.2023;5;m", "B;31.12.2023;5;hen") + "C;31.12.2023;5;w;D;1\n", "utf-8")
    vertrag = lade_vertraege()["einwohnermelde"]
    weit = vertrag.model_copy(update={"schwellen": vertrag.schwellen.model_copy(update={"quarantaene_anteil": 0.5})})
    spalten = {"Bezirk": "raum_schluessel"}

    def nimm_an(feed: Feed) -> Annahme:
        tuer = Tuer(ablage, {"einwohnermelde": weit}, lambda: "2026-01-01T00:00:00")
        return tuer.nimm_an({"musterkreis": (feed,)}, datei, ["musterkreis"])

    assert nimm_an(_feed(spalten=spalten)).neu[0].quarantaene_zeilen == 1
    assert _im_lake(ablage) == [("A", "maennlich"), ("C", "weiblich")]
    nimm_an(_feed(spalten=spalten, uebersetzungen={"geschlecht": {"hen": "divers"}}))
    assert _im_lake(ablage) == [("A", "maennlich"), ("B", "divers"), ("C", "weiblich")]
    assert list(ablage.quarantaene.rglob("*.parquet")) == []


def test_the_street_directory_of_a_profile_reaches_the_feeds_with_an_address(tmp_path: Path) -> None:
    """From ``strassen.csv`` to the Raum of a delivered address; a house number in two stretches is a defect."""
    ordner = tmp_path / "profile" / "musterkreis"
    shutil.copytree(WURZEL.parent / "tests" / "jugendaemter" / "musterkreis", ordner)
    kopf = "strassenschluessel,strasse,seite,von,bis,raum_id,quelle\n"
    (ordner / "strassen.csv").write_text(f"{kopf}00010,Am Bach,beide,1,,99001001,Musterdaten\n", "utf-8")
    (profil,) = lade_profile([ordner.parent])
    vertraege = lade_vertraege()
    feeds = archiv.alle_feeds([profil], (), vertraege.values())["musterkreis"]
    (feed,) = (f for f in feeds if f.extrakt == "einwohnermelde")
    zeile = "Straße;Hausnummer;stichtag;alter;geschlecht;nationalitaet\nAm Bach;7;31.12.2023;5;m;D\n"
    geprueft = pruefe(zeile.encode(), "einwohnermelde_2023.csv", vertraege["einwohnermelde"], {}, feed)
    assert geprueft.zellen["raum_schluessel"].to_list() == ["99001001"]
    doppelt = "00010,Am Bach,gerade,2,8,99001002,Musterdaten\n"
    (ordner / "strassen.csv").write_text(f"{kopf}00010,Am Bach,beide,1,,99001001,Musterdaten\n{doppelt}", "utf-8")
    with pytest.raises(ProfilFehler, match="in zwei Abschnitten"):
        lade_profile([ordner.parent])


def test_a_folder_named_like_a_jugendamt_says_whose_file_it_is(ablage: Ablage, tmp_path: Path) -> None:
    feeds = {"_amtlich": (), "musterkreis": (_feed(),), "musterstadt": (_feed(),)}
    for ort in ("", "musterkreis", "alt/musterstadt/2023", "musterkreis/musterstadt"):
        (tmp_path / "baum" / ort).mkdir(parents=True, exist_ok=True)
        (tmp_path / "baum" / ort / "melde_2023.csv").write_text(TEXT, "utf-8")
    funde, _ = archiv.suche(ablage, feeds, tmp_path / "baum", list(feeds))
    wem = {str(f.pfad.relative_to(tmp_path / "baum").parent): f.jugendamt if f.feed else f.grund for f in funde}
    assert wem.pop(".").startswith("Mehrere Feeds passen: musterkreis/melde, musterstadt/melde.")
    assert wem == {
        "musterkreis": "musterkreis",
        "alt/musterstadt/2023": "musterstadt",
        "musterkreis/musterstadt": "musterstadt",
    }
    funde, _ = archiv.suche(ablage, feeds, tmp_path / "baum" / "musterkreis", ["musterkreis"])
    assert [f.jugendamt for f in funde] == ["musterkreis"]


def test_every_contract_with_a_pattern_is_a_feed_of_every_jugendamt() -> None:
    ordner = [WURZEL / "jugendaemter"]
    profile, amtlich, vertraege = lade_profile(ordner), lade_amtliche_feeds(ordner), lade_vertraege()
    feeds = archiv.alle_feeds(profile, amtlich, vertraege.values())
    muster = {v.extrakt for v in vertraege.values() if v.dateimuster} - {f.extrakt for f in amtlich}
    assert "einwohnermelde" in muster
    for profil in profile:
        extrakte = [f.extrakt for f in feeds[profil.jugendamt]]
        assert muster <= set(extrakte)
        assert extrakte[: len(profil.feeds)] == [f.extrakt for f in profil.feeds]
    eigener = profile[0].model_copy(update={"feeds": (_feed(),)})
    gewaehlt = archiv.alle_feeds([eigener], amtlich, vertraege.values())[eigener.jugendamt]
    assert [f.feed for f in gewaehlt if f.extrakt == "einwohnermelde"] == ["melde"]
