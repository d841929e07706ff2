"""Flat file CSV (ffcsv) of the official databases, in both header generations, plain or as ZIP.

Here: from either header to the tidy form that the table exports have (`regionaldatenbank`). Not here: cutting lines
(`felder`), numbers and signs (`werte`), bytes to text (`kodierung`), what labels mean (contracts).

Old generation: one column per measure, ``<CODE>__<Label>__<Unit>``, quality signs in ``<CODE>__<Label>__q``. New one
(2025): one row per measure, in no order. Both are described by their publisher in its R example for ffcsv.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

import polars as pl

from sources.formate import Gelesen, Lesefehler, arbeitsmappe, werte
from sources.formate.felder import zerschneide
from sources.formate.kodierung import dekodiere

_ANFANG = re.compile(rb'(?:\xef\xbb\xbf)?\s*"?(?:Statistik_Code|statistics_code)"?;')
_DATEI = re.compile(r"([0-9A-Z]{4,6}(?:-[0-9A-Z]+)+)_(?:(de|en)_)?flat", re.I)
# Old heading -> new one; the numbered groups are the same in both.
_FEST = {"Statistik_Code": "statistics_code", "Statistik_Label": "statistics_label",
         "Zeit_Code": "time_code", "Zeit_Label": "time_label", "Zeit": "time"}  # fmt: skip
_GRUPPE = re.compile(r"(\d+)_(?:(Merkmal|variable)|(Auspraegung|variable_attribute))_(Code|Label|code|label)")
_WERT = ("value", "value_unit", "value_variable_code", "value_variable_label", "value_q")
_TEILE = ("variable_code", "variable_label", "variable_attribute_code", "variable_attribute_label")
# Codes of regional variables in GENESIS-Online, Regionaldatenbank and Zensusdatenbank; else their keys tell.
_REGIONAL = r"^(?:DINSG|DLAND.*|.*KREISE?.*|.*GEMEIN.*|REGBEZ.*|SKRS.*|GEO(?:DL|BL|RB|LK|GM|VB)\d*)$"
_SCHLUESSEL = r"^(?:DG|\d{5}|\d{8}|\d{12})$"
_ENDGUELTIG = "e"
_HOECHSTENS_SPALTEN = 1_000
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_UMLAUTWORT = re.compile(r"\w*[äöüÄÖÜß]\w*")
_PUNKT, _TAUSENDER = r"^[+-]?\d+\.\d+$", r"^[+-]?\d{1,3}\.\d{3}$"
_TUN = "die Tabelle als „Flat-CSV“ neu aus der Datenbank abrufen und unverändert liefern"


def erkennt(inhalt: bytes) -> bool:
    """True for a flat file of either generation, and for a ZIP that holds one."""
    if not inhalt.startswith(b"PK\x03\x04"):
        return _ANFANG.match(inhalt[:200]) is not None
    try:
        with zipfile.ZipFile(io.BytesIO(inhalt)) as archiv:
            return bool(_flache(archiv))
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def lies(inhalt: bytes, dateiname: str = "Die Datei") -> Gelesen:
    """Read one flat file completely or refuse it.

    `daten`: the columns of `regionaldatenbank.lies`, sorted (new files come unsorted), one row per cell; `dim_*` are
    the labels of the variables that are not regional. `kennung` is the table code in the name of the file (or of the
    one in the ZIP), else the code of the statistic. A date is written 31.12.2023 in both generations; the quality
    sign "e" (final) is no sign. meta: titel, merkmale ("CODE = Label"), dimensionen, musterdaten as elsewhere.
    Raises Lesefehler: those of `kodierung.dekodiere`, and zipbombe, beschaedigt, unbekannt, kopf, spalten,
    abgeschnitten, anfuehrung, zelle, leer.
    """
    inhalt, name = _entpackt(inhalt, dateiname)
    text, kodierung = dekodiere(inhalt)
    lang = _lang(_rechteck(text.split("\n")))
    gruppen = sorted({int(s.split("_")[0]) for s in lang.columns if s[0].isdigit()})
    region = _regionale_gruppe(lang, gruppen)
    dims = [g for g in gruppen if g != region]
    treffer = _DATEI.search(name)
    statistik = str(lang["statistics_code"][0])
    kennung = treffer[1] if treffer and treffer[1].split("-")[0] == statistik else statistik
    wert, zeichen = _werte(lang, englisch=bool(treffer and treffer[2] == "en"))
    daten = pl.DataFrame(
        {
            "tabelle": pl.Series([kennung], dtype=pl.String).new_from_index(0, lang.height),
            "raum_schluessel": _spalte(lang, region, "attribute_code"),
            "raum_name": _spalte(lang, region, "attribute_label"),
            "zeit": lang["time"].str.replace(r"^(\d{4})-(\d\d)-(\d\d)$", "$3.$2.$1"),
            "merkmal": lang["value_variable_label"],
            "einheit": lang["value_unit"],
            "wert": wert,
            "zeichen": zeichen,
            **{f"dim_{i}": _spalte(lang, g, "attribute_label") for i, g in enumerate(dims, start=1)},
            "zeile": lang["zeile"],
        }
    )
    meta = _meta(lang, dims)
    ordnung = [spalte for spalte in daten.columns if spalte not in ("tabelle", "wert", "zeichen")]
    return Gelesen("ffcsv", kennung, daten.sort(ordnung), kodierung, meta, "musterdaten" in meta["titel"].lower())


def _flache(archiv: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [teil for teil in archiv.infolist() if teil.filename.lower().endswith("_flat.csv")]


def _entpackt(inhalt: bytes, dateiname: str) -> tuple[bytes, str]:
    """The bytes and the name of the flat file itself."""
    if not inhalt.startswith(b"PK\x03\x04"):
        return inhalt, dateiname
    try:
        with zipfile.ZipFile(io.BytesIO(inhalt)) as archiv:
            arbeitsmappe.pruefe_groesse(archiv.infolist(), dateiname)
            flache = _flache(archiv)
            if len(flache) == 1:
                return archiv.read(flache[0]), flache[0].filename
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as fehler:
        raise Lesefehler(
            "beschaedigt",
            f"Das ZIP-Archiv {dateiname} lässt sich nicht entpacken",
            "ein vollständiges Archiv ohne Kennwort",
            _TUN,
        ) from fehler
    raise Lesefehler(
        "unbekannt",
        f"Das ZIP-Archiv {dateiname} enthält {len(flache)} Dateien „..._flat.csv“",
        "genau eine",
        _TUN,
    )


def _rechteck(zeilen: list[str]) -> pl.DataFrame:
    """All cells as text under headings of the new generation (old measures keep theirs), and `zeile`."""
    kopf = _kopf(zeilen)
    rumpf = zerschneide(zeilen, 1, ";", len(kopf), "abgeschnitten")
    if rumpf.zeilen.is_empty():
        raise Lesefehler("leer", "Unter der Kopfzeile steht keine Datenzeile", "Datenzeilen", _TUN)
    spalten = {name: rumpf.spalte(i).str.strip_chars(" \t\u00a0") for i, name in enumerate(kopf)}
    return pl.DataFrame({**spalten, "zeile": rumpf.zeilen.cast(pl.Int64)})


def _kopf(zeilen: list[str]) -> list[str]:
    """Headings of the new generation."""
    kopf = [_neuer_name(feld.strip()) for feld in zeilen[0].replace('"', "").split(";")]
    if kopf[0] != "statistics_code":
        raise _falscher_kopf("unbekannt", f"Die Datei beginnt mit „{zeilen[0][:40]}“")
    if len(kopf) > _HOECHSTENS_SPALTEN:
        raise _falscher_kopf("spalten", f"Die Kopfzeile hat {len(kopf)} Spalten")
    if doppelt := [name for name in kopf if kopf.count(name) > 1]:
        raise _falscher_kopf("spalten", f"Die Spalte „{doppelt[0][:40]}“ ist doppelt")
    alt = [name for name in kopf if "__" in name]
    gruppen = sorted({name.split("_")[0] for name in kopf if name[:1].isdigit()} | {"1"})
    noetig = ["statistics_code", "time", *(f"{g}_{teil}" for g in gruppen for teil in _TEILE)]
    noetig += _WERT[: 0 if alt else 4]
    fehlt = [name for name in noetig if name not in kopf]
    fremd = [name for name in kopf if name not in (*noetig, *alt, *_FEST.values(), *_WERT)]
    if fehlt or fremd or (alt and "value" in kopf):
        genannt = [f"es fehlt „{name}“" for name in fehlt] + [f"unbekannt ist „{name[:40]}“" for name in fremd]
        raise _falscher_kopf("kopf", f"In der Kopfzeile: {', '.join(genannt[:6]) or 'beide Generationen gemischt'}")
    return kopf


def _neuer_name(name: str) -> str:
    if treffer := _GRUPPE.fullmatch(name):
        return f"{treffer[1]}_variable{'_attribute' if treffer[3] else ''}_{treffer[4].lower()}"
    return _FEST.get(name, name)


def _falscher_kopf(art: str, was: str) -> Lesefehler:
    return Lesefehler(
        art,
        was,
        "die Kopfzeile der Datenbank: Statistik_Code;Statistik_Label;Zeit_Code;... oder statistics_code;...;value;...",
        _TUN,
    )


def _lang(daten: pl.DataFrame) -> pl.DataFrame:
    """One row per measure, as the new generation has it."""
    masse = [name for name in daten.columns if "__" in name and not name.endswith("__q")]
    if not masse:
        return daten if "value_q" in daten.columns else daten.with_columns(value_q=pl.lit(""))
    basis = daten.select(name for name in daten.columns if "__" not in name)
    texte = [text for name in basis.columns if name.endswith("_label") for text in basis[name].unique()]
    worte = {wort.translate(_ASCII): wort for wort in sorted(_UMLAUTWORT.findall(" ".join(texte)))}
    return pl.concat([basis.with_columns(**_mass(daten, name, worte)) for name in masse])


def _mit_umlauten(label: str, worte: Mapping[str, str]) -> str:
    """Old headings are ASCII; a word gets its umlauts back where the file spells it, alone or at the head of another.

    `worte`: ASCII spelling -> word, of all words with umlauts in the file's labels.
    """

    def wort(schlicht: str) -> str:
        ganz = next((w for a, w in worte.items() if len(schlicht) > 3 and a.startswith(schlicht)), "")
        return next((ganz[:i] for i in range(len(ganz) + 1) if ganz[:i].translate(_ASCII) == schlicht), schlicht)

    return " ".join(wort(teil) for teil in label.split("_"))


def _mass(daten: pl.DataFrame, spalte: str, worte: Mapping[str, str]) -> dict[str, pl.Series | pl.Expr]:
    """The value columns of one old measure: CODE__Label__Unit, or Label__CODE for rates of change."""
    teile = spalte.split("__")
    code, label = (teile[0], teile[1]) if len(teile) > 2 else (teile[1], teile[0])
    einheit = "__".join(teile[2:])
    q = next((name for name in (f"{spalte}__q", f"{teile[0]}__{teile[1]}__q") if name in daten.columns), None)
    return {
        "value": daten[spalte],
        "value_unit": pl.lit(einheit.replace("_", " ")),
        "value_variable_code": pl.lit(code),
        "value_variable_label": pl.lit(_mit_umlauten(label, worte)),
        "value_q": daten[q] if q else pl.lit(""),
    }


def _regionale_gruppe(lang: pl.DataFrame, gruppen: list[int]) -> int | None:
    """Number of the regional variable: known by its code, else by keys; of several the one with most Räume."""
    nach_code = [g for g in gruppen if _spalte(lang, g, "code").str.contains(_REGIONAL).all()]
    kandidaten = nach_code or [g for g in gruppen if _spalte(lang, g, "attribute_code").str.contains(_SCHLUESSEL).all()]
    return max(kandidaten, key=lambda g: _spalte(lang, g, "attribute_code").n_unique(), default=None)


def _spalte(lang: pl.DataFrame, gruppe: int | None, teil: str) -> pl.Series:
    """One column of a numbered group; "" for no group."""
    leer = pl.Series([""], dtype=pl.String).new_from_index(0, lang.height)
    return leer if gruppe is None else lang[f"{gruppe}_variable_{teil}"]


def _werte(lang: pl.DataFrame, englisch: bool) -> tuple[pl.Series, pl.Series]:
    """(wert, zeichen); a decimal point is read only where the file cannot mean thousands by it."""
    texte = lang["value"]
    punkt = texte.str.contains(_PUNKT)
    if punkt.any():
        gemischt = texte.str.contains(",", literal=True).any()
        vieldeutig = not englisch and texte.filter(punkt).str.contains(_TAUSENDER).all()
        if gemischt or vieldeutig:
            stelle = punkt.arg_max() or 0
            raise werte.unlesbar(str(texte[stelle]), int(lang["zeile"][stelle]))
        texte = texte.str.replace(r"^([+-]?\d+)\.(\d+)$", "$1,$2")
    try:
        wert, zeichen = werte.zerlege(texte)
    except werte.UnlesbareZelle as fehler:
        stelle = (texte == fehler.text).arg_max() or 0
        raise werte.unlesbar(fehler.text, int(lang["zeile"][stelle])) from None
    guete = lang["value_q"].str.replace(f"^{_ENDGUELTIG}$", "")
    return wert, pl.select(pl.when(zeichen == "").then(guete).otherwise(zeichen).alias("zeichen")).to_series()


def _meta(lang: pl.DataFrame, dims: list[int]) -> dict[str, str]:
    """The texts that have no column: what the file is, measures and dimensions with their codes."""
    merkmale = lang.select("value_variable_code", "value_variable_label").unique().sort(pl.all()).rows()
    dimensionen = [
        f"dim_{i} = {', '.join(sorted(set(_spalte(lang, g, 'label').unique())))}" for i, g in enumerate(dims, start=1)
    ]
    titel = str(lang["statistics_label"][0]) if "statistics_label" in lang.columns else ""
    return {
        "titel": titel,
        "merkmale": "\n".join(f"{code} = {label}" for code, label in merkmale),
        "dimensionen": "\n".join(dimensionen),
    }
