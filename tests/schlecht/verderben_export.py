"""Spoiled variants of exports (GENESIS, Regionaldatenbank), of fixed-width records and of areas.

Here: the spoilers for ``Export``, ``Saetze`` and ``Flaechen``. Not here: their registry and those for rectangular files
(``verderben.py``), the good files (``vorlagen.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.schlecht import mappe
from tests.schlecht.verderben import (
    BEREICH,
    CODE,
    DOPPELT,
    FREMD,
    LEER,
    MUSTER,
    TYP,
    Variante,
    abgewiesen,
    bleibt,
    gemeinsam,
    verdirbt,
)
from tests.schlecht.vorlagen import Export, Flaechen, Saetze, Vorlage


def _export(vorlage: Vorlage) -> Export:
    assert isinstance(vorlage.bild, Export)
    return vorlage.bild


@verdirbt(Export)
def rohe_bytes(vorlage: Vorlage) -> Iterator[Variante]:
    """Broken transfers, encodings, workbooks."""
    export = _export(vorlage)
    text = export.text()
    yield from gemeinsam(vorlage, text)
    yield bleibt("kodierung_utf8", text.encode("utf-8"))
    yield bleibt("kodierung_utf8_bom", text.encode("utf-8-sig"))
    yield bleibt("zeilenende_crlf", text.replace("\n", "\r\n").encode("iso-8859-1"))
    if vorlage.vertrag.format == "destatis":
        reihen = [*((z,) for z in export.oben), *export.kopf, *export.daten, *((z,) for z in export.fuss)]
        yield bleibt("als_mappe", mappe.mappe(reihen), dateiname="tabelle.xlsx")
    yield abgewiesen("zipbombe", mappe.zipbombe, "zipbombe", "binaer", dateiname="tabelle.xlsx")
    buch = mappe.mappe([z.split(";") for z in text.split("\n")])
    yield abgewiesen("mappe_abgeschnitten", buch[: len(buch) // 2], "beschaedigt", "binaer", dateiname="tabelle.xlsx")


@verdirbt(Export)
def abgeschnitten(vorlage: Vorlage) -> Iterator[Variante]:
    """A transfer that broke off, at every kind of place."""
    export = _export(vorlage)
    text, k = export.text(), export.kodierung
    strich = text.index("__________")
    for name, ende in (
        ("im_kopf", text.index(";;") + 5),
        ("in_den_daten", strich - 9),
        ("nach_den_daten", strich),
        ("im_trennstrich", strich + 4),
        ("in_der_fussnote", strich + 25),
        ("im_stand", len(text) - 6),
    ):
        yield abgewiesen(f"abgeschnitten_{name}", text[:ende].encode(k), "abgeschnitten", worte=("Bitte:",))
    yield abgewiesen(
        "stand_gibt_es_nicht", text.replace("Stand: 01.07.", "Stand: 31.02.").encode(k), "stand", worte=("31.02.2024",)
    )
    ohne = replace(export, daten=())
    yield abgewiesen("ohne_daten", ohne.bytes(), "leer", worte=("Datenzeile",))
    fehlt = "\n".join(z for i, z in enumerate(text.split("\n")) if not len(export.oben) <= i < export.zeile(0) - 1)
    yield abgewiesen("ohne_kopf", fehlt.encode(k), "kopf", worte=("Kopfzeile",))


@verdirbt(Export)
def schreibweise(vorlage: Vorlage) -> Iterator[Variante]:
    """Separators, quoting, width."""
    export = _export(vorlage)
    text, k = export.text(), export.kodierung
    yield abgewiesen("trennzeichen_komma", export.text(",").encode(k), "kopf", "abgeschnitten", "trennzeichen")
    zeilen = text.split("\n")
    i = export.zeile(1) - 1
    for name, zeile, arten in (
        ("feld_zu_viel", zeilen[i] + ";9", ("abgeschnitten", "zeilenbreite")),
        ("feld_zu_wenig", zeilen[i].rpartition(";")[0], ("abgeschnitten", "zeilenbreite")),
        ("anfuehrung_offen", zeilen[i].replace(";", ';"', 1), ("anfuehrung", "abgeschnitten")),
    ):
        neu = "\n".join([*zeilen[:i], zeile, *zeilen[i + 1 :]])
        yield abgewiesen(name, neu.encode(k), *arten, worte=(f"Zeile {i + 1}",))
    gequotet = ";".join(f'"{z}"' for z in zeilen[i].split(";"))
    yield bleibt("anfuehrung_in_einer_zeile", "\n".join([*zeilen[:i], gequotet, *zeilen[i + 1 :]]).encode(k))
    lang = [*zeilen[:i], zeilen[i] + ";" * 1_000_000, *zeilen[i + 1 :]]
    yield abgewiesen("zeile_mit_million_spalten", lambda: "\n".join(lang).encode(k), "abgeschnitten", "zeilenbreite",
                     worte=(f"Zeile {i + 1}", "Felder"))  # fmt: skip
    j = len(export.oben)
    breit = [*zeilen[:j], zeilen[j] + ";x" * 1_000_000, *zeilen[j + 1 :]]
    yield abgewiesen("kopf_mit_million_spalten", lambda: "\n".join(breit).encode(k), "kopf", "abgeschnitten",
                     worte=("Felder",))  # fmt: skip


@verdirbt(Export)
def spalten(vorlage: Vorlage) -> Iterator[Variante]:
    """Table, columns and words that are not the agreed ones."""
    export, vertrag = _export(vorlage), vorlage.vertrag
    s, n = export.schluesselspalten, len(export.kopf[0])
    falsch = replace(export, oben=("GENESIS-Tabelle: 99999-99-99-9", *export.oben[1:]))
    yield abgewiesen("falsche_tabelle", falsch.bytes(), "falsche_tabelle", worte=("99999-99-99-9",))
    ohne = replace(export, oben=("Tabelle unbekannt", *export.oben[1:]))
    yield abgewiesen("keine_tabelle", ohne.bytes(), "unbekannt", worte=("GENESIS-Tabelle",))
    yield bleibt("spalten_umgestellt", export.geordnet([*range(s), *range(n - 1, s - 1, -1)]).bytes())
    if vertrag.dimensionen or vertrag.tabellen[next(iter(vertrag.tabellen))].spalten:
        eine_weniger = export.geordnet([*range(s), *range(s + 1, n)])
        yield abgewiesen("spalte_fehlt", eine_weniger.bytes(), "spalte_fehlt", "kopf", worte=("Tabelle",))
    ohne = export.geordnet([i for i in range(n) if i != export.schluessel_an])
    yield replace(abgewiesen("schluesselspalte_fehlt", ohne.bytes(), "spalte_fehlt", "kopf", "zu_viele_fehler"),
                  streng=True)  # fmt: skip
    ohne_kopf = export.mit_spalte(s, [""] * len(export.kopf), ["7"] * len(export.daten))
    yield replace(abgewiesen("spalte_ohne_kopf", ohne_kopf.bytes(), "kopf", "spalte_fehlt", "zu_viele_fehler"),
                  streng=True)  # fmt: skip
    alle = tuple(export.zeile(i) for i in range(len(export.daten)))
    doppelt = export.mit_spalte(n, [z[-1] for z in export.kopf], [r[-1] for r in export.daten])
    yield Variante("spalte_doppelt", doppelt.bytes(), "quarantaene", worte=("doppelt",), zeilen=alle,
                   regeln=DOPPELT)  # fmt: skip
    if vertrag.tabellen[next(iter(vertrag.tabellen))].spalten:
        neu = export.mit_spalte(n, [FREMD, *(z[-1] for z in export.kopf[1:])],
                                ["1"] * len(export.daten))  # fmt: skip
        yield abgewiesen("spalte_unbekannt", neu.bytes(), "spalte_unbekannt", worte=(FREMD,))
    elif vertrag.dimensionen:
        neu = export.mit_spalte(n, [*(z[-1] for z in export.kopf[:-1]), FREMD], ["1"] * len(export.daten))
        yield Variante("unbekannter_code", neu.bytes(), "quarantaene", zeilen=alle, regeln=(*CODE, *MUSTER),
                       worte=(FREMD,))  # fmt: skip


@verdirbt(Export)
def worte(vorlage: Vorlage) -> Iterator[Variante]:
    """Published words of a dimension that are renamed, or unknown in a single row."""
    export = _export(vorlage)
    for name, dimension in vorlage.vertrag.dimensionen.items():
        da = [w for w in dimension.werte if any(w in zeile for zeile in (*export.kopf, *export.daten))]
        neu = replace(
            export,
            kopf=tuple(tuple("Neues Wort" if z == da[-1] else z for z in zeile) for zeile in export.kopf),
            daten=tuple(tuple("Neues Wort" if z == da[-1] else z for z in zeile) for zeile in export.daten),
        )
        yield abgewiesen(f"wort_umbenannt:{name}", neu.bytes(), "spalte_fehlt", worte=(da[-1], "Neues Wort"))
        if da[-1] in export.daten[-1]:
            letzte = len(export.daten) - 1
            eine = export.mit(letzte, export.daten[letzte].index(da[-1]), FREMD)
            yield Variante(f"unbekannter_code:{name}", eine.bytes(), "quarantaene", zeilen=(export.zeile(letzte),),
                           regeln=(*CODE, *MUSTER), worte=(FREMD,))  # fmt: skip


@verdirbt(Export)
def zellen(vorlage: Vorlage) -> Iterator[Variante]:
    """Cells: what is no number, wrong signs, keys, doubled rows, totals."""
    export = _export(vorlage)
    s, a, breite = export.schluesselspalten, export.schluessel_an, len(export.kopf[0])
    zeile, letzte = export.zeile(1), export.zeile(len(export.daten))

    def wartet(name: str, bild: Export, regeln: tuple[str, ...], *worte: str, zeilen: tuple[int, ...] = (zeile,)) -> (
            Variante):  # fmt: skip
        return Variante(name, bild.text().encode("utf-8"), "quarantaene", zeilen=zeilen, regeln=regeln,
                        worte=(f"Zeile {zeilen[0]},", *worte))  # fmt: skip

    for wert in ("viele Leute", "1.234", "12:30", "=1+1", "=cmd|' /C calc'!A0", "1e5"):
        yield abgewiesen(f"keine_zahl_{wert}", export.mit(1, s, wert).bytes(), "zelle", "formel",
                         worte=(f"Zeile {zeile}",))  # fmt: skip
    yield wartet("falsches_vorzeichen", export.mit(1, s, "-17"), BEREICH, "-17")
    yield wartet("unbekanntes_zeichen", export.mit(1, s, "#"), (*TYP, *CODE), "'#'")
    yield wartet("arabische_ziffern", export.mit(1, s, "\u0661\u0662"), (*TYP, *CODE), "\u0661\u0662")
    yield wartet("leere_zelle", export.mit(1, s, ""), TYP, "leer")
    kurz = next(i for i, r in enumerate(export.daten) if r[a].startswith("0") and len(r[a]) == 5)
    yield wartet("null_verloren", export.mit(kurz, a, export.daten[kurz][a][1:]), MUSTER,
                 f"'{export.daten[kurz][a][1:]}'", zeilen=(export.zeile(kurz),))  # fmt: skip
    yield wartet("schluessel_leer", export.mit(1, a, ""), MUSTER)
    yield replace(abgewiesen("schluessel_fremd", export.mit(1, a, FREMD).bytes(), "spalte_fehlt", "kopf",
                             "zu_viele_fehler"), streng=True)  # fmt: skip
    doppelt = replace(export, daten=(*export.daten, export.daten[1]))
    yield wartet("schluessel_doppelt", doppelt, DOPPELT, "doppelt", zeilen=(zeile, letzte))
    summe = [*export.daten[-1][:s], *(["999"] * (breite - s))]
    summe[a : a + 2] = ["", "Summe"]
    yield wartet("summenzeile", replace(export, daten=(*export.daten, tuple(summe))), MUSTER, "Summe",
                 zeilen=(letzte,))  # fmt: skip


@verdirbt(Export)
def zeiten(vorlage: Vorlage) -> Iterator[Variante]:
    """Days and years that do not exist or are written otherwise."""
    export = _export(vorlage)
    davor = export.schluessel_an > 0
    for wert in ("31.02.2023", "12/31/2023", "2023-12-31x", "morgen"):
        kopf = tuple(tuple(wert if z == "31.12.2023" else z for z in zeile) for zeile in export.kopf)
        neu = export.mit(1, 0, wert) if davor else replace(export, kopf=kopf)
        # in a key column, one word that is no day makes the column a dimension
        yield replace(abgewiesen(f"zeit_{wert}", neu.bytes(), "kopf", "spalte_fehlt", "zeit", "zu_viele_fehler"),
                      streng=True)  # fmt: skip
        if wert == "31.02.2023" and not _in_zeilen(vorlage):
            zeilen = (1,) if davor else range(len(export.daten))
            yield Variante("zeit_gibt_es_nicht", neu.bytes(), "quarantaene", worte=(wert, "nicht lesbar"),
                           zeilen=tuple(export.zeile(i) for i in zeilen), regeln=LEER)  # fmt: skip


def _in_zeilen(vorlage: Vorlage) -> bool:
    """Whether dimensions stand in key columns: then a single odd day lacks its other rows, and the table is refused."""
    vertrag = vorlage.vertrag
    return bool(vertrag.dimensionen and vertrag.tabellen[next(iter(vertrag.tabellen))].spalten)


# --- fixed width -------------------------------------------------------------------------------------------------


def _saetze(vorlage: Vorlage) -> Saetze:
    assert isinstance(vorlage.bild, Saetze)
    return vorlage.bild


@verdirbt(Saetze)
def feste_breite(vorlage: Vorlage) -> Iterator[Variante]:
    """Records that are cut, shifted, of another kind or written otherwise."""
    bild = _saetze(vorlage)
    text, k = bild.bytes().decode(bild.kodierung), bild.kodierung
    art = vorlage.vertrag.satzart
    assert art is not None
    yield from gemeinsam(vorlage, text)
    for name, umbruch in (("lf", "\n"), ("crlf", "\r\n"), ("ohne", "")):
        yield bleibt(f"zeilenende_{name}", replace(bild, umbruch=umbruch).bytes())
    for kodierung in {"utf-8", "iso-8859-1"} & set(vorlage.vertrag.kodierungen):
        yield bleibt(f"kodierung_{kodierung}", text.encode(kodierung))
    letzter = f"Satz {len(bild.saetze)} "
    yield abgewiesen("abgeschnitten", text.rstrip()[: -(art.laenge // 2)].encode(k), "satzlaenge", worte=(letzter,))
    lang = replace(bild, saetze=(*bild.saetze[:-1], bild.saetze[-1] + "9"))
    yield abgewiesen("satz_zu_lang", lang.bytes(), "satzlaenge", worte=(letzter, f"{art.laenge} Zeichen"))
    kurz = replace(bild, saetze=(*bild.saetze[:-1], bild.saetze[-1][:-1]))
    yield abgewiesen("satz_zu_kurz", kurz.bytes(), "satzlaenge", worte=(letzter,))
    am_stueck = replace(bild, umbruch="", saetze=(*bild.saetze[:-1], bild.saetze[-1][:-3]))
    yield abgewiesen("am_stueck_abgeschnitten", am_stueck.bytes(), "satzlaenge", worte=(letzter,))
    yield abgewiesen("zeile_mit_million_zeichen", lambda: (text + "9" * 1_000_000 + "\n").encode(k), "satzlaenge")
    yield abgewiesen("zipbombe", mappe.zipbombe, "binaer", "zipbombe")
    yield abgewiesen("als_csv", text.replace(" ", ";").encode(k)[:-40], "satzlaenge")
    andere = tuple(s[: art.von - 1] + "Z" * len(art.wert) + s[art.bis :] for s in bild.saetze)
    yield abgewiesen("andere_satzart", replace(bild, saetze=andere).bytes(), "satzart", worte=(art.wert,))
    # other kinds of records belong to such a file; they are no rows of this extract
    yield bleibt("dazu_andere_satzart", replace(bild, saetze=(*bild.saetze, andere[0])).bytes())
    verschoben = replace(bild, saetze=tuple(s[: art.bis] + " " + s[art.bis : -1] for s in bild.saetze))
    yield replace(abgewiesen("spalten_verschoben", verschoben.bytes(), "zu_viele_fehler"), streng=True)


@verdirbt(Saetze)
def felder(vorlage: Vorlage) -> Iterator[Variante]:
    """Fields that break a rule, doubled records, totals, formulas."""
    bild, vertrag = _saetze(vorlage), vorlage.vertrag

    def wartet(name: str, neu: Saetze, regeln: tuple[str, ...], zeilen: tuple[int, ...] = (2,)) -> Variante:
        return Variante(name, neu.bytes(), "quarantaene", zeilen=zeilen, regeln=regeln,
                        worte=(f"Zeile {zeilen[0]}",))  # fmt: skip

    pflicht = [f for f in vertrag.felder if f.von and not f.leer_erlaubt and not f.vorgabe]
    for f in pflicht:
        fremd = "#" * (f.bis - f.von + 1)
        if f.typ in ("zahl", "ganzzahl"):
            yield wartet(f"keine_zahl:{f.name}", bild.mit(1, f, fremd), TYP)
            yield wartet(f"falsches_vorzeichen:{f.name}", bild.mit(1, f, "-17"), BEREICH)
        elif f.typ == "datum":
            monat = wartet(f"kein_monat:{f.name}", bild.mit(1, f, "132023"), TYP)
            yield replace(monat, worte=(*monat.worte, "MMJJJJ"))
            yield wartet(f"datum_anders:{f.name}", bild.mit(1, f, "2023-1"), TYP)
        elif f.codes or f.codeliste:
            yield wartet(f"unbekannter_code:{f.name}", bild.mit(1, f, fremd), CODE)
        elif f.muster:
            yield wartet(f"fremde_form:{f.name}", bild.mit(1, f, fremd), MUSTER)
            yield wartet(f"null_verloren:{f.name}", bild.mit(1, f, "1"), MUSTER)
        yield wartet(f"leer:{f.name}", bild.mit(1, f, ""), LEER)
    letzter = len(bild.saetze) + 1
    yield wartet("schluessel_doppelt", replace(bild, saetze=(*bild.saetze, bild.saetze[1])), DOPPELT, (2, letzter))
    summe = replace(bild, saetze=(*bild.saetze, bild.saetze[0]))
    for f in pflicht:
        summe = summe.mit(letzter - 1, f, "Summe" if f is pflicht[0] else "")
    yield wartet("summenzeile", summe, (*MUSTER, *TYP, *LEER), (letzter,))
    text = next(f for f in vertrag.felder if f.von and f.typ == "text" and f.bis - f.von > 3)
    yield abgewiesen("formel", bild.mit(1, text, "=1+1").bytes(), "formel", worte=("Satz 2", "Formel"))
    yield abgewiesen("formel_at", bild.mit(1, text, "@A1").bytes(), "formel", worte=("Satz 2", "Formel"))


@verdirbt(Flaechen)
def flaechen(vorlage: Vorlage) -> Iterator[Variante]:
    """Broken transfers, other reference systems, areas that are none."""
    bild = vorlage.bild
    assert isinstance(bild, Flaechen)
    text = bild.text()
    yield from gemeinsam(vorlage, text)
    yield bleibt("kodierung_utf8_bom", text.encode("utf-8-sig"))
    yield bleibt("zeilenende_crlf", text.replace("\n", "\r\n").encode())
    yield abgewiesen("abgeschnitten", text[:-30].encode(), "beschaedigt", worte=("vollständige GeoJSON",))
    meter = {"type": "Point", "coordinates": [420000.0, 5360000.0]}
    yield abgewiesen("meter_statt_grad", bild.mit(2, meter).bytes(), "bezugssystem", worte=("keine Grade",))
    system = '{"crs": {"properties": {"name": "EPSG:25832"}}, '
    yield abgewiesen("anderes_system", text.replace("{", system, 1).encode(), "bezugssystem", worte=("EPSG:25832",))
    punkt = {"type": "Point", "coordinates": [8.0, 48.0]}
    yield Variante("punkt", bild.mit(2, punkt).bytes(), "quarantaene", zeilen=(3,), worte=("keine Fläche",))
    yield Variante("ohne_flaeche", bild.mit(2, None).bytes(), "quarantaene", zeilen=(3,), regeln=LEER)
