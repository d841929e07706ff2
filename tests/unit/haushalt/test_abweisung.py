"""Broken deliveries of the budget family: each ends in the right place with the right words.

Here: what is particular to budgets (signs, totals, keys, months, the rules of the contracts), and the common damage
once per extract. Not here: all damage to all extracts (``tests/schlecht``), whole files (``test_beispiele.py``).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from quality import tuer
from sources.formate import Lesefehler
from sources.profilmodell import Feed
from sources.vertraege import WURZEL, Vertrag, lade_vertraege

BEISPIELE = {
    "haushalt": "haushalt_2024.csv",
    "sozialraumbudget": "sozialraumbudget_2024.csv",
    "srae_massnahmen": "srae_massnahmen_2024.csv",
}
Aendern = Callable[[str], str]


def _text(extrakt: str) -> str:
    return (
        (WURZEL / extrakt / "beispiel" / BEISPIELE[extrakt])
        .read_bytes()
        .decode("utf-8" if extrakt == "haushalt" else "cp1252")
    )


def _vertrag(extrakt: str, anteil: float = 1.0) -> Vertrag:
    vertrag = lade_vertraege()[extrakt]
    return vertrag.model_copy(update={"schwellen": vertrag.schwellen.model_copy(update={"quarantaene_anteil": anteil})})


def _pruefe(extrakt: str, inhalt: str | bytes, name: str = "lieferung.csv", anteil: float = 1.0) -> tuer.Geprueft:
    feed = Feed.model_validate({"feed": extrakt, "extrakt": extrakt, "muster": ["*"]})
    roh = inhalt.encode() if isinstance(inhalt, str) else inhalt
    return tuer.pruefe(roh, name, _vertrag(extrakt, anteil), {}, feed)


def _ersetze(alt: str, neu: str) -> Aendern:
    def aendern(text: str) -> str:
        assert alt in text
        return text.replace(alt, neu, 1)

    return aendern


def _spalten(ordne: Callable[[list[str]], list[str]]) -> Aendern:
    return lambda text: "\n".join(";".join(ordne(z.split(";"))) if z else z for z in text.replace("\r", "").split("\n"))


def _zip(groesse: int) -> bytes:
    puffer = io.BytesIO()
    with zipfile.ZipFile(puffer, "w", zipfile.ZIP_DEFLATED) as archiv:
        archiv.writestr("xl/workbook.xml", "<workbook/>")
        archiv.writestr("xl/worksheets/sheet1.xml", b"0" * groesse)
    return puffer.getvalue()


# --- common damage, once per extract ----------------------------------------------------------------------------------

GANZ: dict[str, tuple[Callable[[str], str | bytes], str, str]] = {
    "utf-16": (lambda t: t.encode("utf-16"), "kodierung", "UTF-16"),
    "gemischte kodierung": (lambda t: t.encode() + "ä;".encode("cp1252"), "kodierung", "Kodierung"),
    "html": (lambda _: "<!DOCTYPE html><html></html>", "html", "Internetseite"),
    "leer": (lambda _: b"", "leer", "leer"),
    "nur kopf": (lambda t: t.split("\n")[0] + "\n", "leer", "keine Datenzeilen"),
    "trennzeichen": (lambda t: t.replace(";", "#"), "trennzeichen", "steht kein Trennzeichen"),
    "anfuehrung": (lambda t: t.replace("\n", '\n"', 1), "anfuehrung", "Anführungszeichen"),
    "abgeschnitten": (lambda t: t.rstrip()[:-4], "abgeschnitten", "vollständig"),
    "spalte fehlt": (_spalten(lambda z: z[1:]), "spalte_fehlt", "Es fehlt die Spalte"),
    "spalte umbenannt": (lambda t: "kennung_neu" + t[t.index(";") :], "spalte_fehlt", "kennung_neu"),
    "spalte doppelt": (_spalten(lambda z: [z[0], *z]), "spalten", "doppelt"),
    "spalte unbekannt": (_spalten(lambda z: [*z, "x"]), "spalte_unbekannt", "'x'"),
    "formel": (lambda t: t.replace("\n", "\n=cmd|' /C calc'!A0;", 1), "zeilenbreite", "Felder"),
    "zip-bombe": (lambda _: _zip(20_000_000), "zipbombe", "entpackt"),
}


@pytest.mark.parametrize("extrakt", BEISPIELE)
@pytest.mark.parametrize("fall", GANZ)
def test_a_damaged_file_is_refused_whole(extrakt: str, fall: str) -> None:
    aendern, art, wort = GANZ[fall]
    name = "lieferung.xlsx" if fall == "zip-bombe" else "lieferung.csv"
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(extrakt, aendern(_text(extrakt)), name)
    assert fehler.value.art == art, str(fehler.value)
    assert wort in str(fehler.value)
    assert all((fehler.value.erwartet, fehler.value.tun))


@pytest.mark.parametrize("extrakt", BEISPIELE)
def test_another_order_of_columns_changes_nothing(extrakt: str) -> None:
    gut, anders = _pruefe(extrakt, _text(extrakt)), _pruefe(extrakt, _spalten(lambda z: z[::-1])(_text(extrakt)))
    assert anders.zellen.equals(gut.zellen)
    assert anders.quarantaene.is_empty()


@pytest.mark.parametrize("extrakt", BEISPIELE)
def test_a_line_of_a_million_columns_ends_in_words(extrakt: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(extrakt, _text(extrakt) + "x;" * 1_000_000 + "\n")
    assert fehler.value.art == "zeilenbreite"
    assert len(str(fehler.value)) < 500


# --- single rows wait, all others pass --------------------------------------------------------------------------------

ZEILEN: dict[str, tuple[str, Aendern, set[int], str, str]] = {
    "ansatz mit minus": ("haushalt", _ersetze("184000,00", "-184000,00"), {2}, "vorzeichen", "dialekt (umkehren)"),
    "obligo mit minus": ("haushalt", _ersetze(";22000,00", ";22000,00-"), {6}, "vorzeichen", "positiv"),
    "unbekannte wertart": ("haushalt", _ersetze(";ist;", ";hochrechnung;"), {3}, "code", "'hochrechnung'"),
    "unbekannte art": ("haushalt", _ersetze(";aufwand;", ";umlage;"), {2}, "code", "'umlage'"),
    "schlüssel doppelt": ("haushalt", lambda t: t + t.split("\n")[5] + "\n", {6, 49}, "schluessel", "doppelt"),
    "summenzeile": ("haushalt", lambda t: t + "2024;;Summe;;;;;ist;aufwand;9,00;1\n", {49}, "muster", "'Summe'"),
    "monat 17": ("haushalt", _ersetze("2024;3;", "2024;17;"), {5}, "bereich", "'17'"),
    "jahr zweistellig": ("haushalt", _ersetze("2024;3;", "24;3;"), {5}, "bereich", "'24'"),
    "dezimalpunkt": ("haushalt", _ersetze("15120,50", "15120.50"), {3}, "typ", "Schreibweise"),
    "klammer statt minus": ("haushalt", _ersetze("15120,50", "(15120,50)"), {3}, "typ", "(15120,50)"),
    "betrag leer": ("haushalt", _ersetze("15120,50", ""), {3}, "pflicht", "fehlt"),
    "konto als wort": ("haushalt", _ersetze(";433100;", ";Sachkosten;"), {2}, "muster", "'Sachkosten'"),
    "budget mit minus": ("sozialraumbudget", _ersetze("1850000,00", "-1850000,00"), {2}, "vorzeichen", "positiv"),
    "unbekannter topf": ("sozialraumbudget", _ersetze("Fallbudget", "Nothilfe"), {2}, "code", "'Nothilfe'"),
    "raum leer": ("sozialraumbudget", _ersetze(";Sozialraum Nord;", ";;"), {2}, "pflicht", "raum_schluessel"),
    "summe im budget": (
        "sozialraumbudget", lambda t: t + "Summe;;;;;100,00;1\n", {16}, "typ", "haushaltsjahr",
    ),
    "topf doppelt": (
        "sozialraumbudget", lambda t: t + t.split("\n")[1].replace("Fallbudget", "Fallarbeit") + "\n", {2, 16},
        "schluessel", "doppelt",
    ),
    "umbuchung ohne kreis": (
        "sozialraumbudget", lambda t: t + "2024;Sozialraum Nord;Strukturbudget;;Umbuchung;5,00;1\n", {16},
        "umbuchung_ohne_deckungskreis", "Deckungskreises",
    ),
    "ende vor beginn": ("srae_massnahmen", _ersetze("28.02.2023", "28.02.2021"), {2}, "ende_nach_beginn", "nach dem"),
    "ein tag zu lang": (
        "srae_massnahmen", _ersetze("28.02.2023", "01.03.2023"), {2}, "hoechstens_12_monate", "12 Monate",
    ),
    "verlängert sich selbst": (
        "srae_massnahmen", _ersetze(";2022-01;24", ";2023-01;24"), {3}, "nicht_sich_selbst", "sich selbst",
    ),
    "ergebnis ohne tag": (
        "srae_massnahmen", _ersetze("20.01.2023;geeignet", ";geeignet"), {2}, "ergebnis_mit_datum", "Evaluation",
    ),
    "unbekanntes votum": ("srae_massnahmen", _ersetze("befürwortet", "einstimmig"), {2}, "code", "'einstimmig'"),
    "unbekanntes ergebnis": (
        "srae_massnahmen", _ersetze("geeignet und notwendig", "gut"), {2}, "code", "'gut'",
    ),
    "datum zweistellig": ("srae_massnahmen", _ersetze("01.03.2022", "01.03.22"), {2}, "typ", "'01.03.22'"),
    "datum amerikanisch": ("srae_massnahmen", _ersetze("15.02.2022", "2/15/2022"), {2}, "typ", "'2/15/2022'"),
    "budget unter null": ("srae_massnahmen", _ersetze("24.500,00", "-24.500,00"), {2}, "bereich", "budget_eur"),
    "nummer doppelt": ("srae_massnahmen", _ersetze("2024-02;Sport", "2024-01;Sport"), {5, 6}, "schluessel", "doppelt"),
    "träger leer": ("srae_massnahmen", _ersetze("Träger C (Musterdaten)", ""), {6}, "pflicht", "traeger"),
}  # fmt: skip


@pytest.mark.parametrize("fall", ZEILEN)
def test_a_bad_row_waits_and_no_other(fall: str) -> None:
    extrakt, aendern, zeilen, regel, wort = ZEILEN[fall]
    gut, geprueft = _pruefe(extrakt, _text(extrakt)), _pruefe(extrakt, aendern(_text(extrakt)))
    wartend = geprueft.quarantaene
    assert set(wartend["zeile"]) == zeilen
    assert regel in set(wartend["regel"])
    assert any(wort in meldung for meldung in wartend["meldung"]), wartend["meldung"].to_list()
    assert geprueft.zellen.equals(gut.zellen.filter(~gut.zellen["zeile"].is_in(list(zeilen))))


def test_wrong_signs_throughout_refuse_the_file() -> None:
    def minus(zeile: list[str]) -> list[str]:
        return [*zeile[:9], f"-{zeile[9]}", *zeile[10:]] if zeile[9][0].isdigit() else zeile

    with pytest.raises(Lesefehler, match="gehört das als dialekt") as fehler:
        _pruefe("haushalt", _spalten(minus)(_text("haushalt")), anteil=0.01)
    assert fehler.value.art == "zu_viele_fehler"


@pytest.mark.parametrize(
    ("alt", "neu", "regel"),
    [
        ("15.02.2022", "15.04.2022", "vereinbarung_nach_beginn"),
        ("24.180,40", "24.600,00", "abfluss_ueber_budget"),
        ("befürwortet", "abgelehnt", "ohne_votum_begonnen"),
    ],
)
def test_a_suspicious_measure_passes_and_is_reported(alt: str, neu: str, regel: str) -> None:
    geprueft = _pruefe("srae_massnahmen", _ersetze(alt, neu)(_text("srae_massnahmen")))
    assert len(geprueft.zellen) == 5
    verdacht: list[dict[str, Any]] = geprueft.verdacht.to_dicts()
    assert (2, regel) in {(v["zeile"], v["regel"]) for v in verdacht}
