"""What the door asks of the lake: has a delivery lost Räume, and has another one taken its place?"""

from __future__ import annotations

from datetime import date

import pytest

from quality.bestand import Bestand, Teil
from sources.formate import Lesefehler
from sources.vertraege import lade_vertraege

VERTRAG = lade_vertraege()["opendata_hro"]  # refuses when more than a quarter of the Räume is gone
TAG = date(2023, 12, 31)


def _teil(stichtag: date, raeume: int, nummer: int = 1, amt: str = "amt", stand: date | None = None) -> Teil:
    return Teil(amt, "t", stichtag, f"sha{nummer}", nummer, stand, raeume)


@pytest.mark.parametrize(
    ("amt", "stichtag", "raeume"),
    [
        ("amt", TAG, 15),  # a quarter less is allowed
        ("amt", TAG, 25),
        ("amt", date(2024, 12, 31), 15),  # a new Stichtag is compared with the latest
        ("amt", date(2022, 12, 31), 30),
        ("anderes", TAG, 3),  # the first delivery has nothing to be compared with
    ],
)
def test_a_delivery_with_enough_raeume_passes(amt: str, stichtag: date, raeume: int) -> None:
    bestand = Bestand([_teil(date(2022, 12, 31), 40), _teil(TAG, 20, 2)])
    bestand.vergleiche([_teil(stichtag, raeume, 3, amt)], VERTRAG)


@pytest.mark.parametrize(
    ("stichtag", "raeume", "vorher"),
    [(TAG, 14, 20), (date(2024, 12, 31), 14, 20), (date(2022, 12, 31), 29, 40)],
)
def test_a_delivery_that_lost_more_than_a_quarter_is_refused(stichtag: date, raeume: int, vorher: int) -> None:
    bestand = Bestand([_teil(date(2022, 12, 31), 40), _teil(TAG, 20, 2)])
    with pytest.raises(Lesefehler) as fehler:
        bestand.vergleiche([_teil(stichtag, raeume, 3)], VERTRAG)
    assert fehler.value.art == "rueckgang"
    assert str(fehler.value).startswith(
        f"t zum {stichtag:%d.%m.%Y} hat {raeume} Gebiete, die letzte angenommene Lieferung hatte {vorher}."
    )


def test_the_comparison_is_with_what_is_in_force() -> None:
    """A later number replaces an earlier one; an older state of the source never replaces a newer one."""
    bestand = Bestand([_teil(TAG, 40, 1), _teil(TAG, 20, 2)])
    bestand.vergleiche([_teil(TAG, 15, 3)], VERTRAG)
    veraltet = Bestand([_teil(TAG, 20, 1, stand=date(2024, 7, 1)), _teil(TAG, 40, 2, stand=date(2023, 7, 1))])
    veraltet.vergleiche([_teil(TAG, 15, 3)], VERTRAG)


def test_who_lost_its_place_is_known() -> None:
    bestand = Bestand([_teil(TAG, 20, 1), _teil(TAG, 20, 2)])
    assert bestand.ist_verdraengt("sha1", [])
    assert not bestand.ist_verdraengt("sha2", [])
    # both lie in the same tree: neither pushes the other out at every run
    assert not bestand.ist_verdraengt("sha1", ["sha2"])
    # a correction by the source has its own state and stays replaced
    spaeter = Bestand([_teil(TAG, 20, 1, stand=date(2024, 1, 1)), _teil(TAG, 20, 2, stand=date(2024, 7, 1))])
    assert not spaeter.ist_verdraengt("sha1", [])
