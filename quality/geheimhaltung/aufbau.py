"""From counts to the cells and equations of one Jugendamt.

Here: which counts are cells, which are shown, and every equation that a reader of the marts can write down: sums over
Räume, Hilfearten and the crossed axis, identities within and between years.
Not here: reading (``umfeld.py``), what is declared (``tabellen.yml``), what was published before (``verlauf.py``),
what is suppressed (``sperrung.py``).

Räume whose figures are not shown, but which a reader can isolate as a difference of shown ones, are one hidden cell per
set of parents. What an equation lacks (a Wechsel, say) enters as a known number: whoever knows less derives less.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from quality.geheimhaltung.dominanz import DOMINIERT, KOSTEN
from quality.geheimhaltung.erklaerung import Erklaerung, Tabelle
from quality.geheimhaltung.seiten import Seite
from quality.geheimhaltung.tabelle import BEKANNT, FREI, PRIMAER, UNGENANNT
from quality.geheimhaltung.umfeld import ACHSEN, Umfeld, schluessel

GRUPPE = ["messgroesse", "oben", "gruppe"]
KONSTANTE = "konstante"
"""The cell of value 1 that carries known numbers."""

ZELLEN = {
    "schluessel": pl.String, "berichtsjahr": pl.Int64, "wert": pl.Int64, "k": pl.Int64, "lage": pl.String,
    "gewicht": pl.Float64, "untergrenze": pl.Int64, "ebene": pl.String,
}  # fmt: skip
GLEICHUNGEN = {"gleichung": pl.String, "schluessel": pl.String, "koeffizient": pl.Int64}


@dataclass(frozen=True)
class Bestand:
    """Cells (columns of ``ZELLEN``, key ``schluessel``) and equations (``GLEICHUNGEN``) of one Jugendamt today.

    ``kosten``: see :class:`Umfeld`.
    """

    zellen: pl.DataFrame
    gleichungen: pl.DataFrame
    kosten: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KOSTEN))


def haeufigkeit(wert: pl.Expr, k: pl.Expr | int) -> pl.Expr:
    """The primary rule: 0 < wert < k. Zeros are shown. ``wert`` counts Fälle or Familien, never young people."""
    return (wert > 0) & (wert < k)


def baue(zaehlungen: pl.DataFrame, umfeld: Umfeld, erklaerung: Erklaerung) -> Bestand:
    """Cells and equations of all declared tables.

    Args:
        zaehlungen: from :func:`lies_zaehlungen`.
        umfeld: the surroundings.
        erklaerung: what is declared.
    """
    grund = [_grundtabelle(zaehlungen, t, umfeld, erklaerung) for t in erklaerung.tabellen if not t.quer]
    basis = pl.concat(grund).unique(subset=ACHSEN, keep="first", maintain_order=True)
    basis, hilfearten = _mit_resten(basis, umfeld.hilfearten)
    terme = [_ueber_raeume(basis, umfeld.kinder), _ueber_hilfearten(basis, hilfearten)]
    alle = [basis]
    for tabelle in (t for t in erklaerung.tabellen if t.quer):
        zellen, kinder, quer = _quertabelle(zaehlungen, basis, tabelle, umfeld)
        alle.append(zellen)
        terme += [_ueber_raeume(zellen, kinder), quer]
    zellen = pl.concat(alle)
    summen, gleichungen = _summen(zellen, umfeld.summen)
    zellen, terme = pl.concat([zellen, summen]), [*terme, gleichungen]
    for i in erklaerung.identitaeten:
        zellen = pl.concat([zellen, *(_nie_gezeigt(zellen, i.summe, i.teile, teil) for teil in i.teile)])
        terme.append(_identitaet(zellen, i.summe, i.teile))
    verlaufend = zellen.filter(
        pl.col("altersgruppe") == "insgesamt", ~pl.col("merkmal").str.contains("|", literal=True)
    )
    terme += [_verlauf(verlaufend, v.bestand, v.zugang, v.abgang) for v in erklaerung.verlauf]
    return _als_bestand(zellen, pl.concat(terme), umfeld)


def _grundtabelle(zaehlungen: pl.DataFrame, t: Tabelle, umfeld: Umfeld, erklaerung: Erklaerung) -> pl.DataFrame:
    """Cells of a table without crossed axis, with ``k`` and ``gezeigt``."""
    streng = pl.col("merkmal").is_in(umfeld.streng) | pl.col("raumebene").is_in(erklaerung.strenger.raumebenen)
    return zaehlungen.filter(
        pl.col("messgroesse").is_in(t.messgroessen),
        pl.col("geschlecht") == "insgesamt",
        pl.col("altersgruppe") == "insgesamt",
        _merkmale(zaehlungen, t, umfeld),
        _auf_ebene(t, umfeld),
    ).with_columns(
        pl.when(streng).then(pl.max_horizontal(pl.lit(t.k), pl.lit(erklaerung.strenger.k))).otherwise(t.k).alias("k"),
        pl.lit(value=True).alias("gezeigt"),
        pl.lit(value=False).alias("voll"),
        # zeros are shown where figures are
        pl.lit(1).alias("untergrenze"),
    )


def _mit_resten(basis: pl.DataFrame, hilfearten: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add what a group has beside its shown parts, as hidden cells: a reader finds it by subtraction.

    A rest is named by the parts that its level shows: beside others it is another number, and what is said of one
    (over Räume, years, Messgrößen) does not hold of the other.
    """
    ebene = ["messgroesse", "raumebene", "merkmal"]
    teile = basis.join(hilfearten, left_on="merkmal", right_on="kind").rename({"merkmal": "teil", "elter": "merkmal"})
    namen = teile.group_by(ebene).agg(
        (pl.col("merkmal").first() + "~" + pl.col("teil").unique().sort().str.join("+")).alias("rest")
    )
    summen = teile.group_by(ACHSEN).agg(pl.col("wert").sum().alias("teile"))
    rest = (
        basis.join(namen, on=ebene)
        .join(summen, on=ACHSEN, how="left")
        .with_columns(pl.col("wert") - pl.col("teile").fill_null(0), pl.lit(value=False).alias("gezeigt"))
        .filter((pl.col("wert") != 0).any().over("messgroesse", "rest"), pl.col("wert") >= 0)
    )
    neue = rest.select(kind="rest", elter="merkmal").unique().sort("kind")
    verdeckt = rest.with_columns(merkmal="rest").select(basis.columns)
    return pl.concat([basis, verdeckt]), pl.concat([hilfearten, neue.select(hilfearten.columns)])


