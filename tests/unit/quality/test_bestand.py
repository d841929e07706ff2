"""What the door asks of what was accepted: which part is compared with which, and has another one taken its place?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from quality.bestand import Bestand, Teil
from quality.drift import Profil
from sources.archiv import Ergebnis
from sources.formate import Lesefehler
from sources.profilmodell import Raumbuch
from sources.vertraege import WURZEL, lade_vertrag

VERTRAG = lade_vertrag(WURZEL / "opendata_hro" / "contract.yml")
TAG = "2023-12-31"


def _teil(
    periode: str,
    summe: int,
    nummer: int = 1,
    amt: str = "amt",
    stand: str = "",
    tabelle: str = "t",
    groesse: int = 1000,
) -> Teil:
    ergebnis = Ergebnis(
        f"d{nummer}.csv", f"sha{nummer}", groesse, amt, "angenommen", "", "", lieferung_nr=nummer, stand=stand
    )
    gebiete = pl.DataFrame({"raum": ["A"], "n": [1]}, schema_overrides={"n": pl.UInt32})
    return Teil(
        ergebnis, "e", tabelle, periode, Profil(frozenset("m"), gebiete, {"Zeilen": 1.0, "m": float(summe)}, {})
    )


def _bestand(*teile: Teil) -> Bestand:
    return Bestand(Path("unbenutzt"), teile)


@pytest.mark.parametrize(
    ("periode", "summe"),
    [
        (TAG, 1500),  # a quarter less is allowed
        (TAG, 2500),
        ("2024-12-31", 1500),  # a new Stichtag is compared with the nearest
        ("2022-12-31", 3000),
    ],
)
def test_a_delivery_near_to_what_is_stored_passes(periode: str, summe: int) -> None:
    bestand = _bestand(_teil("2022-12-31", 4000), _teil(TAG, 2000, 2))
    bestand.vergleiche([_teil(periode, summe, 3)], VERTRAG)


@pytest.mark.parametrize(
    ("periode", "summe", "vorher", "gegen"),
    [
        (TAG, 1400, 2000, ""),
        ("2024-12-31", 1400, 2000, " gegen 31.12.2023"),
        ("2022-12-31", 2900, 4000, ""),
        ("2019-12-31", 200, 4000, " gegen 31.12.2022"),
    ],
)
def test_a_delivery_that_jumps_is_refused(periode: str, summe: int, vorher: int, gegen: str) -> None:
    bestand = _bestand(_teil("2022-12-31", 4000), _teil(TAG, 2000, 2))
    with pytest.raises(Lesefehler) as fehler:
        bestand.vergleiche([_teil(periode, summe, 3)], VERTRAG)
    assert fehler.value.art == "sprung"
    tag = ".".join(reversed(periode.split("-")))
    zahlen = (
        f"Summe m: {vorher:,} bisher, {summe:,} jetzt".replace(",", ".", 1).replace(" 1,", " 1.").replace(" 2,", " 2.")
    )
    assert f"t, {tag}{gegen}: {zahlen}" in str(fehler.value)
    assert "lieferung annehmen sha3 --name NAME --grund GRUND" in str(fehler.value)


@pytest.mark.parametrize("fremd", [{"amt": "anderes"}, {"tabelle": "andere"}])
def test_the_first_delivery_has_nothing_to_be_compared_with(fremd: dict[str, str]) -> None:
    _bestand(_teil(TAG, 4000)).vergleiche([_teil(TAG, 300, 2, **fremd)], VERTRAG)


def test_the_comparison_is_with_what_is_in_force() -> None:
    """A later number replaces an earlier one; an older state of the source never replaces a newer one."""
    _bestand(_teil(TAG, 4000, 1), _teil(TAG, 2000, 2)).vergleiche([_teil(TAG, 1500, 3)], VERTRAG)
    veraltet = _bestand(_teil(TAG, 2000, 1, stand="2024-07-01"), _teil(TAG, 4000, 2, stand="2023-07-01"))
    veraltet.vergleiche([_teil(TAG, 1500, 3)], VERTRAG)


def test_periods_of_another_kind_are_not_compared() -> None:
    """Running helps say nothing about ended ones, however near in time."""
    bestand = _bestand(_teil("2022 beendete", 1000), _teil("2023 andauernde", 4000, 2))
    bestand.vergleiche([_teil("2023 beendete", 1100, 3)], VERTRAG)
    with pytest.raises(Lesefehler, match="gegen 2022 beendete"):
        bestand.vergleiche([_teil("2023 beendete", 4000, 3)], VERTRAG)


def test_many_jumps_are_counted_not_listed() -> None:
    bestand = _bestand(*(_teil(f"{j}-12-31", 4000, j) for j in range(2010, 2020)))
    with pytest.raises(Lesefehler, match=r"\| und 5 weitere Abweichungen"):
        bestand.vergleiche([_teil(f"{j}-12-31", 400, 2020, groesse=10_000) for j in range(2010, 2020)], VERTRAG)


def test_the_size_of_the_file_is_compared_per_period_and_only_within_a_format() -> None:
    bestand = _bestand(*(_teil(f"{j}-12-31", 4000, 1, groesse=8000) for j in range(2010, 2018)))
    bestand.vergleiche([_teil(TAG, 4000, 2, groesse=3900)], VERTRAG)
    for groesse in (4100, 240):
        with pytest.raises(Lesefehler, match=r"Dateigröße je Zeitraum: 1\.000 Bytes bisher"):
            bestand.vergleiche([_teil(TAG, 4000, 2, groesse=groesse)], VERTRAG)
    mappe = _teil(TAG, 4000, 2, groesse=9000)
    bestand.vergleiche([replace(mappe, ergebnis=replace(mappe.ergebnis, datei="d.xlsx"))], VERTRAG)


def test_who_lost_its_place_is_known() -> None:
    bestand = _bestand(_teil(TAG, 20, 1), _teil(TAG, 20, 2))
    assert bestand.ist_verdraengt("sha1", [])
    assert not bestand.ist_verdraengt("sha2", [])
    # both lie in the same tree: neither pushes the other out at every run
    assert not bestand.ist_verdraengt("sha1", ["sha2"])
    # a correction by the source has its own state and stays replaced
    spaeter = _bestand(_teil(TAG, 20, 1, stand="2024-01-01"), _teil(TAG, 20, 2, stand="2024-07-01"))
    assert not spaeter.ist_verdraengt("sha1", [])


def test_a_raum_that_the_profile_ends_has_not_vanished() -> None:
    """Two of three Räume become one: no jump with the profile's Gebietsstand, one without, and one within a cut."""

    def teil(jahr: int, nummer: int, *raeume: str) -> Teil:
        alt = _teil(f"{jahr}-12-31", 2000, nummer)
        assert alt.profil is not None
        gebiete = pl.DataFrame({"raum": raeume, "n": [1] * len(raeume)}, schema_overrides={"n": pl.UInt32})
        return replace(alt, profil=replace(alt.profil, gebiete=gebiete))

    bestand = _bestand(teil(2017, 1, "A", "Bdorf", "C"))
    buch = Raumbuch(
        schluessel={"A": "99-A", "C": "99-C", "B+C": "99-D"},
        alias={"bdorf": "99-B"},
        befristet={
            "99-B": (date.min, date(2017, 12, 31)),
            "99-C": (date.min, date(2017, 12, 31)),
            "99-D": (date(2018, 1, 1), date.max),
        },
    )
    nachher = teil(2018, 2, "A", "B+C")
    bestand.vergleiche([nachher], VERTRAG, buch)
    with pytest.raises(Lesefehler, match="2 von 3 Gebieten fehlen"):
        bestand.vergleiche([nachher], VERTRAG)
    with pytest.raises(Lesefehler, match="2 von 3 Gebieten fehlen"):
        bestand.vergleiche([teil(2016, 3, "A", "B+C")], VERTRAG, buch)
    with pytest.raises(Lesefehler, match="1 von 1 Gebieten fehlen"):
        bestand.vergleiche([teil(2018, 4, "B+C")], VERTRAG, buch)
