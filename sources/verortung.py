"""From what a record says about its place to the smallest Raum: key, name, address, coordinate.

Here: the profile's `Raumbuch`, names as they are compared, finding the Raum of an address or a coordinate (which go no
further), counting by which way records found theirs.
Not here: the tables of the profile (``jugendaemter/<name>/``), reading its geometry (``geometrie.py``), the way upwards
(``dbt_project``), which fields of an extract are an address (``<extract>/contract.yml``).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from sources.formate import Lesefehler
from sources.profilmodell import Profil, Raumbuch, Strasse

ROLLEN = ["strassenschluessel", "strasse", "hausnummer", "laenge", "breite"]
NICHT_ZUORDENBAR = "nicht_zuordenbar"
# Members of each Jugendamt that are no Sozialraum; they belong to the whole.
BESONDERE = {
    NICHT_ZUORDENBAR: "nicht zuordenbar",
    "ausserhalb": "außerhalb",
    "uma": "unbegleitet eingereiste junge Menschen",
    "para_86_6_89a": "Zuständigkeit nach § 86 (6) oder Erstattung nach § 89a SGB VIII",
}
_OFFEN = 99_999
_AM_ENDE = r"\s(\d+\s*[a-zA-Z]?(?:\s*[-/]\s*\d+\s*[a-zA-Z]?)?)\s*$"


def normiert(name: str) -> str:
    """A name or key of a Raum as it is compared: "St. Märgen" is "SANKT MAERGEN", "01" is "1".

    The macro `raumname` of dbt does the same.
    """
    klein = unicodedata.normalize("NFC", name).lower()
    for umlaut, vokal in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}.items():
        klein = klein.replace(umlaut, vokal)
    kurz = re.sub(r"[^a-z0-9]", "", re.sub(r"\bsankt\b", "st", klein, flags=re.ASCII))
    return re.sub(r"^0+([0-9]+)$", r"\1", kurz)


def lokale_schluessel(p: Profil) -> list[tuple[str, str]]:
    """(key, raum_id) under which records name a Raum: its id, its name if no other has it, and ``schluessel.csv``."""
    namen = Counter(name for name, _ in {(r.raum_name, r.raum_id) for r in p.raeume})
    paare = {r.raum_name: r.raum_id for r in p.raeume if namen[r.raum_name] == 1}
    paare |= {raum_id: raum_id for raum_id in raum_ids(p)}
    paare |= {s.schluessel: s.raum_id for s in p.schluessel if s.schluesselart == "lokal"}
    return sorted(paare.items())


def raum_ids(p: Profil) -> set[str]:
    """Ids of all Räume, the special members included."""
    return {r.raum_id for r in p.raeume} | {f"{p.jugendamt}:{art}" for art in BESONDERE}


def alias(p: Profil) -> list[tuple[str, str]]:
    """(normalised name, raum_id): ``alias`` lines of ``schluessel.csv``, and other keys that stand for one Raum."""
    if "alias" not in p.verortung:
        return []
    raeume: dict[str, set[str]] = {}
    for schluessel, raum_id in lokale_schluessel(p):
        raeume.setdefault(normiert(schluessel), set()).add(raum_id)
    eindeutig = {name: next(iter(ids)) for name, ids in raeume.items() if name and len(ids) == 1}
    return sorted(
        (eindeutig | {normiert(s.schluessel): s.raum_id for s in p.schluessel if s.schluesselart == "alias"}).items()
    )


def raumbuch(p: Profil) -> Raumbuch:
    """All that the door needs of a profile."""
    return Raumbuch(
        reihenfolge=p.verortung,
        schluessel=dict(lokale_schluessel(p)),
        alias=dict(alias(p)),
        strassen=p.strassen,
        gebiete=p.gebiete,
        einheit=p.einheit,
        ausserhalb=f"{p.jugendamt}:ausserhalb",
        befristet={
            r.raum_id: (r.gueltig_von, r.gueltig_bis or date.max)
            for r in p.raeume
            if r.raum_id in {raum_id for n in p.nachfolger for raum_id in (n.alt, n.neu)}
        },
    )


def zeitweise_fehlend(schluessel: Iterable[str], buch: Raumbuch, jahre: Collection[int]) -> list[str]:
    """Keys of Räume that do not exist at the end of each of some years, by the profile's Gebietsstand."""
    tage = [date(jahr, 12, 31) for jahr in jahre]
    immer = (date.min, date.max)
    return [
        s
        for s, raum in aufgeloest(schluessel, buch)
        for von, bis in [buch.befristet.get(raum, immer)]
        if any(not von <= tag <= bis for tag in tage)
    ]


