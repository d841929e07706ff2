"""Product plans: what ships is sound, a profile's own mapping is checked and wins.

Here: loading and checking the mapping. Not here: what it does to amounts (``tests/warehouse/test_haushalt.py``).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sources import stammdaten
from sources.profile import ProfilFehler, lade_berichtsstruktur, lade_produktplaene, lade_profil

MUSTERKREIS = Path(__file__).parents[2] / "jugendaemter" / "musterkreis"
KOPF = "produkt,konto,gueltig_von,gueltig_bis,berichtsgruppe,paragraf,bezeichnung,belegt,quelle\n"


def _ordner(tmp_path: Path, *zeilen: str) -> Path:
    ordner = Path(shutil.copytree(MUSTERKREIS, tmp_path / "musterkreis"))
    (ordner / "produkte.csv").write_text(KOPF + "\n".join(zeilen) + "\n", "utf-8")
    return ordner


def test_the_shipped_plans_fit_the_structure() -> None:
    plaene = lade_produktplaene()
    assert set(plaene) == {"BW", "MV", "NI", "NRW"}
    gruppen = [g.berichtsgruppe for g in lade_berichtsstruktur()]
    assert len(gruppen) == len(set(gruppen))
    assert gruppen[-1] == "nicht_zugeordnet"
    belegt = [(land, p.produkt) for land, plan in plaene.items() for p in plan if p.belegt]
    assert belegt == [("NRW", "06")], "alles andere ist als Annahme gekennzeichnet"
    assert all("Annahme" in p.quelle for plan in plaene.values() for p in plan if not p.belegt)
    assert not any(p.berichtsgruppe == "nicht_zugeordnet" for plan in plaene.values() for p in plan)


def test_own_lines_and_those_of_the_land_become_one_table(tmp_path: Path) -> None:
    ordner = _ordner(tmp_path, "36.30-03,43.2,2020,2023,stationaer,§ 34,Heim,true,Musterdaten")
    text = (ordner / "profil.yml").read_text("utf-8")
    (ordner / "profil.yml").write_text(text.replace("land: XX", "land: BW"), "utf-8")
    plan = stammdaten.als_tabellen([lade_profil(ordner)], {}, [], [], [])["produktplan"]
    assert plan.filter(rang=1).rows() == [("musterkreis", 1, "363003", "432", 2020, 2023, "stationaer", "§ 34", True)]
    assert len(plan.filter(rang=2)) == len(lade_produktplaene()["BW"])
    assert plan.filter(rang=2)["gueltig_bis"].null_count() == len(plan) - 1


@pytest.mark.parametrize(
    ("zeilen", "ort", "wort"),
    [
        (["36,,2020,,heime,,Heim,true,Musterdaten"], "Zeile 2, berichtsgruppe", "'heime'"),
        (
            ["36.1,,2020,,ambulant,,A,true,M", "361,,2023,,beratung,,B,true,M"],
            "Zeile 3",
            "schon in Zeile 2 zugeordnet",
        ),
        (["Summe,,2020,,ambulant,,A,true,M"], "produkt", "nach dem Muster"),
        (["36,,Anfang,,ambulant,,A,true,M"], "gueltig_von", "'Anfang'"),
        (["36,,2020,,ambulant,,A,ja,M"], "belegt", "true oder false"),
        (["36,,2020,ambulant"], "Zeile 2", "Felder"),
    ],
)
def test_a_defective_mapping_is_named(tmp_path: Path, zeilen: list[str], ort: str, wort: str) -> None:
    with pytest.raises(ProfilFehler) as fehler:
        lade_profil(_ordner(tmp_path, *zeilen))
    (mangel,) = fehler.value.maengel
    assert mangel.datei == "musterkreis/produkte.csv"
    assert ort in mangel.schluessel
    assert wort in str(mangel)


def test_one_product_may_change_its_group_from_year_to_year(tmp_path: Path) -> None:
    zeilen = ["36.1,,2020,2022,ambulant,§ 30,A,true,M", "36.1,,2023,,hilfen_ungeteilt,,A,true,M"]
    produkte = lade_profil(_ordner(tmp_path, *zeilen)).produkte
    assert [(p.gueltig_von, p.gueltig_bis) for p in produkte] == [(2020, 2022), (2023, None)]
