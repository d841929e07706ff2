"""Records by contract: from delivered columns to typed fields, and what the door keeps of them.

Here: an invented contract and files of a few lines. Not here: the contracts that ship (``tests/unit/extrakte``), the
readers (``tests/unit/formate``), the order of steps for many files (``tests/integration``).
"""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from quality import tuer
from sources import saetze as saetze_modul
from sources.formate import Lesefehler
from sources.profilmodell import Feed
from sources.vertraege import Vertrag, VertragFehler, lade_vertrag

FELDER: list[dict[str, Any]] = [
    {"name": "raum", "typ": "text", "muster": r"^\d{4}$", "fuehrende_nullen": 4, "schluesselart": "lokal"},
    {"name": "stichtag", "typ": "datum", "geliefert": ["Stand vom"]},
    {"name": "gruppe", "typ": "text", "codes": ["jung", "alt"], "uebersetzung": {"u18": "jung", "Ü18": "alt"}},
    {"name": "art", "typ": "text", "codeliste": "arten", "pflicht": False, "leer_erlaubt": True},
    {"name": "anzahl", "typ": "ganzzahl", "min": 0, "max": 9000},
    {"name": "betrag", "typ": "zahl", "pflicht": False, "leer_erlaubt": True},
    {"name": "geprueft", "typ": "wahrheit", "pflicht": False, "leer_erlaubt": True, "vorgabe": "nein"},
]
VERTRAG: dict[str, Any] = {
    "extrakt": "muster", "titel": "Musterdaten", "familie": "bevoelkerung", "korn": "ein Satz", "form": "saetze",
    "format": "tabelle", "quelle": "register", "kodierungen": ["utf-8", "windows-1252", "iso-8859-1"],
    "personenbezogen": False, "oeffentlich": False, "rechtsgrundlage": "-", "lizenz": "-", "attribution": "-",
    "turnus": "-", "aufbewahrung": "-", "felder": [{**f, "bedeutung": "-"} for f in FELDER],
    "schluesselfelder": ["raum", "stichtag", "gruppe"], "periode": "stichtag", "schwellen": {"quarantaene_anteil": 1.0},
    "codelisten": {"arten": {"gueltig_am": "stichtag", "werte": [
        {"code": "01", "text": "alt", "gueltig_von": "2000-01-01", "gueltig_bis": "2021-12-31"},
        {"code": "02", "text": "neu", "gueltig_von": "2022-01-01"}]}},
    "regeln": [
        {"name": "jung_ohne_betrag", "bedingung": "gruppe != 'jung' or betrag is null", "meldung": "jung und Betrag"},
        {"name": "sehr_viele", "bedingung": "anzahl <= 1000", "meldung": "viele", "schwere": "verdacht"},
    ],
}  # fmt: skip
KOPF = "raum;stichtag;gruppe;anzahl\n"
GUT = "0001;31.12.2023;u18;5\n0001;31.12.2023;Ü18;7\n0002;31.12.2023;jung;0\n"


@pytest.fixture
def baue(tmp_path: Path):
    """Make a contract; keyword arguments replace keys of the common one."""

    def _baue(**anderes: Any) -> Vertrag:
        datei = tmp_path / "contract.yml"
        datei.write_text(yaml.safe_dump({**VERTRAG, **anderes}, allow_unicode=True), "utf-8")
        return lade_vertrag(datei)

    return _baue


def _feed(**eigenes: Any) -> Feed:
    return Feed.model_validate({"feed": "muster", "extrakt": "muster", "muster": ["*"], **eigenes})


def _pruefe(vertrag: Vertrag, text: str, feed: Feed | None = None, **angaben: str) -> tuer.Geprueft:
    return tuer.pruefe(text.encode(), "muster.csv", vertrag, angaben, feed)


def _regeln(geprueft: tuer.Geprueft) -> list[tuple[int, str, str]]:
    return geprueft.quarantaene.select("zeile", "regel", "spalte").rows()


def test_records_are_typed(baue) -> None:
    geprueft = _pruefe(baue(), KOPF + GUT)
    tag = datetime.date(2023, 12, 31)
    assert geprueft.zellen.columns == [*(f["name"] for f in FELDER), "raum_methode", "zeile", "periode"]
    assert geprueft.zellen.rows() == [
        ("0001", tag, "jung", None, 5, None, False, None, 2, "2023-12-31"),
        ("0001", tag, "alt", None, 7, None, False, None, 3, "2023-12-31"),
        ("0002", tag, "jung", None, 0, None, False, None, 4, "2023-12-31"),
    ]
    assert geprueft.quarantaene.is_empty()
    assert geprueft.zellen.schema["raum"] == pl.String
    assert (geprueft.zeilen, geprueft.verdacht_zeilen, geprueft.reparaturen, geprueft.weggelassen) == (3, 0, {}, {})


