"""Generated exports of every shape are read back exactly; cut ones never, dressed-up ones to the same cells."""

import csv
import io
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.formate import Lesefehler
from sources.formate.regionaldatenbank import lies

VIELE = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_ZEICHEN = ["-", ".", "x", "/", "...", "X", "–"]
_ZAHL = st.one_of(
    st.integers(-10_000_000, 10_000_000).map(str),
    st.decimals(-99_999, 99_999, places=2).map(lambda d: f"{d:.2f}".replace(".", ",")),
)
_ZELLE = st.one_of(_ZAHL, st.sampled_from(_ZEICHEN))
_RAEUME = [("DG", "Deutschland"), ("08", "  Süd"), ("083", "    Mitte, Bezirk"), ("08317", "      Kreis; West"),
           ("08317001", '        "Neu"stadt'), ("03361401002", "        Klein-Ort (bei Groß)")]  # fmt: skip
_ZEITEN = ["2015", "31.12.2014", "2013/14", "WS 2012/13", "3. Quartal 2011", "01.03.2010", "2009/2011"]
_LABELS = ["Insgesamt", "männlich", "unter 3 Jahre", "mit Muster", "5 bis unter 10 ha", "Deutsche", "CDU/CSU",
           "dar. neu", 'sogenannte "A"', "a; b", "3 und mehr", "Größe (F)"]  # fmt: skip
_MASSE = ["Fälle", "Fläche", "Betriebe je Ort", "Kaufsumme"]
_EINHEITEN = ["Anzahl", "ha", "Tsd. EUR", "Prozent", "1000 qm", "EUR", "1000", "Tsd. MJ", "m²", "1000 cbm", "dt/ha"]
# without the letters that doubly encoded text begins with, which is refused for itself
_BUCHSTABEN = st.characters(codec="iso-8859-1", categories=["L", "N", "P", "Zs"], exclude_characters="Ãâ")
_PROSA = st.text(_BUCHSTABEN, max_size=30)


@dataclass
class Export:
    """The file's text and, per cell in file order: (schluessel, name, zeit, merkmal, einheit, dims, text)."""

    text: str
    zellen: list[tuple[str, str, str, str, str, tuple[str, ...], str]]


def _verschiedene(aus: list[str], mindestens: int, hoechstens: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(aus), min_size=mindestens, max_size=hoechstens, unique=True)


@dataclass
class Plan:
    """What an export shall hold; `wo_zeit` is "kopf", "spalte" or "titel"; measures without units stand there."""

    wo_zeit: str
    zeiten: list[str]
    einheiten: dict[str, str]
    mass_im_titel: bool
    kopfdims: list[list[str]]
    zeilendims: list[list[str]]
    raeume: list[tuple[str, str]]

    @property
    def spalten(self) -> list[tuple[str, ...]]:
        """Per data column: measure, time ("" where it stands elsewhere), labels."""
        return list(product(self.einheiten, self.zeiten if self.wo_zeit == "kopf" else [""], *self.kopfdims))


@st.composite
def plaene(draw: st.DrawFn) -> Plan:
    wo_zeit = draw(st.sampled_from(["kopf", "spalte", "titel"]))
    mass_im_titel = draw(st.booleans())
    masse = draw(_verschiedene(_MASSE, 1, 1 if mass_im_titel else 3))
    kopfdims = [draw(_verschiedene(_LABELS, 2, 3)) for _ in range(draw(st.integers(int(mass_im_titel), 3)))]
    if kopfdims and not mass_im_titel and draw(st.booleans()):
        kopfdims[-1][0] = ""
    return Plan(
        wo_zeit,
        draw(_verschiedene(_ZEITEN, 1, 1 if wo_zeit == "titel" else 3)),
        {mass: draw(st.sampled_from(_EINHEITEN)) for mass in masse},
        mass_im_titel,
        kopfdims,
        [draw(_verschiedene(_LABELS, 1, 3)) for _ in range(draw(st.integers(0, 2)))],
        draw(st.lists(st.sampled_from(_RAEUME), min_size=1, max_size=4, unique=True)),
    )


def _kopf(draw: st.DrawFn, plan: Plan) -> list[list[str]]:
    """Header rows over the data columns: measure, labels with or without captions, units; dates anywhere above."""
    kopf = [] if plan.mass_im_titel else [[s[0] for s in plan.spalten]]
    if plan.wo_zeit == "kopf":
        kopf.insert(draw(st.integers(0, len(kopf))), [s[1] for s in plan.spalten])
    for i in range(len(plan.kopfdims)):
        if draw(st.booleans()):
            kopf.append(["Merkmalsname"] * len(plan.spalten))
        kopf.append([s[2 + i] for s in plan.spalten])
    return kopf if plan.mass_im_titel else [*kopf, [plan.einheiten[s[0]] for s in plan.spalten]]


def _oben(draw: st.DrawFn, plan: Plan) -> list[str]:
    oben = ["Titel über " + zeile for zeile in draw(st.lists(_PROSA, max_size=7))] + ["Musterstatistik"]
    if plan.mass_im_titel:
        oben += [f"{mass} ({einheit})" for mass, einheit in plan.einheiten.items()]
    if plan.wo_zeit == "titel":
        oben.append(draw(st.sampled_from(["", "Jahr: "])) + plan.zeiten[0])
    return oben


