"""The pandas pipeline: the same Kennzahlen as offices write them, file after file, without any check.

``python -m tests.benchmarks.buero PROFILES DELIVERIES TARGET`` leaves ``kennzahlen.parquet`` (jugendamt, raum_id,
berichtsjahr, quelle, kennzahl, wert). Ordinary pandas: one frame per file, put together, grouped. Not here: the
comparison (``vergleich.py``).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from tests.benchmarks.grenze import PRODUKTPLAN, SPALTEN
from tests.benchmarks.messung import stufe

_LUECKE = pd.Timedelta(days=14)


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


def _lies_tabelle(datei: Path, kopf: int, schluessel: int) -> pd.DataFrame:
    """Rows of a table of the Regionaldatenbank whose key column holds a key."""
    tabelle = pd.read_csv(datei, sep=";", encoding="latin-1", skiprows=kopf, header=None, dtype=str, engine="python")
    return tabelle[tabelle[schluessel].str.fullmatch(r"\d{5,8}", na=False)]


def _raeume(profile: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Räume of all Jugendämter, and each Raum with all it counts to (teil, raum_id)."""
    raeume, teile = [], []
    for ordner in sorted(p for p in profile.iterdir() if p.is_dir()):
        eigene = pd.read_csv(ordner / "raeume.csv", dtype=str)
        eltern = pd.read_csv(ordner / "zuordnung.csv", dtype=str).set_index("raum_id")["eltern_raum_id"]
        raeume.append(eigene.assign(jugendamt=ordner.name))
        for raum in eigene["raum_id"]:
            ziel = raum
            while isinstance(ziel, str):
                teile.append((ordner.name, raum, ziel))
                ziel = eltern.get(ziel)
    return pd.concat(raeume), pd.DataFrame(teile, columns=["jugendamt", "teil", "raum_id"])


def _fortschreibung(lieferung: Path, raeume: pd.DataFrame) -> pd.DataFrame:
    (datei,) = (lieferung / "_amtlich").glob("12411-01-01-5_*.csv")
    jahre = pd.read_csv(datei, sep=";", encoding="latin-1", skiprows=6, nrows=1, header=None).iloc[0]
    breit = _lies_tabelle(datei, 8, 0).set_index(0).drop(columns=1)
    gesamt = breit[[s for s in breit.columns if (s - 2) % 3 == 0]].rename(columns=lambda s: int(jahre[s][-4:]))
    lang = gesamt.melt(ignore_index=False, var_name="jahr", value_name="gesamt").rename_axis("raum_id").reset_index()
    teile = []
    for datei in sorted((lieferung / "_amtlich").glob("12411-02-03-5_*.csv")):
        band = _lies_tabelle(datei, 10, 0).set_index(0).drop(columns=1).apply(pd.to_numeric)
        teile.append(
            pd.DataFrame(
                {
                    "jahr": int(datei.stem[-4:]),
                    "u18": band.loc[:, 2:6].sum(axis=1),
                    "u20": band.loc[:, 2:7].sum(axis=1),
                    "erwerbsalter": band.loc[:, 8:16].sum(axis=1),
                }
            )
            .rename_axis("raum_id")
            .reset_index()
        )
    alter = pd.concat(teile)
    gemeinden = raeume.loc[raeume["raumebene"] == "sozialraum", ["jugendamt", "raum_id"]]
    lang["gesamt"] = pd.to_numeric(lang["gesamt"], errors="coerce")
    return gemeinden.merge(lang, on="raum_id").merge(alter, on=["raum_id", "jahr"]).assign(quelle="fortschreibung")


def _register(melde: pd.DataFrame, raeume: pd.DataFrame) -> pd.DataFrame:
    melde = melde.merge(raeume, left_on=["jugendamt", "gebiet"], right_on=["jugendamt", "raum_name"])
    melde["jahr"] = pd.to_datetime(melde["stichtag"], format="%d.%m.%Y").dt.year
    gruppe = melde.groupby(["jugendamt", "raum_id", "jahr"])["anzahl"]
    werte = pd.DataFrame({"gesamt": gruppe.sum()})
    for name, von, bis in (("u18", 0, 18), ("u20", 0, 20), ("erwerbsalter", 20, 65)):
        passend = melde[(melde["alter"] >= von) & (melde["alter"] < bis)]
        werte[name] = passend.groupby(["jugendamt", "raum_id", "jahr"])["anzahl"].sum()
    return werte.fillna(0).reset_index().assign(quelle="register")


