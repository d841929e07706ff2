"""The types of the report model, free of HTML and of files.

Belongs here: what a figure, a Raum and a report are, and what follows from one value alone. Not here:
reading marts (`modell`), wording (`woerter`), number format (`zahlen`), pages (`bericht`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby

from quality.befund import Befund
from sources.profile import Modellgebiet

NENNER_KLEIN = 300
"""Below this denominator the report prints n beside a rate."""

_WERT_ZEIGEN = frozenset({"gueltig", "null_genau", "gerundete_null", "unsicher", "zeitreihenbruch"})


class BerichtFehler(Exception):
    """The marts of a release do not allow a report; the text is German and says what to do."""


@dataclass(frozen=True)
class BerichtsAngaben:
    """What the report says about a Jugendamt that does not stand in the marts.

    `ganzes` is the raum_id of the whole; `ebenen` are pairs (raumebene, Bezeichnung), top down; `hierarchien`
    maps a hierarchy to its Bezeichnung;
    `annahmen` are German sentences on what is `belegt: false` in the profile; `intern` marks a report from
    unprotected aggregates, which carries its watermark on every page.
    """

    jugendamt: str
    name: str
    land: str
    kennzahlenprofil: str
    berichtsjahr: int
    ganzes: str
    ebenen: list[tuple[str, str]]
    hauptebene: str
    hierarchien: Mapping[str, str]
    attributionen: list[str]
    annahmen: list[str]
    musterdaten: bool
    modellgebiete: Sequence[Modellgebiet] = ()
    intern: bool = False


@dataclass(frozen=True)
class Kennzahl:
    """One catalogue entry (mart `kennzahlenkatalog`) in the version that the report shows."""

    kennzahl: str
    version: int
    profil: str
    belegt: bool
    familie: str
    name: str
    kurzname: str
    definition: str
    zaehler_text: str
    nenner_text: str
    faktor: float | None
    einheit: str
    nachkommastellen: int
    stichtagsregel: str
    niedrigste_ebene: str
    mindestnenner: float | None
    richtung: str
    quelle_text: str
    amtliche_referenz: str
    reihenbrueche: str
    interpretation: str
    reihenfolge: int

    @property
    def anker(self) -> str:
        """Fragment of the Indikatorenblatt in kennzahlen.html."""
        return "k-" + self.kennzahl.replace("_", "-")

    @property
    def ist_zahl(self) -> bool:
        """True for a count, of which a Raum has a share; False for a rate, which is compared."""
        return not self.nenner_text

    @property
    def ist_prozent(self) -> bool:
        """True for a percentage: the sign stands beside each figure, a difference is in Prozentpunkte."""
        return self.einheit.partition(" ")[0] in ("%", "Prozent")  # "Prozent der bewilligten Mittel" is one, too

    @property
    def einheit_sagt_mehr(self) -> bool:
        """False where the sign beside the figure says all of the unit."""
        return not self.ist_prozent or " " in self.einheit

    @property
    def ist_veraenderung(self) -> bool:
        """True for a change: the change of a change says nothing a reader can use."""
        return "veraenderung" in self.kennzahl


@dataclass(frozen=True)
class Wert:
    """One row of mart `kennzahlen`; `wert` is unrounded, in the unit of its Kennzahl."""

    kennzahl: str
    jahr: int
    stichtag: date | None
    quelle: str
    wert: float | None
    nenner: float | None
    status: str
    hinweise: tuple[str, ...]
    grund: str
    datenstand: date | None
    musterdaten: bool
    nach_bruch: bool = False
    zaehler: float | None = None

    @property
    def hat_wert(self) -> bool:
        """True if a figure may be shown; a protected row shows none, whatever it carries."""
        return self.wert is not None and self.status in _WERT_ZEIGEN

    @property
    def n_klein(self) -> float | None:
        """The denominator (persons) where it is too small to pass over, else None."""
        return self.nenner if self.nenner is not None and self.nenner < NENNER_KLEIN else None


def gemeinsame_hinweise(werte: Iterable[Wert]) -> tuple[str, ...]:
    """The notes that all of `werte` carry: said once above a table instead of in each cell."""
    mengen = [w.hinweise for w in werte]
    return tuple(h for h in mengen[0] if all(h in m for m in mengen)) if mengen else ()


@dataclass(frozen=True)
class Quellenlauf:
    """A stretch of years of one series that comes from one source."""

    quelle: str
    von: int
    bis: int


@dataclass(frozen=True)
class Vergleich:
    """The whole beside a Raum: same year; `gleiche_quelle` says whether the source is the same too."""

    wert: Wert
    gleiche_quelle: bool
    differenz: float
    """Raum minus whole, in the unit of the Kennzahl."""
    anteil_pct: float | None
    """The Raum's share of the whole in percent, for counts only."""


