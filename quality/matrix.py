"""What is still missing? Feeds against years: delivered, rejected, missing, expected by.

Here: the matrix as data. Not here: which parts are in force (``quality/bestand.py``), printing
(``orchestration/cli/stand.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from quality.bestand import Teil
from quality.drift import jahr_von
from sources.archiv import Ergebnis, Feeds
from sources.profilmodell import Feed
from sources.vertraege import Vertrag

JAHRE = 5
GELIEFERT, ABGEWIESEN, FEHLT, ERWARTET, OHNE_TERMIN = "geliefert", "abgewiesen", "fehlt", "erwartet", "ohne Termin"


@dataclass(frozen=True)
class Reihe:
    """One feed, or one table of it, of one Jugendamt.

    Attributes:
        tabelle: "" where the extract has one table only.
        erwartet_bis: ISO date by which the last year is expected, "" where the contract sets none.
        jahre: year -> one of the words above.
        abgewiesen_ohne_jahr: rejected files whose name tells no year.
        je_geliefert: whether anything ever came for it.
    """

    jugendamt: str
    feed: str
    extrakt: str
    tabelle: str
    turnus: str
    erwartet_bis: str
    jahre: dict[int, str]
    abgewiesen_ohne_jahr: list[str]
    je_geliefert: bool

    def als_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def matrix(
    feeds: Feeds,
    vertraege: Mapping[str, Vertrag],
    teile: Collection[Teil],
    abgewiesen: Collection[Ergebnis],
    jahr: int,
    heute: date,
) -> list[Reihe]:
    """Rows by Jugendamt, feed and table; the years are ``jahr`` and the four before it.

    Args:
        feeds: feeds by Jugendamt, nationwide ones under ``_amtlich``.
        vertraege: contracts by extract.
        teile: what the lake holds.
        abgewiesen: rejected deliveries that are not settled.
        jahr: the Berichtsjahr asked for.
        heute: a date that has not passed yet makes "expected" of "missing".
    """
    return [
        _reihe(jugendamt, feed, vertraege[feed.extrakt], tabelle, teile, abgewiesen, jahr, heute)
        for jugendamt, liste in feeds.items()
        for feed in sorted(liste, key=lambda f: f.feed)
        for tabelle in _tabellen(vertraege[feed.extrakt])
    ]


def _tabellen(vertrag: Vertrag) -> list[str]:
    return sorted(vertrag.tabellen) if vertrag.form == "zellen" and len(vertrag.tabellen) > 1 else [""]


def _reihe(
    jugendamt: str,
    feed: Feed,
    vertrag: Vertrag,
    tabelle: str,
    teile: Iterable[Teil],
    abgewiesen: Iterable[Ergebnis],
    jahr: int,
    heute: date,
) -> Reihe:
    da = {
        jahr_des_teils(t)
        for t in teile
        if t.ergebnis.jugendamt == jugendamt
        and feed.extrakt in {t.extrakt, t.ergebnis.extrakt}
        and tabelle in {"", t.tabelle}
    }
    zurueck = [
        e
        for e in abgewiesen
        if (e.jugendamt, e.feed, e.ergebnis) == (jugendamt, feed.feed, "abgewiesen")
        and (tabelle == e.angaben.get("thema", tabelle) if "thema" in e.angaben else tabelle in e.datei)
    ]
    mit_fehler = {int(e.angaben["jahr"]) for e in zurueck if e.angaben.get("jahr", "").isdigit()}
    return Reihe(
        jugendamt,
        feed.feed,
        feed.extrakt,
        tabelle,
        vertrag.turnus,
        _frist(vertrag, jahr).isoformat() if vertrag.faellig else "",
        {j: _zustand(j, da, mit_fehler, vertrag, heute) for j in range(jahr - JAHRE + 1, jahr + 1)},
        sorted(e.datei for e in zurueck if not e.angaben.get("jahr", "").isdigit()),
        bool(da or zurueck),
    )


def jahr_des_teils(teil: Teil) -> int:
    """Year a part stands for: its period's, else the file name's, else that of its state or receipt."""
    e = teil.ergebnis
    angaben = (teil.periode, e.angaben.get("jahr", ""), e.datei, e.stand, e.empfangen)
    return next((j for text in angaben if (j := jahr_von(text))), 0)


def _frist(vertrag: Vertrag, jahr: int) -> date:
    """Last day on which a year's delivery is in time; without a date the year itself must be over."""
    if not vertrag.faellig:
        return date(jahr, 12, 31)
    monat, tag = map(int, vertrag.faellig.split("-"))
    return date(jahr + 1, monat, tag)


def _zustand(jahr: int, da: Collection[int], mit_fehler: Collection[int], vertrag: Vertrag, heute: date) -> str:
    if jahr in da:
        return GELIEFERT
    if jahr in mit_fehler:
        return ABGEWIESEN
    if not vertrag.faellig and vertrag.turnus != "jährlich":
        return OHNE_TERMIN
    return ERWARTET if heute <= _frist(vertrag, jahr) else FEHLT
