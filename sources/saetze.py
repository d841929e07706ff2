"""From a delivered table to the records of its contract: one row per delivered record, typed, still unjudged.

Here: finding the fields among the delivered headings, translating words into codes, and what a profile says about
an office's dialect (signs turned round, totals rows, columns side by side).
Not here: the bytes (``sources/formate``), single values (``sources/umwandlung.py``), which records are good enough
(``quality/tuer.py``), what they mean (``dbt_project``).

A column is a dictionary and one index per record, so that casts, codes and patterns are worked out once per distinct
value and the records themselves only when a block of them is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from sources.formate import Gelesen, Lesefehler
from sources.formate.tabelle import normiert
from sources.profilmodell import Dialekt, Feed, Raumbuch
from sources.umwandlung import wandle
from sources.verortung import ROLLEN, verorte
from sources.vertraege import Feld, Vertrag

_STUECK = 1 << 20
# So many records are laid out as one frame once, and kept for all who look at them.
KLEIN = 100_000
METHODE = "raum_methode"


@dataclass(frozen=True)
class Spalte:
    """One field of all records: ``index`` into the distinct values, null where nothing was delivered.

    ``roh`` are the distinct texts as delivered, ``werte`` their typed values, ``unlesbar`` marks those that could
    not be cast (their value is null).
    """

    index: pl.Series
    roh: pl.Series
    werte: pl.Series
    unlesbar: pl.Series

    def ab(self, von: int, anzahl: int, woerterbuch: bool = False) -> pl.Series:
        """Typed values of some records; text as String, or as Enum if wanted."""
        # not gather(): small ones would cost three times as much
        return (self._woerter if woerterbuch else self.werte)[self.index.slice(von, anzahl)]

    @cached_property
    def _woerter(self) -> pl.Series:
        if self.werte.dtype != pl.String:
            return self.werte
        return self.werte.cast(pl.Enum(self.werte.drop_nulls().unique(maintain_order=True)))


@dataclass(frozen=True)
class Saetze:
    """All records of one delivery.

    Attributes:
        spalten: the contract's fields in their order, then ``raum_methode`` and ``periode``.
        zeile: line of each record in the delivered file.
        personenbezogen: the records are about single persons; nothing of their content may be kept or told.
        ohne_schluessel: single persons or addresses, where the contract also knows counts: nothing identifies a record.
        reparaturen: field -> repaired values.
        weggelassen: what was left out -> how often.
    """

    spalten: dict[str, Spalte]
    zeile: pl.Series
    personenbezogen: bool
    ohne_schluessel: bool
    reparaturen: dict[str, int]
    weggelassen: dict[str, int]

    def __len__(self) -> int:
        """Number of records."""
        return len(self.zeile)

    def block(self, von: int, anzahl: int, woerterbuch: bool = False) -> pl.DataFrame:
        """Some records, typed: the fields, ``raum_methode``, ``zeile``, ``periode``; text as String, or as Enum."""
        if woerterbuch and von == 0 and len(self) <= min(anzahl, KLEIN):
            return self._alle
        return self._block(von, anzahl, woerterbuch)

    @cached_property
    def _alle(self) -> pl.DataFrame:
        return self._block(0, len(self), woerterbuch=True)

    def _block(self, von: int, anzahl: int, woerterbuch: bool) -> pl.DataFrame:
        spalten = {name: spalte.ab(von, anzahl, woerterbuch) for name, spalte in self.spalten.items()}
        periode = spalten.pop("periode")
        return pl.DataFrame({**spalten, "zeile": self.zeile.slice(von, anzahl), "periode": periode})

    def roh(self, feld: str, saetze: pl.Series) -> pl.Series:
        """The texts of a field as delivered, for the records with these numbers."""
        spalte = self.spalten[feld]
        return spalte.roh.gather(spalte.index.gather(saetze))

    def unlesbare(self) -> pl.DataFrame:
        """Values that could not be cast: index (number of the record), spalte."""
        faelle = [pl.DataFrame(schema={"index": pl.UInt32, "spalte": pl.String})]
        for name, spalte in self.spalten.items():
            if spalte.unlesbar.any():
                satz = spalte.unlesbar.gather(spalte.index).fill_null(value=False).arg_true()
                faelle.append(pl.DataFrame({"index": satz.cast(pl.UInt32)}).with_columns(spalte=pl.lit(name)))
        return pl.concat(faelle)

    def doppelte(self, schluessel: list[str]) -> pl.Series:
        """Numbers of all records whose key another record has as well; exact, whatever the size of the delivery.

        Of many records each key is packed into one integer (mixed radix over the distinct values of its fields); where
        that would not fit into 64 bits, the integers so far are first replaced by their ranks. Records with an
        unreadable value in the key have no key. Without key fields nothing is double.
        """
        if not schluessel:
            return pl.Series("index", [], dtype=pl.UInt32)
        faelle = self.unlesbare()
        if len(self) <= KLEIN and faelle.is_empty():
            return self._alle.select(schluessel).is_duplicated().arg_true().cast(pl.UInt32).rename("index")
        unlesbar = faelle.filter(pl.col("spalte").is_in(schluessel))["index"].to_numpy()
        folge = self._gepackt(schluessel)
        folge = np.delete(folge, unlesbar) if len(unlesbar) else folge
        folge.sort()
        mehrfach = np.unique(folge[1:][folge[1:] == folge[:-1]])
        if not len(mehrfach):
            return pl.Series("index", [], dtype=pl.UInt32)
        # packed anew, since sorting in place spares the memory of a copy and doubles are rare
        treffer = np.flatnonzero(np.isin(self._gepackt(schluessel), mehrfach))
        return pl.Series("index", np.setdiff1d(treffer, unlesbar), dtype=pl.UInt32)

    def _gepackt(self, schluessel: list[str]) -> np.ndarray:
        gepackt, umfang = np.zeros(len(self), dtype=np.uint64), 1
        for name in schluessel:
            spalte = self.spalten[name]
            # 0 is "empty"; distinct texts may stand for one value, so values are numbered, not texts
            nummer = spalte.werte.rank("dense").fill_null(0).cast(pl.UInt64)
            anzahl = int(nummer.to_numpy().max(initial=0)) + 1
            if umfang * anzahl >= 2**64:
                gepackt = np.unique(gepackt, return_inverse=True)[1].astype(np.uint64)
                umfang = int(gepackt.max()) + 1
            umfang *= anzahl
            for von in range(0, len(self), _STUECK):
                stueck = gepackt[von : von + _STUECK]
                stueck *= np.uint64(anzahl)
                stueck += nummer.gather(spalte.index.slice(von, _STUECK)).fill_null(0).to_numpy()
        return gepackt


def in_saetze(gelesen: Gelesen, vertrag: Vertrag, angaben: Mapping[str, str], feed: Feed | None) -> Saetze:
    """Records of one delivery by contract, before any of them is judged.

    Args:
        gelesen: what the format's reader returned: text columns (String or Enum) and ``zeile``.
        vertrag: the extract's contract, form "saetze".
        angaben: what the file name told (``jahr``); it fills the field of that name where no column does.
        feed: how the profile maps columns and words, and the office's dialect.

    Raises:
        Lesefehler: a column is missing, unknown or doubled; numbers with two readings; no year in the file name.
    """
    dialekt = feed.dialekt if feed else Dialekt()
    geliefert = [s for s in gelesen.daten.columns if s != "zeile"]
    unbenutzt = {normiert(name) for name in (feed.unbenutzt if feed else ())}
    zuordnung, unbekannt = _zuordnung([s for s in geliefert if normiert(s) not in unbenutzt], vertrag, feed)
    daten = gelesen.daten.select("zeile", *geliefert)
    for name in sorted({f.name for f in vertrag.felder} & angaben.keys() - zuordnung.keys()):
        daten, zuordnung[name] = daten.with_columns(pl.lit(angaben[name]).alias(name)), name
    zaehler = vertrag.verdichtung.zaehler if vertrag.verdichtung else ""
    einzeln = vertrag.personenbezogen == "einzelsaetze" and zaehler not in zuordnung
    # counts per address are about single households, and several addresses lie in one Raum
    je_anschrift = vertrag.adresse is not None and not zuordnung.keys().isdisjoint(ROLLEN)
    personenbezogen = einzeln or je_anschrift or vertrag.personenbezogen is True
    _pruefe_spalten(vertrag, dialekt, zuordnung, unbekannt, personenbezogen, _kann_verorten(zuordnung, feed))
    weggelassen = {"unbekannte_spalten": len(unbekannt)} if unbekannt else {}
    if dialekt.nebeneinander:
        daten = _untereinander(daten, dialekt, zuordnung, weggelassen)
        zuordnung |= {feld: feld for feld in _aus_nebeneinander(dialekt)}
    daten = _ohne_summenzeilen(daten, dialekt, zuordnung, weggelassen)
    if daten.is_empty():
        raise Lesefehler(
            "leer",
            f"Nach dem Weglassen ({', '.join(weggelassen)}) bleibt kein Satz",
            "Daten außer Summenzeilen und leeren Zellen",
            "die Datei oder den Dialekt im Profil prüfen",
        )
    daten = _abgeleitet(daten, dialekt, zuordnung)
    daten = _verortet(daten, vertrag, feed, zuordnung, weggelassen)
    umgekehrt = _trifft(dialekt.umkehren_wo, daten, zuordnung)
    mappe = gelesen.kodierung == "xlsx"
    reparaturen: dict[str, int] = {}
    spalten = {}
    for feld in vertrag.felder:
        text = daten[zuordnung[feld.name]] if feld.name in zuordnung else None
        vorgabe = "1" if einzeln and feld.name == zaehler else feld.vorgabe
        spalten[feld.name] = _spalte(text, len(daten), feld, vorgabe, dialekt, mappe, feed, reparaturen)
        if feld.name in dialekt.umkehren:
            spalten[feld.name] = _umgekehrt(spalten[feld.name], umgekehrt)
    for feld in vertrag.felder:
        if _ist_berechnet(feld, vertrag, zuordnung):
            spalten[feld.name] = _berechnet(feld, spalten, len(daten))
    index, methoden = _woerterbuch(daten[METHODE] if METHODE in zuordnung else None, len(daten))
    spalten[METHODE] = Spalte(index, methoden, methoden, pl.repeat(False, len(methoden), eager=True))
    spalten["periode"] = _periode(vertrag, angaben, spalten, len(daten))
    ohne_schluessel = einzeln or (je_anschrift and vertrag.personenbezogen == "einzelsaetze")
    return Saetze(spalten, daten["zeile"], personenbezogen, ohne_schluessel, reparaturen, weggelassen)


def _namen(feld: Feld) -> set[str]:
    return {normiert(name) for name in (feld.name, *feld.geliefert)}


def pflichtspalten(vertrag: Vertrag, feed: Feed | None) -> list[frozenset[str]]:
    """For each column the file must have, the normalised headings under which it may come."""
    dialekt = feed.dialekt if feed else Dialekt()
    eigene: dict[str, set[str]] = {}
    for von, nach in (feed.spalten if feed else {}).items():
        eigene.setdefault(nach, set()).add(normiert(von))
    fehlbar = _fehlbar(vertrag, dialekt)
    felder = [frozenset(_namen(f) | eigene.get(f.name, set())) for f in vertrag.felder if f.name not in fehlbar]
    return felder + [frozenset({normiert(name)}) for name in dialekt.nebeneinander]


def _aus_nebeneinander(dialekt: Dialekt) -> set[str]:
    """Fields that are made from columns side by side."""
    felder = {feld for werte in dialekt.nebeneinander.values() for feld in werte}
    return felder | {dialekt.wertfeld} if dialekt.nebeneinander else set()


def _fehlbar(vertrag: Vertrag, dialekt: Dialekt) -> set[str]:
    """Fields whose column the file need not have."""
    fehlbar = {f.name for f in vertrag.felder if not f.pflicht} | _aus_nebeneinander(dialekt) | set(dialekt.ableiten)
    if vertrag.personenbezogen == "einzelsaetze" and vertrag.verdichtung:
        fehlbar.add(vertrag.verdichtung.zaehler)
    return fehlbar


def _zuordnung(geliefert: list[str], vertrag: Vertrag, feed: Feed | None) -> tuple[dict[str, str], list[str]]:
    """Field -> delivered column, and the columns nobody knows."""
    ziel = {name: feld.name for feld in vertrag.felder for name in _namen(feld)}
    if vertrag.adresse:
        ziel |= {normiert(name): rolle for name, rolle in vertrag.adresse.ueberschriften().items()}
    ziel |= {normiert(von): nach for von, nach in (feed.spalten if feed else {}).items()}
    nebeneinander = {normiert(name) for name in (feed.dialekt.nebeneinander if feed else {})}
    zuordnung: dict[str, str] = {}
    unbekannt = []
    for spalte in geliefert:
        feld = ziel.get(normiert(spalte))
        if normiert(spalte) in nebeneinander:
            continue
        if feld is None:
            unbekannt.append(spalte)
        elif feld in zuordnung:
            raise Lesefehler(
                "spalte_doppelt",
                f"Die Spalten '{zuordnung[feld]}' und '{spalte}' stehen beide für '{feld}'",
                f"eine Spalte für '{feld}'",
                "die Zuordnung im Profil unter 'spalten' berichtigen oder eine der beiden unter 'unbenutzt' nennen",
            )
        else:
            zuordnung[feld] = spalte
    return zuordnung, unbekannt


def _kann_verorten(zuordnung: Mapping[str, str], feed: Feed | None) -> bool:
    """Whether the file has an address that stands for a Raum; a street alone does only with a directory to look in."""
    verzeichnis = feed is not None and bool(feed.raumbuch.strassen)
    return (
        "hausnummer" in zuordnung
        or {"laenge", "breite"} <= zuordnung.keys()
        or (verzeichnis and not zuordnung.keys().isdisjoint(ROLLEN))
    )


def _pruefe_spalten(
    vertrag: Vertrag,
    dialekt: Dialekt,
    zuordnung: Mapping[str, str],
    unbekannt: list[str],
    personenbezogen: bool,
    kann_verorten: bool,
) -> None:
    """Columns nobody knows are refused, since they may be renamed ones; in personal extracts they are dropped."""
    da = {*zuordnung, *_aus_nebeneinander(dialekt)}
    fehlbar = _fehlbar(vertrag, dialekt) | {f.name for f in vertrag.felder if _ist_berechnet(f, vertrag, da)}
    if vertrag.adresse and kann_verorten:
        fehlbar.add(vertrag.adresse.raum)
    pflicht = [f.name for f in vertrag.felder if f.name not in fehlbar]
    fehlt = [name for name in pflicht if name not in zuordnung]
    if not fehlt and (personenbezogen or not unbekannt):
        return
    was = f"Es fehlt die Spalte {', '.join(repr(s) for s in fehlt)}" if fehlt else ""
    if unbekannt and not personenbezogen:  # without a header row, headings would be somebody's data
        was += f"{'; dafür neu' if fehlt else 'Unbekannte Spalte'}: {', '.join(repr(s) for s in unbekannt[:5])}"
        was += " (umbenannt?)" if fehlt else ""
    raise Lesefehler(
        "spalte_fehlt" if fehlt else "spalte_unbekannt",
        was,
        f"die Spalten {', '.join(pflicht)}",
        "die Datei mit den vereinbarten Spalten liefern oder die neue Spalte im Profil unter 'spalten' zuordnen "
        "(geliefert: Feld); was nicht gebraucht wird, dort unter 'unbenutzt' nennen",
    )


def _untereinander(
    daten: pl.DataFrame, dialekt: Dialekt, zuordnung: Mapping[str, str], weggelassen: dict[str, int]
) -> pl.DataFrame:
    """Columns side by side become records; empty cells among them are no records, and counted."""
    nach_norm = {normiert(s): s for s in daten.columns}
    spalten = {nach_norm[normiert(von)]: werte for von, werte in dialekt.nebeneinander.items()}
    rest = [pl.col(s) for s in ("zeile", *(zuordnung[f] for f in zuordnung))]
    teile = [
        daten.select(
            *rest,
            **{feld: pl.lit(wert) for feld, wert in werte.items()},
            **{dialekt.wertfeld: pl.col(spalte).cast(pl.String)},
        )
        for spalte, werte in spalten.items()
    ]
    alle = pl.concat(teile, how="diagonal").sort("zeile", maintain_order=True)
    voll = alle.filter(pl.col(dialekt.wertfeld).is_not_null())
    if len(voll) < len(alle):
        weggelassen["leere_zellen"] = len(alle) - len(voll)
    return voll


def _ohne_summenzeilen(
    daten: pl.DataFrame, dialekt: Dialekt, zuordnung: Mapping[str, str], weggelassen: dict[str, int]
) -> pl.DataFrame:
    """Totals rows would be counted twice; they are left out and counted."""
    treffer = [
        pl.col(zuordnung[feld]).cast(pl.String).str.strip_chars().str.contains(muster).fill_null(value=False)
        for feld, muster in dialekt.summenzeilen.items()
        if feld in zuordnung
    ]
    if not treffer:
        return daten
    ohne = daten.filter(~pl.any_horizontal(treffer))
    if len(ohne) < len(daten):
        weggelassen["summenzeilen"] = len(daten) - len(ohne)
    return ohne


def _trifft(muster: Mapping[str, str], daten: pl.DataFrame, zuordnung: Mapping[str, str]) -> pl.Series | None:
    """Records whose delivered texts match all patterns; None where there is no pattern."""
    trifft = pl.repeat(bool(muster), len(daten), eager=True)
    for feld, regel in muster.items():
        spalte = zuordnung.get(feld)
        trifft &= spalte is not None and daten[spalte].cast(pl.String).str.strip_chars().str.contains(regel).fill_null(
            value=False
        )
    return trifft if muster else None


def _abgeleitet(daten: pl.DataFrame, dialekt: Dialekt, zuordnung: dict[str, str]) -> pl.DataFrame:
    """Columns that the office does not deliver, read off another one; where no pattern matches, empty."""
    for feld, ableitung in dialekt.ableiten.items():
        for aus, worte in ((a, w) for a, w in ableitung.items() if a in zuordnung):
            text = pl.col(zuordnung[aus]).cast(pl.String).str.strip_chars()
            worte_in_folge = [pl.when(text.str.contains(m)).then(pl.lit(w)) for m, w in worte.items()]
            daten = daten.with_columns(pl.coalesce(worte_in_folge).alias(feld))
            zuordnung[feld] = feld
    return daten


def _verortet(
    daten: pl.DataFrame, vertrag: Vertrag, feed: Feed | None, zuordnung: dict[str, str], weggelassen: dict[str, int]
) -> pl.DataFrame:
    """The Raum instead of an address, where the file has one."""
    if vertrag.adresse is None:  # there a street is a field like any other
        return daten
    rollen = {rolle: zuordnung.pop(rolle) for rolle in ROLLEN if rolle in zuordnung}
    if not rollen:
        return daten
    raum = vertrag.adresse.raum
    texte = daten.select(pl.col(spalte).cast(pl.String).alias(rolle) for rolle, spalte in rollen.items())
    keiner = pl.repeat(None, len(daten), dtype=pl.String, eager=True)
    geliefert = daten[zuordnung[raum]].cast(pl.String).str.strip_chars() if raum in zuordnung else keiner
    gefunden = verorte(texte, geliefert, feed.raumbuch if feed else Raumbuch())
    zuordnung[raum], zuordnung[METHODE] = raum, METHODE
    weggelassen["anschrift_spalten"] = len(rollen)
    return daten.drop(*rollen.values()).with_columns(gefunden["raum"].alias(raum), gefunden["methode"].alias(METHODE))


def _umgekehrt(spalte: Spalte, wo: pl.Series | None) -> Spalte:
    """The column with its signs turned round, everywhere or for some records (each value then stands twice)."""
    if wo is None:
        return Spalte(spalte.index, spalte.roh, 0 - spalte.werte, spalte.unlesbar)
    index = spalte.index.cast(pl.UInt32) + wo.cast(pl.UInt32) * len(spalte.roh)
    roh, unlesbar = pl.concat([spalte.roh] * 2), pl.concat([spalte.unlesbar] * 2)
    return Spalte(index, roh, pl.concat([spalte.werte, 0 - spalte.werte]), unlesbar)


def _spalte(
    text: pl.Series | None,
    anzahl: int,
    feld: Feld,
    vorgabe: str,
    dialekt: Dialekt,
    mappe: bool,
    feed: Feed | None,
    reparaturen: dict[str, int],
) -> Spalte:
    """One field: its dictionary cast and translated, its repairs counted."""
    index, roh = _woerterbuch(text, anzahl)
    if vorgabe:
        roh = pl.concat([roh, pl.Series("roh", [vorgabe], dtype=pl.String)])
        index = index.cast(pl.UInt32).fill_null(len(roh) - 1)
    worte = {
        **{code: code for code in feld.codes},
        **feld.uebersetzung,
        **(feed.uebersetzungen.get(feld.name, {}) if feed else {}),
    }
    stil = "mappe" if mappe else dialekt.zahlen
    werte, unlesbar, repariert = wandle(roh, feld, worte, stil)
    if repariert.any():
        reparaturen[feld.name] = int(repariert.gather(index).sum())
    return Spalte(index, roh, werte, unlesbar)


def _ist_berechnet(feld: Feld, vertrag: Vertrag, zuordnung: Collection[str]) -> bool:
    """Whether the file has, instead of the field, optional ones that it is calculated from."""
    if not feld.berechnet or feld.name in zuordnung:
        return False
    gebraucht = pl.sql_expr(feld.berechnet).meta.root_names()
    return any(f.name in gebraucht and f.name in zuordnung and not f.pflicht for f in vertrag.felder)


def _berechnet(feld: Feld, spalten: Mapping[str, Spalte], anzahl: int) -> Spalte:
    """A field calculated from others; empty where one of them is."""
    ausdruck = pl.sql_expr(feld.berechnet)
    rahmen = pl.DataFrame({name: spalten[name].ab(0, anzahl) for name in ausdruck.meta.root_names()})
    ergebnis = rahmen.select(ausdruck.cast(spalten[feld.name].werte.dtype)).to_series()
    werte = ergebnis.drop_nulls().unique().sort()
    index = ergebnis.rank("dense").cast(pl.UInt32) - 1
    return Spalte(index, werte.cast(pl.String), werte, pl.repeat(False, len(werte), eager=True))


def _woerterbuch(text: pl.Series | None, anzahl: int) -> tuple[pl.Series, pl.Series]:
    """Index and distinct texts of a column; a missing column is empty throughout."""
    if text is None:
        return pl.repeat(None, anzahl, dtype=pl.UInt8, eager=True), pl.Series("roh", [], dtype=pl.String)
    typ = text.dtype
    if not isinstance(typ, pl.Enum):
        text = text.cast(pl.String)
        typ = pl.Enum(text.drop_nulls().unique(maintain_order=True))
        text = text.cast(typ)
    return text.to_physical(), typ.categories.rename("roh")


def _periode(vertrag: Vertrag, angaben: Mapping[str, str], spalten: Mapping[str, Spalte], anzahl: int) -> Spalte:
    """What a later delivery replaces, as text."""
    felder = vertrag.periode.split("+")
    if len(felder) > 1 and set(felder) <= set(spalten):
        texte = [spalten[f].ab(0, anzahl).cast(pl.String) for f in felder]
        index, werte = _woerterbuch(pl.select(pl.concat_str(texte, separator=" ")).to_series(), anzahl)
        return Spalte(index, werte, werte, pl.repeat(False, len(werte), eager=True))
    if vertrag.periode in spalten:
        spalte = spalten[vertrag.periode]
        werte = spalte.werte.cast(pl.String)
        return Spalte(spalte.index, spalte.roh, werte, pl.repeat(False, len(werte), eager=True))
    aus_namen = " ".join(angaben[n] for n in ("jahr", "thema") if n in angaben) if "jahr" in angaben else ""
    wert = aus_namen if vertrag.periode == "dateiname" else vertrag.periode
    if not wert:
        raise Lesefehler(
            "periode",
            "Der Dateiname nennt kein Jahr",
            "ein Dateiname mit vierstelligem Jahr",
            "die Datei umbenennen oder das Muster im Profil um {jahr} ergänzen",
        )
    werte = pl.Series([wert])
    return Spalte(pl.repeat(0, anzahl, dtype=pl.UInt8, eager=True), werte, werte, pl.Series([False]))