@dataclass(frozen=True)
class Angabe:
    """What the report says on one Kennzahl in one Raum.

    `gezeigt` is the newest row that has a figure, `fehlt` the newest row that has none although it is
    newer; both None when the marts hold no row at all.
    """

    kennzahl: Kennzahl
    gezeigt: Wert | None
    fehlt: Wert | None
    veraenderung: float | None
    vergleich: Vergleich | None
    reihe: tuple[Wert, ...]
    vergleichsreihe: tuple[Wert, ...]

    @cached_property
    def mit_wert(self) -> tuple[Wert, ...]:
        """The years that have a figure, oldest first."""
        return tuple(w for w in self.reihe if w.hat_wert)

    @property
    def quellen(self) -> tuple[Quellenlauf, ...]:
        """The sources of the years that have a figure, each with its first and last year, newest first."""
        laeufe = [list(gruppe) for _, gruppe in groupby(self.mit_wert, key=lambda w: w.quelle)]
        return tuple(Quellenlauf(g[0].quelle, g[0].jahr, g[-1].jahr) for g in reversed(laeufe))

    @cached_property
    def hinweise(self) -> tuple[str, ...]:
        """The notes that every year with a figure carries."""
        return gemeinsame_hinweise(self.mit_wert)

    @property
    def fehlgrund(self) -> str:
        """Why the newest row has no figure, in the words of the mart; "" if it gives no reason."""
        return self.fehlt.grund if self.fehlt else ""

    @cached_property
    def musterdaten(self) -> bool:
        """True if any year of this Kennzahl is invented."""
        return any(w.musterdaten for w in self.reihe)


@dataclass(frozen=True)
class Zugehoerigkeit:
    """A dated line between a Raum and its parent (or child) in one hierarchy."""

    hierarchie: str
    raum_id: str
    raum_name: str
    slug: str | None
    gueltig_von: date | None
    gueltig_bis: date | None
    belegt: bool


@dataclass(frozen=True)
class Themenblatt:
    """What the report says on one theme in one Raum, in catalogue order; `leit` are chosen in `themen.yml`."""

    thema: str
    titel: str
    familien: tuple[str, ...]
    leit: tuple[Angabe, ...]
    angaben: tuple[Angabe, ...]


@dataclass(frozen=True)
class Altersstufe:
    """Persons from `von` to under `bis` (999 = open) years of age; None = not published."""

    von: int
    bis: int
    weiblich: float | None
    maennlich: float | None
    insgesamt: float | None


@dataclass(frozen=True)
class Altersaufbau:
    """Ages and, where delivered, sexes of one Raum at the end of one year, from one source."""

    jahr: int
    quelle: str
    musterdaten: bool
    stufen: tuple[Altersstufe, ...]


@dataclass(frozen=True)
class Kommentar:
    """What somebody wrote on a Raum: `art` is kommentar, bedarf, vereinbarung or frage; `thema` may be ""."""

    berichtsjahr: int
    thema: str
    art: str
    text: str
    autor: str
    datum: date | None
    musterdaten: bool


@dataclass(frozen=True)
class Angebote:
    """How many Angebote of each kind a Raum has at the end of one year; kinds as codes, by code."""

    jahr: int
    arten: tuple[tuple[str, float], ...]
    musterdaten: bool


