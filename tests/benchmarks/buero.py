"""The pandas pipeline: the same Kennzahlen as offices write them, file after file, without any check.

``python -m tests.benchmarks.buero PROFILES DELIVERIES TARGET`` leaves ``kennzahlen.parquet`` (jugendamt, raum_id,
berichtsjahr, quelle, kennzahl, wert). Ordinary pandas: one frame per file, put together, grouped; a column for each
Kennzahl. Here: reading, population, budget, school leavers, quotas. Not here: the Hilfen (``buero_hilfen.py``), the
comparison (``vergleich.py``).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from tests.benchmarks.buero_hilfen import messgroessen
from tests.benchmarks.grenze import BERICHTSSTRUKTUR, PRODUKTPLAN, SPALTEN
from tests.benchmarks.messung import stufe

_ORT = ["jugendamt", "raum_id", "berichtsjahr"]
_MITGLIEDER = ("nicht_zuordenbar", "uma", "para_86_6_89a")
_GRENZEN = [0, 3, 6, 18, 20, 21, 27, 65, 999]
_GRUPPEN = ["u3", "a3_6", "a6_18", "a18_20", "a20_21", "a21_27", "a27_65", "ab_65"]


def _lies_lokal(lieferung: Path, extrakt: str) -> pd.DataFrame:
    """All files of an extract with the Jugendamt of their folder; headings differ, so columns go by position."""
    teile = []
    for datei in sorted(lieferung.glob(f"*/{extrakt}_*.csv")):
        jahr = int(datei.stem[-4:])
        teil = pd.read_csv(
            datei, sep=";", decimal=",", encoding="latin-1" if jahr < 2020 else "utf-8-sig", dtype=_typen(extrakt),
            names=list(SPALTEN[extrakt]), header=0,
        )  # fmt: skip
        teile.append(teil.assign(jugendamt=datei.parent.name, berichtsjahr=jahr))
    return pd.concat(teile, ignore_index=True)


def _typen(extrakt: str) -> dict[str, type[str]]:
    zahlen = {"betrag", "kosten_bewilligt", "kosten_ist"}
    return {n: str for n, typ in SPALTEN[extrakt].items() if typ == "varchar" and n not in zahlen}


def _lies_tabelle(datei: Path, kopf: int, schluessel: int, spalten: int) -> pd.DataFrame:
    """Rows of a table of the Regionaldatenbank whose key column holds a key."""
    tabelle = pd.read_csv(datei, sep=";", encoding="latin-1", skiprows=kopf, names=range(spalten), dtype=str)
    return tabelle[tabelle[schluessel].str.fullmatch(r"\d{5,8}", na=False)]


def _raeume(profile: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Räume of all Jugendämter, and each Raum or member of the whole with all it counts to (teil, raum_id)."""
    raeume, teile = [], []
    for ordner in sorted(p for p in profile.iterdir() if p.is_dir()):
        eigene = pd.read_csv(ordner / "raeume.csv", dtype=str)
        eltern = dict(pd.read_csv(ordner / "zuordnung.csv", dtype=str)[["raum_id", "eltern_raum_id"]].to_numpy())
        (ganzes,) = eigene.loc[eigene["raumebene"] == "jugendamt", "raum_id"]
        mitglieder = {f"{ordner.name}:{m}": ganzes for m in _MITGLIEDER}
        raeume.append(eigene.assign(jugendamt=ordner.name))
        for raum in [*eigene["raum_id"], *mitglieder]:
            ziel: str | None = raum
            while ziel:
                teile.append((ordner.name, raum, ziel))
                ziel = (eltern | mitglieder).get(ziel)
    return pd.concat(raeume), pd.DataFrame(teile, columns=["jugendamt", "teil", "raum_id"])