def methode(schluessel: str | None, buch: Raumbuch) -> str:
    """By which way a delivered key finds its Raum: schluessel, alias or nicht_zuordenbar."""
    if schluessel is None:
        return NICHT_ZUORDENBAR
    if "schluessel" in buch.reihenfolge and schluessel in buch.schluessel:
        return "schluessel"
    return "alias" if normiert(schluessel) in buch.alias else NICHT_ZUORDENBAR


def aufgeloest(schluessel: Iterable[str], buch: Raumbuch) -> list[tuple[str, str]]:
    """(key, raum_id) of those delivered keys that stand for a Raum, sorted."""
    raeume = {s: buch.schluessel.get(s) or buch.alias.get(normiert(s)) for s in schluessel}
    return sorted((s, raum) for s, raum in raeume.items() if raum)


def verorte(adressen: pl.DataFrame, geliefert: pl.Series, buch: Raumbuch) -> pl.DataFrame:
    """Raum of each record, by the first way of the profile that knows it.

    Args:
        adressen: text columns, some of :data:`ROLLEN`.
        geliefert: delivered key of the Raum, null where none came.
        buch: what the profile says.

    Returns:
        raum: the delivered key, or the raum_id of the address; methode: "strasse" or "koordinate" where the address
        decided, null where it is the key (which dbt resolves, so that a mended key needs no new delivery).

    Raises:
        Lesefehler: coordinates that are not those of the profile's geometry.
    """
    arten = pl.DataFrame({"raum": geliefert.unique()}).with_columns(
        art=pl.col("raum").map_elements(lambda s: methode(s, buch), pl.String, skip_nulls=False)
    )
    art = pl.DataFrame({"raum": geliefert}).join(arten, on="raum", how="left", nulls_equal=True, maintain_order="left")[
        "art"
    ]
    wege: Mapping[str, Callable[[], pl.Series]] = {
        "schluessel": lambda: geliefert.set(art != "schluessel", None),
        "alias": lambda: geliefert.set(art != "alias", None),
        "strasse": lambda: _aus_strasse(adressen, buch.strassen),
        "koordinate": lambda: _aus_koordinate(adressen, buch),
    }
    gefunden = {weg: wege[weg]().alias(weg) for weg in buch.reihenfolge}
    erster = pl.coalesce(pl.when(pl.col(weg).is_not_null()).then(pl.lit(weg)) for weg in gefunden)
    return pl.DataFrame([*gefunden.values(), geliefert.alias("_geliefert")]).select(
        raum=pl.coalesce(*gefunden, "_geliefert"),
        methode=pl.when(erster.is_in(["strasse", "koordinate"])).then(erster),
    )


def _name(strasse: pl.Expr) -> pl.Expr:
    """Street names as offices write them: "Lange Str. ", "LANGE STRASSE" and "Lange Straße" are one."""
    klein = strasse.str.to_lowercase().str.replace_all("ß", "ss", literal=True)
    return klein.str.replace_all(r"str(asse|\.)?(\s|$)", "str$2").str.replace_all(r"[\s.\-]", "")


def _verzeichnis(strassen: Sequence[Strasse]) -> pl.DataFrame:
    zeilen = [
        {"schluessel": s.strassenschluessel, "strasse": s.strasse, "seite": s.seite, "von": s.von,
         "bis": s.bis if s.bis is not None else _OFFEN, "raum_id": s.raum_id}
        for s in strassen
    ]  # fmt: skip
    schema = {"schluessel": pl.String, "strasse": pl.String, "seite": pl.String, "von": pl.Int64, "bis": pl.Int64,
              "raum_id": pl.String}  # fmt: skip
    return pl.DataFrame(zeilen, schema=schema).with_columns(strasse=_name(pl.col("strasse")))