def _merkmale(zaehlungen: pl.DataFrame, t: Tabelle, umfeld: Umfeld) -> pl.Expr:
    """Rows whose merkmal the table shows: those that match its pattern; features only if a Kennzahl shows them."""
    vorhanden = zaehlungen["merkmal"].unique().to_list() if t.quer != "merkmal" else umfeld.merkmale
    gemeint = {m for m in vorhanden if re.match(f"(?:{t.merkmale})" + ("" if t.quer == "merkmal" else "$"), m)}
    return pl.col("merkmal").is_in(sorted(gemeint))


def _auf_ebene(t: Tabelle, umfeld: Umfeld) -> pl.Expr:
    gezeigt = {"alle": pl.lit(value=True), "oberhalb": pl.col("raumebene").is_in(umfeld.oberhalb)}
    return gezeigt.get(t.ebenen, pl.col("raumebene") == "jugendamt")


def _quertabelle(
    zaehlungen: pl.DataFrame, basis: pl.DataFrame, t: Tabelle, umfeld: Umfeld
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Cells of a crossed table, the children among its Räume, and the sums over the crossed axis."""
    gezeigt = _auf_ebene(t, umfeld)
    ziele, kinder = _zusammengefasst(basis, umfeld.kinder, gezeigt)
    teile = zaehlungen.filter(
        pl.col("messgroesse").is_in(t.messgroessen), *_schnitt(t), _merkmale(zaehlungen, t, umfeld)
    ).with_columns(*_summe_und_gruppe(t))
    gruppen = teile.select("messgroesse", "oben", "gruppe").unique()
    summen = (
        basis.join(ziele, on=["raum_id", "stichtag"])
        .with_columns(schluessel())
        .rename({"merkmal": "oben"})
        .join(gruppen, on=["messgroesse", "oben"])
    )
    zellen = _je_ziel(teile.join(ziele, on=["raum_id", "stichtag"]), [*GRUPPE, "merkmal", "geschlecht", "altersgruppe"])
    je_gruppe = _je_ziel(summen, GRUPPE).rename({"wert": "summe"})
    orte = ["stichtag", "berichtsjahr", "raum_id", "raumebene"]
    zellen = zellen.join(je_gruppe, on=[*GRUPPE, *orte])
    if t.quer == "merkmal":
        zellen = pl.concat([zellen, _rest(zellen, je_gruppe, [*GRUPPE, *orte])])
    name = _name("quer", [*GRUPPE, "raum_id", "stichtag"])
    terme = pl.concat(
        [
            summen.drop("raum_id")
            .rename({"ziel": "raum_id"})
            .select(name, "schluessel", pl.lit(1).alias("koeffizient"), "wert"),
            zellen.select(name, schluessel(), pl.lit(-1).alias("koeffizient"), "wert"),
        ]
    )
    rest = pl.col("merkmal").str.ends_with("=~")
    eigen = pl.col("raum_id").str.contains(f"(^|:){t.mitglied}$")
    ganz = (pl.col("wert") == pl.col("summe")) & (pl.col("wert") > 0)
    empfindlich = pl.col("merkmal").str.contains(f"^(?:{t.empfindlich})$")
    niemand = empfindlich & (pl.col("wert") == 0) & (pl.col("summe") > 0)
    zellen = zellen.with_columns(
        # where nobody has the feature, the rest is the sum itself
        pl.when(rest & ganz).then(1).otherwise(t.k).alias("k"),
        (gezeigt & ~rest).alias("gezeigt"),
        # all or none of a group: known of each of its members, unless the group is made by the feature
        ((pl.lit(value=t.quer == "merkmal") & ~rest & ganz & ~eigen) | niemand).alias("voll"),
        pl.when(empfindlich).then(0).otherwise(1).alias("untergrenze"),
    )
    return zellen.select(basis.columns), kinder, terme


def _je_ziel(zeilen: pl.DataFrame, andere: list[str]) -> pl.DataFrame:
    """Counts per shown Raum or hidden group of Räume."""
    return zeilen.group_by(
        *andere, "stichtag", "berichtsjahr", pl.col("ziel").alias("raum_id"), pl.col("zielebene").alias("raumebene")
    ).agg(pl.col("wert").sum())


def _rest(zellen: pl.DataFrame, je_gruppe: pl.DataFrame, ort: list[str]) -> pl.DataFrame:
    """Per group of a feature all that is not shown of it, as one hidden cell (the complement)."""
    gezaehlt = zellen.group_by(ort).agg(pl.col("wert").sum())
    return (
        je_gruppe.join(gezaehlt, on=ort, how="left")
        .with_columns(
            (pl.col("oben") + "|" + pl.col("gruppe") + "=~").alias("merkmal"),
            (pl.col("summe") - pl.col("wert").fill_null(0)).alias("wert"),
            *(pl.lit("insgesamt").alias(a) for a in ("geschlecht", "altersgruppe")),
        )
        .filter(pl.col("wert") >= 0)
        .select(zellen.columns)
    )


def _schnitt(t: Tabelle) -> list[pl.Expr]:
    """The crossed axis has parts, the others none."""
    ganz = {a: pl.col(a) == "insgesamt" for a in ("altersgruppe", "geschlecht")}
    return [~b if a == t.quer else b for a, b in ganz.items()]


def _summe_und_gruppe(t: Tabelle) -> tuple[pl.Expr, pl.Expr]:
    """The merkmal of the sum a crossed cell belongs to, and the name of the crossed axis."""
    if t.quer == "merkmal":
        teile = pl.col("merkmal").str.split_exact("|", 1)
        return teile.struct[0].alias("oben"), teile.struct[1].str.split("=").list.first().alias("gruppe")
    return pl.col("merkmal").alias("oben"), pl.lit(t.quer).alias("gruppe")


def _zusammengefasst(basis: pl.DataFrame, kinder: pl.DataFrame, gezeigt: pl.Expr) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Hidden Räume together per set of shown parents.

    Returns:
        raum_id, stichtag, ziel, zielebene (a shown Raum is its own ziel); and the children of shown Räume as they are
        then: stichtag, hierarchie, eltern_raum_id, raum_id.
    """
    raeume = basis.select("raum_id", "stichtag", "raumebene").unique()
    oben = raeume.filter(gezeigt).select("raum_id", "stichtag")
    kanten = kinder.join(oben, left_on=["eltern_raum_id", "stichtag"], right_on=["raum_id", "stichtag"], how="semi")
    verdeckt = (
        kanten.join(oben, on=["raum_id", "stichtag"], how="anti")
        .join(raeume, on=["raum_id", "stichtag"], how="semi")
        .group_by("raum_id", "stichtag")
        .agg(("rest " + pl.col("eltern_raum_id").unique().sort().str.join(" ")).alias("ziel"))
        .with_columns(pl.lit("rest").alias("zielebene"))
    )
    selbst = raeume.filter(gezeigt).select(
        "raum_id", "stichtag", pl.col("raum_id").alias("ziel"), pl.col("raumebene").alias("zielebene")
    )
    ziele = pl.concat([selbst, verdeckt.select(selbst.columns)])
    neue = kanten.join(ziele, on=["raum_id", "stichtag"]).select(
        "stichtag", "hierarchie", "eltern_raum_id", pl.col("ziel").alias("raum_id")
    )
    return ziele, neue.unique(maintain_order=True)


def _ueber_raeume(zellen: pl.DataFrame, kinder: pl.DataFrame) -> pl.DataFrame:
    """Parent = sum of its children, per hierarchy and Stichtag."""
    andere = [a for a in ACHSEN if a != "raum_id"]

    def name(elter: str) -> pl.Expr:
        spalten = [pl.col(c).cast(pl.String) for c in ("hierarchie", elter, *andere)]
        return pl.concat_str([pl.lit("raum"), *spalten], separator="|").alias("gleichung")

    mit = zellen.with_columns(schluessel())
    unten = mit.join(kinder, on=["raum_id", "stichtag"]).select(
        name("eltern_raum_id"), "schluessel", pl.lit(-1).alias("koeffizient"), "wert"
    )
    eltern = kinder.select("stichtag", "hierarchie", pl.col("eltern_raum_id").alias("raum_id")).unique()
    oben = mit.join(eltern, on=["raum_id", "stichtag"]).select(
        name("raum_id"), "schluessel", pl.lit(1).alias("koeffizient"), "wert"
    )
    return _vollstaendig(oben, unten)


def _ueber_hilfearten(zellen: pl.DataFrame, hilfearten: pl.DataFrame) -> pl.DataFrame:
    """Hilfeart = sum of its parts."""
    andere = [a for a in ACHSEN if a != "merkmal"]

    def name(elter: str) -> pl.Expr:
        spalten = [pl.col(c).cast(pl.String) for c in (elter, *andere)]
        return pl.concat_str([pl.lit("hilfeart"), *spalten], separator="|").alias("gleichung")

    mit = zellen.with_columns(schluessel())
    unten = mit.join(hilfearten, left_on="merkmal", right_on="kind").select(
        name("elter"), "schluessel", pl.lit(-1).alias("koeffizient"), "wert"
    )
    oben = mit.join(hilfearten, left_on="merkmal", right_on="elter", how="semi").select(
        name("merkmal"), "schluessel", pl.lit(1).alias("koeffizient"), "wert"
    )
    return _vollstaendig(oben, unten)


def _identitaet(zellen: pl.DataFrame, summe: str, teile: tuple[str, ...]) -> pl.DataFrame:
    """One Messgröße is the sum of others."""
    name = _name("identitaet", [a for a in ACHSEN if a != "messgroesse"])
    mit = zellen.with_columns(schluessel())
    oben = mit.filter(pl.col("messgroesse") == summe).select(name, "schluessel", pl.lit(1).alias("koeffizient"), "wert")
    unten = mit.filter(pl.col("messgroesse").is_in(teile)).select(
        name, "schluessel", pl.lit(-1).alias("koeffizient"), "wert"
    )
    return _vollstaendig(oben, unten)


def _nie_gezeigt(zellen: pl.DataFrame, summe: str, teile: tuple[str, ...], teil: str) -> pl.DataFrame:
    """The one part of a sum that no table shows, as hidden cells: found by subtraction, known to nobody otherwise."""
    ort, schnitt = [a for a in ACHSEN if a != "messgroesse"], ["merkmal", "geschlecht", "altersgruppe"]
    oben = pl.col("merkmal").str.split("|").list.first()
    ganz = zellen.filter(pl.col("messgroesse") == teil).select(*ort, pl.col("wert").alias("ganz"))
    andere = zellen.filter(pl.col("messgroesse").is_in(teile), pl.col("messgroesse") != teil)
    uebrige = andere.group_by(ort).agg(pl.col("wert").sum().alias("uebrige"), pl.len().alias("anzahl"))
    return (
        zellen.filter(pl.col("messgroesse") == summe)
        .join(zellen.filter(pl.col("messgroesse") == teil), on=schnitt, how="anti")
        .join(uebrige.filter(pl.col("anzahl") == len(teile) - 1), on=ort)
        .with_columns(
            pl.lit(teil).alias("messgroesse"),
            pl.col("wert") - pl.col("uebrige"),
            pl.lit(value=False).alias("gezeigt"),
            oben.alias("oben"),
        )
        .filter(pl.col("wert") >= 0)
        .join(ganz, left_on=["oben", *ort[1:]], right_on=ort, how="left")
        .with_columns(
            ((pl.col("wert").eq(pl.col("ganz")) & (pl.col("wert") > 0) & ~pl.col("merkmal").str.ends_with("=~"))
             | (pl.col("wert").eq(0) & (pl.col("ganz") > 0) & (pl.col("untergrenze") == 0)))
            .fill_null(value=False).alias("voll")
        )
        .select(zellen.columns)
    )  # fmt: skip


def _verlauf(zellen: pl.DataFrame, bestand: str, zugang: str, abgang: str) -> pl.DataFrame:
    """Bestand of a year from that of the year before."""
    name = _name("verlauf", ["merkmal", "geschlecht", "altersgruppe", "raum_id", "berichtsjahr"])
    mit = zellen.with_columns(schluessel())

    def term(messgroesse: str, koeffizient: int, jahr: int = 0) -> pl.DataFrame:
        return (
            mit.filter(pl.col("messgroesse") == messgroesse)
            .with_columns(pl.col("berichtsjahr") + jahr)
            .select(name, "schluessel", pl.lit(koeffizient).alias("koeffizient"), "wert")
        )

    oben, davor = term(bestand, 1), term(bestand, -1, 1)
    fluss = pl.concat([term(zugang, -1), term(abgang, 1)]).join(davor, on="gleichung", how="semi")
    return _vollstaendig(oben, pl.concat([davor, fluss]))


def _name(art: str, spalten: list[str]) -> pl.Expr:
    return pl.concat_str([pl.lit(art), *(pl.col(s).cast(pl.String) for s in spalten)], separator="|").alias("gleichung")


def _vollstaendig(oben: pl.DataFrame, unten: pl.DataFrame) -> pl.DataFrame:
    """The terms of all equations that have both sides."""
    return pl.concat([oben.join(unten, on="gleichung", how="semi"), unten.join(oben, on="gleichung", how="semi")])


def _summen(zellen: pl.DataFrame, summen: Sequence[Seite]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sums of several counts that a Kennzahl shows as numerator or denominator, where all parts are cells."""
    teile = pl.DataFrame(
        [
            {"messgroesse": s.zaehlung, "merkmal": m, "koeffizient": v, "summe": s.merkmal, "anzahl": len(s.teile)}
            for s in summen for m, v in s.teile
        ],
        schema={"messgroesse": pl.String, "merkmal": pl.String, "koeffizient": pl.Int32, "summe": pl.String,
                "anzahl": pl.Int64},
    )  # fmt: skip
    ort = ["messgroesse", "summe", "geschlecht", "altersgruppe", "raum_id", "stichtag"]
    glieder = zellen.filter(pl.col("geschlecht") == "insgesamt", pl.col("altersgruppe") == "insgesamt").join(
        teile, on=["messgroesse", "merkmal"]
    )
    neue = (
        glieder.group_by(*ort, "berichtsjahr", "raumebene")
        .agg(
            (pl.col("wert") * pl.col("koeffizient")).sum().alias("wert"),
            # a part that is 0 adds nothing that the others do not tell, unless it is hidden itself
            pl.col("k").filter((pl.col("wert") != 0) | pl.col("voll")).max().fill_null(1),
            pl.col("gezeigt").all(),
            ((pl.col("wert") == 0) & pl.col("voll")).all().alias("voll"),
            pl.col("untergrenze").min(),
            (pl.len() == pl.col("anzahl").first()).alias("ganz"),
        )
        .filter("ganz", pl.col("wert") >= 0)
        .rename({"summe": "merkmal"})
        .select(zellen.columns)
    )
    name = _name("summe", ort)
    unten = glieder.select(name, schluessel(), -pl.col("koeffizient"), "wert")
    oben = neue.with_columns(pl.col("merkmal").alias("summe")).select(
        name, schluessel(), pl.lit(1).alias("koeffizient"), "wert"
    )
    return neue, _vollstaendig(oben, unten)


def _als_bestand(zellen: pl.DataFrame, terme: pl.DataFrame, umfeld: Umfeld) -> Bestand:
    """Close the equations with a known number, and give each cell its place."""
    fest = (
        terme.group_by("gleichung")
        .agg((-(pl.col("koeffizient") * pl.col("wert")).sum()).alias("koeffizient"))
        .filter(pl.col("koeffizient") != 0)
        .select("gleichung", pl.lit(KONSTANTE).alias("schluessel"), pl.col("koeffizient").cast(pl.Int64))
    )
    gleichungen = pl.concat([terme.select(pl.col(s).cast(t) for s, t in GLEICHUNGEN.items()), fest])
    wenige = (haeufigkeit(pl.col("personen"), pl.col("k")) & (pl.col("wert") > 0)).fill_null(value=False)
    von_wenigen = umfeld.kosten.filter(DOMINIERT)["schluessel"].drop_nulls()
    dominiert = pl.col("schluessel").is_in(von_wenigen.implode()) & (pl.col("wert") > 0)
    geschuetzt = haeufigkeit(pl.col("wert"), pl.col("k")) | pl.col("voll") | wenige | dominiert
    offen = pl.when(pl.col("gezeigt")).then(pl.lit(FREI)).otherwise(pl.lit(UNGENANNT))
    fertig = (
        zellen.with_columns(schluessel())
        .join(umfeld.personen, on="schluessel", how="left")
        .with_columns(
            pl.when(geschuetzt).then(pl.lit(PRIMAER)).otherwise(offen).alias("lage"),
            _gewicht(umfeld.oberhalb).alias("gewicht"),
            # of a Raum that is never shown nobody knows where its zeros are
            pl.when(pl.col("gezeigt")).then("untergrenze").otherwise(0).alias("untergrenze"),
            pl.when("gezeigt").then("raumebene").otherwise(pl.lit("")).alias("ebene"),
        )
    )
    konstante = pl.DataFrame(
        [{"schluessel": KONSTANTE, "berichtsjahr": 0, "wert": 1, "k": 2, "lage": BEKANNT, "gewicht": 1.0,
          "untergrenze": 0, "ebene": ""}]
    )  # fmt: skip
    spalten = [pl.col(s).cast(t) for s, t in ZELLEN.items()]
    return Bestand(
        pl.concat([fertig.select(spalten), konstante.select(spalten)]).sort("schluessel"),
        gleichungen.sort("gleichung", "schluessel"),
        umfeld.kosten,
    )


def _gewicht(oberhalb: Sequence[str]) -> pl.Expr:
    """What it costs to hide a cell: the Jugendamt and totals first, then levels above the main one, larger cells."""
    # with and without UMA both are totals, and their difference is seen where both are
    merkmal = pl.col("merkmal")
    ganz = merkmal.is_in(["insgesamt", "mit_28"]) | merkmal.str.contains(
        r"^(summe \+)?insgesamt\|uma=ja|^summe \+insgesamt -"
    )
    ebene = pl.col("raumebene")
    je_raum = pl.when(ebene == "jugendamt").then(100.0).when(ebene.is_in(oberhalb)).then(5.0).otherwise(1.0)
    je_art = pl.when(ganz).then(100.0).otherwise(1.0)
    return je_raum * je_art * (1 + (1 + pl.col("wert")).log())
