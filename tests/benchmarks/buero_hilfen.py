"""The pandas pipeline, its Hilfen: from Bewilligungen to one row per Hilfe, to sums per Raum and year.

Here: what a Hilfe is, where and when it counts, its Messgrößen. Not here: reading, quotas (``buero.py``).
"""

from __future__ import annotations

import pandas as pd

_LUECKE = pd.Timedelta(days=14)
_TAG = pd.Timedelta(days=1)
_OFFEN = pd.Timestamp(2200, 1, 1)
AMBULANT, STATIONAER = ("04", "05", "06", "07", "14", "16"), ("09", "10", "11", "15")


def _verbinde(zeilen: pd.DataFrame) -> pd.DataFrame:
    """Bewilligungen in the order of their Hilfen, with the number of the Hilfe: gaps of up to 14 days are bridged."""
    zeilen = zeilen[~zeilen["hilfeart"].isin(["01", "02", "03"])].copy()
    for spalte in ("beginn", "ende"):
        zeilen[spalte] = pd.to_datetime(zeilen[spalte], format="%d.%m.%Y")
    zeilen["ende"] = zeilen["ende"].fillna(_OFFEN)
    zeilen["wer"] = zeilen["person"].where(zeilen["hilfeart"] != "07", "familie")
    zeilen["gruppe"] = zeilen.groupby(["jugendamt", "berichtsjahr", "fall", "hilfeart", "wer"]).ngroup()
    zeilen = zeilen.sort_values(["gruppe", "beginn", "bewilligung"])
    zeilen["gedeckt"] = zeilen.groupby("gruppe")["ende"].cummax()
    davor = zeilen.groupby("gruppe")["gedeckt"].shift()
    zeilen["hilfe"] = (davor.isna() | (zeilen["beginn"] - davor - _TAG > _LUECKE)).cumsum()
    return zeilen


def _hilfen(zeilen: pd.DataFrame, raeume: pd.DataFrame) -> pd.DataFrame:
    """One row per Hilfe: what held at its beginning and at its end, its Raum, its dates, its costs."""
    erste = zeilen.drop_duplicates("hilfe").set_index("hilfe")
    letzte = zeilen.sort_values(["hilfe", "ende", "bewilligung"]).drop_duplicates("hilfe", keep="last")
    zeilen["geboren"] = 12 * zeilen["geburtsjahr"] + zeilen["geburtsmonat"]
    for spalte in ("uma", "schulbegleitung"):
        zeilen[spalte] = zeilen[spalte] == "ja"
    zeilen["vertreten"] = zeilen["zustaendigkeit"] != "eigen"
    hilfen = zeilen.groupby("hilfe").agg(
        beginn=("beginn", "min"), ende=("ende", "max"), geboren=("geboren", "min"), uma=("uma", "max"),
        vertreten=("vertreten", "max"), schulbegleitung=("schulbegleitung", "max"), kosten_alle=("kosten_ist", "sum"),
        bewilligt=("kosten_bewilligt", "sum"),
    )  # fmt: skip
    im_jahr = zeilen["ende"].dt.year >= zeilen["berichtsjahr"]
    hilfen["junge"] = zeilen[im_jahr].drop_duplicates(["hilfe", "person"]).groupby("hilfe").size()
    hilfen = hilfen.join(erste[["jugendamt", "berichtsjahr", "hilfeart", "situation", "transfer", "wohnraum"]])
    hilfen = hilfen.join(letzte.set_index("hilfe")[["durchfuehrung", "leistungsraum", "ende_grund"]])
    for raum in ("wohnraum", "leistungsraum"):
        orte = raeume[["jugendamt", "raum_name", "raum_id"]].rename(
            columns={"raum_name": raum, "raum_id": f"{raum}_id"}
        )
        hilfen = hilfen.merge(orte, how="left", on=["jugendamt", raum])
    raum = hilfen["wohnraum_id"].fillna(hilfen["jugendamt"] + ":nicht_zuordenbar")
    raum = raum.mask(hilfen["vertreten"], hilfen["jugendamt"] + ":para_86_6_89a")
    hilfen["raum_id"] = raum.mask(hilfen["uma"], hilfen["jugendamt"] + ":uma")
    return hilfen


def _hilfemonate(von: pd.Series, bis: pd.Series) -> pd.Series:
    """Days / days of the month, to six digits; only the first and the last month can be parts."""
    monate = 12 * (bis.dt.year - von.dt.year) + bis.dt.month - von.dt.month
    erster = ((von.dt.days_in_month - von.dt.day + 1) / von.dt.days_in_month).round(6)
    letzter = (bis.dt.day / bis.dt.days_in_month).round(6)
    einziger = ((bis.dt.day - von.dt.day + 1) / bis.dt.days_in_month).round(6)
    return (monate - 1 + erster + letzter).where(monate > 0, einziger)


