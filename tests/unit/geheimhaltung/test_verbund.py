"""A sum of two Jugendämter that others publish: what one shows may give away what the other one hides."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from quality.geheimhaltung import schutz, verbund, verlauf
from quality.geheimhaltung.aufbau import KONSTANTE, ZELLEN, Bestand
from quality.geheimhaltung.pruefung import pruefe
from quality.geheimhaltung.tabelle import BEKANNT, FREI, PRIMAER
from sources.ablage import Ablage
from sources.profilmodell import Aussenwissen, Profil, Raum

TAG = date(2022, 12, 31)
HIER, DORT = {"hier": 19, "hier_x": 2, "hier_y": 8, "hier_z": 9}, {"dort": 32, "dort_x": 20, "dort_y": 12}


def _schluessel(raum: str) -> str:
    return f"hze_faelle_jahressumme|insgesamt|insgesamt|insgesamt|{raum}|{TAG}"


def _bestand(werte: dict[str, int]) -> Bestand:
    """The first Raum is the sum of the others."""
    rest = {"berichtsjahr": 2022, "k": 3, "untergrenze": 1, "ebene": "raum"}
    zeilen = [
        {"schluessel": _schluessel(r), "wert": w, "lage": PRIMAER if 0 < w < 3 else FREI, "gewicht": 1.0 + w, **rest}
        for r, w in werte.items()
    ]
    fest = {"schluessel": KONSTANTE, "wert": 1, "lage": BEKANNT, "gewicht": 1.0, **rest, "ebene": ""}
    terme = [
        {"gleichung": f"raum|{min(werte)}", "schluessel": _schluessel(r), "koeffizient": 1 if i == 0 else -1}
        for i, r in enumerate(werte)
    ]
    return Bestand(pl.DataFrame([*zeilen, fest], schema=ZELLEN), pl.DataFrame(terme))


def _profil(jugendamt: str, raeume: dict[str, int], *bekannt: str) -> Profil:
    wissen = tuple(
        Aussenwissen(messgroesse="hze_faelle_jahressumme", merkmal="insgesamt", geschlecht="insgesamt",
                     altersgruppe="insgesamt", raum_id=b, stichtag=TAG, quelle="Landesjugendamt")
        for b in bekannt
    )  # fmt: skip
    orte = tuple(Raum.model_construct(raum_id=r) for r in raeume)
    return Profil.model_construct(jugendamt=jugendamt, raeume=orte, aussenwissen=wissen)


LAND = _profil("hier", HIER, "hier_x + dort_x"), _profil("dort", DORT)


@pytest.fixture
def ablage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ablage:
    """A data home whose warehouse holds the cells above, and nothing that follows them."""
    bestaende = {"hier": _bestand(HIER), "dort": _bestand(DORT)}

    def schreibe(ziel: Path, _warehouse: Path, marken: pl.DataFrame, *_: object) -> int:
        marken.write_parquet(ziel)
        return len(marken)

    monkeypatch.setattr(schutz, "schreibe_zaehlungen", lambda *_: None)
    monkeypatch.setattr(schutz, "_bestand", lambda _, __, profil, ___: bestaende[profil.jugendamt])
    monkeypatch.setattr(schutz, "schreibe_zeilenmarken", schreibe)
    monkeypatch.setattr(schutz, "je_prozess", lambda rechne, faelle: [rechne(f) for f in faelle])
    return Ablage(tmp_path)


def _gesperrt(ablage: Ablage) -> set[str]:
    marken = pl.read_parquet(schutz.marken_datei(ablage, "marken"))
    return {s.split("|")[4] for s in marken.filter(pl.col("marke") == verlauf.GESPERRT)["schluessel"]}


def test_only_a_common_sum_links_jugendaemter() -> None:
    allein = _profil("allein", {"a": 1}, "a")
    dritter = _profil("dritter", {"c": 1}, "c + hier")
    assert [[p.jugendamt for p in g] for g in verbund.gruppen([allein, *LAND])] == [["allein"], ["hier", "dort"]]
    assert [len(g) for g in verbund.gruppen([dritter, LAND[1], LAND[0]])] == [3]
    assert [len(g) for g in verbund.gruppen([LAND[1], dritter])] == [1, 1]


def test_a_sum_that_lacks_a_part_says_nothing() -> None:
    einer = verbund.zusammen([_bestand(HIER)], LAND)
    assert einer.gleichungen.equals(_bestand(HIER).gleichungen)
    beide = verbund.zusammen([_bestand(HIER), _bestand(DORT)], LAND).gleichungen
    assert beide.filter(pl.col("schluessel") == KONSTANTE)["koeffizient"].to_list() == [22]


def test_outside_knowledge_of_what_is_not_counted_is_named(ablage: Ablage) -> None:
    vertippt = _profil("hier", HIER, "hier_x", "hier_q", "hier_y + dort_q")
    alle = {*_bestand(HIER).zellen["schluessel"], *_bestand(DORT).zellen["schluessel"]}
    genannt = verbund.ohne_zelle(vertippt, pl.Series([*alle]))
    assert [z.split(", ")[4] for z in genannt] == ["hier_q", "hier_y + dort_q"]
    schutz.schuetze(ablage, [vertippt, LAND[1]], [], "1GB")
    assert schutz.ergebnis(ablage, "hier")["aussenwissen_ohne_zelle"] == genannt
    schutz.schuetze(ablage, [LAND[0], LAND[1]], [], "1GB")  # corrected: the note is gone, too
    assert schutz.ergebnis(ablage, "hier")["aussenwissen_ohne_zelle"] == []


def test_marked_each_alone_the_sum_gives_the_cell_away() -> None:
    bild = verlauf.verbinde(verbund.zusammen([_bestand(HIER), _bestand(DORT)], LAND), [])
    hier = [_schluessel(r) for r in ("hier_x", "hier_y")]
    marken = bild.nummern.filter(pl.col("schluessel").is_in(hier)).select("zelle", pl.lit("sekundaer").alias("marke"))
    assert pruefe(bild.problem, marken).verletzt == 1


def test_linked_jugendaemter_are_marked_together(ablage: Ablage) -> None:
    schutz.schuetze(ablage, [_profil("hier", HIER), LAND[1]], [], "1GB")
    assert _gesperrt(ablage) == {"hier_x", "hier_y"}
    schutz.schuetze(ablage, LAND, [], "1GB")
    assert {"hier_x", "dort_x"} < _gesperrt(ablage)
    assert "dort" in _gesperrt(ablage) or "dort_y" in _gesperrt(ablage)
    for jugendamt, zahl in (("hier", len(HIER)), ("dort", len(DORT))):
        gefunden = schutz.ergebnis(ablage, jugendamt)
        assert gefunden["sicher"]
        assert gefunden["zellen"] == zahl
        notiz = verlauf.lies(ablage, jugendamt, verlauf.STAND)
        assert notiz is not None
        assert len(notiz.zellen) == zahl + 1


def test_what_the_other_one_has_released_before_stops_the_release_and_the_rollback(ablage: Ablage) -> None:
    """Released while nobody knew of the sum; then the cell is lost, and neither is released or taken back."""
    einzeln = [_profil("hier", HIER), LAND[1]]
    schutz.schuetze(ablage, einzeln, [], "1GB")
    for p in einzeln:
        schutz.notiere(ablage, p.jugendamt, "2022-1", 2022)
    assert schutz.pruefe_veroeffentlichtes(ablage, einzeln[0], einzeln) == ""
    schutz.schuetze(ablage, LAND, [], "1GB")
    assert not schutz.ergebnis(ablage, "hier")["sicher"]
    assert "errechnen" in schutz.pruefe_veroeffentlichtes(ablage, LAND[1], LAND)


def test_a_small_sum_is_closed_only_while_nobody_knows_of_zeros(
    ablage: Ablage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3 = 2 + 1: who has seen that neither is 0 knows that neither is 3; before, whole lines are held back."""
    bestaende = {"hier": _bestand(HIER), "dort": _bestand({"dort": 22, "dort_x": 1, "dort_y": 12, "dort_z": 9})}
    monkeypatch.setattr(schutz, "_bestand", lambda _, __, profil, ___: bestaende[profil.jugendamt])
    schutz.schuetze(ablage, LAND, [], "1GB")
    assert schutz.ergebnis(ablage, "hier")["sicher"]
    einzeln = [_profil("hier", HIER), LAND[1]]
    schutz.schuetze(ablage, einzeln, [], "1GB")
    for p in einzeln:
        schutz.notiere(ablage, p.jugendamt, "2022-1", 2022)
    schutz.schuetze(ablage, LAND, [], "1GB")
    assert not schutz.ergebnis(ablage, "hier")["sicher"]
    assert not schutz.ergebnis(ablage, "dort")["sicher"]