def _fortschreibung(lieferung: Path, raeume: pd.DataFrame) -> pd.DataFrame:
    """Age groups of the Gemeinden; single years are parts of groups of five."""
    (datei,) = (lieferung / "_amtlich").glob("12411-01-01-5_*.csv")
    jahre = pd.read_csv(datei, sep=";", encoding="latin-1", skiprows=6, nrows=1, header=None).iloc[0]
    breit = _lies_tabelle(datei, 8, 0, len(jahre)).set_index(0).drop(columns=1)
    gesamt = breit[[s for s in breit.columns if (s - 2) % 3 == 0]].rename(columns=lambda s: int(jahre[s][-4:]))
    lang = gesamt.melt(ignore_index=False, var_name="berichtsjahr", value_name="gesamt").rename_axis("raum_id")
    lang["gesamt"] = pd.to_numeric(lang["gesamt"], errors="coerce")
    teile = []
    for datei in sorted((lieferung / "_amtlich").glob("12411-02-03-5_*.csv")):
        tabelle = _lies_tabelle(datei, 10, 0, 56)
        gruppen = tabelle.loc[:, 2:18].apply(pd.to_numeric)
        teil = pd.DataFrame({"raum_id": tabelle[0], "berichtsjahr": int(datei.stem[-4:])})
        teil["u3"], teil["a3_6"] = gruppen[2], gruppen[3]
        teil["a6_18"], teil["a18_20"] = gruppen.loc[:, 4:6].sum(axis=1), gruppen[7]
        teil["a20_21"], teil["a21_27"] = gruppen[8] / 5, gruppen[8] * 4 / 5 + gruppen[9] * 2 / 5
        teil["a27_65"], teil["ab_65"] = (
            gruppen[9] * 3 / 5 + gruppen.loc[:, 10:16].sum(axis=1),
            gruppen[17] + gruppen[18],
        )
        teile.append(teil)
    gemeinden = raeume.loc[raeume["raumebene"] == "sozialraum", "raum_id"]
    alter = pd.concat(teile)
    return alter[alter["raum_id"].isin(gemeinden)].merge(lang.reset_index(), on=["raum_id", "berichtsjahr"])


def _register(melde: pd.DataFrame, raeume: pd.DataFrame) -> pd.DataFrame:
    melde = melde[melde["wohnung"] == "HW"]
    melde = melde.assign(gruppe=pd.cut(melde["alter"], _GRENZEN, right=False, labels=_GRUPPEN))
    ort = ["jugendamt", "gebiet", "berichtsjahr"]
    werte = melde.groupby([*ort, "gruppe"], observed=False)["anzahl"].sum().unstack()
    werte["gesamt"] = werte.sum(axis=1)
    werte["auslaendisch"] = melde[melde["nationalitaet"] == "A"].groupby(ort)["anzahl"].sum()
    namen = raeume.set_index(["jugendamt", "raum_name"])["raum_id"].rename_axis(["jugendamt", "gebiet"])
    return werte.join(namen, how="inner").reset_index().drop(columns=["jugendamt", "gebiet"])


def _bevoelkerung(bestand: pd.DataFrame, teile: pd.DataFrame) -> pd.DataFrame:
    b = bestand.rename(columns={"raum_id": "teil"}).merge(teile, on="teil").drop(columns="teil")
    b = b.groupby(["quelle", *_ORT]).sum(min_count=1).reset_index()
    b["u18"] = b["u3"] + b["a3_6"] + b["a6_18"]
    b["u20"] = b["u18"] + b["a18_20"]
    b["u21"] = b["u20"] + b["a20_21"]
    b["a18_21"] = b["a18_20"] + b["a20_21"]
    b["u27"] = b["u21"] + b["a21_27"]
    b["a20_65"] = b["a20_21"] + b["a21_27"] + b["a27_65"]
    b["vorjahr"] = b.groupby(["quelle", "raum_id"])["gesamt"].shift()
    return b