@pytest.mark.parametrize(
    "kopf", ["RAUM;Stand vom;Gruppe ;anzahl", "Raum;STANDVOM; gruppe;An zahl", "\ufeffraum;stichtag;gruppe;anzahl"]
)
def test_headings_are_found_whatever_their_case_and_blanks(baue, kopf: str) -> None:
    assert _pruefe(baue(), f"{kopf}\n{GUT}").zeilen == 3


def test_columns_may_come_in_any_order(baue) -> None:
    geprueft = _pruefe(baue(), "anzahl;gruppe;stichtag;raum\n5;u18;31.12.2023;0001\n")
    assert geprueft.zellen.select("raum", "anzahl").rows() == [("0001", 5)]


def test_the_profile_maps_columns_and_words(baue) -> None:
    feed = _feed(spalten={"Bezirk": "raum"}, uebersetzungen={"gruppe": {"Kinder": "jung"}})
    geprueft = _pruefe(baue(), "bezirk;stichtag;gruppe;anzahl\n0001;2023-12-31;KINDER;5\n", feed)
    assert geprueft.zellen.select("raum", "gruppe").rows() == [("0001", "jung")]


@pytest.mark.parametrize(
    ("kopf", "art", "worte"),
    [
        ("raum;stichtag;gruppe", "spalte_fehlt", "'anzahl'"),
        ("raum;stichtag;gruppe;menge", "spalte_fehlt", "fehlt die Spalte 'anzahl'; dafür neu: 'menge' (umbenannt?)"),
        ("raum;stichtag;gruppe;anzahl;name", "spalte_unbekannt", "Unbekannte Spalte: 'name'"),
        ("raum;stichtag;gruppe;anzahl;ANZAHL", "spalte_doppelt", "'anzahl' und 'ANZAHL'"),
    ],
)
def test_wrong_columns_are_refused_by_name(baue, kopf: str, art: str, worte: str) -> None:
    zeile = ";".join(["0001", "31.12.2023", "u18", "5", "x"][: kopf.count(";") + 1])
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(baue(), f"{kopf}\n{zeile}\n")
    assert fehler.value.art == art
    assert worte in str(fehler.value)


@pytest.mark.parametrize(
    ("zeile", "regel", "spalte", "meldung"),
    [
        ("0002;31.12.2023;divers;7", "code", "gruppe", "Zeile 3: gruppe 'divers' unbekannter Code."),
        ("0002;31.12.23;u18;7", "typ", "stichtag", "Zeile 3: stichtag '31.12.23' ist kein Datum der Form TT.MM.JJJJ"),
        ("0002;31.02.2023;u18;7", "typ", "stichtag", "Zeile 3: stichtag '31.02.2023' ist kein Datum"),
        ("0002;31.12.2023;u18;viele", "typ", "anzahl", "Zeile 3: anzahl 'viele' ist keine ganze Zahl."),
        ("0002;31.12.2023;u18;7,5", "typ", "anzahl", "Zeile 3: anzahl '7,5' ist keine ganze Zahl."),
        ("0002;31.12.2023;u18;", "pflicht", "anzahl", "Zeile 3: anzahl '(leer)' fehlt oder ist nicht lesbar."),
        ("0002;31.12.2023;u18;-7", "bereich", "anzahl", "Zeile 3: anzahl '-7' liegt außerhalb"),
        ("00A2;31.12.2023;u18;7", "muster", "raum", "Zeile 3: raum '00A2' entspricht nicht der vereinbarten Form."),
    ],
)
def test_a_bad_value_waits_with_its_row(baue, zeile: str, regel: str, spalte: str, meldung: str) -> None:
    geprueft = _pruefe(baue(), f"{KOPF}0001;31.12.2023;u18;5\n{zeile}\n0003;31.12.2023;u18;9\n")
    assert _regeln(geprueft) == [(3, regel, spalte)]
    assert geprueft.quarantaene["meldung"][0].startswith(meldung)
    assert geprueft.quarantaene["raum_schluessel"][0] == zeile.partition(";")[0]
    assert geprueft.zellen["anzahl"].to_list() == [5, 9]


