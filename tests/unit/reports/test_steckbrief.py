"""The Steckbrief: themes and their choice, small charts, intervals, comments, sheets, budget, watermark."""

from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from reports.bericht import BerichtsAngaben, schreibe_bericht
from reports.geldbild import geldtafel
from reports.kleinbild import pyramide, verlauf
from reports.modell import lade_modell
from reports.spanne import spanne
from reports.themen import _alles, auswahl, maengel, thema_von
from reports.typen import Altersaufbau, Altersstufe, Angabe, Blatt, Kennzahl, Wert
from reports.woerter import ANGEBOT, WERTART
from sources.katalog import lade_katalog
from sources.vertraege import lade_familien, lade_vertraege

WURZEL = Path(__file__).parents[3]


def _kennzahl(familie: str = "hze", einheit: str = "Prozent", faktor: float = 100) -> Kennzahl:
    return Kennzahl(
        kennzahl="k", version=1, profil="alle", belegt=True, familie=familie, name="K", kurzname="K", definition="",
        zaehler_text="Z", nenner_text="N", faktor=faktor, einheit=einheit, nachkommastellen=1, stichtagsregel="",
        niedrigste_ebene="", mindestnenner=None, richtung="", quelle_text="", amtliche_referenz="",
        reihenbrueche="", interpretation="", reihenfolge=1,
    )  # fmt: skip


def _wert(wert: float | None, zaehler: float | None, nenner: float | None, status: str = "gueltig") -> Wert:
    return Wert("k", 2021, None, "q", wert, nenner, status, (), "", None, False, zaehler=zaehler)


def test_jede_kennzahl_und_jede_familie_hat_ihr_thema() -> None:
    themen = {ort: auswahl(ort) for ort in ("themen", "ueberblick", "haushalt")}
    katalog = {k.kennzahl: k.familie for k in lade_katalog(WURZEL / "dbt_project/kennzahlen")}
    assert maengel(katalog) == []
    assert set(katalog.values()) <= {f for e in themen["themen"].values() for f in e["familien"]}
    assert set(katalog.values()) <= set(lade_familien(mit_kontext=True))
    for thema, eintrag in themen["themen"].items():
        falsch = [c for c in eintrag["leit"] if thema_von(c, katalog[c]) != thema]
        assert not falsch, (thema, falsch)
        assert 3 <= eintrag["anzahl"] <= 6 <= len(eintrag["leit"]) + 2
    assert 8 <= len(themen["ueberblick"]) <= 12
    tafeln = [themen["haushalt"][tafel] for tafel in ("plan", "deckungskreis", "prognosen", "kosten")]
    assert sorted(chain(*tafeln)) == sorted(code for code, familie in katalog.items() if familie == "haushalt")
    assert thema_von("neu_erfunden", "neue_familie") == list(themen["themen"])[-1]


def test_prozent_von_etwas_ist_auch_eine_prozentzahl() -> None:
    # a difference of "Prozent des fortgeschriebenen Ansatzes" stood without its Prozentpunkte
    einheiten = {k.einheit for k in lade_katalog(WURZEL / "dbt_project/kennzahlen")}
    prozente = {e for e in einheiten if _kennzahl(einheit=e).ist_prozent}
    assert prozente == {e for e in einheiten if e.startswith("Prozent")}
    assert {e for e in prozente if not _kennzahl(einheit=e).einheit_sagt_mehr} == {"Prozent"}
    assert len(prozente) >= 4


def test_check_nennt_was_die_auswahl_nicht_zeigen_kann(monkeypatch: pytest.MonkeyPatch) -> None:
    katalog = {k.kennzahl for k in lade_katalog(WURZEL / "dbt_project/kennzahlen")}
    fehlt = maengel(katalog - {"prognosefehler_fall_pct"})
    assert len(fehlt) == 2, "named as table and as picture of the budget page"
    assert all("haushalt: 'prognosefehler_fall_pct' steht nicht im Katalog" in m for m in fehlt)
    monkeypatch.setitem(_alles(), "karte", ["hze_ohne_28_quote"])  # in the catalogue, yet no table shows it
    (ohne_karte,) = maengel(katalog)
    assert "'hze_ohne_28_quote' steht in keinem Thema unter leit" in ohne_karte


def test_jede_angebotsart_hat_ihr_wort() -> None:
    vertrag = yaml.safe_load((WURZEL / "sources/angebote/contract.yml").read_text("utf-8"))
    assert set(ANGEBOT) == set(next(f["codes"] for f in vertrag["felder"] if f["name"] == "art"))