@dataclass(frozen=True)
class Planzeile:
    """One product of the budget of one year; `werte` in euros by wertart (keys of `woerter.WERTART`)."""

    art: str
    gruppe: str
    paragraf: str
    produkt: str
    werte: Mapping[str, float]
    musterdaten: bool


@dataclass(frozen=True)
class Blatt:
    """One Raum with everything that its page shows."""

    raum_id: str
    name: str
    ebene: str
    ebene_name: str
    slug: str
    gueltig_von: date | None
    gueltig_bis: date | None
    belegt: bool
    eltern: tuple[Zugehoerigkeit, ...]
    kinder: tuple[Zugehoerigkeit, ...]
    angaben: tuple[Angabe, ...]
    themen: tuple[Themenblatt, ...] = ()
    altersaufbau: Altersaufbau | None = None
    kommentare: tuple[Kommentar, ...] = ()
    angebote: Angebote | None = None

    @property
    def hat_werte(self) -> bool:
        """True if at least one Kennzahl has a figure in any year."""
        return any(a.gezeigt for a in self.angaben)

    @cached_property
    def jahre(self) -> list[int]:
        """Years that say something on at least one Kennzahl, oldest first."""
        return sorted({w.jahr for a in self.angaben for w in a.reihe if w.hat_wert or w.status != "nicht_verfuegbar"})

    @cached_property
    def hinweise(self) -> tuple[str, ...]:
        """The notes that every shown figure of this Raum carries."""
        return gemeinsame_hinweise(a.gezeigt for a in self.angaben if a.gezeigt)

    @cached_property
    def musterdaten(self) -> bool:
        """True if any figure of this Raum is invented."""
        return any(a.musterdaten for a in self.angaben)

    def angabe(self, kennzahl: str) -> Angabe:
        """The Angabe of one Kennzahl; every Blatt has one for each catalogue entry."""
        return next(a for a in self.angaben if a.kennzahl.kennzahl == kennzahl)


@dataclass(frozen=True)
class Spalte:
    """One Kennzahl as a column of a level's table: every cell of it has this year if it can."""

    kennzahl: Kennzahl
    jahr: int
    quellen: tuple[str, ...]
    hinweise: tuple[str, ...]
    """The notes that every figure of the column carries."""
    ganzes: Wert | None
    """The whole in that year, as the Räume of this column are compared with it."""


@dataclass(frozen=True)
class Tafel:
    """The chosen columns of one theme in a level's tables."""

    titel: str
    spalten: tuple[Spalte, ...]


@dataclass(frozen=True)
class Ebene:
    """All Räume of one level, by name; `tafeln` hold the chosen Kennzahlen that have figures there."""

    ebene: str
    name: str
    blaetter: tuple[Blatt, ...]
    tafeln: tuple[Tafel, ...]
    ohne_werte: tuple[Angabe, ...]

    @property
    def musterdaten(self) -> bool:
        """True if any figure of this level is invented."""
        return any(b.musterdaten for b in self.blaetter)


@dataclass(frozen=True)
class Meldung:
    """One row of mart `datenqualitaet`; for a family `gegenstand` is its name."""

    gegenstand: str
    ergebnis: str
    meldung: str
    datenstand: date | None
    musterdaten: bool


@dataclass(frozen=True)
class Bericht:
    """Everything that any form of the report shows; figures come from here and nowhere else."""

    angaben: BerichtsAngaben
    kennzahlen: tuple[Kennzahl, ...]
    ganzes: Blatt
    ebenen: tuple[Ebene, ...]
    familien: tuple[str, ...]
    fehlende_familien: tuple[Meldung, ...]
    lieferungen: tuple[Meldung, ...]
    geheimhaltung: tuple[Meldung, ...]
    datenstaende: tuple[tuple[str, date | None], ...]
    """Per source with figures the newest date on which its data were drawn; None if it names none."""
    musterdaten: bool
    befunde: Sequence[Befund] = field(default_factory=tuple)
    haushaltsplan: Sequence[Planzeile] = ()

    @property
    def blaetter(self) -> list[Blatt]:
        """All Räume below the whole, level by level, each by name."""
        return [b for e in self.ebenen for b in e.blaetter]
