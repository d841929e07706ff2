"""The one finding type that every check hands on.

Belongs here: the finding itself. Not here: running checks (`quality.gate`), nor showing findings
(`reports`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Befund:
    """One finding of a check, in the words of the field (German).

    `schwere` is "sperrend" or "hinweis"; `ergebnis` is "bestanden", "verletzt" or "fehler" (the check
    could not run, which is not passed). `anzahl` counts the offending rows, `zeilen` shows some of them.
    `bereich` says what was looked at: a published mart, "datenhaus" (before it is published) or "geheimhaltung".
    """

    titel: str
    erklaerung: str
    schwere: str
    ergebnis: str
    anzahl: int
    zeilen: list[dict[str, object]]
    bereich: str = "datenhaus"