def _bevoelkerung(bestand: pd.DataFrame, teile: pd.DataFrame) -> pd.DataFrame:
    bestand = bestand.drop(columns="jugendamt").rename(columns={"raum_id": "teil"}).merge(teile, on="teil")
    werte = ["gesamt", "u18", "u20", "erwerbsalter"]
    return bestand.groupby(["quelle", "jugendamt", "raum_id", "jahr"])[werte].sum().reset_index()


def _hilfen(zeilen: pd.DataFrame, raeume: pd.DataFrame) -> pd.DataFrame:
    """One row per Hilfe that ran in its year, with the Raum at its beginning (jugendamt, jahr, raum_id)."""
    zeilen = zeilen[zeilen["hilfeart"] != "13"].copy()
    zeilen["beginn"] = pd.to_datetime(zeilen["beginn"], format="%d.%m.%Y")
    zeilen["ende"] = pd.to_datetime(zeilen["ende"], format="%d.%m.%Y")
    wer = zeilen["person"].where(zeilen["hilfeart"] != "07", "familie")
    zeilen["hilfe"] = zeilen["fall"] + "|" + zeilen["hilfeart"] + "|" + wer
    hilfe = ["jugendamt", "berichtsjahr", "hilfe"]
    zeilen = zeilen.sort_values([*hilfe, "beginn", "bewilligung"])
    zeilen["schluss"] = zeilen["ende"].fillna(pd.Timestamp(2200, 1, 1))
    zeilen["gedeckt"] = zeilen.groupby(hilfe)["schluss"].cummax()
    davor = zeilen.groupby(hilfe)["gedeckt"].shift()
    neu = davor.isna() | (zeilen["beginn"] - davor - pd.Timedelta(days=1) > _LUECKE)
    zeilen["nr"] = neu.groupby([zeilen[s] for s in hilfe]).cumsum()
    zeilen["vertreten"] = zeilen["zustaendigkeit"] != "eigen"
    zeilen["uma"] = zeilen["uma"] == "ja"
    zeilen["wohnraum"] = zeilen["wohnraum"].fillna("")
    einzeln = zeilen.groupby([*hilfe, "nr"], as_index=False).agg(
        wohnraum=("wohnraum", "first"), beginn=("beginn", "min"), schluss=("schluss", "max"), uma=("uma", "any"),
        vertreten=("vertreten", "any"),
    )  # fmt: skip
    jahr = einzeln["berichtsjahr"].astype(str)
    im_jahr = (einzeln["beginn"] <= pd.to_datetime(jahr + "-12-31")) & (
        einzeln["schluss"] >= pd.to_datetime(jahr + "-01-01")
    )
    einzeln = einzeln[im_jahr].merge(
        raeume[["jugendamt", "raum_name", "raum_id"]], how="left", left_on=["jugendamt", "wohnraum"],
        right_on=["jugendamt", "raum_name"],
    )  # fmt: skip
    raum = einzeln["raum_id"].fillna(einzeln["jugendamt"] + ":nicht_zuordenbar")
    raum = raum.mask(einzeln["vertreten"], einzeln["jugendamt"] + ":para_86_6_89a")
    einzeln["raum_id"] = raum.mask(einzeln["uma"], einzeln["jugendamt"] + ":uma")
    return einzeln.rename(columns={"berichtsjahr": "jahr"})


def _faelle(hilfen: pd.DataFrame, raeume: pd.DataFrame, teile: pd.DataFrame) -> pd.DataFrame:
    ganzes = raeume[raeume["raumebene"] == "jugendamt"].set_index("jugendamt")["raum_id"]
    je_raum = hilfen.groupby(["jugendamt", "jahr", "raum_id"]).size().rename("faelle").reset_index()
    besonders = je_raum[je_raum["raum_id"].str.contains(":")]
    zum_ganzen = besonders.assign(raum_id=besonders["jugendamt"].map(ganzes))
    gewoehnlich = je_raum.rename(columns={"raum_id": "teil"}).merge(teile, on=["jugendamt", "teil"])
    jahre = hilfen[["jugendamt", "jahr"]].drop_duplicates()
    leer = raeume[["jugendamt", "raum_id"]].merge(jahre, on="jugendamt").assign(faelle=0)
    alle = pd.concat([gewoehnlich, besonders, zum_ganzen, leer])
    return alle.groupby(["jugendamt", "raum_id", "jahr"])["faelle"].sum().reset_index()