def _gruppen(paare: pd.DataFrame) -> pd.DataFrame:
    """The Sammelgruppe of each product and account: the longest number of the product plan that fits."""
    plan = pd.read_csv(PRODUKTPLAN, dtype=str).fillna({"konto": ""})
    plan = plan.merge(pd.read_csv(BERICHTSSTRUKTUR, dtype=str), on="berichtsgruppe")
    plan = plan.sort_values(["produkt", "konto"], key=lambda s: s.str.len(), ascending=False)

    def gruppe(produkt: str, konto: str) -> str:
        for zeile in plan.itertuples():
            if produkt.startswith(zeile.produkt) and konto.startswith(zeile.konto):
                return str(zeile.sammelgruppe)
        return ""

    return paare.assign(gruppe=[gruppe(p, k) for p, k in paare.itertuples(index=False)])


def _haushalt(posten: pd.DataFrame, raeume: pd.DataFrame) -> pd.DataFrame:
    """Sums of the whole; years are closed, so the forecasts are those of December."""
    posten = posten.merge(_gruppen(posten[["produkt", "konto"]].drop_duplicates()), on=["produkt", "konto"])
    posten = posten[posten["gruppe"] != "ausserhalb"]
    aufwand = posten[posten["art"].str.lower() == "aufwand"]
    wertart, hze = aufwand["wertart"].str.lower(), aufwand["gruppe"] == "hze"
    ertrag = posten[
        (posten["art"].str.lower() == "ertrag") & (posten["wertart"].str.lower() == "ist") & (posten["gruppe"] == "hze")
    ]
    teile = {
        "ansatz": aufwand[wertart == "ansatz"],
        "fortgeschrieben": aufwand[~wertart.isin(["ist", "obligo"])],
        "ist": aufwand[wertart == "ist"],
        "obligo": aufwand[wertart == "obligo"],
        "ist_hze": aufwand[(wertart == "ist") & hze],
        "ertrag_hze": ertrag,
        "ist_hze_uma": aufwand[(wertart == "ist") & aufwand["gruppe"].isin(["hze", "uma"])],
        "bisher": aufwand[(wertart == "ist") & hze & (aufwand["monat"] <= 12)],
    }
    wer = ["jugendamt", "berichtsjahr"]
    summen = pd.DataFrame({name: teil.groupby(wer)["betrag"].sum().round(2) for name, teil in teile.items()})
    ganzes = raeume.loc[raeume["raumebene"] == "jugendamt", ["jugendamt", "raum_id"]]
    return summen.reset_index().merge(ganzes, on="jugendamt")


def _davor(werte: pd.Series, amt: pd.Series, jahre: int) -> pd.Series:
    """Mean of up to so many years before."""
    je_amt = werte.groupby(amt)
    return pd.concat([je_amt.shift(n) for n in range(jahre, 0, -1)], axis=1).mean(axis=1)


def _prognosen(h: pd.DataFrame) -> pd.DataFrame:
    """Forecasts of the year from December, and the mean error of each in up to five years before."""
    anteil = _davor(h["bisher"] / h["ist_hze"], h["jugendamt"], 3)
    je_bewilligtem = _davor(h["ist_hze"] / h["kosten_bewilligt"], h["jugendamt"], 3).fillna(1)
    prognosen = {
        "linear": h["bisher"],
        "saison": (h["bisher"] / anteil).round(2),
        "fall": (h["kosten_bewilligt"] * je_bewilligtem).round(2).clip(lower=h["bisher"]),
    }
    for verfahren, wert in prognosen.items():
        fehler = (100 * (wert - h["ist_hze"]) / h["ist_hze"]).round(4).abs()
        mittel = _davor(fehler, h["jugendamt"], 5)
        h[f"prognose_{verfahren}_eur"] = wert
        # half up, as offices round: means of few numbers with four digits often end in a five
        h[f"prognosefehler_{verfahren}_pct"] = (10_000 * mittel + 0.5).floordiv(1) / 10_000
    return h


