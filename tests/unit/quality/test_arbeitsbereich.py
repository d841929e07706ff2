"""The work area: folder, key, pseudonyms, plain Verdichtung, refusals without content, deletion log."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from quality import arbeitsbereich, tuer
from sources.ablage import Ablage
from sources.formate import Lesefehler
from sources.vertraege import Vertrag, lade_vertraege


@pytest.fixture
def ablage(tmp_path: Path) -> Ablage:
    return Ablage(tmp_path)


def _uhr() -> str:
    return "2024-01-15T08:00:00Z"


@pytest.fixture
def faelle() -> Vertrag:
    return lade_vertraege()["hze_faelle"]


def _saetze(vertrag: Vertrag) -> pl.DataFrame:
    felder = {f.name: [None, None, None] for f in vertrag.felder}
    eigene = {"fall_pseudonym": ["F1", "F1", None], "person_pseudonym": ["P1", "P2", "P1"], "hilfeart": ["05"] * 3}
    return pl.DataFrame({**felder, **eigene})


def test_ordner_nur_fuer_den_eigenen_benutzer_und_danach_weg(ablage: Ablage) -> None:
    with arbeitsbereich.oeffne(ablage, _uhr) as bereich:
        assert stat.S_IMODE(bereich.ordner.stat().st_mode) == 0o700
        assert stat.S_IMODE(ablage.arbeit.stat().st_mode) == 0o700
        (bereich.ordner / "zeilen.parquet").write_bytes(b"12345")
    assert list(ablage.arbeit.iterdir()) == []
    begonnen, geloescht = arbeitsbereich.lies_protokoll(ablage)
    assert (begonnen["ausgang"], geloescht["ausgang"]) == ("begonnen", "geloescht")
    assert (geloescht["dateien"], geloescht["bytes"], geloescht["zeit"]) == (1, 5, _uhr())


def test_auch_nach_einem_fehler_geloescht(ablage: Ablage) -> None:
    with pytest.raises(ValueError, match="mittendrin"), arbeitsbereich.oeffne(ablage, _uhr):
        raise ValueError("mittendrin")
    assert list(ablage.arbeit.iterdir()) == []


def test_pseudonyme_gelten_nur_in_einem_lauf(ablage: Ablage, faelle: Vertrag) -> None:
    saetze = _saetze(faelle)
    with arbeitsbereich.oeffne(ablage, _uhr) as bereich:
        eins = bereich.pseudonymisiere(saetze, faelle)
        assert eins.equals(bereich.pseudonymisiere(saetze, faelle))
        assert "schluessel" not in repr(bereich)
    with arbeitsbereich.oeffne(ablage, _uhr) as bereich:
        zwei = bereich.pseudonymisiere(saetze, faelle)
    fall = eins["fall_pseudonym"].to_list()
    assert fall[0] == fall[1] != "F1"
    assert fall[2] is None
    assert eins["person_pseudonym"][0] == eins["person_pseudonym"][2] != eins["person_pseudonym"][1]
    assert set(eins["fall_pseudonym"]) & set(zwei["fall_pseudonym"]) == {None}
    assert eins["hilfeart"].to_list() == ["05"] * 3


def test_jeder_schluessel_einer_person_ist_im_vertrag_benannt(faelle: Vertrag) -> None:
    schluessel = {f.name for f in faelle.felder if f.personenschluessel}
    assert schluessel == {"fall_pseudonym", "person_pseudonym", "hilfe_id"}


def test_raeume_nimmt_nur_reste_und_sagt_es(ablage: Ablage) -> None:
    rest = ablage.arbeit / ".unfertig-abc"
    rest.mkdir(parents=True)
    (rest / "faelle.parquet").write_bytes(b"Mustermann")
    assert arbeitsbereich.raeume(ablage, _uhr) == 1
    assert not rest.exists()
    assert arbeitsbereich.raeume(ablage, _uhr) == 0
    zeilen = arbeitsbereich.lies_protokoll(ablage)
    assert [z["grund"] for z in zeilen] == ["Rest eines abgebrochenen Laufs"] * 2
    assert "Mustermann" not in ablage.loeschprotokoll.read_text("utf-8")


@pytest.fixture
def einzelne() -> Callable[[bytes], tuer.Geprueft]:
    vertrag = lade_vertraege()["einwohnermelde"]
    return lambda inhalt: tuer.pruefe(inhalt, "einwohnermelde.csv", vertrag, {})


KOPF = "raum_schluessel;stichtag;alter;geschlecht;nationalitaet"


def test_einzelsaetze_werden_gezaehlt(einzelne: Callable[[bytes], tuer.Geprueft]) -> None:
    personen = ["A;31.12.2023;7;m;deutsch", "A;31.12.2023;7;m;deutsch", "A;31.12.2023;8;m;deutsch"]
    geprueft = einzelne("\n".join([KOPF, *personen, ";31.12.2023;7;m;deutsch"]).encode())
    assert geprueft.personenbezogen
    vertrag = lade_vertraege()["einwohnermelde"]
    summe = tuer.nach_vertrag(arbeitsbereich.verdichte(geprueft.zellen, vertrag), vertrag)
    assert summe.select("raum_schluessel", "alter", "anzahl", "zeile").rows() == [
        ("A", 7, 2, 1),
        ("A", 8, 1, 2),
        (None, 7, 1, 3),
    ]
    assert set(summe["periode"]) == {"2023-12-31"}


def test_mit_zaehlspalte_ist_es_kein_personenbezug(einzelne: Callable[[bytes], tuer.Geprueft], tmp_path: Path) -> None:
    text = f"{KOPF};Anzahl\nA;31.12.2023;7;m;deutsch;12\n".encode()
    assert not einzelne(text).personenbezogen
    datei = tmp_path / "einwohnermelde.csv"
    datei.write_bytes(text)
    vertraege = lade_vertraege()
    assert not arbeitsbereich.kann_personen_enthalten(datei, vertraege["einwohnermelde"])
    assert arbeitsbereich.kann_personen_enthalten(datei, vertraege["hze_faelle"])
    assert not arbeitsbereich.kann_personen_enthalten(datei, vertraege["haushalt"])
    datei.write_bytes(b"\x00\x01")
    assert arbeitsbereich.kann_personen_enthalten(datei, vertraege["einwohnermelde"])


def test_ablehnung_ohne_inhalt() -> None:
    geheim = Lesefehler("formel", "Zeile 3: '=Mustermann'", "keine Formel", "Zelle '=Mustermann' ändern")
    assert "Mustermann" not in str(arbeitsbereich.ohne_inhalt(geheim))
    assert "formel" in str(arbeitsbereich.ohne_inhalt(geheim))
    offen = Lesefehler("spalte_fehlt", "Es fehlt die Spalte 'beginn'", "die Spalten beginn", "ergänzen")
    assert arbeitsbereich.ohne_inhalt(offen) is offen


def test_aggregate_muessen_ihren_vertrag_erfuellen() -> None:
    vertrag = lade_vertraege()["hze_aggregate"]
    spalten = [f.name for f in vertrag.felder]
    gut = {
        "monat": ["2023-01-31"], "raumart": ["wohnraum"], "raum_id": ["1"], "hilfeart": ["05"],
        "altersgruppe": ["6-10"], "geschlecht": ["weiblich"], "konzept": ["bestand"], "merkmal": ["insgesamt"],
        "auspraegung": ["insgesamt"], "zeile": [1], "periode": ["2023"],
        **{spalte: [1] for spalte in spalten[9:]},
    }  # fmt: skip
    assert len(tuer.nach_vertrag(pl.DataFrame(gut).with_columns(pl.col("monat").str.to_date()), vertrag)) == 1
    falsch = pl.DataFrame({**gut, "konzept": ["Mustermann"]}).with_columns(pl.col("monat").str.to_date())
    with pytest.raises(Lesefehler, match="hze_aggregate") as fehler:
        tuer.nach_vertrag(falsch, vertrag)
    assert "Mustermann" not in str(fehler.value)
    with pytest.raises(Lesefehler, match="faelle"):
        tuer.nach_vertrag(pl.DataFrame(gut).drop("faelle"), vertrag)