def _haushalt(posten: pd.DataFrame, raeume: pd.DataFrame) -> pd.DataFrame:
    plan = pd.read_csv(PRODUKTPLAN, dtype=str).fillna({"konto": ""}).sort_values(
        ["produkt", "konto"], key=lambda s: s.str.len(), ascending=False
    )  # fmt: skip

    def gruppe(produkt: str, konto: str) -> str:
        for zeile in plan.itertuples():
            if produkt.startswith(zeile.produkt) and konto.startswith(zeile.konto):
                return str(zeile.berichtsgruppe)
        return ""

    paare = posten[["produkt", "konto"]].drop_duplicates()
    paare["gruppe"] = [gruppe(p, k) for p, k in paare.itertuples(index=False)]
    posten = posten.merge(paare, on=["produkt", "konto"])
    posten = posten[(posten["art"].str.lower() == "aufwand") & (posten["gruppe"] != "ausserhalb")]
    wertart = posten["wertart"].str.lower()
    wer = ["jugendamt", "jahr"]
    summen = pd.DataFrame(
        {
            "ansatz": posten[wertart == "ansatz"].groupby(wer)["betrag"].sum().round(2),
            "ist": posten[wertart == "ist"].groupby(wer)["betrag"].sum().round(2),
            "fortgeschrieben": posten[~wertart.isin(["ist", "obligo"])].groupby(wer)["betrag"].sum().round(2),
        }
    ).reset_index()
    ganzes = raeume.loc[raeume["raumebene"] == "jugendamt", ["jugendamt", "raum_id"]]
    return summen.merge(ganzes, on="jugendamt")


def _abgaenge(lieferung: Path, raeume: pd.DataFrame) -> pd.DataFrame:
    (datei,) = (lieferung / "_amtlich").glob("21111-02-06-4_*.csv")
    tabelle = _lies_tabelle(datei, 9, 1)
    werte = pd.DataFrame({"raum_id": tabelle[1], "jahr": tabelle[0].astype(int)})
    for name, spalte in (("gesamt", 3), ("ohne_hsa", 5), ("ahr", 15)):
        werte[name] = pd.to_numeric(tabelle[spalte], errors="coerce")
    ganzes = raeume.loc[raeume["raumebene"] == "jugendamt", ["jugendamt", "raum_id"]]
    return werte.merge(ganzes, on="raum_id")


def _lang(werte: pd.DataFrame, quelle: str | None, **kennzahlen: pd.Series) -> pd.DataFrame:
    schluessel = werte[["jugendamt", "raum_id"]].assign(
        berichtsjahr=werte["jahr"], quelle=quelle if quelle else werte["quelle"]
    )
    return pd.concat([schluessel.assign(kennzahl=k, wert=w.astype(float)) for k, w in kennzahlen.items()])


def main(profile: Path, lieferung: Path, ziel: Path) -> None:
    """Read everything, then calculate."""
    ziel.mkdir(parents=True)
    with stufe("lesen"):
        melde, posten, zeilen = (_lies_lokal(lieferung, e) for e in SPALTEN)
        raeume, teile = _raeume(profile)
    with stufe("kennzahlen"):
        bestand = pd.concat([_fortschreibung(lieferung, raeume), _register(melde, raeume)])
        bev = _bevoelkerung(bestand, teile)
        faelle = _faelle(_hilfen(zeilen, raeume), raeume, teile)
        amtlich = bev[bev["quelle"] == "fortschreibung"]
        quote = faelle.merge(amtlich[["raum_id", "jahr", "u18"]], on=["raum_id", "jahr"])
        geld, schule = _haushalt(posten, raeume), _abgaenge(lieferung, raeume)
        alle = pd.concat(
            [
                _lang(
                    bev, None, bev_gesamt=bev["gesamt"], bev_u18=bev["u18"],
                    jugendquotient=100 * bev["u20"] / bev["erwerbsalter"],
                ),
                _lang(faelle, "fachverfahren", hze_faelle=faelle["faelle"]),
                _lang(quote, "fachverfahren", hze_quote=1000 * quote["faelle"] / quote["u18"]),
                _lang(
                    geld, "haushalt", ansatz_eur=geld["ansatz"], ist_eur=geld["ist"],
                    ausschoepfung_pct=100 * geld["ist"] / geld["fortgeschrieben"],
                ),
                _lang(
                    schule, "schulstatistik", abgaenger_gesamt=schule["gesamt"],
                    abgaenger_ohne_hsa_pct=100 * schule["ohne_hsa"] / schule["gesamt"],
                    abgaenger_ahr_pct=100 * schule["ahr"] / schule["gesamt"],
                ),
            ]
        )  # fmt: skip
        alle.to_parquet(ziel / "kennzahlen.parquet", index=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