def _mit(adressen: pl.DataFrame, rollen: Sequence[str]) -> pl.DataFrame:
    fehlt = [pl.lit(None, pl.String).alias(rolle) for rolle in rollen if rolle not in adressen.columns]
    return adressen.with_columns(fehlt).select(rollen)


def _aus_strasse(adressen: pl.DataFrame, strassen: Sequence[Strasse]) -> pl.Series:
    """raum_id per record, null where the directory has no answer."""
    adressen = _mit(adressen, ROLLEN[:3])
    ohne_nummer = pl.col("strasse").str.replace(_AM_ENDE, "")
    eindeutig = (
        adressen.unique(maintain_order=True)
        .with_row_index("_nr")
        .with_columns(
            # "Am Bach 7 b" in one column
            _name=_name(pl.when(pl.col("hausnummer").is_null()).then(ohne_nummer).otherwise("strasse")),
            # 12a lies where 12 lies
            _hausnummer=pl.coalesce("hausnummer", pl.col("strasse").str.extract(_AM_ENDE))
            .str.extract(r"^\s*0*(\d+)")
            .cast(pl.Int64),
        )
    )
    verzeichnis = _verzeichnis(strassen)
    treffer = pl.concat(
        [
            eindeutig.join(verzeichnis, left_on=links, right_on=rechts, how="inner").select(
                "_nr", "_hausnummer", "seite", "von", "bis", "raum_id", rang=pl.lit(rang)
            )
            for rang, (links, rechts) in enumerate((("strassenschluessel", "schluessel"), ("_name", "strasse")))
        ]
    )
    seite = pl.when(pl.col("_hausnummer") % 2 == 0).then(pl.lit("gerade")).otherwise(pl.lit("ungerade"))
    passend = treffer.filter(
        pl.col("_hausnummer").is_between(pl.col("von"), pl.col("bis")),
        (pl.col("seite") == "beide") | (pl.col("seite") == seite),
    ).sort("_nr", "rang").unique("_nr", keep="first", maintain_order=True)  # fmt: skip
    je = eindeutig.join(passend.select("_nr", "raum_id"), on="_nr", how="left")
    return adressen.join(je, on=ROLLEN[:3], how="left", nulls_equal=True, maintain_order="left")["raum_id"]


def _aus_koordinate(adressen: pl.DataFrame, buch: Raumbuch) -> pl.Series:
    """raum_id of the area in which a point lies, ``ausserhalb`` outside all, null without a point or an area."""
    punkte = _mit(adressen, ROLLEN[3:]).select(
        pl.all().str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    )
    da = punkte.drop_nulls().unique(maintain_order=True)
    leer = pl.repeat(None, len(punkte), dtype=pl.String, eager=True)
    if not buch.gebiete or da.is_empty():
        return leer
    in_grad = bool((da["laenge"].abs() <= 180).all() and (da["breite"].abs() <= 90).all())
    if in_grad != (buch.einheit == "grad"):
        raise Lesefehler(
            "koordinaten",
            f"Die Koordinaten sind in {'Grad' if in_grad else 'Metern'}, die Geometrie des Profils nicht",
            "Länge und Breite im Bezugssystem der Geometrie (WGS84 in Grad oder EPSG:25832 in Metern)",
            "Koordinaten und Geometrie im selben Bezugssystem liefern",
        )
    raum = pl.Series("raum_id", list(_treffer(da, buch)), dtype=pl.String)
    return punkte.join(da.with_columns(raum), on=ROLLEN[3:], how="left", maintain_order="left")["raum_id"]


def _treffer(punkte: pl.DataFrame, buch: Raumbuch) -> Iterator[str]:
    """Of a point on a common border, the area whose raum_id comes first."""
    import shapely

    ids = sorted(buch.gebiete)
    baum = shapely.STRtree([shapely.from_geojson(json.dumps(buch.gebiete[i])) for i in ids])
    punkt, gebiet = baum.query(shapely.points(punkte.to_numpy()), predicate="intersects")
    erstes: dict[int, int] = {}
    for p, g in zip(punkt.tolist(), gebiet.tolist(), strict=True):
        erstes[p] = min(g, erstes.get(p, g))
    return (ids[erstes[n]] if n in erstes else buch.ausserhalb for n in range(len(punkte)))
