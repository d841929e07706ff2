"""Gebietsstand: which Raum took the place of which, as tables that dbt joins.

In here: turning `nachfolger.csv` of a profile into memberships (series in today's cut) and into the Räume that a
late figure of an ended Raum belongs to. Not in here: the file's model (`profilmodell.py`), its checks
(`profilpruefung.py`), any calculation (`dbt_project`: the rollup treats old Räume as parts of the new one).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sources.profilmodell import Nachfolger, Profil

# Name of the hierarchy in which the old Räume are parts of the new one.
HIERARCHIE = "gebietsstand"
_TAG = timedelta(days=1)


def zuordnungen(profil: Profil) -> list[dict[str, object]]:
    """Old Räume as parts of the new one for the time before: lines as in `zuordnung.csv`, without source."""
    beginn = {raum.raum_id: raum.gueltig_von for raum in profil.raeume}
    return [
        {"raum_id": n.alt, "hierarchie": HIERARCHIE, "eltern_raum_id": n.neu, "gueltig_von": beginn[n.alt],
         "gueltig_bis": n.gueltig_ab - _TAG, "gewicht": n.gewicht, "belegt": n.belegt}
        for n in profil.nachfolger
    ]  # fmt: skip


def abloesungen(profil: Profil) -> Iterator[dict[str, object]]:
    """Where figures go that still name an ended Raum: raum_id, ziel, gueltig_von, gueltig_bis (None = open).

    After a merger they belong to the new Raum; after a division nobody knows to which: `nicht_zuordenbar`.
    """
    je_alt: dict[str, list[Nachfolger]] = {}
    for n in profil.nachfolger:
        je_alt.setdefault(n.alt, []).append(n)
    for alt in je_alt:
        raum, ab = alt, date.min
        while raum in je_alt and je_alt[raum][0].gueltig_ab > ab:
            erster, *weitere = je_alt[raum]
            raum, ab = erster.neu if not weitere else f"{profil.jugendamt}:nicht_zuordenbar", erster.gueltig_ab
            bis = je_alt[raum][0].gueltig_ab - _TAG if raum in je_alt else None
            yield {"raum_id": alt, "ziel": raum, "gueltig_von": ab, "gueltig_bis": bis}