def test_was_hier_nicht_erhoben_wird_macht_der_naechsten_platz(marts: Path, angaben: BerichtsAngaben) -> None:
    raum = next(b for b in lade_modell(marts, angaben, []).blaetter if b.name == "Anfangen")
    bevoelkerung, schule = raum.themen[0], raum.themen[1]
    # protected, yet collected: it stays and says why
    assert bevoelkerung.leit[0].kennzahl.kennzahl == "bev_gesamt"
    assert bevoelkerung.leit[0].fehlt is not None
    assert bevoelkerung.leit[0].fehlt.status == "gesperrt"
    assert schule.leit == ()
    assert [a.kennzahl.kennzahl for a in schule.angaben] == ["abgaenger_gesamt", "abgaenger_ohne_hsa_pct"]
    assert [t.thema for t in raum.themen] == ["bevoelkerung", "schule", "lebenslage", "hze", "budget", "ressourcen"]


def test_wilson_und_poisson() -> None:
    # Wilson: 10 of 100 is 5.52 to 17.44 %; Garwood: 3 cases are 0.619 to 8.767
    anteil = spanne(_kennzahl(), _wert(10, 10, 100))
    assert anteil is not None
    assert (anteil.unten, anteil.oben) == pytest.approx((5.5229, 17.4366), abs=1e-3)
    rate = spanne(_kennzahl(einheit="Fälle je 1.000 unter 21 Jahren", faktor=1000), _wert(3, 3, 1000))
    assert rate is not None
    assert (rate.unten, rate.oben) == pytest.approx((0.6187, 8.7673), abs=1e-3)


@pytest.mark.parametrize(
    ("kennzahl", "wert"),
    [
        (_kennzahl(), _wert(10, 30, 300)),  # not small
        (_kennzahl("haushalt"), _wert(10, 10, 100)),  # euros are no persons
        (_kennzahl("hze", "nicht stationäre je stationäre Hilfe", 1), _wert(2, 20, 10)),  # neither share nor rate
        (_kennzahl(), _wert(10, 10, 100, "gesperrt")),
        (_kennzahl(), _wert(10, None, 100)),
        (_kennzahl(einheit="Fälle je 1.000 unter 21", faktor=1000), _wert(100, 100, 1000)),
        (_kennzahl("bevoelkerung", "je 1.000 Personen", 1000), _wert(-2, -2, 1000)),
    ],
)
def test_keine_spanne(kennzahl: Kennzahl, wert: Wert) -> None:
    assert spanne(kennzahl, wert) is None


