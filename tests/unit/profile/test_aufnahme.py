"""Taking in a Jugendamt: skeletons from an AGS load as they are; gaps are told in one sentence each."""

from pathlib import Path

import pytest

from sources.aufnahme import lies_verzeichnis, luecken, skelett
from sources.formate import Lesefehler
from sources.profile import Profil, lade_profil
from sources.profilmodell import Feed
from sources.vertraege import lade_vertraege

MUSTERKREIS = Path(__file__).parents[2] / "jugendaemter" / "musterkreis"
GV = "gemeindeverzeichnis/GV100AD_301123.txt"
TABELLE = "genesis/population/12411-01-01-5_00.csv"


def _lade(ordner: Path, texte: dict[str, str]) -> Profil:
    ordner.mkdir()
    for name, text in texte.items():
        (ordner / name).write_text(text, "utf-8")
    return lade_profil(ordner)


@pytest.mark.parametrize(
    ("ags", "land", "arten", "schluessel"),
    [
        ("", "XX", ["kreis", "gemeinde", "gemeinde"], []),
        ("14523", "SN", ["kreis", "gemeinde", "gemeinde"], []),
        ("05911000", "NRW", ["kreisfreie_stadt", "gemeindeteil", "gemeindeteil"], ["05911"]),
        ("05958004", "NRW", ["gemeinde", "gemeindeteil", "gemeindeteil"], []),
    ],
)
def test_ohne_verzeichnis_platzhalter(
    tmp_path: Path, ags: str, land: str, arten: list[str], schluessel: list[str]
) -> None:
    profil = _lade(tmp_path / "neues", skelett("neues", ags))
    assert (profil.land, profil.kennzahlenprofil) == (land, land)
    assert profil.ganzes == (ags or "neues:ganzes")
    assert [r.gebietsart for r in profil.raeume] == arten
    assert [s.schluessel for s in profil.schluessel] == schluessel
    assert any("Noch nicht ausgefüllt" in satz for satz in luecken(profil, lade_vertraege()))


@pytest.mark.parametrize("datei", [GV, TABELLE])
def test_ein_kreis_bekommt_seine_gemeinden(tmp_path: Path, testdaten: Path, datei: str) -> None:
    """Both lists give the same Räume, the members of a Samtgemeinde below it under their 11 digits."""
    verzeichnis = lies_verzeichnis((testdaten / datei).read_bytes(), Path(datei).name)
    profil = _lade(tmp_path / "neues", skelett("neues", "03361", verzeichnis))
    ebenen = [(r.raumebene, r.gebietsart) for r in profil.raeume]
    assert (ebenen.count(("sozialraum", "gemeinde")), ebenen.count(("sozialraum", "samtgemeinde"))) == (7, 1)
    assert ebenen.count(("gemeinde", "gemeinde")) == 4
    assert {r.raum_id for r in profil.raeume if r.raumebene == "gemeinde"} == {
        "03361002", "03361004", "03361010", "03361013",
    }  # fmt: skip
    assert profil.loese_auf("ags", "03361401002") == "03361002"
    assert all(r.belegt for r in profil.raeume)
    assert list(luecken(profil, lade_vertraege())) == []


def test_eine_stadt_bekommt_ihren_namen(tmp_path: Path, testdaten: Path) -> None:
    texte = skelett("neues", "05911000", lies_verzeichnis((testdaten / GV).read_bytes(), "gv.txt"))
    profil = _lade(tmp_path / "neues", texte)
    assert (profil.name, profil.raeume[0].raum_name) == ("Bochum", "Bochum")
    saetze = list(luecken(profil, lade_vertraege()))
    assert any("kein Feed liefert Bevölkerung" in satz for satz in saetze)


@pytest.mark.parametrize(("ags", "meldung"), [("99001", "kein AGS"), ("0591", "kein AGS"), ("05999", "kennt das Verz")])
def test_unmoegliche_schluessel(testdaten: Path, ags: str, meldung: str) -> None:
    verzeichnis = lies_verzeichnis((testdaten / GV).read_bytes(), "gv.txt")
    with pytest.raises(ValueError, match=meldung):
        skelett("neues", ags, verzeichnis)


def test_ein_verzeichnis_das_keines_ist() -> None:
    with pytest.raises(Lesefehler, match="220 Zeichen"):
        lies_verzeichnis(b"stadtbereich;einwohner\nA;5\n", "x.csv")


def test_jede_luecke_hat_ihren_satz() -> None:
    """A complete profile has none; each thing taken away is told."""
    profil, vertraege = lade_profil(MUSTERKREIS), lade_vertraege()
    feed = Feed(feed="f", extrakt="bevoelkerung_raeume", muster=("e_{jahr}.csv",))
    faelle: dict[str, dict[str, object]] = {
        "nicht belegt, aber unter annahmen": {"annahmen": ()},
        "Auf der Ebene sozialraum liegt kein Raum": {"raeume": profil.raeume[:1]},
        "In der Hierarchie planung ist kein Raum": {"zuordnungen": ()},
        "fehlen 2 von 3 Räumen": {"gebiete": {"99001001": {}}},
        "ist kein AGS": {"ganzes": "musterkreis:ganzes"},
        "Die Quelle register steht nicht in quellen_rang": {"feeds": (feed,)},
    }
    vorher = list(luecken(profil, vertraege))
    assert [satz for satz in vorher if "Produktplan" not in satz] == []
    for satz, update in faelle.items():
        neu = [s for s in luecken(profil.model_copy(update=update), vertraege) if s not in vorher]
        assert any(satz in s for s in neu), satz