def _zaehle(h: pd.DataFrame) -> pd.DataFrame:
    """A column for each Messgröße, true or a number; and the duration."""
    neujahr = pd.to_datetime(h["berichtsjahr"].astype(str) + "-01-01")
    silvester = pd.to_datetime(h["berichtsjahr"].astype(str) + "-12-31")
    bis = h["ende"].where(h["ende"] < silvester, silvester)
    von = h["beginn"].where(h["beginn"] > neujahr, neujahr)
    hze, art = h["hilfeart"] != "13", h["hilfeart"]
    im_jahr = (h["beginn"] <= silvester) & (h["ende"] >= neujahr)
    begonnen = hze & (h["beginn"] >= neujahr) & (h["beginn"] <= silvester)
    beendet = hze & (h["ende"] >= neujahr) & (h["ende"] <= silvester)
    bestand = hze & (h["beginn"] <= silvester) & (h["ende"] > silvester)
    stationaer = art.isin(STATIONAER) | hze & (h["durchfuehrung"] == "stationär")
    ambulant = art.isin(AMBULANT) | hze & (h["durchfuehrung"] == "ambulant")
    teilstationaer = (art == "08") | hze & (h["durchfuehrung"] == "teilstationär")
    dort = h["leistungsraum_id"].notna()
    monate = 12 * (bis.dt.year - h["beginn"].dt.year) + bis.dt.month - h["beginn"].dt.month
    return h[["jugendamt", "berichtsjahr", "raum_id"]].assign(
        dauer=monate - (bis.dt.day < h["beginn"].dt.day),
        faelle=im_jahr & hze,
        junge_menschen=h["junge"].where(im_jahr & hze, 0),
        ambulant=im_jahr & ambulant,
        teilstationaer=im_jahr & teilstationaer,
        stationaer=im_jahr & stationaer,
        vollzeitpflege=im_jahr & art.isin(["09", "10"]),
        heim=im_jahr & (art == "11"),
        para_41=im_jahr & hze & (12 * bis.dt.year + bis.dt.month - h["geboren"] >= 12 * 18),
        para_35a=im_jahr & ~hze,
        schulbegleitung=im_jahr & ~hze & h["schulbegleitung"],
        begonnen=begonnen,
        alleinerziehend=begonnen & (h["situation"] == "2"),
        situation_bekannt=begonnen & h["situation"].isin(["1", "2", "3", "4"]),
        transfer=begonnen & (h["transfer"] == "1"),
        transfer_bekannt=begonnen & h["transfer"].isin(["1", "2"]),
        beendet=beendet,
        planmaessig=beendet & (h["ende_grund"] == "10"),
        abgegeben=beendet & (h["ende_grund"] == "40"),
        bestand=bestand,
        flexibel=bestand & art.isin(["14", "15", "16"]),
        im_wirkungsraum=bestand & dort & (h["leistungsraum_id"] == h["wohnraum_id"]),
        wirkungsraum_bekannt=bestand & dort,
        hilfemonate=_hilfemonate(von, bis).where(im_jahr & hze, 0),
        kosten_mit_35a=h["kosten_alle"],
        kosten=h["kosten_alle"].where(hze, 0),
        kosten_stationaer=h["kosten_alle"].where(stationaer, 0),
        kosten_bewilligt=h["bewilligt"],
    )


def _median(hilfen: pd.DataFrame, teile: pd.DataFrame, ereignis: str) -> pd.Series:
    """The smallest duration that at least half of the Hilfen do not exceed; a Raum counts those of all its parts."""
    dauern = hilfen.loc[hilfen[ereignis], ["raum_id", "berichtsjahr", "dauer"]].rename(columns={"raum_id": "teil"})
    gruppen = dauern.merge(teile, on="teil").groupby(["jugendamt", "raum_id", "berichtsjahr"])["dauer"]
    return gruppen.quantile(0.5, interpolation="lower")


def messgroessen(zeilen: pd.DataFrame, raeume: pd.DataFrame, teile: pd.DataFrame) -> pd.DataFrame:
    """Sums per jugendamt, raum_id and berichtsjahr; a Raum without Hilfen has zeros, a member only what occurs."""
    hilfen = _zaehle(_hilfen(_verbinde(zeilen), raeume))
    ort = ["jugendamt", "raum_id", "berichtsjahr"]
    je_raum = hilfen.drop(columns="dauer").groupby(ort).sum().reset_index()
    summen = je_raum.drop(columns="jugendamt").rename(columns={"raum_id": "teil"}).merge(teile, on="teil")
    summen = summen.drop(columns="teil").groupby(ort).sum().round(6).reset_index()
    leer = raeume[["jugendamt", "raum_id"]].merge(
        hilfen[["jugendamt", "berichtsjahr"]].drop_duplicates(), on="jugendamt"
    )
    alle = summen.merge(leer, how="outer", on=ort).fillna(0).set_index(ort)
    alle["dauer_beendet"] = _median(hilfen, teile, "beendet")
    alle["dauer_bestand"] = _median(hilfen, teile, "bestand")
    return alle.reset_index()
