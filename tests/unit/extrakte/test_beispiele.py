"""Each example gives exactly its rows, and each agreement of its contract catches the row that breaks it."""

from __future__ import annotations

import polars as pl
import pytest

from quality import tuer
from quality.schema import polars_schema
from sources.formate import Lesefehler
from sources.profilmodell import Feed
from sources.vertraege import Feld, lade_vertraege
from tests.unit.extrakte.conftest import EINZELSAETZE, EXTRAKTE, Beispiel, lade_beispiel

# rows, number field, its sum, encoding
SOLL = {
    "einwohnermelde": (151, "anzahl", 11044, "iso-8859-1"),
    "bewegungen": (102, "anzahl", 1786, "utf-8-sig"),
    "haushalte": (27, "anzahl", 25597, "xlsx"),
    "schuelerstatistik": (66, "anzahl", 1432, "xlsx"),
    "uebergaenge": (36, "anzahl", 875, "iso-8859-1"),
    "schuleingangsuntersuchung": (72, "anzahl", 5488, "utf-8"),
    "gefaehrdungseinschaetzungen": (61, "anzahl", 491, "iso-8859-1"),
    "inobhutnahmen": (22, "anzahl", 115, "utf-8"),
    "angebote": (10, "plaetze", 157, "xlsx"),
    "bedarfe": (5, "", 0, "utf-8-sig"),
    "ziele": (5, "zielwert", 131, "windows-1252"),
    "kommentare": (4, "", 0, "utf-8-sig"),
    "vergleichsreihen": (9, "begonnen", 14867, "utf-8"),
}


def test_das_beispiel_gibt_genau_seine_saetze(beispiel: Beispiel) -> None:
    zeilen, feld, summe, kodierung = SOLL[beispiel.vertrag.extrakt]
    geprueft = beispiel.geprueft()
    saetze = geprueft.zellen
    assert geprueft.quarantaene.is_empty()
    assert (len(saetze), geprueft.gelesen.kodierung, geprueft.gelesen.musterdaten) == (zeilen, kodierung, True)
    assert not feld or saetze[feld].sum() == summe
    soll = polars_schema(beispiel.vertrag)
    fachlich = [s.name for s in beispiel.vertrag.spalten if not s.technisch]
    assert dict(saetze.schema) == {name: soll[name] for name in fachlich}
    assert saetze.select(beispiel.vertrag.schluesselfelder).is_unique().all()
    assert (geprueft.reparaturen, geprueft.weggelassen, geprueft.personenbezogen) == ({}, {}, False)


def test_das_beispiel_gehoert_zu_genau_einem_vertrag(beispiel: Beispiel) -> None:
    vertraege = [v for v in lade_vertraege().values() if v.dateimuster]
    feeds = [Feed(feed=v.extrakt, extrakt=v.extrakt, muster=v.dateimuster) for v in vertraege]
    assert [f.extrakt for f in feeds if f.passt(beispiel.datei.name) is not None] == [beispiel.vertrag.extrakt]


def test_ein_vorspann_stoert_nicht(beispiel: Beispiel) -> None:
    """What offices write above their lists; the register export alone begins with its header."""
    if not beispiel.vertrag.kopf_suchen:
        assert beispiel.vertrag.extrakt == "einwohnermelde"
        return
    liste = beispiel.daten.with_columns(musterdaten=pl.lit("1")).write_csv(separator=";")
    geprueft = tuer.pruefe(f"Landratsamt;;\n;;\n{liste}".encode(), "liste.csv", beispiel.vertrag, {})
    assert len(geprueft.zellen) == SOLL[beispiel.vertrag.extrakt][0]


