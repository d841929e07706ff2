"""Every extract against every way a delivery can be spoiled: each variant ends where it must, and no good row is lost.

Here: the judging of one variant at the door (``quality.tuer.pruefe``), and that every extract is covered.
Not here: the variants (``verderben.py``, ``verderben_export.py``), files on disk (``test_annahme.py``), random
bytes (``test_eigenschaften.py``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from quality import tuer
from quality.tuer import Geprueft
from sources.formate import Lesefehler
from sources.vertraege import Vertrag, lade_vertraege
from tests.schlecht import verderben_export as _  # noqa: F401  registers its spoilers
from tests.schlecht.verderben import FREMD, Variante, varianten
from tests.schlecht.vorlagen import Blatt, Export, Vorlage, vorlagen

MINDESTENS = 12
# The threshold is the same whatever the fault: tried with these only, so that the suite stays quick.
SCHWELLE = ("falsches_vorzeichen", "schluessel_doppelt", "unbekannter_code", "summenzeile")
VERTRAEGE = lade_vertraege()
VORLAGEN: dict[str, Vorlage] = {}
VARIANTEN: dict[tuple[str, str], Variante] = {}
UNBRAUCHBAR: dict[str, str] = {}


def _sammle(vertrag: Vertrag) -> None:
    """Good files and variants of one extract; an unusable example is one failing test, not a broken collection."""
    try:
        for vorlage in vorlagen(vertrag):
            VORLAGEN[vorlage.name] = vorlage
            VARIANTEN.update({(vorlage.name, v.name): v for v in varianten(vorlage)})
    except (ValueError, IndexError, KeyError, AssertionError, StopIteration, Lesefehler) as fehler:
        UNBRAUCHBAR[vertrag.extrakt] = repr(fehler)


for _vertrag in VERTRAEGE.values():
    _sammle(_vertrag)


def _locker(vertrag: Vertrag) -> Vertrag:
    """The contract with any number of bad rows allowed: small files would be over every threshold."""
    return vertrag.model_copy(update={"schwellen": vertrag.schwellen.model_copy(update={"quarantaene_anteil": 1.0})})


def _pruefe(vorlage: Vorlage, inhalt: bytes, dateiname: str = "", streng: bool = False) -> Geprueft:
    vertrag = vorlage.vertrag if streng else _locker(vorlage.vertrag)
    rest = (vorlage.feed,) if vertrag.form == "saetze" else ()
    return tuer.pruefe(inhalt, dateiname or vorlage.dateiname, vertrag, vorlage.angaben, *rest)


@cache
def _gut(name: str) -> Geprueft:
    vorlage = VORLAGEN[name]
    return _pruefe(vorlage, vorlage.bild.bytes(), streng=True)


def _werte(daten: pl.DataFrame) -> list[tuple[object, ...]]:
    """Rows without their line, in an order that does not depend on it nor on the order of the columns delivered."""
    return sorted(daten.drop("zeile").rows(), key=repr)


@pytest.mark.parametrize("extrakt", sorted(VERTRAEGE))
def test_every_extract_has_a_good_file_and_enough_spoiled_ones(extrakt: str) -> None:
    assert extrakt not in UNBRAUCHBAR, UNBRAUCHBAR[extrakt]
    eigene = [name for name, v in VORLAGEN.items() if v.vertrag.extrakt == extrakt]
    assert eigene, f"{extrakt} has no file under beispiel/ and none can be invented from its contract"
    for name in eigene:
        anzahl = len([v for vorlage, v in VARIANTEN if vorlage == name])
        assert anzahl >= MINDESTENS, f"{name}: {anzahl} variants"


@pytest.mark.parametrize("name", sorted(VORLAGEN))
def test_the_good_file_passes_whole(name: str) -> None:
    gut = _gut(name)
    assert gut.quarantaene.is_empty(), gut.quarantaene["meldung"].to_list()
    zeilen, bild = set(gut.zellen["zeile"]), VORLAGEN[name].bild
    genannt = gut.weggelassen.get("summenzeilen", 0)
    if isinstance(bild, Blatt):
        assert zeilen <= {bild.zeile(i) for i in range(len(bild.reihen))}
        assert len(zeilen) + genannt == len(bild.reihen) > 1
    elif isinstance(bild, Export):
        assert len(gut.zellen) == len(bild.daten) * (len(bild.kopf[0]) - bild.schluesselspalten) > 1
    else:
        assert zeilen == set(range(1, len(bild.saetze) + 1))


@pytest.mark.parametrize(("name", "variante"), sorted(VARIANTEN))
def test_spoiled_file_ends_in_the_right_place(name: str, variante: str) -> None:
    vorlage, v = VORLAGEN[name], VARIANTEN[name, variante]
    inhalt = v.bytes()
    if v.ausgang == "abgewiesen":
        with pytest.raises(Lesefehler) as fehler:
            _pruefe(vorlage, inhalt, v.dateiname, streng=v.streng)
        _pruefe_meldung(vorlage, v, fehler.value, v.arten)
        return
    gut, geprueft = _gut(name), _pruefe(vorlage, inhalt, v.dateiname)
    assert geprueft.zellen.schema == gut.zellen.schema
    if v.ausgang == "unveraendert":
        assert geprueft.quarantaene.is_empty(), geprueft.quarantaene["meldung"].to_list()
        assert _werte(geprueft.zellen) == _werte(gut.zellen)
        _pruefe_genannt(v, gut, geprueft)
        return
    _pruefe_quarantaene(vorlage, v, gut, geprueft)
    _pruefe_schwelle(vorlage, v, inhalt, geprueft)


def _pruefe_meldung(vorlage: Vorlage, v: Variante, fehler: Lesefehler, arten: tuple[str, ...]) -> None:
    """Named, in German, with what came, what was expected and what to do; nothing of a person in it."""
    text = str(fehler)
    assert fehler.art in arten, text
    assert all((fehler.was, fehler.erwartet, fehler.tun)), text
    assert " Erwartet: " in text
    assert " Bitte: " in text
    assert len(text) < 2000, "nobody reads such a message"
    for wort in v.worte:
        assert wort in text
    if vorlage.einzelsaetze:
        assert FREMD not in text


def _pruefe_genannt(v: Variante, gut: Geprueft, geprueft: Geprueft) -> None:
    """What was repaired or left out is named and counted."""
    feld, anzahl = v.repariert
    if feld:
        assert geprueft.reparaturen.get(feld) == anzahl + gut.reparaturen.get(feld, 0)
    assert sum(geprueft.weggelassen.values()) == sum(gut.weggelassen.values()) + v.weggelassen


def _pruefe_quarantaene(vorlage: Vorlage, v: Variante, gut: Geprueft, geprueft: Geprueft) -> None:
    """Exactly the bad rows wait, each with a sentence; every other row is as in the good file."""
    wartend = geprueft.quarantaene
    assert set(wartend["zeile"]) == set(v.zeilen), wartend["meldung"].to_list()
    if v.regeln:
        assert set(wartend["regel"]) & set(v.regeln), wartend["regel"].to_list()
    for meldung in wartend["meldung"]:
        assert meldung.endswith("."), meldung
        assert "None" not in meldung, meldung
    for wort in v.worte:
        assert any(wort in m for m in wartend["meldung"]), wartend["meldung"].to_list()
    if vorlage.einzelsaetze:
        assert not [w for w in wartend["wert"] if w], "a value of a person is kept"
        assert not any(FREMD in m for m in wartend["meldung"])
    schlecht = pl.col("zeile").is_in(v.zeilen)
    assert _werte(geprueft.zellen.filter(~schlecht)) == _werte(gut.zellen.filter(~schlecht))
    aus_schlechten = geprueft.zellen.filter(schlecht)
    if vorlage.vertrag.form == "saetze":
        assert aus_schlechten.is_empty(), "a row both passed and waits"
    else:
        # the other figures of a line pass, unchanged
        assert set(aus_schlechten.rows()) <= set(gut.zellen.rows())


def _pruefe_schwelle(vorlage: Vorlage, v: Variante, inhalt: bytes, geprueft: Geprueft) -> None:
    """Under the contract's own threshold the whole file is refused once too many rows are bad, and says which."""
    if not v.name.startswith(SCHWELLE):
        return
    zeilen = len(v.zeilen) if vorlage.vertrag.form == "saetze" else 1
    anteil = zeilen / (len(geprueft.zellen) + zeilen)
    if anteil <= vorlage.vertrag.schwellen.quarantaene_anteil * 2:
        return
    with pytest.raises(Lesefehler) as fehler:
        _pruefe(vorlage, inhalt, v.dateiname, streng=True)
    _pruefe_meldung(vorlage, v, fehler.value, ("zu_viele_fehler",))


