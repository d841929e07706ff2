"""The extracts that hold counts or single persons: without the column ``anzahl`` every row is one of them."""

from __future__ import annotations

import datetime

import polars as pl
import pytest
import yaml

from quality.tuer import pruefe
from sources.profilmodell import Feed
from sources.vertraege import WURZEL, lade_vertraege
from tests.unit.extrakte.conftest import EINZELSAETZE, Beispiel, lade_beispiel


@pytest.fixture(params=EINZELSAETZE)
def einzeln(request: pytest.FixtureRequest) -> Beispiel:
    return lade_beispiel(request.param)


def test_ohne_anzahl_ist_jeder_satz_eine_person(einzeln: Beispiel) -> None:
    """Nothing identifies a row, so equal rows stay; columns nobody asked for are dropped and counted."""
    daten = einzeln.daten.drop("anzahl").with_columns(
        pl.lit("Muster").alias("Name"), pl.lit("Weg 1").alias("Anschrift")
    )
    geprueft = einzeln.pruefe(pl.concat([daten, daten.head(3)]))
    assert geprueft.personenbezogen
    assert geprueft.quarantaene.is_empty()
    assert len(geprueft.zellen) == len(daten) + 3
    assert set(geprueft.zellen["anzahl"]) == {1}
    assert geprueft.weggelassen == {"unbekannte_spalten": 2}
    assert not {"Name", "Anschrift"} & {*geprueft.zellen.columns}


def test_mit_anzahl_ist_es_kein_personenbezug(einzeln: Beispiel) -> None:
    assert not einzeln.pruefe(einzeln.daten).personenbezogen


def test_von_personen_bleibt_nur_zeile_und_regel(einzeln: Beispiel) -> None:
    """Quarantine of single persons never quotes a value, nor where somebody lives."""
    assert einzeln.vertrag.verdichtung is not None
    feld = next(f.name for f in einzeln.vertrag.felder if f.codes and f.pflicht)
    geprueft = einzeln.pruefe(einzeln.mit({feld: "Geheimwort"}).drop("anzahl"))
    (zeile,) = geprueft.quarantaene.filter(pl.col("regel") == "code").rows(named=True)
    assert (zeile["zeile"], zeile["regel"], zeile["spalte"]) == (2, "code", feld)
    assert geprueft.quarantaene["wert"].str.len_chars().sum() == 0
    assert geprueft.quarantaene["raum_schluessel"].str.len_chars().sum() == 0
    assert "Geheimwort" not in str(geprueft.quarantaene.to_dicts()) + str(geprueft.verdacht.to_dicts())


def test_die_verdichtung_gibt_die_summen_des_beispiels_wieder(einzeln: Beispiel) -> None:
    """One row per counted person, grouped by the contract, is the example again."""
    vielfach = einzeln.daten.select(pl.all().repeat_by(pl.col("anzahl").cast(pl.Int64))).explode(pl.all())
    saetze = einzeln.pruefe(vielfach.drop("anzahl")).zellen
    assert einzeln.vertrag.verdichtung is not None
    gruppen = list(einzeln.vertrag.verdichtung.gruppen)
    verdichtet = saetze.group_by(gruppen).agg(pl.len().cast(pl.Int64).alias("anzahl")).sort(gruppen)
    assert verdichtet.equals(einzeln.geprueft().zellen.select(*gruppen, "anzahl").sort(gruppen))


@pytest.mark.parametrize(
    ("stichtag", "jahr", "monat", "alter"),
    [
        ("31.12.2023", "1990", "12", 33),
        ("31.12.2023", "2023", "1", 0),
        ("30.06.2023", "1990", "6", 33),
        ("30.06.2023", "1990", "7", 32),
        ("31.12.2023", "1990", None, 33),
    ],
)
def test_alter_aus_geburtsjahr_und_monat(stichtag: str, jahr: str, monat: str | None, alter: int) -> None:
    beispiel = lade_beispiel("einwohnermelde")
    daten = beispiel.mit({"stichtag": stichtag, "geburtsjahr": jahr, "geburtsmonat": monat}).head(1).drop("alter")
    geprueft = beispiel.pruefe(daten.drop("anzahl"))
    assert geprueft.zellen["alter"].to_list() == [alter]
    assert geprueft.zellen["stichtag"].to_list() == [datetime.datetime.strptime(stichtag, "%d.%m.%Y").date()]


