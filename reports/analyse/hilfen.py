"""Small numbers made readable: pooled counts of begun Hilfen, and the early warning.

Belongs here: which years are pooled, what is compared, what may be said. Not here: intervals and tests (`statistik`),
reading marts (`daten`). Only years that are all published one by one are pooled.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.analyse.bild import spannen
from reports.analyse.statistik import Spanne, fehlalarm_bei, fruehwarnung, poisson_spanne, ueberstreuung
from reports.analyse.typen import Analyse, Daten, Texte
from reports.zahlen import zahl

FENSTER = (3, 5)
VORJAHRE = 5
JE = 1000
_BEFUND = {1: "auffällig viele", -1: "auffällig wenige", 0: "unauffällig"}

Fenster = tuple[list[float], list[float]]


def letztes_hilfejahr(daten: Daten) -> int | None:
    """The newest year with begun Hilfen of a Raum of the main level."""
    return max((j for k, r, j in daten.hilfen if k == "begonnen" and r in daten.raeume), default=None)


def fenster_je_raum(daten: Daten, konzept: str, jahre: range) -> dict[str, Fenster]:
    """Counts and Jugendeinwohner per year of the Räume whose years are all published."""
    alle = {r: daten.fenster(konzept, r, jahre) for r in daten.raeume}
    return {r: f for r, f in alle.items() if f is not None}


def im_vergleich(daten: Daten) -> Mapping[str, str]:
    """Per raum_id a sentence: begun Hilfen per 1,000 Jugendeinwohner beside those of the delivered Vergleichsreihen.

    The newest year of the Vergleichsreihen; without any, or without published counts of the Raum, no sentence.
    """
    jahr = max((j for werte in daten.reihen.values() for j in werte if j <= daten.jahr), default=None)
    if jahr is None:
        return {}
    andere = "; ".join(
        f"{name} {zahl(rate(*werte[jahr], 1.0).wert, 1)}" for name, werte in daten.reihen.items() if jahr in werte
    )
    texte, saetze = Texte("im_vergleich"), {}
    for raum_id, blatt in {**daten.raeume, daten.ganzes.raum_id: daten.ganzes}.items():
        fenster = daten.fenster("begonnen", raum_id, [jahr])
        if fenster is not None:
            s = rate(fenster[0][0], fenster[1][0], 1.0)
            spanne = {name: zahl(grenze, 1) for name, grenze in s._asdict().items()}
            saetze[raum_id] = texte.satz("raum", jahr=jahr, raum=blatt.name, andere=andere, **spanne)
    return saetze


def streuung_der_jahre(fenster: Sequence[Fenster]) -> float:
    """Quasi-Poisson factor over all Räume."""
    return ueberstreuung([x for x, _ in fenster], [n for _, n in fenster]) if fenster else 1.0


def rate(anzahl: float, personen: float, phi: float) -> Spanne:
    """Cases per 1,000 person-years with their widened interval."""
    return Spanne(*(JE * wert / personen for wert in poisson_spanne(anzahl, phi)))


def analysiere_mehrjahr(daten: Daten) -> Analyse:
    """Begun Hilfen and Hilfemonate of three and five years per Jugendeinwohner."""
    texte = Texte("mehrjahreswerte")
    ende = letztes_hilfejahr(daten)
    if ende is None:
        return texte.analyse([texte.satz("fehlt")])
    zeilen: list[dict[str, Any]] = []
    aussagen: list[str] = []
    bild = None
    for laenge in FENSTER:
        jahre = range(ende - laenge + 1, ende + 1)
        zeitraum = f"{jahre[0]}–{ende}"
        begonnen = fenster_je_raum(daten, "begonnen", jahre)
        if not begonnen:
            aussagen.append(texte.satz("keine", zeitraum=zeitraum))
            continue
        phi = streuung_der_jahre([*begonnen.values()])
        monate = fenster_je_raum(daten, "hilfemonate", jahre)
        neu = [_zeile(daten, r, zeitraum, f, phi, monate.get(r)) for r, f in begonnen.items()]
        gesamt = JE * sum(z["begonnen"] for z in neu) / sum(z["jugendeinwohnerjahre"] for z in neu)
        aussagen.append(
            texte.satz(
                "ergebnis", zeitraum=zeitraum, n=len(neu), raeume=len(daten.raeume), rate=zahl(gesamt, 1),
                phi=zahl(phi, 2), ohne=len(daten.raeume) - len(neu),
            )
        )  # fmt: skip
        reform = daten.reform(jahre)
        aussagen += [texte.satz("bruch", zeitraum=zeitraum, **reform)] if reform else []
        zeilen += [{**z, **reform} for z in neu]
        spannbreiten = [(z["raum_name"], Spanne(z["je_1000"], z["unten"], z["oben"])) for z in neu]
        bild = spannen(f"Begonnene Hilfen {zeitraum}", "je 1.000 Jugendeinwohner und Jahr", spannbreiten, gesamt)
    folge = [*daten.raeume]
    zeilen.sort(key=lambda z: folge.index(z["raum_id"]))
    return texte.analyse(aussagen, zeilen, bild)


def _zeile(
    daten: Daten, raum_id: str, zeitraum: str, begonnen: Fenster, phi: float, monate: Fenster | None
) -> dict[str, Any]:
    anzahl, personen = sum(begonnen[0]), sum(begonnen[1])
    wert = rate(anzahl, personen, phi)
    # in years of Hilfe; a compound Poisson sum varies at most as if each Hilfe lasted the whole window
    bestand = rate(sum(monate[0]) / 12, sum(monate[1]), len(monate[0])) if monate else None
    return {
        "raum_id": raum_id,
        "raum_name": daten.raeume[raum_id].name,
        "zeitraum": zeitraum,
        "begonnen": anzahl,
        "jugendeinwohnerjahre": personen,
        "je_1000": wert.wert,
        "unten": wert.unten,
        "oben": wert.oben,
        "ueberstreuung": phi,
        "hilfemonate_je_1000": bestand.wert if bestand else None,
        "hilfemonate_unten": bestand.unten if bestand else None,
        "hilfemonate_oben": bestand.oben if bestand else None,
    }


def analysiere_fruehwarnung(daten: Daten) -> Analyse:
    """The newest year against the five before it, Raum by Raum."""
    texte = Texte("fruehwarnung")
    jahr = letztes_hilfejahr(daten)
    if jahr is None:
        return texte.analyse([texte.satz("fehlt")])
    zeit = {"jahr": jahr, "von": jahr - VORJAHRE, "bis": jahr - 1}
    jahre = range(jahr - VORJAHRE, jahr + 1)
    fenster, reform = fenster_je_raum(daten, "begonnen", jahre), daten.reform(jahre)
    if not fenster:
        return texte.analyse([texte.satz("keine", **zeit)])
    warnungen = {r: fruehwarnung(x[-1], sum(x[:-1]), n[-1], sum(n[:-1])) for r, (x, n) in fenster.items()}
    zeilen = [
        {"raum_id": r, "raum_name": daten.raeume[r].name, "jahr": jahr, "begonnen": fenster[r][0][-1],
         "erwartet": w.erwartet, "begonnen_vorjahre": sum(fenster[r][0][:-1]), "befund": _BEFUND[w.richtung], **reform}
        for r, w in warnungen.items()
    ]  # fmt: skip
    phi = streuung_der_jahre([(x[:-1], n[:-1]) for x, n in fenster.values()])
    auffaellig = ", ".join(daten.raeume[r].name for r, w in warnungen.items() if w.richtung) or "keiner"
    ungeprueft = len(daten.raeume) - len(zeilen)
    erwartet, gestreut = sum(w.fehlalarm for w in warnungen.values()), len(zeilen) * fehlalarm_bei(phi)
    return texte.analyse(
        [
            texte.satz("ergebnis", **zeit, n=len(zeilen), raeume=len(daten.raeume), auffaellig=auffaellig),
            texte.satz("fehlalarme", erwartet=zahl(erwartet, 2), phi=zahl(phi, 2), gestreut=zahl(gestreut, 2)),
            *([texte.satz("bruch", **zeit, **reform)] if reform else []),
            *([texte.satz("ungeprueft", anzahl=ungeprueft, raeume=len(daten.raeume))] if ungeprueft else []),
        ],
        zeilen,
    )
