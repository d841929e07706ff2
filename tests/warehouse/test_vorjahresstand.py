"""A family released at the state of the year before: its year is left out, the year before is marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from quality.schema import polars_schema
from sources.profilmodell import Vorjahresstand
from sources.vertraege import lade_vertraege

GESCHLECHT = "bevoelkerung_geschlecht"
RAEUME = ("99001001", "99001002", "99001003")


def _ausgelassen(familie: str, jahr: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"jugendamt": ["musterkreis"], "familie": [familie], "berichtsjahr": [jahr], "grund": ["Summen stimmen nicht"]}
    )


@pytest.mark.parametrize("ausgelassen", [True, False])
def test_das_jahr_fehlt_und_das_davor_traegt_den_hinweis(baue: Callable[..., Any], ausgelassen: bool) -> None:
    zellen = {GESCHLECHT: [(r, j, 10.0 * j) for r in RAEUME for j in (2017, 2018, 2019)]}
    zellen["abgaenger"] = [("99001", 2019, 5.0)]
    # another family of the same year does not touch it
    lager = baue(zellen, vorjahresstand=_ausgelassen("bevoelkerung" if ausgelassen else "schule", 2019))
    zeilen = lager.modell("kennzahlen", "kennzahl = 'bev_gesamt' and raum_id = '99001001' and hauptquelle")
    je = {z["berichtsjahr"]: (z["wert"], z["hinweise"], z["grund"]) for z in zeilen if z["berichtsjahr"] < 2020}
    if not ausgelassen:
        assert je == {j: (10.0 * j, "musterdaten", "") for j in (2017, 2018, 2019)}
        return
    assert je.pop(2017) == (20170, "musterdaten", "")
    assert je.pop(2018) == (20180, "vorjahresstand, musterdaten", "")
    assert je == {2019: (None, "vorjahresstand", "Stand des Vorjahres: Summen stimmen nicht")}


def test_saetze_des_jahres_gelten_nicht(lager: Any) -> None:
    vertrag = lade_vertraege()["haushalt"]
    saetze = [
        {"periode": f"{jahr} ist", "haushaltsjahr": jahr, "jugendamt": j, "lieferung": "a", "lieferung_nr": 1,
         "betrag_eur": 1.0, "datenstand": date(2024, 1, 1), "zeile": 1, "musterdaten": True}
        for jahr in (2022, 2023) for j in ("musterkreis", "anderes")
    ]  # fmt: skip
    lager.tabelle("lake_haushalt", saetze, polars_schema(vertrag))
    schluessel = dict.fromkeys(("jugendamt", "schluesselart", "schluessel", "raum_id"), pl.String)
    lager.tabelle("stammdaten_schluessel", [], schluessel)
    lager.tabelle(
        "stammdaten_extrakttabellen", [("haushalt", "haushalt")], {"extrakt": pl.String, "familie": pl.String}
    )
    lager.tabelle("stammdaten_vorjahresstand", _ausgelassen("haushalt", 2023))
    gilt = {(z["jugendamt"], z["haushaltsjahr"]) for z in lager.modell("stg_haushalt")}
    assert gilt == {("musterkreis", 2022), ("anderes", 2022), ("anderes", 2023)}


def test_nur_bekannte_familien() -> None:
    angaben = {"berichtsjahr": 2023, "name": "A", "grund": "G"}
    assert Vorjahresstand(familie="hze", **angaben).familie == "hze"
    with pytest.raises(ValidationError, match="keine Datenfamilie heißt so; vorhanden: bevoelkerung"):
        Vorjahresstand(familie="hzee", **angaben)


def test_listen_ohne_jahr_sagen_fuer_das_jahr_nichts(baue: Callable[..., Any]) -> None:
    """A list of SRAE measures is one delivery for all years: the year is left out where it is counted."""
    vertrag = lade_vertraege()["srae_massnahmen"]
    zweite = {
        "massnahme": "1", "raum_schluessel": "99001001", "lenkungsgruppe_votum": "befuerwortet", "budget_eur": 100.0,
        "beginn": date(2023, 1, 1), "ende": date(2023, 12, 31), "periode": "gesamt", "jugendamt": "musterkreis",
        "lieferung": "a", "lieferung_nr": 1, "datenstand": date(2024, 1, 1), "zeile": 1, "musterdaten": True,
    }  # fmt: skip
    erste = {**zweite, "massnahme": "0", "beginn": date(2022, 1, 1), "ende": date(2022, 12, 31)}
    jahre = {}
    for familie in ("haushalt", "schule"):
        lager = baue(
            {GESCHLECHT: [(r, j, 10.0) for r in RAEUME for j in (2022, 2023)]},
            vorjahresstand=_ausgelassen(familie, 2023),
        )
        lager.tabelle("lake_srae_massnahmen", [erste, zweite], polars_schema(vertrag))
        zeilen = lager.modell("int_zellen__vereint", "messgroesse = 'srae_laufende_massnahmen' and wert = 1")
        jahre[familie] = {z["berichtsjahr"] for z in zeilen}
    assert jahre == {"haushalt": {2022}, "schule": {2022, 2023}}