def test_one_record_with_several_faults_is_one_record(baue) -> None:
    geprueft = _pruefe(baue(), f"{KOPF}0001;gestern;divers;-1\n0002;31.12.2023;u18;2\n")
    assert _regeln(geprueft) == [(2, "bereich", "anzahl"), (2, "code", "gruppe"), (2, "typ", "stichtag")]
    assert geprueft.zeilen == 1
    with pytest.raises(Lesefehler, match=r"^1 von 2 Sätzen \(50.0%\) verletzen den Vertrag: Zeile 2: "):
        _pruefe(baue(schwellen={"quarantaene_anteil": 0.4}), f"{KOPF}0001;gestern;divers;-1\n0002;31.12.2023;u18;2\n")


def test_an_unknown_code_comes_in_once_it_is_classified(baue) -> None:
    text = f"{KOPF}0001;31.12.2023;divers;5\n"
    assert _pruefe(baue(), text).zeilen == 0
    feed = _feed(uebersetzungen={"gruppe": {"divers": "alt"}})
    assert _pruefe(baue(), text, feed).zellen["gruppe"].to_list() == ["alt"]
    assert tuer.lesart(baue(), None) != tuer.lesart(baue(), feed)


def test_a_code_must_be_valid_on_its_day(baue) -> None:
    geprueft = _pruefe(
        baue(),
        "raum;stichtag;gruppe;anzahl;art\n0001;31.12.2021;u18;1;01\n0002;31.12.2021;u18;1;02\n"
        "0003;31.12.2022;u18;1;02\n0004;31.12.2022;u18;1;01\n0005;31.12.2022;u18;1;77\n",
    )
    assert geprueft.zellen["zeile"].to_list() == [2, 4]
    assert _regeln(geprueft) == [(3, "codeliste", "art"), (5, "codeliste", "art"), (6, "codeliste", "art")]


def test_lost_zeros_are_given_back_and_counted(baue) -> None:
    geprueft = _pruefe(baue(), f"{KOPF}1;31.12.2023;u18;5\n0001;31.12.2023;Ü18;7\n2;31.12.2023;u18;5\n")
    assert geprueft.zellen["raum"].to_list() == ["0001", "0001", "0002"]
    assert geprueft.reparaturen == {"raum": 2}


def test_both_records_of_a_key_wait_even_if_written_differently(baue) -> None:
    """The key holds for values, not for the texts they came as."""
    geprueft = _pruefe(baue(), f"{KOPF}0001;31.12.2023;u18;5\n0002;31.12.2023;u18;1\n1;2023-12-31;jung;6\n")
    assert _regeln(geprueft) == [(z, "schluessel", "raum, stichtag, gruppe") for z in (2, 4)]
    assert geprueft.quarantaene["wert"].to_list() == ["0001 | 31.12.2023 | u18", "1 | 2023-12-31 | jung"]
    assert geprueft.zellen["zeile"].to_list() == [3]


def test_unreadable_keys_are_no_doubles(baue) -> None:
    geprueft = _pruefe(baue(), f"{KOPF}0001;gestern;u18;5\n0001;vorgestern;u18;6\n")
    assert _regeln(geprueft) == [(2, "typ", "stichtag"), (3, "typ", "stichtag")]


def test_rules_over_a_record(baue) -> None:
    kopf = "raum;stichtag;gruppe;anzahl;betrag\n"
    geprueft = _pruefe(
        baue(), f"{kopf}0001;31.12.2023;u18;5;\n0002;31.12.2023;u18;5;3,50\n0003;31.12.2023;alt;5;3,50\n"
    )
    assert _regeln(geprueft) == [(3, "jung_ohne_betrag", "gruppe, betrag")]
    assert geprueft.quarantaene["meldung"][0] == "Zeile 3: jung und Betrag (gruppe, betrag 'u18 | 3,50')."


def test_suspicious_records_pass_and_are_reported(baue) -> None:
    geprueft = _pruefe(baue(), f"{KOPF}0001;31.12.2023;u18;5000\n0002;31.12.2023;u18;5\n")
    assert (geprueft.zeilen, geprueft.verdacht_zeilen) == (2, 1)
    assert geprueft.verdacht.select("zeile", "regel", "spalte", "wert").rows() == [(2, "sehr_viele", "anzahl", "5000")]


