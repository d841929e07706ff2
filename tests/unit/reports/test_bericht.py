"""The HTML report: its figures, its words, its links, and that it stands alone."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import polars as pl
import pytest

from quality.befund import Befund
from reports.bericht import BerichtFehler, BerichtsAngaben, schreibe_bericht
from reports.modell import lade_modell
from reports.zahlen import zahl

Aendere = Callable[[str, Callable[[pl.DataFrame], pl.DataFrame]], None]
LEER = {"meta", "link", "br", "hr", "img", "input", "col", "line", "circle", "polyline"}
MUSTER = "Musterdaten – erfundene Werte"


class Seite(HTMLParser):
    """Reads one page: fails on tags that do not match, collects links, ids, headings and texts."""

    def __init__(self, datei: Path) -> None:
        super().__init__()
        self.offen: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.stufen: list[int] = []
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.stuecke: dict[str, list[str]] = {"svg": [], "caption": [], "tr": [], "title": []}
        self.reihen: list[list[str]] = []
        self.feed(datei.read_text("utf-8"))
        assert not self.offen, self.offen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        eigen = dict(attrs)
        self.tags.append((tag, eigen))
        if "id" in eigen:
            self.ids.append(eigen["id"] or "")
        for name in ("href", "src"):
            if name in eigen:
                self.links.append(eigen[name] or "")
        if re.fullmatch(r"h[1-6]", tag):
            self.stufen.append(int(tag[1]))
        if tag in self.stuecke:
            self.stuecke[tag].append("")
        if tag == "tr":
            self.reihen.append([])
        if tag in ("td", "th"):
            self.reihen[-1].append("")
        if tag not in LEER:
            self.offen.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in LEER:
            assert self.offen.pop() == tag
        if tag in ("td", "th"):
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        self.text += data
        for name, liste in self.stuecke.items():
            if name in self.offen:
                liste[-1] += data
        if self.offen and {"td", "th"} & set(self.offen):
            self.reihen[-1][-1] += data

    def zelle(self, anfang: str, spalte: str) -> str:
        """The words of the cell in the first row that begins so and in the column of that heading."""
        kopf: list[str] = []
        for reihe in ([" ".join(z.split()) for z in r] for r in self.reihen):
            kopf = reihe if reihe[0] in ("Kennzahl", "Raum") else kopf
            if reihe[0].startswith(anfang) and len(reihe) == len(kopf):
                return reihe[kopf.index(spalte)]
        raise AssertionError((anfang, spalte))

    def zeile(self, anfang: str) -> str:
        """The words of the first table row that begins so."""
        zeilen = [" ".join(z.split()) for z in self.stuecke["tr"]]
        return next(z for z in zeilen if z.startswith(anfang))


@pytest.fixture
def ordner(marts: Path, angaben: BerichtsAngaben, befunde: list[Befund], tmp_path: Path) -> Path:
    schreibe_bericht(marts, tmp_path / "bericht", angaben, befunde)
    return tmp_path / "bericht"


@pytest.fixture
def seiten(ordner: Path) -> dict[str, Seite]:
    return {d.relative_to(ordner).as_posix(): Seite(d) for d in sorted(ordner.rglob("*.html"))}


def test_ordner_enthaelt_die_zugesagten_dateien(
    marts: Path, angaben: BerichtsAngaben, befunde: list[Befund], tmp_path: Path
) -> None:
    dateien = schreibe_bericht(marts, tmp_path / "b", angaben, befunde)
    namen = [d.relative_to(tmp_path / "b").as_posix() for d in dateien]
    raeume = ("99001001", "99001002", "99001003", "musterkreis-nord")
    assert namen == sorted([
        "aenderungen.html", "analyse.html", "datenqualitaet.html", "gespraech/jugendamt.html", "haushalt.html",
        "index.html", "jugendamt.html", "kennzahlen.html", "raeume.html", "stil.css",
        *(f"raum/{r}{art}.html" for r in raeume for art in ("", "-werte")), *(f"gespraech/{r}.html" for r in raeume),
        *(f"pdf/{r}.pdf" for r in (*raeume, "bericht")),
    ])  # fmt: skip


def test_zahlen_im_bericht_sind_die_des_marts(marts: Path, angaben: BerichtsAngaben, seiten: dict[str, Seite]) -> None:
    bericht = lade_modell(marts, angaben, [])
    werte = (
        pl.read_parquet(marts / "kennzahlen.parquet")
        .filter(pl.col("hauptquelle") & (pl.col("status") == "gueltig") & (pl.col("berichtsjahr") <= 2021))
        .join(
            pl.read_parquet(marts / "kennzahlenkatalog.parquet").select("kennzahl", "nachkommastellen"),
            on="kennzahl",
        )
    )
    namen = {"99001": "jugendamt.html", "musterkreis:nord": "raum/musterkreis-nord-werte.html"}
    titel = {k.kennzahl: k.name for k in bericht.kennzahlen}
    for z in werte.to_dicts():
        seite = seiten[namen.get(z["raum_id"], f"raum/{z['raum_id']}-werte.html")]
        zelle = seite.zelle(titel[z["kennzahl"]], str(z["berichtsjahr"]))
        assert zelle.split()[0] == zahl(z["wert"], z["nachkommastellen"]), (z, zelle)
    assert "40.876" in seiten["index.html"].text
    assert zahl(9876.5 + 555, 0) == "10.432"
    assert seiten["raeume.html"].zeile("Ödheim").startswith("Ödheim <Muster> 10.432 32,8")
    assert seiten["raum/99001001.html"].zelle("Bevölkerung insgesamt", "Ödheim <Muster>") == "10.432"
    assert seiten["gespraech/99001001.html"].zelle("Jugendquotient", "Ödheim <Muster>") == "32,8"


def test_geschuetzte_und_spaetere_werte_stehen_nirgends(ordner: Path) -> None:
    for datei in ordner.rglob("*.html"):
        text = datei.read_text("utf-8")
        assert "77.777" not in text
        assert "77777" not in text
        assert "88.888" not in text
        assert "55,5" not in text


def test_status_in_worten_mit_grund(seiten: dict[str, Seite]) -> None:
    anfangen, alle = seiten["raum/99001003.html"], seiten["raum/99001003-werte.html"]
    assert "• aus Datenschutzgründen nicht ausgewiesen" in anfangen.zeile("Bevölkerung insgesamt")
    assert "… liegt noch nicht vor Wird im Herbst geliefert." in anfangen.zeile("Jugendquotient")
    assert "auf dieser Ebene nicht erhoben" in anfangen.text
    assert "auf dieser Ebene nicht erhoben Die Schulstatistik liegt nur" in alle.zeile("Schulabgänge")
    assert "keine Angabe im Datenbestand" in alle.zeile("Veränderung")
    assert "• aus Datenschutzgründen" in seiten["raeume.html"].zeile("Anfangen")
    assert "– (genau null)" in seiten["jugendamt.html"].zelle("Abgänge ohne", "2018")


def test_aelterer_wert_traegt_sein_jahr_und_den_grund(ordner: Path, seiten: dict[str, Seite]) -> None:
    html = (ordner / "index.html").read_text("utf-8")
    karte = html[html.index('<h3><a href="kennzahlen.html#k-abgaenger-ohne-hsa-pct">') :].split("</li>")[0]
    assert '<span class="alt-jahr">2018</span>' in karte
    assert "Für 2021 kein Wert." in karte
    assert "Für 2021 kein Wert: Tabelle reicht bis 2018." in seiten["jugendamt.html"].zeile("Schulabgänge")
    assert "n = 250" in seiten["jugendamt.html"].zelle("Abgänge ohne", "2018")


def test_hinweise_stehen_auf_der_uebersicht_von_der_quelle_getrennt(
    marts: Path, angaben: BerichtsAngaben, aendere: Aendere, tmp_path: Path
) -> None:
    aendere("kennzahlen", lambda d: d.with_columns(hinweise=pl.lit("geschaetzt")))
    schreibe_bericht(marts, tmp_path / "b", angaben, [])
    html = (tmp_path / "b/index.html").read_text("utf-8")
    assert 'amtliche Fortschreibung · <span class="klein">geschätzt</span>' in html


def test_fehlende_familien_sind_genannt(seiten: dict[str, Seite]) -> None:
    for name, seite in seiten.items():
        if name in ("index.html", "jugendamt.html", "datenqualitaet.html") or re.fullmatch(r"raum/[^-]+\.html", name):
            assert "Hilfen zur Erziehung" in seite.text
            assert "Budget" in seite.text
            assert "noch keine Lieferung." in seite.text
            assert "Budget: Budget" not in seite.text
    assert "Noch nicht enthalten" in seiten["index.html"].text


def test_die_uebersicht_verspricht_nur_was_werte_hat(
    marts: Path, angaben: BerichtsAngaben, befunde: list[Befund], aendere: Aendere, tmp_path: Path
) -> None:
    def verspricht(ziel: Path) -> str:
        schreibe_bericht(marts, ziel, angaben, befunde)
        return (ziel / "index.html").read_text("utf-8").split("Kennzahlen zu ")[1].split(" für ")[0]

    assert "Schule" in verspricht(tmp_path / "mit").split(", ")
    katalog = pl.read_parquet(marts / "kennzahlenkatalog.parquet").filter(pl.col("familie") == "schule")
    aendere("kennzahlen", lambda d: d.filter(~pl.col("kennzahl").is_in(katalog["kennzahl"].to_list())))
    assert verspricht(tmp_path / "ohne") == "Bevölkerung"


def test_familie_ohne_wert_steht_im_steckbrief_nur_einmal(
    marts: Path, angaben: BerichtsAngaben, aendere: Aendere, tmp_path: Path
) -> None:
    ist_schule = pl.col("gegenstand") == "schule"
    ohne = pl.when(ist_schule).then(pl.lit("nicht_verfuegbar")).otherwise(pl.col("ergebnis"))
    aendere("datenqualitaet", lambda d: d.with_columns(ergebnis=ohne))
    schreibe_bericht(marts, tmp_path / "b", angaben, [])
    html = (tmp_path / "b/raum/99001001.html").read_text("utf-8")
    assert html.count('<th scope="rowgroup" colspan="7">Schule und Betreuung</th>') == 1
    assert "<strong>Schule</strong>" in (tmp_path / "b/index.html").read_text("utf-8")


def test_musterdaten_auf_jeder_seite_in_jedem_diagramm_und_jeder_tabelle(seiten: dict[str, Seite]) -> None:
    diagramme = {}
    for name, seite in seiten.items():
        assert MUSTER in seite.text, name
        assert any(tag == "aside" and eigen.get("class") == "banner" for tag, eigen in seite.tags), name
        for stueck in seite.stuecke["svg"] + seite.stuecke["caption"]:
            assert MUSTER in stueck, (name, stueck)
        diagramme[name] = len(seite.stuecke["svg"])
    # 99001003 has no series to draw
    raeume = {f"raum/{r}{art}.html": 3 for r in ("99001001", "99001002", "musterkreis-nord") for art in ("", "-werte")}
    assert {name: n for name, n in diagramme.items() if n} == {"index.html": 1, "jugendamt.html": 4, **raeume}


def test_ohne_musterdaten_kein_banner(marts: Path, angaben: BerichtsAngaben, aendere: Aendere, tmp_path: Path) -> None:
    ohne = [pl.lit(False).alias("musterdaten"), pl.lit("").alias("hinweise")]
    aendere("kennzahlen", lambda d: d.with_columns(ohne))
    aendere("datenqualitaet", lambda d: d.with_columns(ohne[0]))
    echt = replace(angaben, musterdaten=False, attributionen=[])
    for datei in schreibe_bericht(marts, tmp_path / "b", echt, []):
        if datei.suffix == ".html":
            assert "Musterdaten" not in datei.read_text("utf-8")


def test_einzelne_musterdaten_werden_auch_ohne_angabe_gekennzeichnet(
    marts: Path, angaben: BerichtsAngaben, aendere: Aendere, tmp_path: Path
) -> None:
    erfunden = pl.col("kennzahl") == "bev_gesamt"
    hinweis = pl.when(erfunden).then(pl.lit("gerundet, musterdaten")).otherwise(pl.lit("gerundet"))
    aendere("kennzahlen", lambda d: d.with_columns(musterdaten=erfunden, hinweise=hinweis))
    schreibe_bericht(marts, tmp_path / "b", replace(angaben, musterdaten=False), [])
    for datei in (tmp_path / "b").rglob("*.html"):
        assert "gekennzeichnet.</aside>" in datei.read_text("utf-8")
    html = (tmp_path / "b/raum/99001002.html").read_text("utf-8")
    assert '<span class="zahl">12.900</span> <span class="klein">Musterdaten</span>' in html
    assert "Für alle Werte dieses Raums gilt: gerundet." in html
    seite = Seite(tmp_path / "b/raum/99001002.html")
    assert [MUSTER in svg for svg in seite.stuecke["svg"]] == [True, False, False]


def test_alle_verweise_treffen(ordner: Path, seiten: dict[str, Seite]) -> None:
    for name, seite in seiten.items():
        for verweis in seite.links:
            pfad, anker = urldefrag(unquote(verweis))
            assert "://" not in pfad
            ziel = ((ordner / name).parent / pfad).resolve() if pfad else (ordner / name).resolve()
            assert ziel.is_file(), (name, verweis)
            if anker:
                assert anker in seiten[ziel.relative_to(ordner.resolve()).as_posix()].ids, (name, verweis)


def test_seiten_sind_zugaenglich_gebaut(seiten: dict[str, Seite]) -> None:
    for name, seite in seiten.items():
        assert len(seite.ids) == len(set(seite.ids)), name
        assert seite.stufen[0] == 1
        assert seite.stufen.count(1) == 1
        assert all(b <= a + 1 for a, b in zip(seite.stufen, seite.stufen[1:], strict=False)), name
        tags = [t for t, _ in seite.tags]
        assert "script" not in tags
        assert tags.count("table") == tags.count("caption")
        assert {"main", "header", "footer", "nav"} <= set(tags)
        assert all("scope" in eigen for t, eigen in seite.tags if t == "th"), name
        assert all(eigen["role"] == "img" for t, eigen in seite.tags if t == "svg")
        assert seite.stuecke["title"][1:] == [t for t in seite.stuecke["title"][1:] if t.strip()]
        assert len(seite.stuecke["title"]) > len(seite.stuecke["svg"])
        regionen = [e for t, e in seite.tags if t == "div" and e.get("role") == "region"]
        assert all(e["tabindex"] == "0" and e["aria-label"] for e in regionen)


def test_gleiche_eingaben_gleiche_bytes(
    marts: Path, angaben: BerichtsAngaben, befunde: list[Befund], aendere: Aendere, tmp_path: Path
) -> None:
    eins = {d.name: d.read_bytes() for d in schreibe_bericht(marts, tmp_path / "1", angaben, befunde)}
    for mart in ("kennzahlen", "raeume", "raumzuordnung", "kennzahlenkatalog", "datenqualitaet"):
        aendere(mart, lambda d: d.reverse())
    zwei = {d.name: d.read_bytes() for d in schreibe_bericht(marts, tmp_path / "2", angaben, befunde)}
    assert eins == zwei


def test_namen_sind_maskiert(ordner: Path) -> None:
    html = (ordner / "index.html").read_text("utf-8")
    assert "Ödheim &lt;Muster&gt;" in html
    assert "<Muster>" not in html


def test_raeume_stehen_nach_namen(ordner: Path) -> None:
    html = (ordner / "raeume.html").read_text("utf-8")
    tabelle = html[html.index("Bevölkerung · Kommunen, nach Namen") :]
    assert tabelle.index("Anfangen") < tabelle.index("Ödheim") < tabelle.index("Zettelstadt")
    assert html.index('id="ebene-kommune"') < html.index('id="ebene-region"')


def test_pruefungen_lieferungen_und_annahmen(seiten: dict[str, Seite]) -> None:
    text = " ".join(seiten["datenqualitaet.html"].text.split())
    assert "3 Prüfungen, 1 bestanden, 1 verletzt, 1 nicht ausführbar" in text
    assert "99001002 2020 21,25" in text
    assert "12411-01-01-5_muster.csv" in text
    assert "Die Sozialregion Nord ist angenommen." in text
    assert "Geschützte Falldaten sind nicht Teil davon." in text


def test_zugehoerigkeit_mit_datum_und_annahme(seiten: dict[str, Seite]) -> None:
    text = " ".join(seiten["raum/99001001.html"].text.split())
    assert "Nord (seit 01.01.2020) angenommen" in text
    assert "nicht belegt" in " ".join(seiten["raum/musterkreis-nord.html"].text.split())


def test_raum_der_spaeter_beginnt_sagt_es(
    marts: Path, angaben: BerichtsAngaben, aendere: Aendere, tmp_path: Path
) -> None:
    ab_2022 = pl.when(pl.col("raumebene") == "region").then(pl.date(2022, 1, 1)).otherwise(pl.date(1990, 1, 1))
    aendere("raeume", lambda d: d.with_columns(gueltig_von=ab_2022))
    aendere("kennzahlen", lambda d: d.filter(pl.col("raumebene") != "region"))
    schreibe_bericht(marts, tmp_path / "b", angaben, [])
    assert "gilt erst ab 01.01.2022" in Seite(tmp_path / "b/index.html").text
    assert "01.01.2022, nach dem Berichtsjahr" in Seite(tmp_path / "b/raum/musterkreis-nord.html").text


def test_vergleich_nennt_die_andere_quelle(marts: Path, angaben: BerichtsAngaben, aendere: Aendere) -> None:
    ist_raum = (pl.col("raum_id") == "99001001") & (pl.col("kennzahl") == "jugendquotient")

    def quelle(name: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
        return lambda d: d.with_columns(quelle=pl.when(ist_raum).then(pl.lit(name)).otherwise(pl.col("quelle")))

    aendere("kennzahlen", quelle("register"))
    raum = next(b for b in lade_modell(marts, angaben, []).blaetter if b.raum_id == "99001001")
    vergleich = raum.angabe("jugendquotient").vergleich
    assert vergleich is not None
    assert (vergleich.wert.quelle, vergleich.wert.wert, vergleich.gleiche_quelle) == ("register", 55.5, True)
    aendere("kennzahlen", quelle("andere"))
    raum = next(b for b in lade_modell(marts, angaben, []).blaetter if b.raum_id == "99001001")
    vergleich = raum.angabe("jugendquotient").vergleich
    assert vergleich is not None
    assert (vergleich.wert.quelle, vergleich.gleiche_quelle) == ("fortschreibung", False)
    assert raum.angabe("jugendquotient").vergleichsreihe == ()


def test_keine_veraenderung_ueber_einen_bruch(marts: Path, angaben: BerichtsAngaben) -> None:
    im_bruch = lade_modell(marts, replace(angaben, berichtsjahr=2019), []).ganzes
    assert im_bruch.angabe("bev_gesamt").veraenderung is None
    danach = lade_modell(marts, replace(angaben, berichtsjahr=2020), []).ganzes
    assert danach.angabe("bev_gesamt").veraenderung == pytest.approx(111)
    luecke = lade_modell(marts, replace(angaben, berichtsjahr=2019), []).ganzes.angabe("jugendquotient")
    assert luecke.veraenderung is None


def test_quellenwechsel_ist_ein_bruch(marts: Path, angaben: BerichtsAngaben, aendere: Aendere) -> None:
    spaet = (pl.col("berichtsjahr") >= 2021) & (pl.col("kennzahl") == "bev_gesamt")
    aendere(
        "kennzahlen",
        lambda d: d.with_columns(quelle=pl.when(spaet).then(pl.lit("register")).otherwise(pl.col("quelle"))),
    )
    angabe = lade_modell(marts, angaben, []).ganzes.angabe("bev_gesamt")
    assert angabe.veraenderung is None
    assert [w.jahr for w in angabe.reihe if w.nach_bruch] == [2019, 2021]


@pytest.mark.parametrize(
    ("schaden", "wort"),
    [
        (lambda m: (m / "raeume.parquet").unlink(), "Der Mart „raeume“ fehlt"),
        (
            lambda m: pl.read_parquet(m / "kennzahlen.parquet").drop("grund").write_parquet(m / "kennzahlen.parquet"),
            "fehlen Spalten: grund",
        ),
        (
            lambda m: pl.read_parquet(m / "kennzahlen.parquet").clear().write_parquet(m / "kennzahlen.parquet"),
            "enthält der Stand bis 2021 keine Kennzahlen",
        ),
    ],
)
def test_unvollstaendiger_stand_wird_auf_deutsch_abgelehnt(
    marts: Path, angaben: BerichtsAngaben, tmp_path: Path, schaden: Callable[[Path], None], wort: str
) -> None:
    schaden(marts)
    with pytest.raises(BerichtFehler, match=wort) as fehler:
        schreibe_bericht(marts, tmp_path / "b", angaben, [])
    assert "Erwartet: " in str(fehler.value)
    assert "Bitte: " in str(fehler.value)
    assert not (tmp_path / "b").exists()


def test_gleiche_dateinamen_werden_abgelehnt(marts: Path, angaben: BerichtsAngaben, aendere: Aendere) -> None:
    doppelt = pl.col("raum_id").replace({"99001002": "Musterkreis-NORD"})
    aendere("raeume", lambda d: d.with_columns(doppelt))
    with pytest.raises(BerichtFehler, match="denselben Dateinamen: musterkreis-nord"):
        lade_modell(marts, angaben, [])


@pytest.mark.lang
def test_51_raeume_in_wenigen_sekunden(marts: Path, angaben: BerichtsAngaben, aendere: Aendere, tmp_path: Path) -> None:
    def vervielfache(daten: pl.DataFrame) -> pl.DataFrame:
        eins = daten.filter(pl.col("raum_id") == "99001002")
        return pl.concat([daten, *(eins.with_columns(raum_id=pl.lit(f"990020{i:02}")) for i in range(48))])

    aendere("kennzahlen", vervielfache)
    aendere("raeume", vervielfache)
    beginn = time.perf_counter()
    dateien = schreibe_bericht(marts, tmp_path / "b", angaben, [])
    assert len(dateien) == 11 + 4 * 52
    assert time.perf_counter() - beginn < 15