def _abgaenge(lieferung: Path, raeume: pd.DataFrame) -> pd.DataFrame:
    (datei,) = (lieferung / "_amtlich").glob("21111-02-06-4_*.csv")
    tabelle = _lies_tabelle(datei, 9, 1, 17)
    werte = pd.DataFrame({"raum_id": tabelle[1], "berichtsjahr": tabelle[0].astype(int)})
    for name, spalte in (("gesamt", 3), ("ohne_hsa", 5), ("ahr", 15)):
        werte[name] = pd.to_numeric(tabelle[spalte], errors="coerce")
    ganzes = raeume.loc[raeume["raumebene"] == "jugendamt", ["jugendamt", "raum_id"]]
    return werte.merge(ganzes, on="raum_id")


def _quote(zaehler: pd.Series, nenner: pd.Series, faktor: float = 1, mindestens: float = 0) -> pd.Series:
    return (faktor * zaehler / nenner).where((nenner != 0) & (nenner >= mindestens))


def _lang(werte: pd.DataFrame, quelle: pd.Series | str, **kennzahlen: pd.Series) -> pd.DataFrame:
    """One row per Kennzahl that has a value."""
    breit = werte[_ORT].assign(quelle=quelle, **{k: w.astype(float) for k, w in kennzahlen.items()})
    return breit.melt(id_vars=[*_ORT, "quelle"], var_name="kennzahl", value_name="wert").dropna(subset="wert")


def _einwohner(b: pd.DataFrame) -> pd.DataFrame:
    ohne_bruch = (b["quelle"] == "register") | ~b["berichtsjahr"].isin([2011, 2022])
    return _lang(
        b,
        b["quelle"],
        bev_gesamt=b["gesamt"],
        bev_u3=b["u3"],
        bev_3_u6=b["a3_6"],
        bev_6_u18=b["a6_18"],
        bev_u18=b["u18"],
        bev_u21=b["u21"],
        bev_18_u21=b["a18_21"],
        bev_u27=b["u27"],
        bev_veraenderung_pct=_quote(b["gesamt"] - b["vorjahr"], b["vorjahr"], 100).where(ohne_bruch),
        jugendanteil_pct=_quote(b["u18"], b["gesamt"], 100),
        jugendquotient=_quote(b["u20"], b["a20_65"], 100),
        altenquotient=_quote(b["ab_65"], b["a20_65"], 100),
        gesamtquotient=_quote(b["u20"] + b["ab_65"], b["a20_65"], 100),
        auslaenderanteil_pct=_quote(b["auslaendisch"], b["gesamt"], 100),
    )


def _hilfen(h: pd.DataFrame) -> pd.DataFrame:
    return _lang(
        h,
        "fachverfahren",
        hze_faelle=h["faelle"],
        hze_quote=_quote(h["faelle"], h["u18"], 1000, 100),
        hze_ambulant_quote=_quote(h["ambulant"], h["u18"], 1000, 100),
        hze_teilstationaer_quote=_quote(h["teilstationaer"], h["u18"], 1000, 100),
        hze_stationaer_quote=_quote(h["stationaer"], h["u18"], 1000, 100),
        hze_ohne_28_quote=_quote(h["junge_menschen"], h["u21"], 10_000, 100),
        hilfe_41_quote=_quote(h["para_41"], h["a18_21"], 1000, 100),
        eingliederung_35a_quote=_quote(h["para_35a"], h["a6_18"], 1000, 100),
        schulbegleitung_pct=_quote(h["schulbegleitung"], h["para_35a"], 100, 10),
        anteil_fremdunterbringung_pct=_quote(h["stationaer"], h["faelle"], 100, 10),
        vollzeitpflege_pct=_quote(h["vollzeitpflege"], h["vollzeitpflege"] + h["heim"], 100, 10),
        nichtstationaer_zu_stationaer=_quote(h["faelle"] - h["stationaer"], h["stationaer"], 1, 10),
        flexible_27_2_pct=_quote(h["flexibel"], h["bestand"], 100),
        hilfen_im_wirkungsraum_pct=_quote(h["im_wirkungsraum"], h["wirkungsraum_bekannt"], 100),
        planmaessig_beendet_pct=_quote(h["planmaessig"], h["beendet"] - h["abgegeben"], 100, 10),
        alleinerziehend_bei_beginn_pct=_quote(h["alleinerziehend"], h["situation_bekannt"], 100, 10),
        situation_unbekannt_pct=_quote(h["begonnen"] - h["situation_bekannt"], h["begonnen"], 100, 10),
        transferbezug_bei_beginn_pct=_quote(h["transfer"], h["transfer_bekannt"], 100, 10),
        transferbezug_unbekannt_pct=_quote(h["begonnen"] - h["transfer_bekannt"], h["begonnen"], 100, 10),
        hilfedauer_median_monate=h["dauer_beendet"].where(h["beendet"] >= 10),
        bisherige_dauer_median_monate=h["dauer_bestand"].where(h["bestand"] >= 10),
        fallkosten_hze_eur=h["kosten_mit_35a"],
        fallkosten_hze_je_jew_eur=_quote(h["kosten_mit_35a"], h["u18"]),
        ausgaben_je_hilfemonat_eur=_quote(h["kosten"], h["hilfemonate"]),
        ausgaben_stationaer_anteil_pct=_quote(h["kosten_stationaer"], h["kosten"], 100),
    )