@pytest.mark.parametrize(
    ("texte", "dialekt", "werte"),
    [
        (["1.234,56", "7"], {}, [1234.56, 7.0]),
        (["1,234.56", "7"], {}, [1234.56, 7.0]),
        (["1.234,56-", "1.000"], {}, [-1234.56, 1000.0]),
        (["1.234", "5,5"], {}, [1234.0, 5.5]),
        (["1.234", "5.5"], {}, [1.234, 5.5]),
        (["1.234", "-2.000"], {"zahlen": "deutsch"}, [1234.0, -2000.0]),
        (["1.234", "-2.000"], {"zahlen": "englisch"}, [1.234, -2.0]),
        (["12", "−3"], {}, [12.0, -3.0]),
        (["12", "0"], {"umkehren": ["betrag"]}, [-12.0, 0.0]),
        (["+12", ""], {}, [12.0, None]),
    ],
)
def test_notations_of_numbers(baue, texte: list[str], dialekt: dict[str, Any], werte: list[float | None]) -> None:
    zeilen = "".join(f"000{i};31.12.2023;alt;1;{text}\n" for i, text in enumerate(texte))
    geprueft = _pruefe(baue(), f"raum;stichtag;gruppe;anzahl;betrag\n{zeilen}", _feed(dialekt=dialekt))
    assert geprueft.zellen["betrag"].to_list() == werte


@pytest.mark.parametrize(
    "text", ["(5)", "5 €", "1e3", "0x10", "1.23.4", "1,2,3", "--5", "5-5", "NaN", "inf", "١٢", "9" * 400]
)
def test_what_is_no_number_waits(baue, text: str) -> None:
    geprueft = _pruefe(
        baue(),
        f"raum;stichtag;gruppe;anzahl;betrag\n0001;31.12.2023;alt;1;{text}\n",
        _feed(dialekt={"zahlen": "deutsch"}),
    )
    assert _regeln(geprueft) == [(2, "typ", "betrag")]


def test_numbers_with_two_readings_are_refused_until_the_profile_says_which(baue) -> None:
    text = "raum;stichtag;gruppe;anzahl;betrag\n0001;31.12.2023;alt;1;1.234\n"
    with pytest.raises(Lesefehler, match="zwei Lesarten") as fehler:
        _pruefe(baue(), text)
    assert fehler.value.art == "zahlen"


@pytest.mark.parametrize(
    ("text", "wert"),
    [
        ("ja", True),
        ("X", True),
        ("1", True),
        ("true", True),
        ("Nein", False),
        ("0", False),
        ("", False),
        ("vielleicht", None),
    ],
)
def test_truth_values(baue, text: str, wert: bool | None) -> None:
    geprueft = _pruefe(baue(), f"raum;stichtag;gruppe;anzahl;geprueft\n0001;31.12.2023;alt;1;{text}\n")
    assert geprueft.zellen["geprueft"].to_list() == ([] if wert is None else [wert])


def test_totals_rows_are_left_out_and_counted(baue) -> None:
    feed = _feed(dialekt={"summenzeilen": {"raum": "^Summe"}})
    geprueft = _pruefe(baue(), f"{KOPF}{GUT}Summe;;;12\n", feed)
    assert (geprueft.zeilen, geprueft.weggelassen) == (3, {"summenzeilen": 1})
    assert _regeln(_pruefe(baue(), f"{KOPF}{GUT}Summe;;;12\n"))[0][0] == 5
    with pytest.raises(Lesefehler, match="bleibt kein Satz"):
        _pruefe(baue(), f"{KOPF}Summe;;;12\n", feed)


def test_of_a_refused_delivery_the_first_bad_rows_are_told(baue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuer, "HOECHSTENS", 3)
    text = KOPF + "".join(f"{n:04};31.12.2023;divers;1\n" for n in range(20))
    with pytest.raises(tuer.ZuVieleFehler, match=r"^20 von 20 Sätzen") as fehler:
        _pruefe(baue(schwellen={"quarantaene_anteil": 0.5}), text)
    assert fehler.value.zeilen["zeile"].to_list() == [2, 3, 4]
    assert len(_pruefe(baue(), text).quarantaene) == 20


