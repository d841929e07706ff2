"""Each rule of the contracts with a row that breaks it; the examples themselves break only those they are to show."""

from __future__ import annotations

import polars as pl
import pytest

from sources.vertraege import lade_vertraege
from tests.unit.extrakte.conftest import EXTRAKTE, Beispiel, lade_beispiel

# (extract, rule) -> what the first row says then
VERLETZT: dict[tuple[str, str], dict[str, str | None]] = {
    ("einwohnermelde", "alter_ueber_110"): {"alter": "111"},
    ("einwohnermelde", "ohne_raum"): {"raum_schluessel": None},
    ("einwohnermelde", "geburtsjahr_ohne_monat"): {"geburtsjahr": "1990", "stichtag": "30.06.2023"},
    ("bewegungen", "geburt_mit_alter"): {"art": "geburt", "alter": "3"},
    ("bewegungen", "alter_ueber_110"): {"art": "sterbefall", "alter": "115"},
    ("haushalte", "mehr_kinder_als_personen"): {"haushaltstyp": "sonstige", "personen": "2", "kinder": "2"},
    ("haushalte", "einperson_passt"): {"haushaltstyp": "einperson", "personen": "2"},
    ("haushalte", "kinder_passen_zum_typ"): {"haushaltstyp": "alleinerziehend", "personen": "2", "kinder": "0"},
    ("haushalte", "ueber_12_personen"): {"haushaltstyp": "sonstige", "personen": "13"},
    ("schuelerstatistik", "schuljahr_passt"): {"schuljahr": "2023/25"},
    ("schuelerstatistik", "grundschule_bis_6"): {"bildungsgang": "grundschule", "klassenstufe": "7"},
    ("schuelerstatistik", "jahrgang_ueber_300"): {"anzahl": "301"},
    ("uebergaenge", "schuljahr_passt"): {"schuljahr": "2023/22"},
    ("inobhutnahmen", "vorlaeufig_nur_unbegleitet"): {"paragraf": "42a", "anlass": "dringende_gefahr"},
    ("inobhutnahmen", "ueber_90_tage_im_mittel"): {"anzahl": "2", "tage": "181"},
    ("angebote", "ende_vor_beginn"): {"gueltig_von": "01.01.2024", "gueltig_bis": "31.12.2023"},
    ("angebote", "alter_verkehrt"): {"alter_von": "6", "alter_bis": "6"},
    ("angebote", "ueber_30_plaetze_je_vze"): {"plaetze": "61", "vze": "2"},
    ("angebote", "ohne_umfang"): {"plaetze": None, "stunden_je_woche": None, "vze": None},
    ("bedarfe", "name_einer_person"): {"vereinbarung": "Gespräch mit Frau Muster"},
    ("bedarfe", "sitzung_nach_stichtag"): {"datum": "01.01.2024"},
    ("bedarfe", "ueberfaellig_ohne_vereinbarung"): {"vereinbarung": None, "stand": "in_arbeit"},
    ("bedarfe", "vereinbarung_ohne_stelle"): {"zustaendig": None},
    ("ziele", "faellig_vor_beschluss"): {"faellig": "01.01.2020"},
    ("ziele", "ueber_10_jahre"): {"faellig": "31.12.2034"},
    ("kommentare", "name_einer_person"): {"text": "Gespräch mit Frau Muster"},
    ("kommentare", "kleine_zahl"): {"text": "Im Quartier leben drei Familien mit Hilfen."},
    ("kommentare", "vor_dem_berichtsjahr"): {"datum": "15.04.2022"},
    ("vergleichsreihen", "mehr_hilfen_als_menschen"): {"begonnen": "201401"},
    ("vergleichsreihen", "unwahrscheinliche_quote"): {"begonnen": "20141"},
}


def test_jede_regel_hat_ihren_fall() -> None:
    assert {(e, r.name) for e in EXTRAKTE for r in lade_vertraege()[e].regeln} == set(VERLETZT)


@pytest.mark.parametrize(("extrakt", "name"), sorted(VERLETZT))
def test_die_regel_greift(extrakt: str, name: str) -> None:
    """A blocking rule takes the row out, a suspicion lets it pass; both name it."""
    beispiel = lade_beispiel(extrakt)
    regel = next(r for r in beispiel.vertrag.regeln if r.name == name)
    geprueft = beispiel.pruefe(beispiel.mit(VERLETZT[extrakt, name]))
    faelle = geprueft.quarantaene if regel.schwere == "sperrend" else geprueft.verdacht
    (meldung,) = faelle.filter(pl.col("regel") == name, pl.col("zeile") == 2)["meldung"]
    assert meldung.startswith(f"Zeile 2: {regel.meldung}")
    assert (2 in geprueft.zellen["zeile"]) == (regel.schwere == "verdacht")


@pytest.mark.parametrize("extrakt", EXTRAKTE)
def test_im_beispiel_steht_nur_gewollter_verdacht(extrakt: str) -> None:
    gewollt = {"einwohnermelde": {"ohne_raum"}, "bedarfe": {"ueberfaellig_ohne_vereinbarung"}}
    geprueft = lade_beispiel(extrakt).geprueft()
    assert set(geprueft.verdacht["regel"]) == gewollt.get(extrakt, set())
    assert geprueft.verdacht_zeilen == len(gewollt.get(extrakt, set()))


@pytest.mark.parametrize(
    "text",
    ["Familien mit kleinen Kindern", "Angebote für Frauen und Mädchen", "Familie und Beruf", "Herrenhäuser Straße"],
)
def test_worte_ohne_namen_bleiben(text: str) -> None:
    beispiel: Beispiel = lade_beispiel("bedarfe")
    assert beispiel.pruefe(beispiel.mit({"bedarf": text})).quarantaene.is_empty()


@pytest.mark.parametrize("text", ["Familie Muster braucht Hilfe", "Hilfe für Herrn Muster", "(Fam. Muster)", "Frau Öz"])
@pytest.mark.parametrize("feld", ["bedarf", "ressource", "vereinbarung", "zustaendig"])
def test_namen_von_personen_kommen_nicht_durch(feld: str, text: str) -> None:
    beispiel = lade_beispiel("bedarfe")
    geprueft = beispiel.pruefe(beispiel.mit({feld: text}))
    assert geprueft.quarantaene["regel"].to_list() == ["name_einer_person"]
    assert len(geprueft.zellen) == 4
