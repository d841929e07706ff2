"""The profiles that ship: structure, documented facts, assumptions said, official keys resolved."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from sources.profile import Profil, lade_amtliche_feeds, lade_profil, lade_profile
from sources.verortung import aufgeloest, raumbuch

WURZEL = Path(__file__).parents[3]
ORDNER = WURZEL / "sources" / "jugendaemter"


@pytest.fixture(scope="module")
def profile() -> dict[str, Profil]:
    return {profil.jugendamt: profil for profil in lade_profile([ORDNER])}


def test_vier_jugendaemter_sortiert() -> None:
    assert [profil.jugendamt for profil in lade_profile([ORDNER])] == [
        "arnsberg",
        "ortenaukreis",
        "rostock",
        "verden",
    ]


@pytest.mark.parametrize(
    ("jugendamt", "ganzes", "hauptebene", "ebenen"),
    [
        (
            "ortenaukreis",
            "08317",
            "sozialraum",
            {"jugendamt": 1, "sozialregion": 3, "asd_bezirk": 5, "sozialraum": 51, "gemeindefrei": 1},
        ),
        ("arnsberg", "05958004", "sozialraum", {"jugendamt": 1, "sozialraum": 3, "stadtteil": 15}),
        ("verden", "03361", "kommune", {"jugendamt": 1, "sozialraum": 2, "kommune": 8, "gemeinde": 4}),
        ("rostock", "13003000", "sozialraum", {"jugendamt": 1, "sozialraum": 21}),
    ],
)
def test_aufbau(
    profile: dict[str, Profil], jugendamt: str, ganzes: str, hauptebene: str, ebenen: dict[str, int]
) -> None:
    profil = profile[jugendamt]
    assert (profil.ganzes, profil.hauptebene) == (ganzes, hauptebene)
    assert Counter(raum.raumebene for raum in profil.raeume) == ebenen
    assert [ebene.ebene for ebene in profil.raumebenen] == list(ebenen)


def _kinder(profil: Profil, eltern: str, hierarchie: str, jahr: int, nur_belegt: bool = False) -> set[str]:
    return {
        zeile.raum_id
        for zeile in profil.zuordnungen
        if (zeile.eltern_raum_id, zeile.hierarchie) == (eltern, hierarchie)
        and zeile.gueltig_von.year <= jahr <= (zeile.gueltig_bis.year if zeile.gueltig_bis else 9999)
        and (zeile.belegt or not nur_belegt)
    }


def test_sozialregionen_wachsen(profile: dict[str, Profil]) -> None:
    profil = profile["ortenaukreis"]
    for region, kommunen in {
        "ortenaukreis:kinzigtal": {"08317051", "08317039", "08317041"},
        "ortenaukreis:renchtal": {"08317008", "08317098", "08317067"},
    }.items():
        assert _kinder(profil, region, "sozialregion", 2021) == set()
        assert _kinder(profil, region, "sozialregion", 2022) == kommunen
        assert _kinder(profil, region, "sozialregion", 2025) == kommunen
    assert _kinder(profil, "ortenaukreis:ettenheim", "sozialregion", 2023, nur_belegt=True) == {"08317026"}
    assert len(_kinder(profil, "08317", "planung", 2015)) == 52
    assert len(_kinder(profil, "ortenaukreis:asd_achern", "asd", 2015)) == 9


def test_samtgemeinde_und_sozialraeume(profile: dict[str, Profil]) -> None:
    profil = profile["verden"]
    assert _kinder(profil, "03361401", "planung", 2015) == {"03361002", "03361004", "03361010", "03361013"}
    nord = {"03361001", "03361008", "03361009", "03361401"}
    assert _kinder(profil, "verden:nord", "planung", 2015, nur_belegt=True) == nord
    assert len(_kinder(profil, "verden:sued", "planung", 2015)) == 4
    assert _kinder(profil, "verden:sued", "planung", 2015, nur_belegt=True) == set()


def test_unbekanntes_wird_nicht_erfunden(profile: dict[str, Profil]) -> None:
    arnsberg = profile["arnsberg"]
    wirkungsraeume = {raum.raum_id for raum in arnsberg.raeume if raum.raumebene == "sozialraum"}
    assert not any(zeile.eltern_raum_id in wirkungsraeume for zeile in arnsberg.zuordnungen)
    assert arnsberg.loese_auf("ags", "05958") is None, "the Kreis is not the town"
    rostock = profile["rostock"]
    assert not any(raum.belegt for raum in rostock.raeume if raum.raumebene == "sozialraum")
    assert any("Regionalräume" in satz for satz in rostock.annahmen)


def test_schluessel_loesen_auf(profile: dict[str, Profil]) -> None:
    assert profile["rostock"].loese_auf("ags", "13003") == "13003000"
    assert profile["rostock"].loese_auf("opendata_hro", "S") == "13003000-S"
    assert profile["rostock"].loese_auf("opendata_hro", "Z") is None
    assert profile["verden"].loese_auf("ags", "03361401002") == "03361002"
    assert profile["verden"].loese_auf("ags", "03361401") == "03361401"
    assert profile["ortenaukreis"].loese_auf("ags", "08317971") == "08317971"


def test_jede_annahme_ist_gesagt(profile: dict[str, Profil]) -> None:
    for profil in profile.values():
        offen = [eintrag for eintrag in (*profil.raeume, *profil.zuordnungen) if not eintrag.belegt]
        assert not offen or profil.annahmen, profil.jugendamt
        assert all(satz.endswith(".") for satz in profil.annahmen)


def test_jede_datei_hat_hoechstens_einen_feed(profile: dict[str, Profil]) -> None:
    feeds = [*lade_amtliche_feeds([ORDNER]), *(feed for profil in profile.values() for feed in profil.feeds)]
    for name in (
        "12411-01-01-5_00.csv",
        "12411-01-01-4.csv",
        "12411-02-03-5_00.csv",
        "21111-02-06-4.csv",
        "22541-01-04-4_00.csv",
    ):
        assert len([feed for feed in feeds if feed.passt(name) is not None]) == 1, name
    for name in ("71517-01-03-5_00.csv", "12411-04-02-4_00.csv", "AI003-2_00.csv"):
        assert not [feed for feed in feeds if feed.passt(name) is not None], name


def test_echte_dateien_finden_ihren_feed(profile: dict[str, Profil], testdaten: Path) -> None:
    feed, grenzen = profile["rostock"].feeds
    assert grenzen.passt("stadtbereiche.shp") is not None
    dateien = [
        *(testdaten / "rostock/bevoelkerung").glob("*.csv"),
        *(testdaten / "rostock/alter_xlsx").glob("*"),
    ]
    assert len(dateien) == 134
    for datei in dateien:
        treffer = feed.passt(datei.name)
        assert treffer is not None, datei.name
        assert f"{treffer['thema']}_{treffer['jahr']}" == datei.stem


def test_amtliche_schluessel_loesen_auf(profile: dict[str, Profil], testdaten: Path) -> None:
    tabelle = testdaten / "genesis/population/12411-01-01-5_00.csv"
    with tabelle.open(encoding="utf-8") as zeilen:
        schluessel = {zeile.split(";", 1)[0] for zeile in zeilen}
    for jugendamt, anfang, anzahl in (("ortenaukreis", "08317", 53), ("verden", "03361", 13)):
        eigene = {eintrag for eintrag in schluessel if eintrag.startswith(anfang)}
        assert len(eigene) == anzahl
        gefunden = {profile[jugendamt].loese_auf("ags", eintrag) for eintrag in eigene}
        assert None not in gefunden
        assert len(gefunden) == anzahl, "two keys must not fall on one Raum"


def test_stadtbereiche_wie_geliefert(profile: dict[str, Profil], testdaten: Path) -> None:
    with (testdaten / "rostock/bevoelkerung/insgesamt_2023.csv").open(encoding="utf-8") as datei:
        geliefert = {
            f"13003000-{zeile['stadtbereich_code']}": zeile["stadtbereich_bezeichnung"]
            for zeile in csv.DictReader(datei)
        }
    eigene = {r.raum_id: r.raum_name for r in profile["rostock"].raeume if r.raumebene == "sozialraum"}
    assert eigene == geliefert


def test_musterkreis_ist_gueltig() -> None:
    profil = lade_profil(WURZEL / "tests" / "jugendaemter" / "musterkreis")
    assert profil.betriebsart == "musterdaten"
    assert Counter(raum.raumebene for raum in profil.raeume) == {"jugendamt": 1, "region": 2, "sozialraum": 3}


def test_modellgebiete_sind_datiert(profile: dict[str, Profil]) -> None:
    gebiete = {j: {(m.gebiet, m.raum_id, m.von.isoformat()) for m in p.modellgebiete} for j, p in profile.items()}
    assert gebiete["rostock"] == {
        ("toitenwinkel", "13003000-S", "2021-01-01"),
        ("gross_klein", "13003000-D", "2021-01-01"),
    }
    assert {g[2] for g in gebiete["arnsberg"]} == {"2025-10-01"}
    assert len(gebiete["arnsberg"]) == 3
    assert gebiete["verden"] == {("sozialraumorientierung", "03361", "2005-08-01")}
    ortenau = [m for m in profile["ortenaukreis"].modellgebiete if m.belegt]
    assert Counter(m.gebiet for m in ortenau) == {"ettenheim": 1, "kinzigtal": 3, "renchtal": 3}


def test_eckdaten_stimmen_mit_dem_gemeindeverzeichnis(profile: dict[str, Profil]) -> None:
    """Inhabitants of the Kreise as published, and as the sum of their Gemeinden."""
    ew = {e.raum_id: int(e.wert) for p in profile.values() for e in p.eckdaten if e.merkmal == "einwohner" and e.stand}
    assert (ew["08317"], ew["03361"], ew["13003000"]) == (441885, 140913, 209920)
    assert sum(v for k, v in ew.items() if k.startswith("08317") and len(k) == 8) == ew["08317"]
    kommunen = _kinder(profile["verden"], "verden:nord", "planung", 2023) | _kinder(
        profile["verden"], "verden:sued", "planung", 2023
    )
    assert sum(ew[k] for k in kommunen) == ew["03361"]


def test_der_kreis_ist_unter_keinem_schluessel_die_stadt_darin(profile: dict[str, Profil]) -> None:
    """Kreis tables name the whole Kreis: by no key, name or alias may they become figures of the town."""
    stadt = profile["arnsberg"]
    buch = raumbuch(stadt)
    for name in ("05958", "05958000", "Hochsauerlandkreis", "Hochsauerlandkreis, Landkreis"):
        assert stadt.loese_auf("ags", name) is None
        assert aufgeloest([name], buch) == []


def test_die_kreiszeilen_der_echten_tabelle_fallen_auf_keinen_raum(profile: dict[str, Profil], testdaten: Path) -> None:
    tabelle = testdaten / "genesis/population/12411-01-01-5_00.csv"
    with tabelle.open(encoding="utf-8") as zeilen:
        schluessel = {z.split(";", 1)[0] for z in zeilen if z.startswith("05958")}
    assert "05958" in schluessel
    assert {s for s in schluessel if profile["arnsberg"].loese_auf("ags", s)} == {"05958004"}