def test_columns_side_by_side_become_records(baue) -> None:
    feed = _feed(
        dialekt={"nebeneinander": {"Kinder": {"gruppe": "jung"}, "Alte": {"gruppe": "alt"}}, "wertfeld": "anzahl"}
    )
    geprueft = _pruefe(baue(), "raum;stichtag;kinder;alte\n0001;31.12.2023;5;7\n0002;31.12.2023;;9\n", feed)
    assert geprueft.zellen.select("raum", "gruppe", "anzahl", "zeile").rows() == [
        ("0001", "jung", 5, 2), ("0001", "alt", 7, 2), ("0002", "alt", 9, 3),
    ]  # fmt: skip
    assert geprueft.weggelassen == {"leere_zellen": 1}


def test_the_header_is_looked_for_below_a_preamble(baue) -> None:
    vorspann = 'Liste "A"; erstellt am 1.1.2024\n\nAmt;für;Jugend\nraum;Bemerkung\n'
    geprueft = _pruefe(baue(kopf_suchen=True), vorspann + KOPF + GUT)
    assert geprueft.zellen["zeile"].to_list() == [6, 7, 8]
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(baue(kopf_suchen=True), vorspann + "raum;stichtag;gruppe;menge\n" + GUT)
    assert fehler.value.art == "spalte_fehlt"
    assert "'anzahl'; dafür neu: 'menge'" in str(fehler.value)


def test_the_period_comes_from_a_field_the_file_name_or_is_one(baue) -> None:
    assert _pruefe(baue(periode="dateiname"), KOPF + GUT, jahr="2023").zellen["periode"].unique().to_list() == ["2023"]
    assert _pruefe(baue(periode="gesamt"), KOPF + GUT).zellen["periode"].unique().to_list() == ["gesamt"]
    with pytest.raises(Lesefehler, match="nennt kein Jahr"):
        _pruefe(baue(periode="dateiname"), KOPF + GUT)


PERSONEN = {"personenbezogen": "einzelsaetze", "verdichtung": {"gruppen": ["raum"], "zaehler": "anzahl"}}


def test_single_persons_count_one_each_and_have_no_key(baue) -> None:
    kopf = "raum;stichtag;gruppe;Name;Straße\n"
    text = f"{kopf}0001;31.12.2023;u18;Erika Muster;Weg 1\n0001;31.12.2023;u18;Max Muster;Weg 1\n"
    geprueft = _pruefe(baue(**PERSONEN), text)
    assert geprueft.personenbezogen
    assert geprueft.zellen["anzahl"].to_list() == [1, 1]
    assert geprueft.weggelassen == {"unbekannte_spalten": 2}
    assert not _pruefe(baue(**PERSONEN), KOPF + GUT).personenbezogen
    with pytest.raises(Lesefehler, match="Unbekannte Spalte"):
        _pruefe(baue(**PERSONEN), "raum;stichtag;gruppe;anzahl;Name\n0001;31.12.2023;u18;1;Erika\n")


def test_of_single_persons_row_and_rule_are_kept_and_no_value(baue) -> None:
    text = "raum;stichtag;gruppe;betrag\nGEHEIM;31.12.2023;GEHEIM;1\n0001;GEHEIM;u18;99\n"
    geprueft = _pruefe(baue(**PERSONEN), text)
    assert {(z, r) for z, r, _ in _regeln(geprueft)} >= {
        (2, "muster"),
        (2, "code"),
        (3, "typ"),
        (3, "jung_ohne_betrag"),
    }
    behalten = [*geprueft.quarantaene.iter_rows(), *geprueft.verdacht.iter_rows()]
    assert "GEHEIM" not in str(behalten)
    assert "99" not in str(behalten)
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(baue(**PERSONEN, schwellen={"quarantaene_anteil": 0.1}), text)
    assert "GEHEIM" not in str(fehler.value)
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(baue(**PERSONEN), "GEHEIM;31.12.1999\nGEHEIM;x\n")
    assert "GEHEIM" not in str(fehler.value)


@pytest.mark.parametrize(
    ("anderes", "worte"),
    [
        ({"regeln": [{"name": "r", "bedingung": "anzahl >", "meldung": "-"}]}, "SQL-Ausdruck"),
        ({"regeln": [{"name": "r", "bedingung": "menge > 0", "meldung": "-"}]}, "kein Feld heißt menge"),
        ({"schluesselfelder": ["menge"]}, "kein Feld heißt menge"),
        ({"periode": "quartal"}, "periode 'quartal' ist kein Feld"),
        ({"familie": "wetter"}, "familie 'wetter' steht nicht in sources/familien.yml"),
        ({"quelle": "hoerensagen"}, "quelle 'hoerensagen' steht nicht in sources/quellen.yml"),
        (
            {
                "felder": [{"name": "thema", "typ": "text", "codes": ["hze", "wetter"], "bedeutung": "-"}],
                "schluesselfelder": ["thema"],
                "periode": "gesamt",
                "regeln": [],
            },
            "thema wetter ist keine Familie",
        ),
    ],
)
def test_contracts_that_cannot_work(baue, anderes: dict[str, Any], worte: str) -> None:
    with pytest.raises(VertragFehler, match=worte):
        baue(**anderes)


