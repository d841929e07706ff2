"""The interval beside a small number.

Belongs here: which figure gets one, by which method, and the sentence that names the method. Not here: the
arithmetic of the intervals (`analyse.statistik`), wording around a figure (`vorlagen/`).
"""

from reports.analyse.statistik import Spanne, poisson_spanne, wilson_spanne
from reports.typen import NENNER_KLEIN, Kennzahl, Wert

FAELLE_KLEIN = 100
"""Below this numerator a rate of cases carries its interval: from there on it is narrower than a fifth."""
METHODE = (
    "Spanne: 95-%-Intervall, so weit schwankt ein Wert schon durch Zufall; bei Anteilen nach Wilson, bei Fällen je "
    f"Einwohner nach Poisson (Garwood). Sie steht bei weniger als {FAELLE_KLEIN} Fällen oder einer Grundgesamtheit "
    f"unter {NENNER_KLEIN}."
)
# families whose Kennzahlen count persons or Hilfen: per hundred of the same ones, or per 1,000 and more persons
_ANTEILE, _JE_HUNDERT = frozenset({"hze", "kinderbetreuung", "lebenslagen", "schule"}), 100
_RATEN, _JE_PERSONEN = frozenset({"hze", "kinderschutz"}), 1000


def spanne(kennzahl: Kennzahl, wert: Wert) -> Spanne | None:
    """Value and bounds in the unit of the Kennzahl, or None where the number is not small or is no count of persons.

    Shares: Wilson; cases per persons: exact Poisson interval of the numerator over a fixed denominator.
    """
    zaehler, nenner, faktor = wert.zaehler, wert.nenner, kennzahl.faktor
    if not wert.hat_wert or wert.wert is None or zaehler is None or not nenner or not faktor or zaehler < 0:
        return None
    if faktor == _JE_HUNDERT and kennzahl.familie in _ANTEILE and zaehler <= nenner < NENNER_KLEIN:
        grenzen = wilson_spanne(zaehler, nenner)
        return Spanne(wert.wert, faktor * grenzen.unten, faktor * grenzen.oben)
    if faktor >= _JE_PERSONEN and kennzahl.familie in _RATEN and zaehler < FAELLE_KLEIN:
        grenzen = poisson_spanne(zaehler)
        return Spanne(wert.wert, faktor * grenzen.unten / nenner, faktor * grenzen.oben / nenner)
    return None
