"""Cells and equations of a small invented Jugendamt: two regions, three Räume, two Hilfearten, two years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import polars as pl
import pytest

from quality.geheimhaltung import aufbau, verlauf
from quality.geheimhaltung.aufbau import Bestand, baue
from quality.geheimhaltung.erklaerung import lade_erklaerung
from quality.geheimhaltung.seiten import Seite
from quality.geheimhaltung.sperrung import sperre
from quality.geheimhaltung.tabelle import FREI, PRIMAER, UNGENANNT
from quality.geheimhaltung.umfeld import ACHSEN, Umfeld

ELTERN = {"a": "ost", "b": "ost", "c": "west", "ost": "kreis", "west": "kreis", "uma": "kreis"}
EBENEN = {"a": "raum", "b": "raum", "c": "raum", "ost": "region", "west": "region", "kreis": "jugendamt",
          "uma": "sonstige"}  # fmt: skip
# Bestand and beendet per Raum and year; begonnen follows, but for one Wechsel in b
BESTAND = {("a", 1): 4, ("b", 1): 9, ("c", 1): 2, ("uma", 1): 4, ("a", 2): 5, ("b", 2): 8, ("c", 2): 3, ("uma", 2): 4}
BEENDET = {("a", 1): 1, ("b", 1): 6, ("c", 1): 0, ("uma", 1): 0, ("a", 2): 2, ("b", 2): 7, ("c", 2): 1, ("uma", 2): 0}
WECHSEL = {("b", 2): 2}


def _wert(konzept: str, raum: str, jahr: int) -> int:
    if raum in {"kreis", "ost", "west"}:
        return sum(_wert(konzept, kind, jahr) for kind, elter in ELTERN.items() if elter == raum)
    bestand, beendet = BESTAND[raum, jahr], BEENDET[raum, jahr]
    davor = BESTAND.get((raum, jahr - 1), bestand)
    begonnen = bestand - davor + beendet - WECHSEL.get((raum, jahr), 0)
    return {"bestand": bestand, "beendet": beendet, "begonnen": begonnen, "jahressumme": bestand + beendet}[konzept]


def _zeile(konzept: str, raum: str, jahr: int, wert: int, **schnitt: str) -> dict[str, object]:
    ganz = {"merkmal": "insgesamt", "geschlecht": "insgesamt", "altersgruppe": "insgesamt"}
    return {"messgroesse": f"hze_faelle_{konzept}", **ganz, "raum_id": raum, "stichtag": date(2020 + jahr, 12, 31),
            "berichtsjahr": 2020 + jahr, "raumebene": EBENEN[raum], "wert": wert, **schnitt}  # fmt: skip


def zaehlungen() -> pl.DataFrame:
    zeilen = []
    for konzept, raum, jahr in product(("bestand", "begonnen", "beendet", "jahressumme"), EBENEN, (1, 2)):
        wert = _wert(konzept, raum, jahr)
        zeilen.append(_zeile(konzept, raum, jahr, wert))
        eine = min(wert, 1)
        arten, halb = (("ambulant", wert - eine), ("stationaer", eine)), wert // 2
        zeilen += [_zeile(konzept, raum, jahr, w, merkmal=m) for m, w in arten]
        zeilen += [
            _zeile(konzept, raum, jahr, w, geschlecht=g) for g, w in (("maennlich", halb), ("weiblich", wert - halb))
        ]
        zeilen.append(_zeile(konzept, raum, jahr, wert // 4, merkmal="insgesamt|situation=2"))
    rahmen = pl.DataFrame(zeilen)
    # halves and quarters are no sums: those of the parents are the sums of their children
    schnitt = (pl.col("geschlecht") != "insgesamt") | pl.col("merkmal").str.contains("|", literal=True)
    schnitt = schnitt | pl.col("merkmal").is_in(["ambulant", "stationaer"])
    return _aufgerollt(rahmen, schnitt)


def _aufgerollt(rahmen: pl.DataFrame, schnitt: pl.Expr) -> pl.DataFrame:
    achsen = [a for a in ACHSEN if a != "raum_id"]
    unten = rahmen.filter(schnitt, ~pl.col("raum_id").is_in(["kreis", "ost", "west"]))
    fertig = [rahmen.filter(~schnitt), unten]
    for eltern in (["ost", "west"], ["kreis"]):
        kinder = pl.concat(fertig[1:]).filter(pl.col("raum_id").replace_strict(ELTERN, default="").is_in(eltern))
        elter = pl.col("raum_id").replace_strict(ELTERN).alias("raum_id")
        summen = kinder.group_by(*achsen, "berichtsjahr", elter).agg(pl.col("wert").sum())
        fertig.append(summen.with_columns(pl.col("raum_id").replace_strict(EBENEN).alias("raumebene"))
                      .select(rahmen.columns))  # fmt: skip
    return pl.concat(fertig)


@pytest.fixture(scope="module")
def umfeld() -> Umfeld:
    kinder = [
        {"stichtag": date(2020 + j, 12, 31), "hierarchie": "planung", "eltern_raum_id": e, "raum_id": k}
        for j in (1, 2) for k, e in ELTERN.items()
    ]  # fmt: skip
    arten = pl.DataFrame({"kind": ["ambulant", "stationaer"], "elter": ["insgesamt", "insgesamt"]})
    return Umfeld(("jugendamt", "region"), pl.DataFrame(kinder), arten, (), ("insgesamt|situation=2",))


@pytest.fixture(scope="module")
def bestand(umfeld: Umfeld) -> Bestand:
    return baue(zaehlungen(), umfeld, lade_erklaerung())


def _zelle(b: Bestand, *stelle: str) -> dict[str, object]:
    """The cell of this place."""
    (gefunden,) = b.zellen.filter(pl.col("schluessel") == "|".join(stelle)).to_dicts()
    return gefunden


def _gleichung(b: Bestand, name: str) -> dict[str, int]:
    terme = b.gleichungen.filter(pl.col("gleichung") == name)
    assert len(terme), name
    return dict(zip(terme["schluessel"], terme["koeffizient"], strict=True))


def test_every_equation_holds_and_only_the_wechsel_is_a_known_number(bestand: Bestand) -> None:
    assert len(verlauf.verbinde(bestand, []).problem.gleichungen)  # an equation that does not hold raises
    fest = bestand.gleichungen.filter(pl.col("schluessel") == aufbau.KONSTANTE)
    # of the whole table: the Wechsel in b, and in what contains b
    ganz = {n for n in fest["gleichung"] if "|insgesamt|insgesamt|insgesamt|" in n}
    assert ganz == {f"verlauf|insgesamt|insgesamt|insgesamt|{r}|2022" for r in ("b", "ost", "kreis")}


def test_sums_over_raeume_hilfearten_concepts_and_years(bestand: Bestand) -> None:
    rest = "insgesamt|insgesamt"
    raum = _gleichung(bestand, f"raum|planung|ost|hze_faelle_bestand|insgesamt|{rest}|2021-12-31")
    assert sorted(raum.values()) == [-1, -1, 1]
    art = _gleichung(bestand, f"hilfeart|insgesamt|hze_faelle_jahressumme|{rest}|a|2021-12-31")
    assert sorted(art.values()) == [-1, -1, 1]
    jahr = _gleichung(bestand, f"identitaet|insgesamt|{rest}|a|2021-12-31")
    assert sorted(jahr.values()) == [-1, -1, 1]
    verlauf_b = _gleichung(bestand, f"verlauf|insgesamt|{rest}|b|2022")
    assert verlauf_b == {
        f"hze_faelle_bestand|insgesamt|{rest}|b|2022-12-31": 1,
        f"hze_faelle_bestand|insgesamt|{rest}|b|2021-12-31": -1,
        f"hze_faelle_begonnen|insgesamt|{rest}|b|2022-12-31": -1,
        f"hze_faelle_beendet|insgesamt|{rest}|b|2022-12-31": 1,
        "konstante": -2,
    }


def test_a_rest_beside_other_parts_is_another_number(umfeld: Umfeld) -> None:
    """Single Hilfearten stand at the Jugendamt only: its rest is none of what regions and Räume have as theirs."""
    einzeln = zaehlungen().filter(pl.col("merkmal") == "stationaer").with_columns(pl.lit("art_34").alias("merkmal"))
    arten = pl.concat([umfeld.hilfearten, pl.DataFrame({"kind": ["art_34"], "elter": ["stationaer"]})])
    mit = baue(pl.concat([zaehlungen(), einzeln]), replace(umfeld, hilfearten=arten), lade_erklaerung())
    arten_an = mit.zellen.filter(pl.col("schluessel").str.contains("|art_34|", literal=True))
    assert set(arten_an["ebene"]) == {"jugendamt"}
    fest = mit.gleichungen.filter(pl.col("schluessel") == aufbau.KONSTANTE)["gleichung"]
    assert not [g for g in fest if g.startswith("raum|") and "stationaer" in g]
    teil = _gleichung(mit, "hilfeart|stationaer|hze_faelle_jahressumme|insgesamt|insgesamt|kreis|2021-12-31")
    assert sorted(teil.values()) == [-1, 1]  # all of it is shown, nothing else makes it up


def test_small_cells_are_primary_and_zeros_are_not(bestand: Bestand) -> None:
    c = ("insgesamt", "insgesamt", "insgesamt", "c")
    assert _zelle(bestand, "hze_faelle_bestand", *c, "2021-12-31")["lage"] == PRIMAER
    null = _zelle(bestand, "hze_faelle_beendet", *c, "2021-12-31")
    assert (null["wert"], null["lage"], null["untergrenze"]) == (0, FREI, 1)


def test_members_that_are_no_sozialraum_need_five(bestand: Bestand) -> None:
    uma = _zelle(bestand, "hze_faelle_bestand", "insgesamt", "insgesamt", "insgesamt", "uma", "2021-12-31")
    raum = _zelle(bestand, "hze_faelle_bestand", "insgesamt", "insgesamt", "insgesamt", "a", "2021-12-31")
    assert (uma["wert"], uma["k"], uma["lage"]) == (4, 5, PRIMAER)
    assert (raum["wert"], raum["k"], raum["lage"]) == (4, 3, FREI)


def test_few_people_behind_many_faelle_are_protected(umfeld: Umfeld) -> None:
    """Nine Hilfen of two young people are two people; a zero, and a count of enough people, stay as they are."""
    orte = {"b": 2, "a": 3, "kreis": 15}
    schluessel = {o: f"hze_faelle_bestand|insgesamt|insgesamt|insgesamt|{o}|2021-12-31" for o in orte}
    personen = pl.DataFrame({"schluessel": schluessel.values(), "personen": orte.values()})
    gebaut = baue(zaehlungen(), replace(umfeld, personen=personen), lade_erklaerung())
    lagen = {o: _zelle(gebaut, *schluessel[o].split("|"))["lage"] for o in orte}
    assert lagen == {"b": PRIMAER, "a": FREI, "kreis": FREI}


def test_sexes_below_the_regions_are_one_hidden_cell_per_region(bestand: Bestand) -> None:
    gezeigt = bestand.zellen.filter(pl.col("schluessel").str.contains(r"\|maennlich\|"), pl.col("ebene") != "")
    assert {s.split("|")[4] for s in gezeigt["schluessel"]} == {"ost", "west", "kreis"}
    verdeckt = bestand.zellen.filter(pl.col("schluessel").str.contains(r"\|maennlich\|"), pl.col("ebene") == "")
    assert {s.split("|")[4] for s in verdeckt["schluessel"]} == {"rest ost", "rest west", "rest kreis"}
    assert set(verdeckt["lage"]) <= {PRIMAER, UNGENANNT}


def test_the_complement_of_a_feature_is_protected_too(bestand: Bestand) -> None:
    """A share of all but one reveals the one."""
    rest = bestand.zellen.filter(pl.col("schluessel").str.contains("situation=~", literal=True))
    klein = rest.filter(pl.col("wert").is_between(1, 4))
    assert len(klein) > 0
    ganz = zaehlungen().filter(pl.col("merkmal") == "insgesamt|situation=2", pl.col("wert") > 0)
    assert len(ganz) > 0
    mit_merkmal = klein.filter(pl.col("k") == 5)
    assert set(mit_merkmal["lage"]) == {PRIMAER}
    # where nobody has the feature, the rest is the sum and follows the sum's own k
    assert set(klein.filter(pl.col("k") == 1)["lage"]) <= {UNGENANNT}


def test_a_feature_that_all_share_is_no_public_figure(umfeld: Umfeld) -> None:
    alle = zaehlungen()
    oben = alle.filter(pl.col("merkmal") == "insgesamt", pl.col("geschlecht") == "insgesamt")
    voll = oben.with_columns(pl.lit("insgesamt|situation=2").alias("merkmal"))
    andere = alle.filter(pl.col("merkmal") != "insgesamt|situation=2")
    gebaut = baue(pl.concat([andere, voll]), umfeld, lade_erklaerung())
    kreis = gebaut.zellen.filter(pl.col("schluessel").str.contains(r"situation=2\|.*\|kreis\|"))
    assert len(kreis) == 8  # that of the Bestand, which no table shows, is found by subtraction
    assert kreis["wert"].min() >= 5
    assert set(kreis["lage"]) == {PRIMAER}


def _ohne(merkmal: str, umfeld: Umfeld) -> Bestand:
    """Counts in which nobody in west has the feature, and in uma nobody is counted at all."""
    unten = zaehlungen().filter(~pl.col("raum_id").is_in(["kreis", "ost", "west"])).with_columns(
        pl.when(pl.col("merkmal").str.contains("|", literal=True) & (pl.col("raum_id") == "c")).then(0)
        .when(pl.col("raum_id") == "uma").then(0).otherwise("wert").alias("wert"),
        pl.col("merkmal").str.replace("situation=2", merkmal, literal=True),
    )  # fmt: skip
    andere = unten.filter(pl.col("merkmal") == f"insgesamt|{merkmal}")
    unten = pl.concat([unten, andere.with_columns(pl.lit("insgesamt|situation=1").alias("merkmal"))])
    merkmale = (f"insgesamt|{merkmal}", "insgesamt|situation=1")
    summe = Seite("k", 1, "alle", "zaehler", "hze_faelle_jahressumme", "summe", "insgesamt", "insgesamt",
                  tuple((m, 1) for m in merkmale), kosten=False)  # fmt: skip
    mit = replace(umfeld, merkmale=merkmale, summen=(summe,))
    return baue(_aufgerollt(unten, pl.lit(value=True)), mit, lade_erklaerung())


@pytest.mark.parametrize(("merkmal", "lage"), [("transferbezug=ja", PRIMAER), ("transferbezug=unbekannt", FREI)])
def test_that_nobody_has_a_sensitive_feature_is_hidden(umfeld: Umfeld, merkmal: str, lage: str) -> None:
    """Where nobody is counted at all, nothing is told; such a 0 may be hidden, so that nobody relies on zeros."""
    gebaut = _ohne(merkmal, umfeld)
    stelle = (f"insgesamt|{merkmal}", "insgesamt", "insgesamt")
    west = _zelle(gebaut, "hze_faelle_jahressumme", *stelle, "west", "2022-12-31")
    assert (west["wert"], west["lage"], west["untergrenze"]) == (0, lage, 0 if lage == PRIMAER else 1)
    # of two features that nobody has the sum tells the same, if both are sensitive
    assert _zelle(gebaut, "hze_faelle_jahressumme", "summe", *stelle[1:], "west", "2022-12-31")["lage"] == lage
    assert _zelle(gebaut, "hze_faelle_jahressumme", *stelle, "rest kreis", "2022-12-31")["lage"] == UNGENANNT
    wahl = sperre(verlauf.verbinde(gebaut, []).problem)
    assert wahl.bericht.sicher
    null = wahl.bericht.zellen.filter(pl.col("wert") == 0)
    assert len(null) > 0
    assert null["kleinster"].max() == 0
    assert (null["groesster"] >= 5).all()


def test_a_member_made_by_its_feature_tells_nothing_by_having_it(umfeld: Umfeld) -> None:
    """All of member uma are UMA: their number need not be hidden, nor the total without them."""
    uma = [
        _zeile("jahressumme", raum, jahr, wert, merkmal="insgesamt|uma=ja")
        for jahr in (1, 2) for raum, wert in (("uma", 8), ("kreis", 8))
    ]  # fmt: skip
    plus = pl.concat([zaehlungen(), pl.DataFrame(uma)]).with_columns(
        pl.when(pl.col("messgroesse") == "hze_faelle_jahressumme", pl.col("raum_id") == "uma",
                pl.col("merkmal") == "insgesamt", pl.col("geschlecht") == "insgesamt").then(8)
        .otherwise("wert").alias("wert")
    )  # fmt: skip
    gezeigt = Umfeld(umfeld.oberhalb, umfeld.kinder, umfeld.hilfearten, (), ("insgesamt|uma=ja",))
    for mitglied, lage in (("uma", FREI), ("-", PRIMAER)):
        tabellen = [t.model_copy(update={"mitglied": mitglied} if t.mitglied == "uma" else {})
                    for t in lade_erklaerung().tabellen]  # fmt: skip
        gebaut = baue(plus, gezeigt, lade_erklaerung().model_copy(update={"tabellen": tuple(tabellen)}))
        assert _zelle(gebaut, "hze_faelle_jahressumme", "insgesamt|uma=ja", "insgesamt", "insgesamt", "uma",
                      "2021-12-31")["lage"] == lage  # fmt: skip


def test_what_is_not_declared_is_no_cell(umfeld: Umfeld, bestand: Bestand) -> None:
    """Crossed with each other, other Messgrößen, features no Kennzahl shows."""
    fremd = [
        _zeile("zugewechselt", "a", 1, 7),
        _zeile("bestand", "kreis", 1, 7, geschlecht="maennlich", altersgruppe="0-3"),
        _zeile("bestand", "kreis", 1, 7, merkmal="insgesamt|transferbezug=ja"),
        _zeile("bestand", "kreis", 1, 7, merkmal="ambulant", geschlecht="maennlich"),
    ]
    mehr = baue(pl.concat([zaehlungen(), pl.DataFrame(fremd)]), umfeld, lade_erklaerung())
    assert mehr.zellen.equals(bestand.zellen)
