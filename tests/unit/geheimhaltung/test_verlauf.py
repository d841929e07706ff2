"""What was ever published joins the problem: same cells once, changed ones twice, marks kept."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from quality.geheimhaltung import aufbau, schutz, verbund, verlauf
from quality.geheimhaltung.aufbau import KONSTANTE, ZELLEN, Bestand
from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.tabelle import BEKANNT, FREI, PRIMAER, UNGENANNT
from quality.geheimhaltung.umfeld import Umfeld
from quality.geheimhaltung.verlauf import Notiz, bis_jahr, verbinde
from sources.ablage import Ablage
from sources.profilmodell import Aussenwissen, Profil
from tests.unit.geheimhaltung.test_aufbau import umfeld, zaehlungen  # noqa: F401

SUMME = {"summe": 1, "a": -1, "b": -1, "c": -1}


def _bestand(summe: int, *teile: int, jahr: int = 2022) -> Bestand:
    werte = dict(zip(SUMME, (summe, *teile), strict=True))
    zeilen = [
        {"schluessel": n, "berichtsjahr": jahr, "wert": w, "k": 3, "lage": PRIMAER if 0 < w < 3 else FREI,
         "gewicht": float(1 + w), "untergrenze": 1, "ebene": "raum"}
        for n, w in werte.items()
    ]  # fmt: skip
    fest = {"schluessel": KONSTANTE, "berichtsjahr": 0, "wert": 1, "k": 2, "lage": BEKANNT, "gewicht": 1.0,
            "untergrenze": 0, "ebene": ""}  # fmt: skip
    terme = [{"gleichung": "raum|x", "schluessel": n, "koeffizient": k} for n, k in SUMME.items()]
    return Bestand(pl.DataFrame([*zeilen, fest], schema=ZELLEN), pl.DataFrame(terme))


def _notiz(bestand: Bestand, name: str = "2022-1", **marken: str) -> Notiz:
    marke = pl.col("schluessel").replace_strict(marken, default="offen").alias("marke")
    return Notiz(name, bestand.zellen.with_columns(marke), bestand.gleichungen)


def _lagen(bild: verlauf.Gesamtbild) -> dict[tuple[str, int], str]:
    zellen = bild.nummern.join(bild.problem.zellen.select("zelle", "lage"), on="zelle")
    return {(z["schluessel"], z["wert"]): z["lage"] for z in zellen.to_dicts() if z["schluessel"] != KONSTANTE}


def test_without_a_past_today_stands_alone() -> None:
    bild = verbinde(_bestand(14, 2, 5, 7), [])
    assert _lagen(bild) == {("summe", 14): FREI, ("a", 2): PRIMAER, ("b", 5): FREI, ("c", 7): FREI}


def test_what_was_shown_is_known_and_what_was_hidden_stays_hidden() -> None:
    heute = _bestand(14, 2, 5, 7)
    bild = verbinde(heute, [_notiz(heute, a="primaer", b="sekundaer")])
    assert _lagen(bild) == {("summe", 14): BEKANNT, ("a", 2): PRIMAER, ("b", 5): UNGENANNT, ("c", 7): BEKANNT}
    assert bild.problem.gleichungen["gleichung"].n_unique() == 1


@pytest.mark.parametrize("untergrenze", [0, 1])
def test_hidden_where_zeros_were_shown_it_is_known_to_be_none(untergrenze: int) -> None:
    """Only where its line was held back with its zeros may it still be one."""
    heute = _bestand(14, 2, 5, 7)
    damals = heute.zellen.with_columns(pl.lit(untergrenze, pl.Int64).alias("untergrenze"))
    bild = verbinde(heute, [_notiz(Bestand(damals, heute.gleichungen), a="primaer", b="sekundaer")])
    zellen = bild.nummern.join(bild.problem.zellen.select("zelle", "untergrenze"), on="zelle")
    gefunden = {z["schluessel"]: (z["untergrenze"], z["heute"]) for z in zellen.to_dicts()}
    assert gefunden["a"] == gefunden["b"] == (untergrenze, untergrenze == 0)
    assert gefunden["c"][1]


def test_a_corrected_figure_is_a_second_cell_in_a_second_equation() -> None:
    frueher = _notiz(_bestand(16, 4, 5, 7))
    bild = verbinde(_bestand(14, 2, 5, 7), [frueher])
    lagen = _lagen(bild)
    assert (lagen["a", 4], lagen["a", 2]) == (BEKANNT, PRIMAER)
    assert (lagen["summe", 16], lagen["summe", 14]) == (BEKANNT, FREI)
    assert bild.problem.gleichungen["gleichung"].n_unique() == 2


def test_a_small_figure_of_an_old_release_stays_protected() -> None:
    frueher = _notiz(_bestand(14, 2, 5, 7), a="primaer", b="sekundaer")
    lagen = _lagen(verbinde(_bestand(16, 4, 5, 7), [frueher]))
    assert (lagen["a", 2], lagen["a", 4], lagen["b", 5]) == (PRIMAER, FREI, UNGENANNT)


def test_known_from_outside() -> None:
    assert _lagen(verbinde(_bestand(14, 2, 5, 7), [], aussen=["b"]))["b", 5] == BEKANNT


def test_a_kreis_total_from_outside_is_declared_in_the_profile(umfeld: Umfeld) -> None:  # noqa: F811
    """Whoever has it from the Landesjugendamt knows it, so it protects nothing."""
    art = {"messgroesse": "hze_faelle_bestand", "merkmal": "insgesamt", "geschlecht": "insgesamt"}
    ort = {"altersgruppe": "insgesamt", "raum_id": "kreis", "stichtag": "2021-12-31"}
    zeile = Aussenwissen.model_validate({**art, **ort, "quelle": "Landesjugendamt"})
    (schluessel,) = verbund.bekannt([Profil.model_construct(aussenwissen=(zeile,))])
    lagen = _lagen(verbinde(aufbau.baue(zaehlungen(), umfeld, lade_erklaerung()), [], [schluessel]))
    (lage,) = [lage for (name, _), lage in lagen.items() if name == schluessel]
    assert lage == BEKANNT


def test_what_repeats_the_stand_tells_nothing_and_all_else_does() -> None:
    heute = _bestand(14, 2, 5, 7)
    stand = _notiz(heute, verlauf.STAND, a="primaer", b="sekundaer")
    gleich = [bis_jahr(stand, name, int(name[:4])) for name in ("2021-1", "2022-1", "2022-2")]
    anders = [
        _notiz(heute, "2022-3", a="primaer", c="sekundaer"),
        _notiz(_bestand(16, 4, 5, 7), "2022-4", a="primaer", b="sekundaer"),
    ]
    assert [n.name for n in verlauf.ausser(stand, [*gleich, *anders])] == ["2022-3", "2022-4"]
    assert verlauf.ausser(None, gleich) == gleich
    abdruecke = [
        verlauf.abdruck(heute, [], []),
        verlauf.abdruck(heute, anders, []),
        verlauf.abdruck(heute, anders[:1], []),
        verlauf.abdruck(heute, [], ["a"]),
        verlauf.abdruck(_bestand(15, 3, 5, 7), [], []),
    ]
    assert len(set(abdruecke)) == len(abdruecke)
    assert verlauf.abdruck(_bestand(14, 2, 5, 7), verlauf.ausser(stand, gleich), []) == abdruecke[0]


def test_a_release_of_an_earlier_year_notes_only_what_it_shows() -> None:
    beide = _notiz(_bestand(14, 2, 5, 7, jahr=2022), a="primaer", b="sekundaer")
    assert set(bis_jahr(beide, "x", 2021).zellen["schluessel"]) == {KONSTANTE}
    assert bis_jahr(beide, "x", 2021).gleichungen.is_empty()
    assert len(bis_jahr(beide, "x", 2022).gleichungen) == len(SUMME)


@pytest.fixture
def ablage(tmp_path: Path) -> Ablage:
    return Ablage(tmp_path)


def test_notes_are_closed_to_others_and_found_again(ablage: Ablage) -> None:
    notiz = _notiz(_bestand(14, 2, 5, 7), verlauf.STAND, a="primaer", b="sekundaer")
    verlauf.schreibe(ablage, "musterkreis", notiz)
    schutz.notiere(ablage, "musterkreis", "2022-1", 2022)
    (gelesen,) = verlauf.frueher(ablage, "musterkreis")
    assert gelesen.name == "2022-1"
    assert gelesen.zellen.equals(notiz.zellen)
    assert ablage.geheimhaltung.stat().st_mode & 0o777 == 0o700


def test_the_tenth_release_comes_after_the_second(ablage: Ablage) -> None:
    for name in ("2023-10", "2023-2", "2022-11"):
        verlauf.schreibe(ablage, "musterkreis", _notiz(_bestand(14, 2, 5, 7), name))
    assert [n.name for n in verlauf.frueher(ablage, "musterkreis")] == ["2022-11", "2023-2", "2023-10"]


def test_a_release_without_its_note_is_named(ablage: Ablage) -> None:
    for release in ("2022-1", "2022-2"):
        (ablage.releases / "musterkreis" / release / "marts").mkdir(parents=True)
    for release, zeilen in (("2022-1", []), ("2022-2", ["08317"])):
        marts = ablage.releases / "musterkreis" / release / "marts"
        pl.DataFrame({"raum_id": zeilen}, schema={"raum_id": pl.String}).write_parquet(marts / "hilfen.parquet")
    assert verlauf.ohne_notiz(ablage, "musterkreis") == ["2022-2"]
    profil = Profil.model_construct(jugendamt="musterkreis")
    meldung = schutz.pruefe_veroeffentlichtes(ablage, profil, [profil])
    assert "2022-2" in meldung
    assert "Sicherung" in meldung
