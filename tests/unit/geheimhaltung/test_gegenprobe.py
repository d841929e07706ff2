"""Every choice is safe against listing all integer tables that fit; the audit's ranges are exactly those."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.geheimhaltung import optimum
from quality.geheimhaltung.pruefung import pruefe
from quality.geheimhaltung.sperrung import grundlinie, sperre
from quality.geheimhaltung.tabelle import Problem, problem


def tafel(kern: list[list[int]], k: int, bekannt: set[int] = frozenset(), null: int = 1) -> Problem:
    """A two-way table with margins: cells numbered row by row, the last row and column are the sums."""
    innen = np.array(kern)
    zeilen, spalten = innen.shape
    voll = np.zeros((zeilen + 1, spalten + 1), dtype=np.int64)
    voll[:-1, :-1] = innen
    voll[-1, :] = voll.sum(axis=0)
    voll[:, -1] = voll.sum(axis=1)
    nummer = np.arange(voll.size).reshape(voll.shape)
    teile = [(nummer[r, -1], nummer[r, :-1]) for r in range(zeilen + 1)]
    teile += [(nummer[-1, s], nummer[:-1, s]) for s in range(spalten + 1)]
    gleichungen = [(g, int(summe), 1) for g, (summe, _) in enumerate(teile)]
    gleichungen += [(g, int(z), -1) for g, (_, glieder) in enumerate(teile) for z in glieder]
    werte = voll.ravel()
    zellen = pl.DataFrame(
        {
            "zelle": nummer.ravel(),
            "wert": werte,
            "gewicht": 1.0 + werte,
            "lage": [
                "bekannt" if i in bekannt else "primaer" if 0 < w < k else "frei" for i, w in enumerate(werte.tolist())
            ],
            "k": k,
            "untergrenze": null,
        }
    )
    return problem(zellen, pl.DataFrame(gleichungen, schema=["gleichung", "zelle", "koeffizient"], orient="row"))


DECKEL = 8


def alle_tafeln(kern: list[list[int]], gesperrt: set[int], null: int) -> np.ndarray:
    """All integer tables (rows: all cells) with inner cells up to DECKEL that agree with the shown cells."""
    innen = np.array(kern)
    zeilen, spalten = innen.shape
    nummer = np.arange((zeilen + 1) * (spalten + 1)).reshape(zeilen + 1, spalten + 1)
    bereiche = [
        range(null, DECKEL + 1) if int(n) in gesperrt else [int(w)]
        for n, w in zip(nummer[:-1, :-1].ravel(), innen.ravel(), strict=True)
    ]
    kerne = np.array(list(itertools.product(*bereiche)), dtype=np.int64).reshape(-1, zeilen, spalten)
    voll = np.zeros((len(kerne), zeilen + 1, spalten + 1), dtype=np.int64)
    voll[:, :-1, :-1] = kerne
    voll[:, -1, :] = voll.sum(axis=1)
    voll[:, :, -1] = voll.sum(axis=2)
    wahr = np.zeros((zeilen + 1, spalten + 1), dtype=np.int64)
    wahr[:-1, :-1] = innen
    wahr[-1, :] = wahr.sum(axis=0)
    wahr[:, -1] = wahr.sum(axis=1)
    passt = np.all((voll == wahr) | np.isin(nummer, sorted(gesperrt)), axis=(1, 2))
    return voll[passt].reshape(-1, nummer.size)


def gesperrte(marken: pl.DataFrame) -> set[int]:
    return set(marken.filter(pl.col("marke") != "offen")["zelle"].to_list())


kerne = st.integers(2, 3).flatmap(
    lambda spalten: st.lists(st.lists(st.integers(0, 5), min_size=spalten, max_size=spalten), min_size=2, max_size=2)
)


def ist_sicher(tafeln: np.ndarray, zelle: int, k: int) -> bool:
    werte = tafeln[:, zelle]
    return bool(werte.max() >= k and werte.max() - werte.min() >= k - 1)


@settings(max_examples=15, deadline=None)
@given(kerne, st.sampled_from([3, 4]), st.sampled_from([0, 1]))
def test_die_wahl_ist_sicher_gegen_alle_ganzzahligen_tafeln(kern, k, null):
    p = tafel(kern, k, null=null)
    ergebnis = sperre(p)
    tafeln = alle_tafeln(kern, gesperrte(ergebnis.marken), null)
    for zeile in ergebnis.bericht.zellen.iter_rows(named=True):
        assert zeile["verletzt"] != ist_sicher(tafeln, zeile["zelle"], k)


@settings(max_examples=15, deadline=None)
@given(kerne, st.sampled_from([0, 1]))
def test_die_pruefung_nennt_genau_die_spannen_aller_tafeln(kern, null):
    """Also for a choice that leaks: the naive one."""
    p = tafel(kern, 3, null=null)
    marken = grundlinie(p)
    tafeln = alle_tafeln(kern, gesperrte(marken), null)
    genau = pruefe(p, marken, genau=True)
    gedeckelt = tafeln.max() >= DECKEL
    for zeile in genau.zellen.iter_rows(named=True):
        werte = tafeln[:, zeile["zelle"]]
        assert zeile["verletzt"] != ist_sicher(tafeln, zeile["zelle"], 3)
        if not gedeckelt:
            assert zeile["exakt"]
            assert (zeile["kleinster"], zeile["groesster"]) == (werte.min(), werte.max())


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), min_size=2, max_size=2), min_size=2, max_size=2))
def test_kleine_teile_werden_mit_dem_kleinsten_verlust_geloest(kern):
    """All choices are tried: none that is safe loses less."""
    p = tafel(kern, 3)
    ergebnis = sperre(p)
    gewicht, primaer = p.zellen["gewicht"].to_list(), set(np.flatnonzero(p.ist("primaer")).tolist())
    frei = [z for z in range(9) if z not in primaer]
    sichere = []
    for wahl in itertools.chain.from_iterable(itertools.combinations(frei, n) for n in range(len(frei) + 1)):
        tafeln = alle_tafeln(kern, primaer | set(wahl), 1)
        if all(ist_sicher(tafeln, z, 3) for z in primaer):
            sichere.append(sum(gewicht[z] for z in wahl))
    assert ergebnis.bericht.sicher == bool(sichere)
    if sichere:
        assert ergebnis.optimal
        assert ergebnis.bericht.verlust["gewicht"].sum() == pytest.approx(min(sichere))


@given(st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=3, max_size=3))
@settings(max_examples=25, deadline=None)
def test_after_a_release_nothing_is_chosen_and_all_is_audited(kern: list[list[int]]) -> None:
    """What a release showed is known, what it hid stays hidden: no programme of choice, the same audit."""
    erste = tafel(kern, 3)
    marken = sperre(erste).marken
    offen = set(marken.filter(pl.col("marke") == "offen")["zelle"].to_list())
    danach = problem(
        erste.zellen.with_columns(
            lage=pl.when(pl.col("zelle").is_in(list(offen))).then(pl.lit("bekannt"))
            .when(pl.col("lage") == "primaer").then("lage").otherwise(pl.lit("ungenannt"))
        ),
        erste.gleichungen,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as ersatz:
        ersatz.setattr(optimum, "_beste", lambda *_: pytest.fail("nothing is left to choose"))
        wieder = sperre(danach)
    erwartet = pruefe(danach, wieder.marken, genau=True)
    assert wieder.bericht.sicher == erwartet.sicher == sperre(erste).bericht.sicher
    assert set(wieder.marken["marke"]) <= {"primaer"}
    assert (wieder.schranke, wieder.optimal) == (0.0, wieder.bericht.sicher)


def test_a_large_part_is_not_solved_exactly_however_few_cells_there_are_to_choose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grosse = tafel([[1, 9, 5, 8], [8, 7, 6, 9], [4, 5, 9, 7]], 3)
    exakt = sperre(grosse)
    assert exakt.bericht.sicher
    assert exakt.schranke > 0
    monkeypatch.setattr(optimum, "TEIL", 19)
    monkeypatch.setattr(optimum, "_beste", lambda *_: pytest.fail("too large for the exact way"))
    ergebnis = sperre(grosse)
    assert ergebnis.bericht.sicher
    assert 0 < ergebnis.schranke <= exakt.schranke
    assert len(grosse.zellen) == 20


def test_a_known_cell_too_many_is_found_where_nothing_is_left_to_choose() -> None:
    kern = [[1, 9], [8, 7]]
    alles_bekannt = tafel(kern, 3, bekannt=set(range(1, 9)))
    ergebnis = sperre(alles_bekannt)
    assert not ergebnis.bericht.sicher
    assert ergebnis.bericht.zellen.row(0, named=True)["verletzt"]