SATZ = st.tuples(
    st.sampled_from(["0001", "1", "0002", "A", ""]),
    st.sampled_from(["31.12.2023", "2023-12-31", "2022-12-31", "x", ""]),
    st.sampled_from(["u18", "alt", "Jung", "divers", ""]),
    st.sampled_from(["5", "7", "-1", "x", "2000", ""]),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(saetze=st.lists(SATZ, min_size=1, max_size=12), groesse=st.integers(1, 5))
def test_no_record_is_lost_and_blocks_do_not_matter(
    saetze: list[tuple[str, ...]], groesse: int, tmp_path_factory
) -> None:
    """Accepted + waiting = delivered, keys are unique, and any size of block gives the same."""
    datei = tmp_path_factory.getbasetemp() / "contract.yml"
    datei.write_text(yaml.safe_dump(VERTRAG, allow_unicode=True), "utf-8")
    vertrag = lade_vertrag(datei)
    belegt = [s for s in saetze if any(s)]
    text = KOPF + "".join(";".join(s) + "\n" for s in saetze)
    if not belegt:
        return
    geprueft = _pruefe(vertrag, text)
    assert geprueft.zeilen + geprueft.quarantaene["zeile"].n_unique() == len(belegt)
    assert geprueft.zellen.select(vertrag.schluessel).is_unique().all()
    richtig = Counter((s[0].zfill(4), {"u18": "jung"}.get(s[2], s[2].lower())) for s in belegt)
    assert set(geprueft.zellen.select("raum", "gruppe").rows()) <= set(richtig)
    mp = pytest.MonkeyPatch()
    mp.setattr(tuer, "BLOCK", groesse)
    mp.setattr(saetze_modul, "KLEIN", 0)
    klein = _pruefe(vertrag, text)
    kleine_zellen = klein.zellen
    mp.undo()
    assert kleine_zellen.equals(geprueft.zellen)
    assert klein.quarantaene.equals(geprueft.quarantaene)
    assert klein.verdacht.equals(geprueft.verdacht)


@pytest.mark.parametrize("klein", [0, saetze_modul.KLEIN])
def test_keys_of_more_than_64_bits_are_told_apart(baue, monkeypatch: pytest.MonkeyPatch, klein: int) -> None:
    """Many wide key fields: their product does not fit into one integer and is reduced on the way."""
    monkeypatch.setattr(saetze_modul, "KLEIN", klein)
    felder = [{"name": f"f{i}", "typ": "text", "bedeutung": "-"} for i in range(12)]
    vertrag = baue(
        felder=felder, schluesselfelder=[f["name"] for f in felder], periode="gesamt", regeln=[], codelisten={}
    )
    zeilen = [";".join(str((n * (i + 3)) % 97 if i else n // 2) for i in range(12)) for n in range(200)]
    doppelt = [zeilen[17], zeilen[150]]
    text = ";".join(f["name"] for f in felder) + "\n" + "\n".join(zeilen + doppelt) + "\n"
    geprueft = _pruefe(vertrag, text)
    naiv = Counter([*zeilen, *doppelt])
    assert geprueft.zeilen == sum(n == 1 for n in naiv.values()) == 198
    assert sorted(geprueft.quarantaene["zeile"]) == [19, 152, 202, 203]


def test_a_street_is_an_ordinary_field_where_the_contract_knows_no_address(baue) -> None:
    felder = [{"name": n, "typ": "text", "bedeutung": "-"} for n in ("schule", "strasse")]
    vertrag = baue(felder=felder, schluesselfelder=["schule"], periode="gesamt", regeln=[], codelisten={})
    geprueft = _pruefe(vertrag, "Schule;Strasse\n1;Weg 1\n")
    assert geprueft.zellen["strasse"].to_list() == ["Weg 1"]
    assert not geprueft.personenbezogen