# --- the judging itself: it must fail where a door would lose or change a row ----------------------------------------

_PROBE = ("schulverzeichnis:schulverzeichnis_2023.csv", "unbekannter_code:rechtsform")


@pytest.mark.parametrize("was", ["nichts", "reihe_verloren", "wert_geaendert", "schlechte_angenommen", "keine_meldung"])
def test_the_judging_notices_a_door_that_errs(was: str) -> None:
    vorlage, v, gut = VORLAGEN[_PROBE[0]], VARIANTEN[_PROBE], _gut(_PROBE[0])
    echt = _pruefe(vorlage, v.bytes())
    falsch = {
        "nichts": echt,
        "reihe_verloren": replace(echt, gut=echt.zellen.slice(1)),
        "wert_geaendert": replace(echt, gut=echt.zellen.with_columns(plz=pl.lit("99999"))),
        "schlechte_angenommen": replace(echt, gut=gut.zellen),
        "keine_meldung": replace(echt, quarantaene=echt.quarantaene.clear()),
    }[was]
    if was == "nichts":
        _pruefe_quarantaene(vorlage, v, gut, falsch)
        return
    with pytest.raises(AssertionError):
        _pruefe_quarantaene(vorlage, v, gut, falsch)


def test_a_new_extract_without_example_has_no_good_file() -> None:
    neu = VERTRAEGE["angebote"].model_copy(update={"extrakt": "neuer_extrakt"})
    assert vorlagen(neu) == []