@given(st.integers(1, 299).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_die_spanne_enthaelt_den_anteil(paar: tuple[int, int]) -> None:
    zaehler, nenner = paar
    s = spanne(_kennzahl(), _wert(100 * zaehler / nenner, zaehler, nenner))
    assert s is not None
    assert 0 <= s.unten <= 100 * zaehler / nenner + 1e-9
    assert 100 * zaehler / nenner - 1e-9 <= s.oben <= 100


def _reihe(*paare: tuple[int, float | None, bool]) -> Angabe:
    werte = tuple(replace(_wert(w, None, None), jahr=j, nach_bruch=b) for j, w, b in paare)
    return Angabe(_kennzahl(), werte[-1], None, None, None, werte, ())


def test_kleine_linie_bricht_ab_und_sagt_es() -> None:
    v = verlauf(_reihe((2016, 1.0, False), (2017, 2.0, False), (2019, 3.0, False), (2020, 9.0, True)), (2016, 2020))
    assert v is not None
    assert len(v.linien) == 3
    assert v.beschreibung == "Verlauf: 1,0 (2016) bis 9,0 (2020), Bruch vor 2020"
    assert verlauf(_reihe((2016, 1.0, False), (2017, None, False)), (2016, 2020)) is None


def _stufe(von: int, bis: int, wert: float | None) -> Altersstufe:
    return Altersstufe(von, bis, wert, wert, None if wert is None else 2 * wert)


def test_pyramide_zeichnet_flaechen_und_verraet_nichts() -> None:
    aufbau = Altersaufbau(2021, "q", True, (_stufe(0, 5, 50), _stufe(5, 15, 50), _stufe(15, 999, None)))
    p = pyramide(aufbau, "Nord", Altersaufbau(2021, "q", True, (_stufe(0, 5, 500), _stufe(5, 15, 500))))
    assert p is not None
    erste, zweite, dritte = p.balken
    assert erste.links == erste.rechts
    assert erste.links == pytest.approx(2 * (zweite.links or 0), abs=0.11)  # as many persons in twice the years
    assert (dritte.links, dritte.rechts) == (None, None)
    assert erste.umriss_rechts == pytest.approx(erste.rechts or 0, abs=0.11)  # the whole has the same shape
    assert "0 bis unter 5" in p.beschreibung
    assert pyramide(Altersaufbau(2021, "q", True, (_stufe(0, 5, None),)), "Nord", None) is None


def test_pyramide_ohne_geschlecht_und_ohne_gleiche_quelle() -> None:
    aufbau = Altersaufbau(2021, "register", False, (Altersstufe(0, 5, None, None, 40.0),))
    p = pyramide(aufbau, "Nord", Altersaufbau(2021, "fortschreibung", False, (_stufe(0, 5, 9),)))
    assert p is not None
    assert (p.zweiseitig, p.mit_umriss) == (False, False)
    assert p.balken[0].rechts


def _schreibe(marts: Path, mart: str, zeilen: list[dict[str, Any]]) -> None:
    pl.DataFrame(zeilen).write_parquet(marts / f"{mart}.parquet")


@pytest.fixture
def mit_beigaben(marts: Path) -> Path:
    kommentar = {
        "jugendamt": "musterkreis", "raum_id": "99001001", "raum_name": "Ödheim", "berichtsjahr": 2021, "thema": "hze",
        "art": "kommentar", "text": "Zwei neue <Träger>.", "autor": "Planung", "datum": date(2022, 3, 4),
        "musterdaten": True,
    }  # fmt: skip
    _schreibe(marts, "kommentare", [
        kommentar,
        kommentar | {"art": "bedarf", "text": "Treff am Bach", "berichtsjahr": 2020},
        kommentar | {"text": "Erst nächstes Jahr", "berichtsjahr": 2022},
        kommentar | {"jugendamt": "anderes", "text": "Nicht von hier"},
    ])  # fmt: skip
    stufe = {
        "jugendamt": "musterkreis", "raum_id": "99001001", "berichtsjahr": 2021, "quelle": "fortschreibung",
        "tabelle": "t", "geschlecht": "insgesamt", "altersgruppe": "0-3", "alter_von": 0, "alter_bis": 3,
        "nationalitaet": "insgesamt", "wert": 71.0, "status": "gueltig", "musterdaten": True,
    }  # fmt: skip
    _schreibe(marts, "bevoelkerung", [
        stufe,
        stufe | {"geschlecht": "weiblich", "wert": 41.0},
        stufe | {"geschlecht": "maennlich", "wert": 55555.0, "status": "gesperrt"},
        stufe | {"altersgruppe": "insgesamt", "alter_bis": 999, "wert": 44444.0},
        stufe | {"berichtsjahr": 2022, "wert": 33333.0},
    ])  # fmt: skip
    zeile = {
        "jugendamt": "musterkreis", "haushaltsjahr": 2021, "berichtsgruppe": "ambulant",
        "berichtsgruppe_name": "Ambulante Hilfen", "paragraf": "§ 31", "produkt": "36", "produkt_name": "SPFH",
        "wertart": "ansatz", "art": "aufwand", "raum_id": "99001", "betrag_eur": 1234.0, "status": "gueltig",
        "musterdaten": True,
    }  # fmt: skip
    _schreibe(marts, "haushalt", [
        zeile, zeile | {"wertart": "ist", "betrag_eur": 1300.0},
        zeile | {"raum_id": "99001001", "betrag_eur": 2000.0},
        zeile | {"wertart": "umbuchung", "betrag_eur": 50.0},
        zeile | {"wertart": "nachtrag", "betrag_eur": 66666.0, "status": "gesperrt"},
        zeile | {"wertart": "nachtrag", "raum_id": "99001001", "betrag_eur": 11111.0},
        zeile | {"haushaltsjahr": 2020, "betrag_eur": 22222.0},
    ])  # fmt: skip
    angebot = {
        "jugendamt": "musterkreis", "raum_id": "99001001", "berichtsjahr": 2021, "messgroesse": "angebote",
        "angebotsart": "kita", "wert": 4.0, "status": "gueltig", "musterdaten": True,
    }  # fmt: skip
    _schreibe(marts, "angebote", [
        angebot, angebot | {"angebotsart": "insgesamt", "wert": 9.0}, angebot | {"angebotsart": "jugendarbeit"},
        angebot | {"berichtsjahr": 2020, "wert": 3.0}, angebot | {"angebotsart": "sonstige", "status": "gesperrt"},
    ])  # fmt: skip
    return marts


def test_kommentare_alter_und_haushalt_stehen_im_bericht(
    mit_beigaben: Path, angaben: BerichtsAngaben, tmp_path: Path
) -> None:
    schreibe_bericht(mit_beigaben, tmp_path / "b", angaben, [])
    texte = {d.relative_to(tmp_path / "b").as_posix(): d.read_text("utf-8") for d in (tmp_path / "b").rglob("*.html")}
    steckbrief, werte, blatt = (texte[f] for f in (
        "raum/99001001.html", "raum/99001001-werte.html", "gespraech/99001001.html",
    ))  # fmt: skip
    assert 'Zwei neue &lt;Träger&gt;. <span class="klein">Planung, 04.03.2022</span>' in steckbrief
    assert "Altersaufbau 2021" in steckbrief
    assert "<td>41</td><td>71</td>" in werte
    for text in (steckbrief, blatt):
        assert "Angebote 2021: Jugendarbeit 4, Kindertageseinrichtungen 4." in text
    assert "Treff am Bach" in blatt
    assert "Treff am Bach" in texte["gespraech/jugendamt.html"]
    assert "Treff am Bach" not in steckbrief
    assert "<td>3.234</td><td>50</td><td>1.300</td>" in texte["haushalt.html"]
    for verborgen in (
        "Erst nächstes Jahr",
        "Nicht von hier",
        "55.555",
        "44.444",
        "33.333",
        "66.666",
        "11.111",
        "22.222",
    ):
        assert not [name for name, text in texte.items() if verborgen in text], verborgen
    assert "kein Kommentar geliefert" in texte["raum/99001002.html"]


def test_jede_wertart_des_plans_hat_ihr_wort() -> None:
    (codes,) = (f.codes for f in lade_vertraege()["haushalt"].felder if f.name == "wertart")
    assert set(WERTART) == set(codes) - {"obligo"}


def test_haushaltstafel_in_gewaehlter_folge_und_ohne_leere_zeilen() -> None:
    def angabe(code: str, wert: Wert | None) -> Angabe:
        fehlt = None if wert else _wert(None, None, None, "nicht_verfuegbar")
        return Angabe(replace(_kennzahl("haushalt"), kennzahl=code), wert, fehlt, None, None, (), ())

    codes = auswahl("haushalt")["plan"]
    angaben = tuple(angabe(c, _wert(1, None, None) if c != "obligo_eur" else None) for c in sorted(codes))
    blatt = Blatt("r", "R", "e", "E", "s", None, None, True, (), (), angaben)
    tafel = geldtafel(blatt, "plan")
    assert [a.kennzahl.kennzahl for a in tafel.angaben] == [c for c in codes if c != "obligo_eur"]
    assert [a.kennzahl.kennzahl for a in tafel.ohne] == ["obligo_eur"]


def test_blatt_der_region_sammelt_ihre_raeume(mit_beigaben: Path, angaben: BerichtsAngaben, tmp_path: Path) -> None:
    schreibe_bericht(mit_beigaben, tmp_path / "b", angaben, [])
    blatt = (tmp_path / "b/gespraech/musterkreis-nord.html").read_text("utf-8")
    assert "Regionale Fokusgruppe" in blatt
    assert "Ödheim &lt;Muster&gt;: Treff am Bach" in blatt
    assert "Annahme" in blatt
    assert "AG Sozialraumorientierung" in (tmp_path / "b/gespraech/jugendamt.html").read_text("utf-8")


def test_ein_raum_der_wie_das_ganze_heisst_traegt_seine_ebene(
    mit_beigaben: Path, angaben: BerichtsAngaben, tmp_path: Path
) -> None:
    raeume = pl.read_parquet(mit_beigaben / "raeume.parquet")
    gleich = pl.when(pl.col("raum_id") == "99001001").then(pl.lit("Musterkreis")).otherwise("raum_name")
    raeume.with_columns(raum_name=gleich).write_parquet(mit_beigaben / "raeume.parquet")
    bericht = lade_modell(mit_beigaben, angaben, [])
    assert bericht.ganzes.name == "Musterkreis"
    assert "Musterkreis (Kommunen)" in [b.name for b in bericht.blaetter]
    schreibe_bericht(mit_beigaben, tmp_path / "b", angaben, [])
    assert "Musterkreis (Kommunen): Treff am Bach" in (tmp_path / "b/gespraech/jugendamt.html").read_text("utf-8")


def test_intern_traegt_auf_jeder_seite_das_wasserzeichen(marts: Path, angaben: BerichtsAngaben, tmp_path: Path) -> None:
    zeichen = "§ 64 (3) SGB VIII: nicht weitergeben"
    for intern in (True, False):
        ordner = tmp_path / str(intern)
        schreibe_bericht(marts, ordner, replace(angaben, intern=intern), [])
        assert {zeichen in d.read_text("utf-8") for d in ordner.rglob("*.html")} == {intern}


def test_auswahl_von_modellregionen_gibt_es_nur_intern(marts: Path, angaben: BerichtsAngaben, tmp_path: Path) -> None:
    for intern in (True, False):
        schreibe_bericht(marts, tmp_path / str(intern), replace(angaben, intern=intern), [])
        assert (tmp_path / str(intern) / "modellregionen.html").exists() == intern
        seiten = PdfReader(tmp_path / str(intern) / "pdf/bericht.pdf").pages
        assert any("Auswahl von Modellregionen" in seite.extract_text() for seite in seiten) == intern
    html = (tmp_path / "True/modellregionen.html").read_text("utf-8")
    assert html.index("Anfangen") < html.index("Zettelstadt")