def _geld(g: pd.DataFrame) -> pd.DataFrame:
    prognosen = {spalte: g[spalte] for spalte in g.columns if spalte.startswith("prognose")}
    return _lang(
        g,
        "haushalt",
        ansatz_eur=g["ansatz"],
        fortgeschriebener_ansatz_eur=g["fortgeschrieben"],
        ist_eur=g["ist"],
        obligo_eur=g["obligo"],
        ausschoepfung_pct=_quote(g["ist"], g["fortgeschrieben"], 100),
        bindungsquote_pct=_quote(g["ist"] + g["obligo"], g["fortgeschrieben"], 100),
        ausgaben_hze_je_jew_eur=_quote(g["ist_hze"], g["u18"]),
        ausgaben_hze_netto_je_jew_eur=_quote(g["ist_hze"] - g["ertrag_hze"], g["u18"]),
        haushaltsrest_hze_eur=(g["ist_hze_uma"] - g["kosten_mit_35a"]).round(2),
        **prognosen,
    )


def _schule(a: pd.DataFrame) -> pd.DataFrame:
    return _lang(
        a,
        "schulstatistik",
        abgaenger_gesamt=a["gesamt"],
        abgaenger_ohne_hsa_pct=_quote(a["ohne_hsa"], a["gesamt"], 100),
        abgaenger_ahr_pct=_quote(a["ahr"], a["gesamt"], 100),
    )


def main(profile: Path, lieferung: Path, ziel: Path) -> None:
    """Read everything, then calculate. Exact ages of the young come from the Melderegister, else from the official."""
    ziel.mkdir(parents=True)
    with stufe("lesen"):
        melde, posten, zeilen = (_lies_lokal(lieferung, e) for e in SPALTEN)
        raeume, teile = _raeume(profile)
    with stufe("kennzahlen"):
        bestand = pd.concat(
            [
                _fortschreibung(lieferung, raeume).assign(quelle="fortschreibung"),
                _register(melde, raeume).assign(quelle="register"),
            ]
        )
        bev = _bevoelkerung(bestand, teile)
        amtlich, register = (bev[bev["quelle"] == q].set_index(_ORT) for q in ("fortschreibung", "register"))
        junge = amtlich[["u18", "a6_18"]].join(register[["u21", "a18_21"]], how="outer").reset_index()
        faelle = messgroessen(zeilen, raeume, teile).merge(junge, how="left", on=_ORT)
        geld = _haushalt(posten, raeume).merge(faelle[[*_ORT, "u18", "kosten_mit_35a", "kosten_bewilligt"]], on=_ORT)
        kennzahlen = [_einwohner(bev), _hilfen(faelle), _geld(_prognosen(geld)), _schule(_abgaenge(lieferung, raeume))]
        pd.concat(kennzahlen).to_parquet(ziel / "kennzahlen.parquet", index=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
