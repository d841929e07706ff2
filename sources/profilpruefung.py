"""Checks on a whole profile: do head, Räume, memberships and keys fit together?

In here: every rule that needs more than one entry of a profile at once. Not in here: the form of single
entries (`profilmodell.py`), checks of delivered data (`quality/`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from sources.profilmodell import Berichtsgruppe, Mangel, Produkt, Profil, Strasse, Zuordnung
from sources.verortung import raum_ids

_OFFEN = date.max


def pruefe(profil: Profil, ordner: str) -> Iterator[Mangel]:
    """Yield every defect of a profile whose entries are well-formed.

    Args:
        profil: the profile as read.
        ordner: name of its folder.
    """
    yield from _pruefe_kopf(profil, ordner)
    yield from _pruefe_feeds(profil, ordner)
    yield from _pruefe_raeume(profil, ordner)
    yield from _pruefe_schluessel(profil, ordner)
    yield from _pruefe_kreisfreie(profil, ordner)
    yield from _pruefe_strassen(profil, ordner)
    yield from _pruefe_modellgebiete(profil, ordner)
    yield from _pruefe_nachfolger(profil, ordner)
    maengel = list(_pruefe_zuordnungen(profil, ordner))
    yield from maengel
    if not maengel:  # the walk upwards needs parents that exist
        yield from _pruefe_ketten(profil, ordner)
        yield from _pruefe_gewichte(profil, ordner)


def pruefe_produkte(
    produkte: Sequence[Produkt], struktur: Sequence[Berichtsgruppe], ordner: str, name: str = "produkte"
) -> Iterator[Mangel]:
    """Yield every defect of a mapping of products: unknown groups, and two lines for one product in one year."""
    datei, bekannt = f"{ordner}/{name.lower()}.csv", {gruppe.berichtsgruppe for gruppe in struktur}
    zeilen = list(enumerate(produkte, 2))
    for nummer, p in zeilen:
        if p.berichtsgruppe not in bekannt:
            yield Mangel(
                datei, f"Zeile {nummer}, berichtsgruppe", f"Es steht da: {p.berichtsgruppe!r}",
                f"eine von {', '.join(sorted(bekannt))}", "die Schreibweise angleichen",
            )  # fmt: skip
        for weitere, q in zeilen[nummer - 1 :]:
            gleich = (nur_zeichen(p.produkt), nur_zeichen(p.konto)) == (nur_zeichen(q.produkt), nur_zeichen(q.konto))
            if gleich and p.gueltig_von <= (q.gueltig_bis or 9999) and q.gueltig_von <= (p.gueltig_bis or 9999):
                yield Mangel(
                    datei, f"Zeile {weitere}", f"Das Produkt {q.produkt!r} ist schon in Zeile {nummer} zugeordnet",
                    "je Produkt, Konto und Jahr eine Zeile", "gueltig_von und gueltig_bis trennen oder eine löschen",
                )  # fmt: skip


def nur_zeichen(nummer: str) -> str:
    """A product or account number without points, dashes and slashes, as it is compared."""
    return re.sub(r"[^0-9A-Za-z]", "", nummer)


def _doppelte(werte: list[str]) -> list[str]:
    return sorted(wert for wert, anzahl in Counter(werte).items() if anzahl > 1)


def _pruefe_kopf(profil: Profil, ordner: str) -> Iterator[Mangel]:
    datei = f"{ordner}/profil.yml"
    ebenen = [ebene.ebene for ebene in profil.raumebenen]
    if profil.jugendamt != ordner:
        yield Mangel(
            datei, "jugendamt", f"Es steht da: {profil.jugendamt!r}", f"der Name des Ordners, {ordner!r}",
            "Schlüssel oder Ordner umbenennen",
        )  # fmt: skip
    if ebenen[0] != "jugendamt":
        yield Mangel(
            datei, "raumebenen", f"Die oberste Ebene ist {ebenen[0]!r}", "'jugendamt' als erste Ebene",
            "die Ebenen von oben nach unten ordnen",
        )  # fmt: skip
    for doppelt in _doppelte(ebenen):
        yield Mangel(
            datei, "raumebenen", f"Die Ebene {doppelt!r} steht zweimal da", "jede Ebene einmal",
            "einen Eintrag entfernen",
        )  # fmt: skip
    for doppelt in _doppelte([hierarchie.name for hierarchie in profil.hierarchien]):
        yield Mangel(
            datei, "hierarchien", f"Die Hierarchie {doppelt!r} steht zweimal da", "jede Hierarchie einmal",
            "einen Eintrag entfernen",
        )  # fmt: skip
    ganzes = {raum.raum_id for raum in profil.raeume if raum.raumebene == "jugendamt"}
    if ganzes != {profil.ganzes}:
        yield Mangel(
            datei, "ganzes", f"Es steht da: {profil.ganzes!r}",
            "die raum_id des einen Raums mit raumebene 'jugendamt' aus raeume.csv",
            "den Raum in raeume.csv ergänzen oder ganzes berichtigen",
        )  # fmt: skip
    if not any(raum.raumebene == profil.hauptebene for raum in profil.raeume):
        yield Mangel(
            datei, "hauptebene", f"Auf der Ebene {profil.hauptebene!r} liegt kein Raum",
            "eine Ebene, auf der Räume liegen", "hauptebene berichtigen oder die Räume eintragen",
        )  # fmt: skip


def _pruefe_feeds(profil: Profil, ordner: str) -> Iterator[Mangel]:
    datei = f"{ordner}/profil.yml"
    for doppelt in _doppelte([feed.feed for feed in profil.feeds]):
        yield Mangel(
            datei, "feeds", f"Der Feed {doppelt!r} steht zweimal da", "jeder Feed einmal",
            "die Muster in einem Feed sammeln",
        )  # fmt: skip
    for feed in profil.feeds:
        for fremd in sorted(set(feed.werte) - feed.platzhalter()):
            yield Mangel(
                datei, f"feeds.{feed.feed}.werte", f"Kein Muster hat den Platzhalter {fremd!r}",
                "nur Platzhalter aus muster", "den Platzhalter ins Muster aufnehmen oder hier entfernen",
            )  # fmt: skip


def _pruefe_raeume(profil: Profil, ordner: str) -> Iterator[Mangel]:
    datei = f"{ordner}/raeume.csv"
    ebenen = {ebene.ebene for ebene in profil.raumebenen}
    gueltige_id = re.compile(rf"\d{{5}}|\d{{8}}(-[A-Za-z0-9_]+)?|{profil.jugendamt}:[a-z0-9_]+")
    besondere = {f"{profil.jugendamt}:nicht_zuordenbar", f"{profil.jugendamt}:ausserhalb"}
    for doppelt in _doppelte([raum.raum_id for raum in profil.raeume]):
        yield Mangel(datei, doppelt, "Die raum_id steht zweimal da", "jede raum_id einmal", "eine Zeile entfernen")
    for raum in profil.raeume:
        if not gueltige_id.fullmatch(raum.raum_id) or raum.raum_id in besondere:
            yield Mangel(
                datei, raum.raum_id, "Diese raum_id ist nicht möglich",
                f"AGS (8 Ziffern), Kreisschlüssel (5 Ziffern), AGS-Kürzel oder {profil.jugendamt}:name",
                "die raum_id berichtigen (führende Null erhalten; die Sonderräume entstehen von selbst)",
            )  # fmt: skip
        if raum.raumebene not in ebenen:
            yield Mangel(
                datei, raum.raum_id, f"Die Ebene {raum.raumebene!r} steht nicht in profil.yml",
                ", ".join(sorted(ebenen)), "die Ebene berichtigen oder unter raumebenen ergänzen",
            )  # fmt: skip
        if raum.gueltig_bis and raum.gueltig_bis < raum.gueltig_von:
            yield _verkehrt(datei, raum.raum_id)


def _pruefe_schluessel(profil: Profil, ordner: str) -> Iterator[Mangel]:
    datei = f"{ordner}/schluessel.csv"
    raeume = raum_ids(profil)
    # one Träger may lead several Räume
    eindeutig = [zeile for zeile in profil.schluessel if zeile.schluesselart != "leittraeger"]
    for doppelt in _doppelte([f"{zeile.schluesselart} {zeile.schluessel}" for zeile in eindeutig]):
        yield Mangel(datei, doppelt, "Der Schlüssel steht zweimal da", "jeder Schlüssel einmal", "eine Zeile entfernen")
    for zeile in profil.schluessel:
        if zeile.raum_id not in raeume:
            yield _unbekannt(datei, zeile.schluessel, zeile.raum_id)
        elif zeile.schluesselart == "ags" and zeile.schluessel in raeume - {zeile.raum_id}:
            yield Mangel(
                datei, zeile.schluessel, f"Der Schlüssel ist selbst ein Raum, zeigt aber auf {zeile.raum_id}",
                "ein Schlüssel, der nicht selbst eine raum_id ist", "die Zeile entfernen",
            )  # fmt: skip


def _pruefe_kreisfreie(profil: Profil, ordner: str) -> Iterator[Mangel]:
    """Official tables name a kreisfreie Stadt by five digits only; without that key its figures are lost."""
    for raum in profil.raeume:
        kurz = raum.raum_id[:5]
        if raum.gebietsart == "kreisfreie_stadt" and profil.loese_auf("ags", kurz) != raum.raum_id:
            yield Mangel(
                f"{ordner}/schluessel.csv", kurz, f"Der Kreisschlüssel von {raum.raum_name} fehlt",
                f"die Zeile ags,{kurz},{raum.raum_id}", "die Zeile ergänzen",
            )  # fmt: skip


def _pruefe_strassen(profil: Profil, ordner: str) -> Iterator[Mangel]:
    """Known Räume, and no house number in two stretches of a street."""
    datei = f"{ordner}/strassen.csv"
    raeume = raum_ids(profil)
    je_strasse: dict[tuple[str, str], list[Strasse]] = defaultdict(list)
    for zeile in profil.strassen:
        if zeile.raum_id not in raeume:
            yield _unbekannt(datei, zeile.strasse, zeile.raum_id)
        for seite in ("gerade", "ungerade") if zeile.seite == "beide" else (zeile.seite,):
            je_strasse[zeile.strassenschluessel or zeile.strasse, seite].append(zeile)
    for (strasse, seite), zeilen in je_strasse.items():
        geordnet = sorted(zeilen, key=lambda zeile: zeile.von)
        for vorher, zeile in pairwise(geordnet):
            if vorher.bis is None or zeile.von <= vorher.bis:
                yield Mangel(
                    datei, f"{strasse} ({seite})", f"Die Hausnummer {zeile.von} liegt in zwei Abschnitten",
                    "jede Hausnummer in einem Abschnitt", "von und bis der Abschnitte berichtigen",
                )  # fmt: skip


def _pruefe_modellgebiete(profil: Profil, ordner: str) -> Iterator[Mangel]:
    datei = f"{ordner}/modellgebiete.csv"
    raeume = {raum.raum_id for raum in profil.raeume}
    for eintrag in profil.eckdaten:
        if eintrag.raum_id not in raeume:
            yield _unbekannt(f"{ordner}/eckdaten.csv", eintrag.merkmal, eintrag.raum_id)
    for bekannt in profil.aussenwissen:
        if raeume.isdisjoint(bekannt.summanden):
            yield _unbekannt(f"{ordner}/aussenwissen.csv", bekannt.messgroesse, bekannt.raum_id)
    for zeile in profil.modellgebiete:
        if zeile.raum_id not in raeume:
            yield _unbekannt(datei, zeile.gebiet, zeile.raum_id)
        if zeile.bis and zeile.bis < zeile.von:
            yield _verkehrt(datei, f"{zeile.gebiet}, {zeile.raum_id}")


def pruefe_verbund(profile: Iterable[Profil]) -> list[Mangel]:
    """Räume of other Jugendämter that a profile names: each must be one of the house."""
    alle = list(profile)
    raeume = {raum.raum_id for profil in alle for raum in profil.raeume}
    genannt = [(p.jugendamt, w, r) for p in alle for w in p.aussenwissen for r in w.summanden if r not in raeume]
    return [_unbekannt(f"{jugendamt}/aussenwissen.csv", w.messgroesse, raum) for jugendamt, w, raum in genannt]


def _pruefe_nachfolger(profil: Profil, ordner: str) -> Iterator[Mangel]:
    """Old Räume end the day before, new ones begin on the day, and nothing of an old one is lost."""
    datei = f"{ordner}/nachfolger.csv"
    raeume = {raum.raum_id: raum for raum in profil.raeume}
    anteile: dict[str, float] = defaultdict(float)
    for zeile in profil.nachfolger:
        anteile[zeile.alt] += zeile.gewicht
        unbekannt = {zeile.alt, zeile.neu} - raeume.keys()
        for raum_id in sorted(unbekannt):
            yield _unbekannt(datei, zeile.alt, raum_id)
        if unbekannt:
            continue
        if raeume[zeile.alt].gueltig_bis != zeile.gueltig_ab - timedelta(days=1):
            yield Mangel(
                datei, zeile.alt, f"Der Raum endet laut raeume.csv nicht am Tag vor dem {zeile.gueltig_ab:%d.%m.%Y}",
                "gueltig_bis am Tag vor gueltig_ab, für alle Nachfolger gleich", "eines der beiden Daten berichtigen",
            )  # fmt: skip
        if raeume[zeile.neu].gueltig_von != zeile.gueltig_ab:
            yield Mangel(
                datei, zeile.neu, f"Der neue Raum beginnt laut raeume.csv nicht am {zeile.gueltig_ab:%d.%m.%Y}",
                "ein Raum, der mit dem neuen Zuschnitt beginnt",
                "dem gewachsenen Raum eine eigene raum_id geben; derselbe Schlüssel mit zwei Zuschnitten "
                "ergäbe einen Sprung in der Reihe",
            )  # fmt: skip
    for alt, summe in anteile.items():
        if abs(summe - 1) > 1e-6:
            yield Mangel(
                datei, alt, f"Die Summe der Gewichte ist {summe:g}", "1", "je altem Raum alle Nachfolger nennen"
            )


def _pruefe_zuordnungen(profil: Profil, ordner: str) -> Iterator[Mangel]:
    datei = f"{ordner}/zuordnung.csv"
    raeume = {raum.raum_id for raum in profil.raeume}
    hierarchien = {hierarchie.name for hierarchie in profil.hierarchien}
    for zeile in profil.zuordnungen:
        for raum_id in {zeile.raum_id, zeile.eltern_raum_id} - raeume:
            yield _unbekannt(datei, zeile.raum_id, raum_id)
        if zeile.hierarchie not in hierarchien:
            yield Mangel(
                datei, zeile.raum_id, f"Die Hierarchie {zeile.hierarchie!r} steht nicht in profil.yml",
                ", ".join(sorted(hierarchien)), "die Hierarchie berichtigen oder unter hierarchien ergänzen",
            )  # fmt: skip
        if zeile.gueltig_bis and zeile.gueltig_bis < zeile.gueltig_von:
            yield _verkehrt(datei, zeile.raum_id)
    zugeordnet = {zeile.raum_id for zeile in profil.zuordnungen}
    for raum in profil.raeume:
        if raum.raum_id not in zugeordnet | {profil.ganzes}:
            yield Mangel(
                datei, raum.raum_id, "Der Raum hängt an keinem anderen Raum",
                "eine Zeile mit seinem übergeordneten Raum", "die Zeile ergänzen",
            )  # fmt: skip


def _pruefe_ketten(profil: Profil, ordner: str) -> Iterator[Mangel]:
    """Every chain of parents must reach the whole, on the first and on the last day of each membership."""
    datei = f"{ordner}/zuordnung.csv"
    eltern: dict[tuple[str, str], list[Zuordnung]] = defaultdict(list)
    for zeile in profil.zuordnungen:
        eltern[zeile.hierarchie, zeile.raum_id].append(zeile)
    for zeile in profil.zuordnungen:
        for tag in (zeile.gueltig_von, zeile.gueltig_bis or _OFFEN):
            ende = _kettenende(zeile, tag, eltern, profil.ganzes)
            if ende == profil.ganzes:
                continue
            kreis = ende is None
            wann = f" am {tag:%d.%m.%Y}" if tag != _OFFEN else ""
            yield Mangel(
                datei,
                f"{zeile.raum_id} ({zeile.hierarchie})",
                "Die Zuordnungen laufen im Kreis" if kreis else f"Die Kette endet{wann} bei {ende}",
                f"eine Kette bis zum Ganzen {profil.ganzes}",
                "die Zuordnungen dieser Hierarchie berichtigen" if kreis else f"{ende} für diese Zeit zuordnen",
            )
            break


def _kettenende(start: Zuordnung, tag: date, eltern: dict[tuple[str, str], list[Zuordnung]], ganzes: str) -> str | None:
    """Return the Raum where the chain ends on a day (the whole, if all is well), None for a circle."""
    besucht, offen, ende = {start.raum_id}, [start.eltern_raum_id], ganzes
    while offen:
        raum_id = offen.pop()
        if raum_id in {ganzes, start.raum_id}:
            if raum_id == start.raum_id:
                return None
            continue
        if raum_id in besucht:
            continue
        besucht.add(raum_id)
        weiter = [
            zeile.eltern_raum_id
            for zeile in eltern[start.hierarchie, raum_id]
            if zeile.gueltig_von <= tag <= (zeile.gueltig_bis or _OFFEN)
        ]
        if not weiter:
            ende = raum_id
        offen.extend(weiter)
    return ende


def _pruefe_gewichte(profil: Profil, ordner: str) -> Iterator[Mangel]:
    """Whenever a Raum is assigned in a hierarchy, its weights sum to 1: nothing is lost or counted twice."""
    gruppen: dict[tuple[str, str], list[Zuordnung]] = defaultdict(list)
    for zeile in profil.zuordnungen:
        gruppen[zeile.raum_id, zeile.hierarchie].append(zeile)
    for (raum_id, hierarchie), zeilen in gruppen.items():
        for tag in sorted({zeile.gueltig_von for zeile in zeilen}):
            summe = sum(zeile.gewicht for zeile in zeilen if zeile.gueltig_von <= tag <= (zeile.gueltig_bis or _OFFEN))
            if abs(summe - 1) > 1e-6:
                yield Mangel(
                    f"{ordner}/zuordnung.csv",
                    f"{raum_id} ({hierarchie})",
                    f"Ab {tag:%d.%m.%Y} ist die Summe der Gewichte {summe:g}",
                    "1",
                    "Zeiträume und Gewichte so setzen, dass der Raum genau einmal gezählt wird",
                )
                break


def _verkehrt(datei: str, ort: str) -> Mangel:
    return Mangel(datei, ort, "gueltig_bis liegt vor gueltig_von", "ein Ende nach dem Beginn", "die Daten berichtigen")


def _unbekannt(datei: str, ort: str, raum_id: str) -> Mangel:
    return Mangel(
        datei, ort, f"Den Raum {raum_id!r} gibt es nicht", "eine raum_id aus raeume.csv",
        "die raum_id berichtigen oder den Raum ergänzen",
    )  # fmt: skip
