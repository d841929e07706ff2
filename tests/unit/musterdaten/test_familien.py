"""Musterdaten of all families: the door takes every file, the planted figures are in them, faults end as announced."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from quality import tuer
from sources.archiv import alle_feeds
from sources.formate import Lesefehler
from sources.musterdaten import schreibe_musterdaten
from sources.musterdaten.hilfen import HILFEARTEN, HZE, dauer, ziehe_hilfen
from sources.musterdaten.raeume import gebiete
from sources.profile import Feed, Profil, lade_amtliche_feeds, lade_profile
from sources.vertraege import lade_vertraege

WURZEL = Path(__file__).parents[3]
ORDNER = [WURZEL / "sources" / "jugendaemter"]
JAHRE = range(2014, 2024)
VERTRAEGE = lade_vertraege()


@pytest.fixture(scope="module")
def profile() -> dict[str, Profil]:
    return {profil.jugendamt: profil for profil in lade_profile(ORDNER)}


@pytest.fixture(scope="module")
def landung(profile: dict[str, Profil], tmp_path_factory: pytest.TempPathFactory) -> Path:
    ziel = tmp_path_factory.mktemp("landung")
    schreibe_musterdaten([*profile.values()], ziel)
    return ziel


@pytest.fixture(scope="module")
def wahrheit(landung: Path) -> dict[str, Any]:
    return json.loads((landung / "wahrheit.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def an_der_tuer(profile: dict[str, Profil]) -> Callable[[Path], tuer.Geprueft]:
    """A file as the door sees it; exactly one feed must know its name."""
    feeds = alle_feeds(profile.values(), lade_amtliche_feeds(ORDNER), VERTRAEGE.values())

    def pruefe(pfad: Path) -> tuer.Geprueft:
        (passend,) = [feed for feed in feeds[pfad.parent.name] if feed.passt(pfad.name) is not None]
        angaben = passend.passt(pfad.name)
        assert angaben is not None
        return tuer.pruefe(pfad.read_bytes(), pfad.name, VERTRAEGE[passend.extrakt], angaben, passend)

    return pruefe


def _pruefe_alle(dateien: list[Path], pruefe: Callable[[Path], tuer.Geprueft]) -> None:
    for pfad in dateien:
        geprueft = pruefe(pfad)
        assert geprueft.quarantaene.is_empty(), pfad.name
        assert geprueft.gelesen.musterdaten, pfad.name
        assert geprueft.zeilen > 0, pfad.name
        # a placeholder in the birthday is suspected where somebody was born in January
        assert set(geprueft.verdacht["regel"]) <= {"geburtsdatum_platzhalter"}, pfad.name


def test_tuer_nimmt_jede_datei(landung: Path, an_der_tuer: Callable[[Path], tuer.Geprueft]) -> None:
    """Every extract, in the first generation of headings and in the last."""
    dateien = sorted(p for j in ("2014", "2023") for p in landung.glob(f"*/*{j}*"))
    extrakte = {re.sub(r"_?\d{4}.*", "", pfad.name) for pfad in dateien}
    assert {"hze_faelle", "kjh_teil1_andauernde", "kjh_teil1_beendete", "haushalt", "sozialraumbudget"} <= extrakte
    assert {"einwohnermelde", "bewegungen", "schuelerstatistik", "uebergaenge", "srae_massnahmen"} <= extrakte
    assert {"angebote", "bedarfe", "gefaehrdungseinschaetzungen", "inobhutnahmen"} <= extrakte
    _pruefe_alle(dateien, an_der_tuer)


@pytest.mark.lang
def test_tuer_nimmt_alle_jahre(landung: Path, an_der_tuer: Callable[[Path], tuer.Geprueft]) -> None:
    _pruefe_alle(sorted(landung.glob("*/*")), an_der_tuer)


def test_gepflanzte_fehler_enden_wie_angekuendigt(
    profile: dict[str, Profil], an_der_tuer: Callable[[Path], tuer.Geprueft], tmp_path: Path
) -> None:
    schreibe_musterdaten([*profile.values()], tmp_path, jahre=range(2018, 2024), fehler=True)
    liste = json.loads((tmp_path / "fehler.json").read_text("utf-8"))
    assert len({eintrag["art"] for eintrag in liste}) >= 20
    assert len({eintrag["datei"] for eintrag in liste}) == len(liste)
    for eintrag in liste:
        pfad, regel, zeile = tmp_path / eintrag["datei"], eintrag["regel"], eintrag["zeile"]
        if eintrag["ergebnis"] == "abgewiesen":
            with pytest.raises(Lesefehler) as fehler:
                an_der_tuer(pfad)
            assert fehler.value.art == regel, eintrag
            continue
        geprueft = an_der_tuer(pfad)
        if eintrag["ergebnis"] == "quarantaene":
            assert (zeile, regel) in geprueft.quarantaene.select("zeile", "regel").rows(), eintrag
            assert set(geprueft.quarantaene["regel"]) == {regel}, eintrag
            assert len(geprueft.quarantaene) <= 2, eintrag
        elif eintrag["ergebnis"] == "verdacht":
            assert (zeile, regel) in geprueft.verdacht.select("zeile", "regel").rows(), eintrag
        else:
            assert eintrag["ergebnis"] == "repariert"
            assert geprueft.reparaturen[regel] > 100
            assert geprueft.quarantaene.is_empty()


def test_gleiche_bytes(profile: dict[str, Profil], tmp_path: Path) -> None:
    beide = []
    for name in ("eins", "zwei"):
        dateien = schreibe_musterdaten(
            [profile["verden"], profile["rostock"]], tmp_path / name, jahre=range(2019, 2021), fehler=True
        )
        beide.append({str(p.relative_to(tmp_path / name)): p.read_bytes() for p in dateien})
    assert beide[0] == beide[1]
    assert len(beide[0]) > 40


@pytest.fixture(scope="module")
def faelle(landung: Path, an_der_tuer: Callable[[Path], tuer.Geprueft]) -> dict[int, pl.DataFrame]:
    """Bewilligungen of the largest Jugendamt by year, as delivered."""
    return {jahr: an_der_tuer(landung / "ortenaukreis" / f"hze_faelle_{jahr}.csv").zellen for jahr in (2015, 2023)}


def test_dichte_2015(faelle: dict[int, pl.DataFrame], wahrheit: dict[str, Any]) -> None:
    """Young people in helps per 10,000 under 21: the planted level, raised or lowered by the burden of the Räume."""
    raeume = wahrheit["jugendaemter"]["ortenaukreis"]["raeume"].values()
    u21 = sum(raum["u21"]["2015"] for raum in raeume)
    geplant = sum(raum["u21"]["2015"] * raum["hze_faktor"] for raum in raeume) / u21 * HZE["dichte"]
    menschen = faelle[2015].filter(~pl.col("uma"))["person_pseudonym"].n_unique()
    assert menschen / u21 * 10_000 == pytest.approx(geplant, rel=0.06)
    gezaehlt = wahrheit["jugendaemter"]["ortenaukreis"]
    assert menschen == sum(gezaehlt["nach_hilfeart"]["2015"].values())
    alle = [j["raeume"].values() for j in wahrheit["jugendaemter"].values()]
    u21 = sum(raum["u21"]["2015"] for raeume in alle for raum in raeume)
    menschen = sum(sum(j["nach_hilfeart"]["2015"].values()) for j in wahrheit["jugendaemter"].values())
    assert 350 < menschen / u21 * 10_000 < 410


def test_dichte_folgt_der_belastung(wahrheit: dict[str, Any]) -> None:
    for jugendamt, angaben in wahrheit["jugendaemter"].items():
        raeume = [*angaben["raeume"].values()]
        dichte = [sum(raum["junge_menschen"].values()) / sum(raum["u21"].values()) for raum in raeume]
        last = [raum["belastung"] for raum in raeume]
        assert np.corrcoef(last, dichte)[0, 1] == pytest.approx(angaben["korrelation_belastung_dichte"], abs=0.01)
        assert angaben["korrelation_belastung_dichte"] > 0.7, jugendamt
        schwer = np.mean([d for d, b in zip(dichte, last, strict=True) if b > 1.2] or [1.0])
        leicht = np.mean([d for d, b in zip(dichte, last, strict=True) if b < 0.8] or [0.0])
        assert schwer > 1.3 * leicht


def test_anteile_der_hilfearten(wahrheit: dict[str, Any]) -> None:
    gezaehlt = dict.fromkeys(HILFEARTEN, 0)
    for jugendamt in wahrheit["jugendaemter"].values():
        for je_art in jugendamt["nach_hilfeart"].values():
            for hilfeart, anzahl in je_art.items():
                gezaehlt[hilfeart] += anzahl
    for hilfeart, angaben in HZE["hilfearten"].items():
        assert gezaehlt[hilfeart] / sum(gezaehlt.values()) == pytest.approx(angaben["anteil"], abs=0.025), hilfeart


@pytest.fixture(scope="module")
def hilfen(profile: dict[str, Profil]) -> pl.DataFrame:
    teile = gebiete(profile["ortenaukreis"], 5, JAHRE)
    return pl.concat(ziehe_hilfen("ortenaukreis", teile, JAHRE))


def test_dauern(hilfen: pl.DataFrame) -> None:
    """The median duration is the planted one, where the 21st birthday ends few of the helps."""
    for hilfeart in ("04", "05", "07", "08"):
        tage = hilfen.filter((pl.col("hilfeart") == hilfeart) & (pl.col("kind") == 0)).select(
            pl.col("ende") - pl.col("beginn")
        )
        geplant = float(dauer(hilfeart, np.array([0.5]))[0])
        assert tage.to_series().median() / 30.44 == pytest.approx(geplant, rel=0.1), hilfeart  # type: ignore[operator]


def test_alter_geschlecht_und_familien(hilfen: pl.DataFrame) -> None:
    alter = (pl.col("beginn") / 365.25 + 1970) - pl.col("geburt") / 12
    assert hilfen.select(alter.max()).item() <= 21.1
    assert hilfen.select(alter.min()).item() >= -0.1
    jugend = hilfen.filter(~pl.col("uma") & (pl.col("hilfeart") == "11")).select(alter.median()).item()
    klein = hilfen.filter(pl.col("hilfeart") == "09").select(alter.median()).item()
    assert klein < 8 < 12 < jugend
    einzeln = hilfen.filter(~pl.col("uma") & (pl.col("hilfeart") == "05"))
    assert (~einzeln["weiblich"]).mean() == pytest.approx(HZE["maennlich"] / 2, abs=0.03)
    familien = hilfen.filter(pl.col("hilfeart") == "07")
    mittel = sum(anzahl * anteil for anzahl, anteil in HZE["kinder"].items())
    assert len(familien) / familien["fall_pseudonym"].n_unique() == pytest.approx(mittel, rel=0.03)
    assert hilfen.filter(pl.col("hilfeart") != "07")["kind"].max() == 0


def test_umzuege_und_welle(hilfen: pl.DataFrame, faelle: dict[int, pl.DataFrame]) -> None:
    beginnjahr = hilfen.filter(pl.col("uma")).select((pl.col("beginn") / 365.2425 + 1970).floor()).to_series()
    je_jahr = {jahr: int((beginnjahr == jahr).sum()) for jahr in (2014, 2015, 2018)}
    assert je_jahr[2015] > 4 * je_jahr[2018]
    assert je_jahr[2015] > 4 * je_jahr[2014]
    umgezogen = faelle[2023].group_by("person_pseudonym").agg(pl.col("wohnraum").n_unique() > 1)["wohnraum"]
    assert 0.02 < umgezogen.mean() < 0.4  # type: ignore[operator]
    assert (faelle[2023]["wohnraum"] != faelle[2023]["leistungsraum"]).mean() > 0.1  # type: ignore[operator]


def test_meldung_zaehlt_dieselben_hilfen(landung: Path, an_der_tuer: Callable[[Path], tuer.Geprueft]) -> None:
    faelle = an_der_tuer(landung / "verden" / "hze_faelle_2019.csv").zellen
    saetze = [an_der_tuer(landung / "verden" / f"kjh_teil1_{t}_2019.txt").zeilen for t in ("andauernde", "beendete")]
    assert sum(saetze) == faelle["fall_pseudonym"].n_unique()


def test_haushalt_folgt_den_faellen(
    landung: Path, wahrheit: dict[str, Any], an_der_tuer: Callable[[Path], tuer.Geprueft]
) -> None:
    haushalt = an_der_tuer(landung / "verden" / "haushalt_2019.csv").zellen
    kosten = wahrheit["jugendaemter"]["verden"]["kosten_eur"]["2019"]
    ist = haushalt.filter(
        (pl.col("wertart") == "ist") & (pl.col("art") == "aufwand") & pl.col("konto").str.contains("^433")
    )
    assert ist["betrag_eur"].sum() == pytest.approx(kosten, abs=5)
    je_produkt = haushalt.filter((pl.col("wertart") == "ist") & (pl.col("art") == "aufwand")).group_by("produkt")
    summen = je_produkt.agg(pl.col("betrag_eur").sum())["betrag_eur"]
    assert summen.n_unique() == summen.len() > 10, "two products never cost the same"
    # invoices come one or two months late: the first month is empty, the last ones are Sonderperioden
    assert ist["monat"].min() == 2
    assert {13, 14} <= set(ist["monat"])
    bewilligt = an_der_tuer(landung / "verden" / "hze_faelle_2019.csv").zellen["kosten_bewilligt_eur"].sum()
    assert bewilligt == pytest.approx(kosten, rel=0.02)
    budget = an_der_tuer(landung / "verden" / "sozialraumbudget_2019.csv").zellen
    fall = budget.filter((pl.col("topf") == "fall") & (pl.col("wertart") == "ansatz"))["betrag_eur"].sum()
    # without the cases that have no Raum, most of them unaccompanied minors
    assert 0.85 * kosten < fall < kosten


def test_schule_folgt_den_kindern(landung: Path, an_der_tuer: Callable[[Path], tuer.Geprueft]) -> None:
    kinder = an_der_tuer(landung / "rostock" / "einwohnermelde_2020.csv").zellen
    schule = an_der_tuer(landung / "rostock" / "schuelerstatistik_2020.csv").zellen
    uebergang = an_der_tuer(landung / "rostock" / "uebergaenge_2020.csv").zellen
    grund = schule.filter(pl.col("bildungsgang") == "grundschule")["anzahl"].sum()
    assert grund == kinder.filter(pl.col("alter").is_between(6, 9))["anzahl"].sum()
    assert uebergang["anzahl"].sum() == kinder.filter(pl.col("alter") == 10)["anzahl"].sum()
    weiter = schule.filter((pl.col("bildungsgang") != "grundschule") & (pl.col("klassenstufe") <= 10))["anzahl"].sum()
    assert weiter == pytest.approx(kinder.filter(pl.col("alter").is_between(10, 15))["anzahl"].sum(), rel=0.03)
    bestand = kinder.group_by("raum_schluessel").agg(pl.col("anzahl").sum())
    register = pl.read_csv(landung / "rostock" / "insgesamt_2020.csv").select(
        "stadtbereich_bezeichnung", "einwohnerzahl"
    )
    assert dict(bestand.rows()) == dict(register.rows())


def _gemessen(scale: int, ziel: Path) -> tuple[float, int, float]:
    """Bytes of the case extract, rise of memory in MB and seconds of a process that writes one Jugendamt."""
    code = (
        "import resource, sys, time; from pathlib import Path; from sources.profile import lade_profile;"
        "from sources.musterdaten import schreibe_musterdaten;"
        "p = [p for p in lade_profile([Path(sys.argv[1])]) if p.jugendamt == 'verden']; t = time.process_time();"
        "v = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "n = ['hze_faelle', 'haushalt'];"
        "schreibe_musterdaten(p, Path(sys.argv[2]), int(sys.argv[3]), range(2020, 2023), nur=n);"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - v) / 1000, time.process_time() - t)"
    )
    befehl = [sys.executable, "-c", code, str(ORDNER[0]), str(ziel), str(scale)]
    lauf = subprocess.run(befehl, capture_output=True, text=True, check=True, cwd=WURZEL)
    speicher, sekunden = (float(wert) for wert in lauf.stdout.split())
    return speicher, (ziel / "verden" / "hze_faelle_2021.csv").stat().st_size, sekunden


@pytest.mark.lang
def test_faktor_vervielfacht_faelle_nicht_den_speicher(tmp_path: Path) -> None:
    mittel, groesse_mittel, zeit_mittel = _gemessen(60, tmp_path / "mittel")
    gross, groesse_gross, zeit_gross = _gemessen(300, tmp_path / "gross")
    assert groesse_gross / groesse_mittel == pytest.approx(5, rel=0.1)
    assert gross < mittel + 250
    assert zeit_gross < 5 * zeit_mittel * 1.5


def test_profil_mit_eigenen_ueberschriften(profile: dict[str, Profil], tmp_path: Path) -> None:
    """A profile that maps headings and words of its Fachverfahren gets them, and its own feed reads them back."""
    beispiel = WURZEL / "sources" / "hze_faelle" / "beispiel" / "feed.yml"
    feed = Feed.model_validate(yaml.safe_load(beispiel.read_text("utf-8")))
    profil = profile["verden"].model_copy(update={"feeds": (feed,)})
    schreibe_musterdaten([profil], tmp_path, jahre=range(2019, 2021), fehler=True, nur={"hze_faelle"})
    kaputt = {e["datei"] for e in json.loads((tmp_path / "fehler.json").read_text("utf-8"))}
    assert len([datei for datei in kaputt if "hze_faelle" in datei]) == 2
    schreibe_musterdaten([profil], tmp_path, jahre=range(2019, 2021), nur={"hze_faelle"})
    inhalt = (tmp_path / "verden" / "hze_faelle_2020.csv").read_bytes()
    kopf, *_ = inhalt.decode("utf-8-sig").splitlines()
    assert kopf.startswith("Fall-Nr;Person-Nr;Hilfeart")
    assert "Heimerziehung (§ 34)" in inhalt.decode("utf-8-sig")
    geprueft = tuer.pruefe(inhalt, "hze_faelle_2020.csv", VERTRAEGE["hze_faelle"], {"jahr": "2020"}, feed)
    assert geprueft.quarantaene.is_empty()
    assert "11" in set(geprueft.zellen["hilfeart"])


def test_kein_name_eines_jugendamts_im_code() -> None:
    namen = re.compile("|".join(p.name for p in ORDNER[0].iterdir() if not p.name.startswith("_") and p.is_dir()), re.I)
    for datei in (WURZEL / "sources" / "musterdaten").glob("*"):
        if datei.suffix in {".py", ".yml"}:
            assert not namen.search(datei.read_text("utf-8")), datei.name


def test_leere_spanne(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="kein Jahr"):
        schreibe_musterdaten([], tmp_path, jahre=range(2020, 2020))
