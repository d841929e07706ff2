"""What the loader refuses, and in which words."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sources.profile import ProfilFehler, lade_amtliche_feeds, lade_profil, lade_profile

MUSTERKREIS = Path(__file__).parents[2] / "jugendaemter" / "musterkreis"
FEED = "feeds:\n  - {feed: f, extrakt: e, muster: ['*.csv']%s}\n"


@pytest.fixture
def ordner(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MUSTERKREIS, tmp_path / "musterkreis"))


def _ersetze(datei: str, alt: str, neu: str) -> Callable[[Path], None]:
    def tue(ordner: Path) -> None:
        text = (ordner / datei).read_text("utf-8")
        assert alt in text
        (ordner / datei).write_text(text.replace(alt, neu), "utf-8")

    return tue


def _ergaenze(datei: str, zeile: str) -> Callable[[Path], None]:
    def tue(ordner: Path) -> None:
        pfad = ordner / datei
        pfad.write_text((pfad.read_text("utf-8") if pfad.exists() else "") + zeile + "\n", "utf-8")

    return tue


def _schreibe(datei: str, inhalt: bytes) -> Callable[[Path], None]:
    return lambda ordner: (ordner / datei).write_bytes(inhalt) and None


P, R, Z, S = "profil.yml", "raeume.csv", "zuordnung.csv", "schluessel.csv"
N, M = "nachfolger.csv", "modellgebiete.csv"
NKOPF, MKOPF = "alt,neu,gueltig_ab,gewicht,belegt,quelle\n", "gebiet,raum_id,von,bis,belegt,quelle\n"
SKOPF = "schluesselart,schluessel,raum_id\n"
RAUM = "99001004,Musterort,sozialraum,gemeinde,1900-01-01,,true,Musterdaten"

FAELLE: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "kein profil": (lambda o: (o / P).unlink(), "musterkreis/profil.yml", "Die Datei fehlt"),
    "keine raeume": (lambda o: (o / R).unlink(), "musterkreis/raeume.csv", "Die Datei fehlt"),
    "leer": (_schreibe(P, b""), P, "Die Datei ist leer"),
    "liste": (_schreibe(P, b"- a\n- b\n"), P, "keine Liste von Schlüsseln"),
    "kein yaml": (_ergaenze(P, "a: [1"), P, "nicht lesbar"),
    "steuerzeichen": (_schreibe(P, b"a: \x00"), P, "Unlesbare Zeichen"),
    "cp1252": (_schreibe(R, "raum_id,M\xfcller".encode("cp1252")), R, "nicht UTF-8"),
    "doppelter schluessel": (_ergaenze(P, "name: Anders"), P, "doppelt: name"),
    "fehlt": (_ersetze(P, "land: XX\n", ""), "land", "Der Eintrag fehlt"),
    "unbekannt": (_ergaenze(P, "farbe: rot"), "farbe", "Diesen Schlüssel gibt es nicht"),
    "zahl statt text": (_ersetze(P, '"99001"', "99001"), "ganzes", "99001. Erwartet: Text"),
    "land": (_ersetze(P, "land: XX", "land: Hessen"), "land", "nach dem Muster"),
    "betriebsart": (_ersetze(P, "betriebsart: musterdaten", "betriebsart: test"), "betriebsart", "oder"),
    "cron": (_ersetze(P, '"0 6 1 10 *"', "jährlich"), "zeitplan", "'jährlich'"),
    "schwelle": (_ergaenze(P, "schwellen: {a: viel}"), "schwellen.a", "eine Zahl mit Dezimalpunkt"),
    "ordnername": (
        _ersetze(P, "jugendamt: musterkreis", "jugendamt: anders"),
        "jugendamt",
        "Name des Ordners",
    ),
    "ebene oben": (_ersetze(P, "{ebene: jugendamt,", "{ebene: stadt,"), "raumebenen", "oberste Ebene"),
    "ebene doppelt": (_ersetze(P, "{ebene: region,", "{ebene: sozialraum,"), "raumebenen", "zweimal"),
    "ganzes": (_ersetze(P, 'ganzes: "99001"', 'ganzes: "99002"'), "ganzes", "raumebene 'jugendamt'"),
    "hauptebene": (_ersetze(P, "hauptebene: sozialraum", "hauptebene: quartier"), "hauptebene", "kein Raum"),
    "quelle": (_ersetze(P, "[fortschreibung, ", "[zeitung, "), "quellen_rang.1", "'fortschreibung'"),
    "feed ohne muster": (
        _ergaenze(P, "feeds: [{feed: f, extrakt: e, muster: []}]"),
        "feeds.1.muster",
        "mindestens",
    ),
    "muster": (_ergaenze(P, FEED.replace("*.csv", "{jahr.csv") % ""), "feeds.1.muster", "Dateimuster"),
    "werte": (_ergaenze(P, FEED % ", werte: {thema: [a]}"), "feeds.f.werte", "Platzhalter 'thema'"),
    "werte leer": (_ergaenze(P, FEED.replace("*.", "{a}.") % ", werte: {a: []}"), "werte.a", "mindestens"),
    "nachfolger unbekannt": (_schreibe(N, f"{NKOPF}99001009,99001002,2020-01-01,1,true,M\n".encode()), N, "99001009"),
    "nachfolger ohne ende": (
        _schreibe(N, f"{NKOPF}99001001,99001002,2020-01-01,1,true,M\n".encode()),
        "99001001",
        "endet laut raeume.csv nicht am Tag vor dem 01.01.2020",
    ),
    "nachfolger waechst": (
        _schreibe(N, f"{NKOPF}99001001,99001002,2020-01-01,1,true,M\n".encode()),
        "99001002",
        "beginnt laut raeume.csv nicht am 01.01.2020",
    ),
    "nachfolger gewicht": (
        _schreibe(N, f"{NKOPF}99001001,99001002,2020-01-01,0.4,true,M\n".encode()),
        "99001001",
        "Summe der Gewichte ist 0.4",
    ),
    "modellgebiet": (_schreibe(M, f"{MKOPF}a,99001009,2020-01-01,,true,M\n".encode()), M, "'99001009' gibt es nicht"),
    "modellgebiet verkehrt": (
        _schreibe(M, f"{MKOPF}a,99001001,2020-01-01,2019-01-01,true,M\n".encode()),
        M,
        "gueltig_bis liegt vor",
    ),
    "von aussen bekannt": (
        _schreibe(
            "aussenwissen.csv",
            b"messgroesse,merkmal,geschlecht,altersgruppe,raum_id,stichtag,quelle\n"
            b"hze_faelle_bestand,insgesamt,insgesamt,insgesamt,99,2022-12-31,M\n",
        ),
        "aussenwissen.csv",
        "'99' gibt es nicht",
    ),
    "eckdatum": (
        _schreibe("eckdaten.csv", b"raum_id,merkmal,wert,einheit,stand,belegt,quelle\n99,flaeche,1,Hektar,,true,M\n"),
        "eckdaten.csv",
        "'99' gibt es nicht",
    ),
    "verortung": (_ergaenze(P, "verortung: [wunsch]"), "verortung.1", "'schluessel'"),
    "geometrie fehlt": (_ergaenze(P, "geometrie: {datei: g.geojson, merkmal: nr}"), "g.geojson", "Die Datei fehlt"),
    "raum doppelt": (_ergaenze(R, RAUM.replace("004", "003")), "99001003", "zweimal"),
    "raum lose": (_ergaenze(R, RAUM), "99001004", "hängt an keinem anderen Raum"),
    "null verloren": (_ergaenze(R, RAUM.replace("99001004", "8317001")), "8317001", "führende Null"),
    "sonderraum": (
        _ergaenze(R, RAUM.replace("99001004", "musterkreis:ausserhalb")),
        "ausserhalb",
        "nicht möglich",
    ),
    "raumebene": (_ergaenze(R, RAUM.replace(",sozialraum,", ",dorf,")), "99001004", "Die Ebene 'dorf'"),
    "gebietsart": (_ergaenze(R, RAUM.replace(",gemeinde,", ",dorf,")), "Zeile 8, gebietsart", "'dorf'"),
    "datum": (_ergaenze(R, RAUM.replace("1900-01-01", "01.01.1900")), "Zeile 8, gueltig_von", "JJJJ-MM-TT"),
    "verkehrt": (_ergaenze(R, RAUM.replace("01-01,,", "01-01,1899-12-31,")), "99001004", "liegt vor"),
    "belegt": (_ergaenze(R, RAUM.replace("true", "ja")), "Zeile 8, belegt", "true oder false"),
    "felder": (_ergaenze(R, RAUM + ",noch eins"), "Zeile 8", "zu viele oder zu wenige Felder"),
    "kopf": (_ersetze(R, "raum_name,", "name,"), "Zeile 1", "Kopfzeile"),
    "anfuehrung": (_ergaenze(R, RAUM.replace("Musterort", '"Musterort')), R, "nicht geschlossen"),
    "eltern": (
        _ersetze(Z, "99001003,planung,musterkreis:west", "99001003,planung,x"),
        Z,
        "Den Raum 'x' gibt es",
    ),
    "hierarchie": (_ergaenze(Z, "99001003,asd,99001,1900-01-01,,1,true,x"), Z, "Die Hierarchie 'asd'"),
    "gewicht": (_ersetze(Z, ",,1,false", ",,1.5,false"), "gewicht", "höchstens 1"),
    "gewicht null": (_ersetze(Z, ",,1,false", ",,0,false"), "gewicht", "größer als 0"),
    "gewicht summe": (
        _ersetze(Z, ",,1,false", ",,0.4,false"),
        "99001003 (planung)",
        "Summe der Gewichte 0.4",
    ),
    "zeitraum doppelt": (
        _ergaenze(Z, "99001003,planung,musterkreis:ost,2020-01-01,,1,true,x"),
        "99001003 (planung)",
        "Ab 01.01.2020 ist die Summe der Gewichte 2",
    ),
    "kreis": (
        _ersetze(Z, "musterkreis:west,planung,99001,", "musterkreis:west,planung,99001003,"),
        Z,
        "im Kreis",
    ),
    "eltern zu kurz": (
        _ersetze(
            Z,
            "musterkreis:west,planung,99001,1900-01-01,,",
            "musterkreis:west,planung,99001,1900-01-01,2019-12-31,",
        ),
        "99001003 (planung)",
        "Die Kette endet bei musterkreis:west",
    ),
    "schluessel doppelt": (_schreibe(S, f"{SKOPF}ags,1,99001\nags,1,99001\n".encode()), S, "zweimal"),
    "schluessel ohne raum": (_schreibe(S, f"{SKOPF}ags,1,99009\n".encode()), S, "'99009' gibt es nicht"),
    "schluessel ist raum": (_schreibe(S, f"{SKOPF}ags,99001001,99001002\n".encode()), S, "selbst ein Raum"),
}


@pytest.mark.parametrize("fall", list(FAELLE))
def test_ablehnung(ordner: Path, fall: str) -> None:
    verderbe, wo, was = FAELLE[fall]
    verderbe(ordner)
    with pytest.raises(ProfilFehler) as fehler:
        lade_profil(ordner)
    text = str(fehler.value)
    assert wo in text
    assert was in text
    for zeile in text.splitlines():
        assert re.fullmatch(r"\S+(, [^:].*?)?: .+\. Erwartet: .+\. Bitte: .+\.", zeile), zeile
    assert not re.search(r"\b(Input|should|must|valid|expected|line)\b|pydantic|Traceback", text)
    assert str(ordner.parent) not in text


def test_kreisfreie_stadt_braucht_ihren_kreisschluessel(tmp_path: Path) -> None:
    ordner = Path(shutil.copytree(MUSTERKREIS, tmp_path / "musterkreis"))
    for datei in (P, R, Z):
        text = (ordner / datei).read_text("utf-8")
        text = re.sub(r"\b99001\b", "99001000", text).replace(",kreis,", ",kreisfreie_stadt,")
        (ordner / datei).write_text(text, "utf-8")
    with pytest.raises(ProfilFehler, match="die Zeile ags,99001,99001000"):
        lade_profil(ordner)
    (ordner / S).write_text(f"{SKOPF}ags,99001,99001000\n", "utf-8")
    assert lade_profil(ordner).loese_auf("ags", "99001") == "99001000"


def test_alle_maengel_auf_einmal(ordner: Path) -> None:
    _ersetze(P, "land: XX", "land: Hessen")(ordner)
    _ersetze(P, "betriebsart: musterdaten", "betriebsart: test")(ordner)
    with pytest.raises(ProfilFehler) as fehler:
        lade_profile([ordner.parent])
    assert [mangel.schluessel for mangel in fehler.value.maengel] == ["land", "betriebsart"]


def test_jugendamt_in_zwei_ordnern(ordner: Path) -> None:
    with pytest.raises(ProfilFehler, match="steht in zwei der angegebenen Ordner"):
        lade_profile([ordner.parent, MUSTERKREIS.parent])


def test_summe_mit_einem_raum_den_kein_jugendamt_hat(ordner: Path) -> None:
    """A sum over several Jugendämter may name foreign Räume, but not unknown ones."""
    kopf = "messgroesse,merkmal,geschlecht,altersgruppe,raum_id,stichtag,quelle\n"
    zeile = f"{kopf}hze_faelle_bestand,insgesamt,insgesamt,insgesamt,99001001 + 12345,2022-12-31,M\n"
    (ordner / "aussenwissen.csv").write_text(zeile, "utf-8")
    assert lade_profil(ordner).aussenwissen[0].summanden == ("99001001", "12345")
    with pytest.raises(ProfilFehler, match="'12345' gibt es nicht"):
        lade_profile([ordner.parent])


def test_ordner_fehlt(tmp_path: Path) -> None:
    with pytest.raises(ProfilFehler, match="Der Ordner der Profile fehlt"):
        lade_profile([tmp_path / "fehlt"])


def test_amtliche_feeds_pruefen(tmp_path: Path) -> None:
    (tmp_path / "_amtlich").mkdir()
    (tmp_path / "_amtlich" / P).write_text("jugendamt: _amtlich\nname: A\nfeeds: []\n", "utf-8")
    with pytest.raises(ProfilFehler, match="mindestens ein Eintrag"):
        lade_amtliche_feeds([tmp_path])
    assert lade_profile([tmp_path]) == []


def test_zeitlich_geteilte_zuordnung_gilt(ordner: Path) -> None:
    zeile = "99001003,planung,musterkreis:west,1900-01-01,,1,false,Musterdaten"
    neu = (
        zeile.replace(",,1,", ",2019-12-31,1,")
        + "\n99001003,planung,musterkreis:ost,2020-01-01,,0.25,true,Musterdaten"
        + "\n99001003,planung,musterkreis:west,2020-01-01,,0.75,true,Musterdaten"
    )
    _ersetze(Z, zeile, neu)(ordner)
    assert sum(eintrag.raum_id == "99001003" for eintrag in lade_profil(ordner).zuordnungen) == 3


def test_one_traeger_may_lead_several_raeume(ordner: Path) -> None:
    zeilen = [f"leittraeger,T01,{raum}" for raum in ("musterkreis:ost", "musterkreis:west")]
    (ordner / S).write_text(SKOPF + "\n".join(zeilen) + "\n", "utf-8")
    assert [z.raum_id for z in lade_profil(ordner).schluessel] == ["musterkreis:ost", "musterkreis:west"]