def test_ohne_alter_und_ohne_geburtsjahr_fehlt_das_alter() -> None:
    beispiel = lade_beispiel("einwohnermelde")
    leer = beispiel.mit({"geburtsjahr": None}).drop("alter", "anzahl")
    geprueft = beispiel.pruefe(leer)
    assert set(geprueft.quarantaene["regel"]) == {"pflicht"}
    assert geprueft.zellen.is_empty()


def test_eine_anschrift_kommt_nicht_durch_die_tuer() -> None:
    """Without a street directory, rows with an address only count as nicht zuordenbar, and are reported."""
    beispiel = lade_beispiel("einwohnermelde")
    daten = beispiel.daten.drop("raum_schluessel", "anzahl").with_columns(
        pl.lit("00123").alias("strasse_schluessel"), pl.lit("4a").alias("hausnummer")
    )
    geprueft = beispiel.pruefe(daten)
    assert geprueft.zellen["raum_schluessel"].null_count() == len(daten) == geprueft.verdacht_zeilen
    assert geprueft.weggelassen == {"anschrift_spalten": 2}
    assert "00123" not in str(geprueft.zellen.to_dicts())


@pytest.mark.parametrize("mit_anzahl", [True, False])
def test_strasse_und_hausnummer_werden_zum_raum(mit_anzahl: bool) -> None:
    """Counts and single persons alike; the address itself goes no further."""
    beispiel = lade_beispiel("einwohnermelde")
    abschnitt = {"strassenschluessel": "00123", "strasse": "Lange Straße", "seite": "gerade", "von": 2, "bis": "20",
                 "raum_id": "99001001-A", "quelle": "Musterdaten"}  # fmt: skip
    feed = Feed.model_validate(
        {
            "feed": "einwohnermelde",
            "extrakt": "einwohnermelde",
            "muster": ["*.csv"],
            "raumbuch": {"strassen": [abschnitt]},
        }
    )
    daten = beispiel.daten.drop("raum_schluessel", *([] if mit_anzahl else ["anzahl"])).with_columns(
        pl.lit("lange str.").alias("Straße"), pl.lit("4a").alias("Hausnummer")
    )
    inhalt = daten.write_csv(separator=";").encode()
    geprueft = pruefe(inhalt, "einwohnermelde_2023.csv", beispiel.vertrag, {"jahr": "2023"}, feed)
    raeume = geprueft.zellen["raum_schluessel"]
    assert (raeume.unique().to_list(), len(raeume)) == (["99001001-A"], len(daten))
    assert geprueft.weggelassen == {"anschrift_spalten": 2}
    assert "lange" not in str(geprueft.zellen.to_dicts())


def test_anschriften_von_faellen_werden_zum_wohnraum() -> None:
    """An address stands in for a missing Raum; Budget- and Leistungsraum stay, doubles are still found."""
    ordner = WURZEL / "hze_faelle" / "beispiel"
    abschnitt = {"strassenschluessel": "", "strasse": "Musterweg", "seite": "beide", "von": 1, "bis": "",
                 "raum_id": "99001001-A", "quelle": "Musterdaten"}  # fmt: skip
    angaben = yaml.safe_load((ordner / "feed.yml").read_text("utf-8"))
    feed = Feed.model_validate({**angaben, "raumbuch": {"strassen": [abschnitt]}})
    vertrag, name = lade_vertraege()["hze_faelle"], "hze_faelle_2023.csv"
    text = (ordner / name).read_text("cp1252")
    vorher = pruefe(text.encode("cp1252"), name, vertrag, {"jahr": "2023"}, feed)
    ohne_raum = text.replace("Sozialraum Wohnort", "Alter Wohnort")
    geprueft = pruefe(ohne_raum.encode("cp1252"), name, vertrag, {"jahr": "2023"}, feed)
    assert geprueft.zellen["wohnraum"].unique().to_list() == ["99001001-A"]
    assert geprueft.zellen["raum_methode"].unique().to_list() == ["strasse"]
    assert geprueft.zellen["leistungsraum"].to_list() == vorher.zellen["leistungsraum"].to_list()
    assert not geprueft.gut[0].ohne_schluessel
    assert "Musterweg" not in str(geprueft.zellen.to_dicts())
