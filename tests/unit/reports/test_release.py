"""States of releases: what follows from the history beside them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports import release as releases
from reports import stand
from reports.release import Release, ReleaseFehler
from sources.ablage import Ablage

HINWEIS = {"titel": "Alles geliefert", "erklaerung": "", "schwere": "hinweis", "ergebnis": "verletzt",
           "anzahl": 1, "zeilen": []}  # fmt: skip


@pytest.fixture
def ablage(tmp_path: Path) -> Ablage:
    return Ablage(tmp_path)


def _neu(ablage: Ablage, kennung: str, frei: bool = False, hinweise: int = 0) -> Release:
    ordner = ablage.releases / "kreis" / kennung
    ordner.mkdir(parents=True)
    (ordner / "manifest.json").write_text(json.dumps({"inhalt_sha256": "a", "angaben_sha256": "b"}))
    befunde = [{**HINWEIS, "titel": f"Hinweis {n}"} for n in range(hinweise)]
    (ordner / "gate.json").write_text(json.dumps({"befunde": [*befunde, {**HINWEIS, "ergebnis": "bestanden"}]}))
    release = releases.lies(ordner)
    if frei:
        releases.trage_ein(release, "freigegeben", "t", name="x")
    return releases.lies(ordner)


def _zustaende(ablage: Ablage) -> dict[str, str]:
    return {r.id: r.zustand for r in releases.alle(ablage)}


def test_ein_neueres_desselben_jahres_ersetzt(ablage: Ablage) -> None:
    for kennung in ("2022-1", "2023-1", "2023-2", "2023-10"):
        _neu(ablage, kennung, frei=True)
    _neu(ablage, "2023-11")
    assert _zustaende(ablage) == {"2022-1": "freigegeben", "2023-1": "ersetzt", "2023-2": "ersetzt",
                                  "2023-10": "freigegeben", "2023-11": "entwurf"}  # fmt: skip
    # taking the newest back makes the one before it hold again
    assert stand.ziehe_zurueck(ablage, "kreis", "t", "x").id == "2023-2"
    assert _zustaende(ablage)["2023-2"] == "freigegeben"
    assert stand.gewaehlt(ablage)["kreis"].id == "2023-2"
    assert stand.ziehe_zurueck(ablage, "kreis", "t", "x").id == "2023-1"
    assert stand.ziehe_zurueck(ablage, "kreis", "t", "x").id == "2022-1"
    with pytest.raises(ReleaseFehler, match="kein freigegebenes"):
        stand.ziehe_zurueck(ablage, "kreis", "t", "x")


def test_verglichen_wird_mit_dem_letzten_freigegebenen_bis_zu_diesem_jahr(ablage: Ablage) -> None:
    for kennung in ("2022-1", "2023-1", "2023-2"):
        _neu(ablage, kennung, frei=True)
    _neu(ablage, "2023-3")
    vorher = {jahr: releases.vorheriges(ablage, "kreis", jahr) for jahr in (2021, 2022, 2024)}
    assert {jahr: r and r.id for jahr, r in vorher.items()} == {2021: None, 2022: "2022-1", 2024: "2023-2"}


def test_freigabe_erst_nach_annahme_der_hinweise(ablage: Ablage) -> None:
    release = _neu(ablage, "2023-1", hinweise=2)
    releases.nimm_hinweis_an(release, "h1", "A", "G", "t")
    release = releases.lies(release.ordner)
    with pytest.raises(ReleaseFehler, match="H2 „Hinweis 1“") as fehler:
        releases.gib_frei(ablage, release, "fachlich", "A", "", "t")
    assert "Hinweis 0" not in str(fehler.value)
    for hinweis, name, grund in (("H3", "A", "G"), ("H1", "A", "G"), ("H2", " ", "G"), ("H2", "A", "")):
        with pytest.raises(ReleaseFehler):
            releases.nimm_hinweis_an(release, hinweis, name, grund, "t")
    releases.nimm_hinweis_an(release, "H2", "B", "Grund", "t")
    for rolle, name in (("fachlich", "A"), ("geheimhaltung", "B")):
        release = releases.gib_frei(ablage, releases.lies(release.ordner), rolle, name, "gesehen", "t")
    assert (release.zustand, release.freigaben) == ("freigegeben", ("fachlich", "geheimhaltung"))


def test_ein_aelterer_entwurf_ueberholt_nicht(ablage: Ablage) -> None:
    entwurf = _neu(ablage, "2023-1")
    _neu(ablage, "2023-2", frei=True)
    with pytest.raises(ReleaseFehler, match="2023-2 ist neuer"):
        releases.gib_frei(ablage, entwurf, "fachlich", "A", "", "t")


def test_der_inhalt_ist_nur_gleich_wenn_marts_und_angaben_es_sind(ablage: Ablage) -> None:
    _neu(ablage, "2023-1")
    treffer = [releases.mit_gleichem_inhalt(ablage, "kreis", 2023, *h) for h in (("a", "b"), ("a", "x"), ("x", "b"))]
    assert [r and r.id for r in treffer] == ["2023-1", None, None]