@st.composite
def exporte(draw: st.DrawFn) -> Export:
    plan = draw(plaene())
    vorspalten = (plan.wo_zeit == "spalte") + 2 + len(plan.zeilendims)
    aus = io.StringIO()
    schreibe = csv.writer(aus, delimiter=";", lineterminator="\n").writerow
    polster = draw(st.integers(0, vorspalten + len(plan.spalten)))
    schreibe(["GENESIS-Tabelle: 99999-01-01-4"])
    for zeile in _oben(draw, plan):
        schreibe([zeile, *[""] * polster])
    for reihe in _kopf(draw, plan):
        schreibe([""] * vorspalten + reihe)
    zellen = []
    for zeit, ort, *dims in product(plan.zeiten if plan.wo_zeit == "spalte" else [""], plan.raeume, *plan.zeilendims):
        texte = [draw(_ZELLE) for _ in plan.spalten]
        schreibe([*([zeit] if zeit else []), *ort, *dims, *texte])
        for (mass, kopfzeit, *kopfdims), text in zip(plan.spalten, texte, strict=True):
            wann = zeit or kopfzeit or plan.zeiten[0]
            zellen.append((*ort[:1], ort[1].strip(), wann, mass, plan.einheiten[mass], (*dims, *kopfdims), text))
    aus.write("__________\n")
    for absatz in draw(st.lists(st.lists(_PROSA, min_size=1, max_size=4), max_size=4)):
        aus.write('"zu ""Muster"":\n' + "\n".join(absatz).replace('"', '""') + '"\n')
    aus.write("Stand: 10.10.2017 / 18:42:14\n")
    return Export(aus.getvalue(), zellen)


def _pruefe(export: Export, inhalt: bytes) -> None:
    daten = lies(inhalt).daten
    dims = [spalte for spalte in daten.columns if spalte.startswith("dim_")]
    gelesen = daten.select("raum_schluessel", "raum_name", "zeit", "merkmal", "einheit", *dims).rows()
    assert gelesen == [(*zelle[:5], *zelle[5]) for zelle in export.zellen]
    for wert, zeichen, (*_, text) in zip(daten["wert"], daten["zeichen"], export.zellen, strict=True):
        if text in _ZEICHEN:
            assert (wert, zeichen) == (None, text)
        else:
            assert (wert, zeichen) == (float(text.replace(",", ".")), "")


@VIELE
@given(exporte(), st.sampled_from(["utf-8", "utf-8-sig", "windows-1252"]))
def test_every_generated_export_is_read_back_exactly(export: Export, kodierung: str) -> None:
    _pruefe(export, export.text.encode(kodierung))


@VIELE
@given(exporte(), st.data())
def test_what_changes_no_cell_changes_nothing(export: Export, data: st.DataObject) -> None:
    text = export.text
    if data.draw(st.booleans()):
        text += "\n" * data.draw(st.integers(1, 3))
    if data.draw(st.booleans()):
        text = text.replace("\n__________", "\n\n;;;\n__________")
    if data.draw(st.booleans()):
        text = text.replace("__________\n", "____________________;;;\n")
    if data.draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    _pruefe(export, text.encode())


@VIELE
@given(exporte(), st.data())
def test_a_cut_export_is_refused(export: Export, data: st.DataObject) -> None:
    inhalt = export.text.rstrip().encode()
    with pytest.raises(Lesefehler):
        lies(inhalt[: data.draw(st.integers(0, len(inhalt) - 1))])


@VIELE
@given(exporte(), st.data())
def test_a_line_of_one_text_among_the_data_is_refused(export: Export, data: st.DataObject) -> None:
    zeilen = export.text.split("\n")
    ende = next(i for i, zeile in enumerate(zeilen) if zeile.startswith("____"))
    breite = len(next(csv.reader([zeilen[ende - 1]], delimiter=";")))
    beginn = max(i for i in range(ende) if zeilen[i].startswith(";;")) + 1
    text = data.draw(st.sampled_from(["31.12.1999", "Frauen", "Muster (Anzahl)"]))
    zeilen.insert(data.draw(st.integers(beginn + 1, ende)), text + ";" * (breite - 1))
    with pytest.raises(Lesefehler) as fehler:
        lies("\n".join(zeilen).encode())
    assert text in fehler.value.was


@VIELE
@given(exporte(), st.data())
def test_a_row_that_lost_or_won_a_cell_is_refused(export: Export, data: st.DataObject) -> None:
    zeilen = export.text.split("\n")
    ende = next(i for i, zeile in enumerate(zeilen) if zeile.startswith("____"))
    beginn = max(i for i in range(ende) if zeilen[i].startswith(";;")) + 1
    if ende - beginn < 2:
        return
    nummer = data.draw(st.integers(beginn, ende - 1))
    ab = zeilen[nummer].rindex(";")
    zeilen[nummer] = data.draw(st.sampled_from([zeilen[nummer][:ab], zeilen[nummer] + ";1"]))
    with pytest.raises(Lesefehler):
        lies("\n".join(zeilen).encode())
