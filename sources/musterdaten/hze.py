"""Extracts about the invented Hilfen: the case extract of the Fachverfahren and the official 155-character records.

In here: the features of a help by planted shares, as fields of the contracts. Not in here: the helps (`hilfen.py`), the
form of the files (`ausgabe.py`), § 8a and § 42, which are never joined to HzE (`einwohner.py`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from sources.musterdaten.ausgabe import Ausgabe
from sources.musterdaten.hilfen import HZE, bewilligungen, im_jahr, tag
from sources.musterdaten.raeume import Gebiet
from sources.musterdaten.zufall import faktor, gewaehlt
from sources.profile import Profil


def schreibe_faelle(ausgabe: Ausgabe, hilfen: pl.DataFrame, gebiete: Sequence[Gebiet], jahr: int) -> None:
    """Append the case extract of a year (helps of `ziehe_hilfen`): one row per Bewilligung and young person."""
    zeilen = bewilligungen(hilfen, jahr)
    umgezogen = pl.col("umzug").is_not_null() & (pl.col("von") >= pl.col("umzug"))
    zeilen = zeilen.with_columns(
        **_merkmale(zeilen, gebiete), wohnt=pl.when(umgezogen).then("neuer_raum").otherwise("raum")
    )
    rahmen = zeilen.select(
        "fall_pseudonym",
        "person_pseudonym",
        *("hilfeart", "durchfuehrung", "geschlecht", "zustaendigkeit", "uma", "traeger_id", "situation", "transfer"),
        hilfe_id=pl.concat_str(pl.lit("B"), pl.col("person_pseudonym").str.slice(1), pl.lit("-"), pl.col("nr") + 1),
        schulbegleitung=pl.when(pl.col("hilfeart") == "13").then(pl.col("h_16") < 0.4),
        beginn=_datum("von"),
        ende=_datum("bis"),
        geburtsmonat=pl.col("geburt") % 12 + 1,
        geburtsjahr=pl.col("geburt") // 12,
        wohnraum=_raum(zeilen, "wohnt", gebiete, jahr),
        budgetraum=_raum(zeilen, "raum", gebiete, jahr),
        leistungsraum=_raum(zeilen, "leistung", gebiete, jahr),
        ende_grund=pl.when(pl.col("bis") == pl.col("ende")).then("beendigungsgrund"),
        gefaehrdung_vorher=pl.col("h_17") < HZE["gefaehrdung_vorher"],
        inobhutnahme_vorher=pl.col("h_18") < HZE["inobhutnahme_vorher"],
        kosten_bewilligt_eur="bewilligt",
        kosten_ist_eur="ist",
        abzugsdatum=pl.lit(date(jahr + 1, 1, 15)),
    )
    ausgabe.schreibe("hze_faelle", jahr, rahmen)


def schreibe_meldung(
    ausgabe: Ausgabe, hilfen: pl.DataFrame, profil: Profil, gebiete: Sequence[Gebiet], jahr: int
) -> None:
    """Append the official records of a year, running and ended helps in two files: one record per help."""
    eine = im_jahr(hilfen, jahr).filter(pl.col("kind") == 0)
    # a number has five places: the thousands of a large office go on in the next Einrichtung
    stelle, nummer = (pl.col("fall_pseudonym").str.extract(r"^F(\d+)-(\d+)$", n).cast(pl.Int64) for n in (1, 2))
    saetze = eine.with_columns(**_merkmale(eine, gebiete)).with_columns(
        ags_stelle=pl.lit(profil.ganzes.ljust(8, "0")),
        einrichtung=(stelle * 100 + nummer // 100_000).cast(pl.String).str.zfill(6),
        laufende_nr=(nummer % 100_000).cast(pl.String).str.zfill(5),
        uebernahme=pl.when(pl.col("h_15") < 0.04).then(pl.lit("ja")).otherwise(pl.lit("nein")),
        ort_durchfuehrung=pl.col("hilfeart").replace_strict(HZE["ort"]),
        geburt=pl.date(pl.col("geburt") // 12, pl.col("geburt") % 12 + 1, 1),
        situation_herkunft="situation",
        transferleistung="transfer",
        dauert_an=pl.when(pl.col("ende") > tag(jahr, 12, 31)).then(pl.lit("ja")).otherwise(pl.lit("nein")),
        beginn=_datum("beginn"),
        ende=_datum("ende"),
    )
    felder = ["ags_stelle", "einrichtung", "laufende_nr", "beginn", "uebernahme", "hilfeart", "ort_durchfuehrung",
              "traeger", "geschlecht", "geburt", "situation_herkunft", "transferleistung", "dauert_an"]  # fmt: skip
    andauernde, beendete = pl.col("dauert_an") == "ja", pl.col("dauert_an") == "nein"
    ausgabe.schreibe("kjh_teil1", jahr, saetze.filter(andauernde).select(felder), thema="andauernde")
    felder += ["ende", "beendigungsgrund"]
    ausgabe.schreibe("kjh_teil1", jahr, saetze.filter(beendete).select(felder), thema="beendete")


def _datum(spalte: str) -> pl.Expr:
    return pl.col(spalte).cast(pl.Int32).cast(pl.Date)


def _raum(zeilen: pl.DataFrame, spalte: str, gebiete: Sequence[Gebiet], jahr: int) -> pl.Series:
    """Delivered keys of Räume by their position; empty for none and for unaccompanied minors.

    An old Raum keeps its name in running cases; a new one is not named before it exists.
    """
    namen = {gebiet.raum_id: gebiet.schluessel for gebiet in gebiete}
    neu = {g.raum_id: g.vorgaenger[0] for g in gebiete if g.vorgaenger and jahr < min(g.jahre, default=jahr)}
    stelle = zeilen[spalte].set((zeilen[spalte] < 0) | zeilen["uma"], None)
    return pl.Series([namen[neu.get(gebiet.raum_id, gebiet.raum_id)] for gebiet in gebiete]).gather(stelle)


def _merkmale(zeilen: pl.DataFrame, gebiete: Sequence[Gebiet]) -> dict[str, pl.Series | pl.Expr]:
    """Features of helps by planted shares; a benefit is more frequent where the burden is higher."""

    def nach(zahl: str, anteile: Mapping[str, float]) -> pl.Series:
        return pl.Series(gewaehlt(zeilen[zahl].to_numpy(), anteile), dtype=pl.String)

    mit_transfer = np.array([*(faktor(g.saat, "transfer") for g in gebiete), 1.0])[zeilen["raum"].to_numpy()]
    pflege = pl.col("hilfeart").is_in(["09", "10"])
    form: Any = pl.when(pl.lit(False)).then(pl.lit(""))
    for hilfeart, angaben in HZE["hilfearten"].items():
        if "form" in angaben:
            form = form.when(pl.col("hilfeart") == hilfeart).then(pl.lit(nach("h_7", angaben["form"])))
    nummern = {f"T{n:02d}": 1.0 for n in range(1, HZE["traeger"] + 1)}
    return {
        "durchfuehrung": form.otherwise(None),
        "geschlecht": pl.when("weiblich").then(pl.lit("weiblich")).otherwise(pl.lit("maennlich")),
        "zustaendigkeit": pl.when(pflege).then(pl.lit(nach("h_8", HZE["zustaendigkeit"]))).otherwise(pl.lit("eigen")),
        "traeger_id": pl.when(~pflege).then(pl.lit(nach("h_9", nummern))),
        "traeger": nach("h_10", HZE["traegerart"]),
        "situation": nach("h_11", HZE["situation"]),
        "transfer": pl.Series(np.where(zeilen["h_12"].to_numpy() < HZE["transfer"] * mit_transfer, "ja", "nein")),
        "beendigungsgrund": nach("h_13", HZE["ende_grund"]),
    }
