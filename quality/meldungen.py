"""What is said of a row that does not meet its contract: one German sentence that can be sent back.

Here: the words for each rule, and failing rows as quarantine rows.
Not here: which rows fail (``quality/tuer.py``), the letter to the office that delivered (``reports/brief.py``).
"""

from __future__ import annotations

import polars as pl

from sources.saetze import Saetze
from sources.vertraege import Vertrag
from sources.zellen import ROH

QUARANTAENE_SCHEMA = {
    "raum_schluessel": pl.String,
    "zeile": pl.Int64, "regel": pl.String, "spalte": pl.String, "wert": pl.String, "meldung": pl.String,
}  # fmt: skip
_SATZ = {
    "code": "unbekannter Code",
    "codeliste": "gilt am maßgebenden Tag nicht",
    "muster": "entspricht nicht der vereinbarten Form",
    "bereich": "liegt außerhalb des vereinbarten Bereichs",
    "pflicht": "fehlt oder ist nicht lesbar",
    "wert": "ist keine Zahl und kein vereinbartes Zeichen",
    "schluessel": "kommt doppelt vor",
    "summenzeile": "ist kein Raum, sondern eine Summe, die doppelt zählte; die Zeile weglassen oder im Profil unter "
    "'dialekt' als summenzeilen nennen",
}
_TYP = {
    "ganzzahl": "ist keine ganze Zahl",
    "zahl": "ist keine Zahl in der vereinbarten Schreibweise",
    "datum": "ist kein Datum der Form TT.MM.JJJJ oder JJJJ-MM-TT",
    "monat": "ist kein Monat der Form MMJJJJ",
    "wahrheit": "ist weder ja noch nein",
    "text": "ist nicht lesbar",
}


def saetze_als_zeilen(saetze: Saetze, faelle: pl.DataFrame, vertrag: Vertrag, hoechstens: int) -> pl.DataFrame:
    """Failing records with a sentence that names row, field, value and rule, sorted; at most so many of each rule.

    Of personal extracts row and rule only.
    """
    if faelle.is_empty():
        return pl.DataFrame(schema=QUARANTAENE_SCHEMA)
    eigene = {r.name: r.meldung for r in vertrag.regeln}
    # a date of six places is a month
    typen = {f.name: "monat" if f.typ == "datum" and f.bis - f.von == 5 else f.typ for f in vertrag.felder}
    raum = next((f.name for f in vertrag.felder if f.schluesselart), "")
    teile = [pl.DataFrame(schema=QUARANTAENE_SCHEMA)]
    for (regel, spalte), teil in faelle.group_by(["regel", "spalte"]):
        index = teil["index"].sort().head(hoechstens)
        felder = [f for f in str(spalte).split(", ") if f in typen]
        if saetze.personenbezogen:
            wert = raeume = pl.repeat("", len(index), eager=True)
        else:
            texte = [saetze.roh(f, index).fill_null("(leer)").alias(f) for f in felder]
            wert = (
                pl.select(pl.concat_str(texte, separator=" | ")).to_series()
                if texte
                else pl.repeat("", len(index), eager=True)
            )
            raeume = saetze.roh(raum, index).fill_null("") if raum else pl.repeat("", len(index), eager=True)
        satz = _TYP[typen[felder[0]]] if regel == "typ" else _SATZ.get(str(regel), "")
        rahmen = pl.DataFrame({"raum_schluessel": raeume, "zeile": saetze.zeile.gather(index), "wert": wert})
        gezeigt = pl.lit("") if saetze.personenbezogen else pl.format(" '{}'", "wert")
        meldung = (
            pl.format("Zeile {}: {} ({}{})", "zeile", pl.lit(eigene[str(regel)]), pl.lit(spalte), gezeigt)
            if regel in eigene
            else pl.format("Zeile {}: {}{} {}", "zeile", pl.lit(spalte), gezeigt, pl.lit(satz))
        )
        teile.append(
            rahmen.select(
                "raum_schluessel",
                pl.col("zeile").cast(pl.Int64),
                pl.lit(regel).alias("regel"),
                pl.lit(spalte).alias("spalte"),
                "wert",
                (meldung + ".").alias("meldung"),
            )
        )
    return pl.concat(teile).sort("zeile", "regel", "spalte")


_AUSPRAEGUNG = ("messgroesse", "geschlecht", "altersgruppe", "nationalitaet", "merkmal")


def zellen_als_zeilen(zellen: pl.DataFrame, verstoesse: pl.DataFrame) -> pl.DataFrame:
    """Rows for quarantine with a sentence that names place, value and rule."""
    if verstoesse.is_empty():
        return pl.DataFrame(schema=QUARANTAENE_SCHEMA)
    betroffen = verstoesse.join(zellen.with_row_index("index"), on="index", how="left")
    zeilen = []
    for z in betroffen.iter_rows(named=True):
        spalte = z["spalte"] or ("wert" if z["regel"] != "schluessel" else "schluessel")
        # the published word, where a code or a date stands for it
        doppelt = [z[s] for s in _AUSPRAEGUNG if z[s] != "insgesamt"] if spalte == "schluessel" else []
        roh = " | ".join(doppelt) or z.get(f"{spalte}{ROH}") or z.get(spalte) or "(leer)"
        ort = f"{z['raum_name'] or '(ohne Name)'} ({z['raum_schluessel'] or 'ohne Schlüssel'}), {z['zeit_roh']}"
        satz = _SATZ.get(z["regel"], z["regel"])
        zeilen.append(
            {
                "raum_schluessel": z["raum_schluessel"],
                "zeile": z["zeile"],
                "regel": z["regel"],
                "spalte": spalte,
                "wert": str(roh),
                "meldung": f"Zeile {z['zeile']}, {ort}: {spalte} '{roh}' {satz}.",
            }
        )
    return pl.DataFrame(zeilen, schema=QUARANTAENE_SCHEMA)