def _verletzungen(feld: Feld) -> list[tuple[str, str | None, str, str]]:
    """(rule, value that breaks it, end of the sentence) for all that the contract says of a field."""
    faelle: list[tuple[str, str | None, str, str]] = []
    if feld.codes:
        faelle.append(("code", "gibtesnicht", "gibtesnicht", "unbekannter Code."))
    if feld.muster:
        faelle.append(("muster", "§§§", "§§§", "entspricht nicht der vereinbarten Form."))
    if feld.min is not None:
        wert = str(int(feld.min) - 1)
        faelle.append(("bereich", wert, wert, "liegt außerhalb des vereinbarten Bereichs."))
    if feld.max is not None:
        wert = str(int(feld.max) + 1)
        faelle.append(("bereich", wert, wert, "liegt außerhalb des vereinbarten Bereichs."))
    if feld.typ == "ganzzahl":
        faelle += [("typ", w, w, "ist keine ganze Zahl.") for w in ("viele", "1,5")]
    if feld.typ == "zahl":
        faelle.append(("typ", "k. A.", "k. A.", "ist keine Zahl in der vereinbarten Schreibweise."))
    if feld.typ == "datum":
        faelle += [
            ("typ", w, w, "ist kein Datum der Form TT.MM.JJJJ oder JJJJ-MM-TT.") for w in ("31.02.2023", "1.1.23")
        ]
    if not feld.leer_erlaubt and not feld.vorgabe and not feld.berechnet:
        faelle.append(("pflicht", None, "(leer)", "fehlt oder ist nicht lesbar."))
    return faelle


@pytest.mark.parametrize(
    ("extrakt", "feld", "regel", "wert", "gezeigt", "satz"),
    [(e, f.name, *fall) for e in EXTRAKTE for f in lade_vertraege()[e].felder for fall in _verletzungen(f)],
)
def test_ein_falscher_wert_wartet_allein(
    extrakt: str, feld: str, regel: str, wert: str | None, gezeigt: str, satz: str
) -> None:
    """The row is named by line, field and value; all others pass unchanged."""
    beispiel = lade_beispiel(extrakt)
    geprueft = beispiel.pruefe(beispiel.mit({feld: wert}, reihe=1))
    treffer = geprueft.quarantaene.filter(pl.col("regel") == regel, pl.col("spalte") == feld)
    assert treffer.select("zeile", "wert", "meldung").rows() == [(3, gezeigt, f"Zeile 3: {feld} '{gezeigt}' {satz}")]
    assert set(geprueft.quarantaene["zeile"]) == {3}
    gut = beispiel.geprueft().zellen.filter(pl.int_range(pl.len()) != 1)
    assert geprueft.zellen.drop("zeile").equals(gut.drop("zeile"))


def test_ein_doppelter_schluessel_wartet_mit_seinem_zwilling(beispiel: Beispiel) -> None:
    doppelt = pl.concat([beispiel.daten, beispiel.daten.head(1)])
    geprueft = beispiel.pruefe(doppelt)
    letzte = len(doppelt) + 1
    assert geprueft.quarantaene.select("zeile", "regel").rows() == [(2, "schluessel"), (letzte, "schluessel")]
    assert geprueft.quarantaene["meldung"].str.ends_with("kommt doppelt vor.").all()
    assert len(geprueft.zellen) == len(doppelt) - 2


def test_jede_fehlende_pflichtspalte_wird_genannt(beispiel: Beispiel) -> None:
    pflicht = [f.name for f in beispiel.vertrag.felder if f.pflicht]
    assert pflicht
    for feld in pflicht:
        with pytest.raises(Lesefehler) as fehler:
            beispiel.pruefe(beispiel.daten.drop(feld))
        assert fehler.value.art == "spalte_fehlt"
        assert f"Es fehlt die Spalte '{feld}'" in str(fehler.value)


@pytest.mark.parametrize("extrakt", sorted({*EXTRAKTE} - {*EINZELSAETZE}))
@pytest.mark.parametrize("spalte", ["Aktenzeichen", "Geburtsdatum", "Name des Kindes"])
def test_einzelfaelle_haben_keinen_platz(extrakt: str, spalte: str) -> None:
    """§ 8a, § 42 and the planning lists know no persons: a file with such a column is refused, not trimmed."""
    beispiel = lade_beispiel(extrakt)
    with pytest.raises(Lesefehler) as fehler:
        beispiel.pruefe(beispiel.daten.with_columns(pl.lit("1").alias(spalte)))
    assert fehler.value.art == "spalte_unbekannt"
    assert spalte in str(fehler.value)


def test_jedes_wort_fuehrt_zu_einem_code_seines_feldes() -> None:
    felder = [(e, f) for e in EXTRAKTE for f in lade_vertraege()[e].felder if f.codes]
    assert len(felder) > 20
    falsch = [(e, f.name, w) for e, f in felder for w, code in f.uebersetzung.items() if code not in f.codes]
    assert falsch == []