def test_only_what_is_new_asks_for_another_proof(ablage: Ablage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release of what is kept tells nothing beside it; a corrected figure of one concerns all linked ones."""
    gesucht = []
    sperre = schutz._sperre

    def suche(bestaende: Any, bild: Any) -> Any:
        gesucht.append(sorted(bestaende))
        return sperre(bestaende, bild)

    monkeypatch.setattr(schutz, "_sperre", suche)

    def schuetze() -> pl.DataFrame:
        schutz.schuetze(ablage, LAND, [], "1GB")
        return pl.read_parquet(schutz.marken_datei(ablage, "marken"))

    zuerst = schuetze()
    for jugendamt in ("hier", "dort"):
        schutz.notiere(ablage, jugendamt, "2022-1", 2022)
    assert schuetze().equals(zuerst)
    assert gesucht == [["dort", "hier"]]

    berichtigt = {"hier": _bestand(HIER), "dort": _bestand({"dort": 36, "dort_x": 20, "dort_y": 16})}
    monkeypatch.setattr(schutz, "_bestand", lambda _, __, profil, ___: berichtigt[profil.jugendamt])
    danach = schuetze()
    assert gesucht == [["dort", "hier"]] * 2
    schutz.notiere(ablage, "dort", "2022-2", 2022)
    assert schuetze().equals(danach)
    assert gesucht == [["dort", "hier"]] * 2


def test_lost_marks_are_found_anew(ablage: Ablage) -> None:
    schutz.schuetze(ablage, LAND, [], "1GB")
    vorher = _gesperrt(ablage)
    shutil.rmtree(verlauf.ordner(ablage, "dort", verlauf.STAND))
    schutz.schuetze(ablage, LAND, [], "1GB")
    assert _gesperrt(ablage) == vorher


def test_a_lost_note_of_one_stops_both(ablage: Ablage) -> None:
    marts = ablage.releases / "dort" / "2021-1" / "marts"
    marts.mkdir(parents=True)
    pl.DataFrame({"raum_id": ["dort"]}).write_parquet(marts / "hilfen.parquet")
    schutz.schuetze(ablage, LAND, [], "1GB")
    assert "2021-1" in schutz.ergebnis(ablage, "hier")["meldung"]
    assert "2021-1" in schutz.pruefe_veroeffentlichtes(ablage, LAND[0], LAND)
