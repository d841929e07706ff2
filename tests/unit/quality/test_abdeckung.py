"""Coverage of a delivery: counted at the door, told again by today's keys, and the gate that looks at it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from quality import gate
from quality.abdeckung import abdeckung, in_worten, je_methode
from quality.annahme import Tuer
from sources.ablage import Ablage
from sources.archiv import Ergebnis, alle_feeds, lieferungen
from sources.profile import Schluessel, lade_profile
from sources.profilmodell import Raumbuch
from sources.vertraege import lade_vertraege

PROFILE = Path(__file__).parents[2] / "jugendaemter"
VERTRAEGE = lade_vertraege()
KOPF = "Raum;stichtag;alter;geschlecht;nationalitaet;anzahl;nebenwohnung\n"


def test_zaehler_zaehlen_so_oft_wie_sie_sagen() -> None:
    block = pl.DataFrame(
        {"raum_schluessel": ["A", "a ", "?", None, "?"], "anzahl": [10, 5, 2, 1, 4],
         "raum_methode": [None, None, None, None, "strasse"]}
    )  # fmt: skip
    buch = Raumbuch(schluessel={"A": "99-A"}, alias={"a": "99-A"})
    assert je_methode([block, block.head(1)], VERTRAEGE["einwohnermelde"], buch) == {
        "alias": 5, "nicht_zuordenbar": 3, "schluessel": 20, "strasse": 4,
    }  # fmt: skip


def test_wer_keinen_raum_haben_kann_zaehlt_nicht() -> None:
    block = pl.DataFrame(
        {"wohnraum": ["A", None, None, None], "uma": [False, True, None, False],
         "zustaendigkeit": ["eigen", "eigen", "para_86_6", "eigen"], "raum_methode": [None] * 4},
        schema_overrides={"raum_methode": pl.String},
    )  # fmt: skip
    buch = Raumbuch(schluessel={"A": "99-A"})
    assert je_methode([block], VERTRAEGE["hze_faelle"], buch) == {"nicht_zuordenbar": 1, "schluessel": 1}


def test_ein_berichtigter_schluessel_zeigt_sich_ohne_neue_lieferung(tmp_path: Path) -> None:
    (profil,) = lade_profile([PROFILE])
    ablage = Ablage(tmp_path)
    ablage.anlegen(["musterkreis"])
    datei = tmp_path / "einwohnermelde_2023.csv"
    zeilen = [f"{raum};31.12.2023;5;m;D;{n};nein\n" for raum, n in (("Musterstadt", 90), ("Neu-Musterau", 10))]
    datei.write_text(KOPF.replace("Raum", "Gebiet") + "".join(zeilen), "utf-8")
    feeds = alle_feeds([profil], (), VERTRAEGE.values())
    tuer = Tuer(ablage, VERTRAEGE, lambda: "2026-01-01T00:00:00")
    assert tuer.nimm_an(feeds, datei, ["musterkreis"]).neu[0].verortung == {"nicht_zuordenbar": 10, "schluessel": 90}
    besser = profil.model_copy(
        update={"schluessel": (Schluessel(schluesselart="alias", schluessel="Neu Musterau", raum_id="99001003"),)}
    )
    alle = [e for _, e in lieferungen(ablage)]
    ((ergebnis, je),) = abdeckung(ablage, VERTRAEGE, alle, alle_feeds([besser], (), VERTRAEGE.values()))
    assert (ergebnis.datei, je) == ("einwohnermelde_2023.csv", {"alias": 10, "schluessel": 90})


def test_einzelfaelle_behalten_was_die_tuer_gezaehlt_hat(tmp_path: Path) -> None:
    (profil,) = lade_profile([PROFILE])
    fall = Ergebnis("f.csv", "s", 1, "musterkreis", "angenommen", "", "2026", extrakt="hze_faelle",
                    verortung={"nicht_zuordenbar": 1, "schluessel": 3})  # fmt: skip
    feeds = alle_feeds([profil], (), VERTRAEGE.values())
    assert [je for _, je in abdeckung(Ablage(tmp_path), VERTRAEGE, [fall], feeds)] == [fall.verortung]
    assert in_worten(fall.verortung).startswith("1 von 4 Sätzen (25,0 %) keinem Raum")
    assert in_worten({"schluessel": 3}) == in_worten({}) == ""


@pytest.mark.parametrize(("schwellen", "bestanden"), [({}, False), ({"zugeordnet_pct": 50.0}, True)])
def test_das_gate_sperrt_unter_der_schwelle(tmp_path: Path, schwellen: dict[str, float], bestanden: bool) -> None:
    """The default holds unless the profile sets its own; rows of other kinds are not looked at."""
    pl.DataFrame(
        {"bereich": ["verortung", "verortung", "familie"], "gegenstand": ["haushalte", "einwohnermelde", "x"],
         "anteil_pct": [100.0, 62.0, None], "meldung": ["", "", ""]}
    ).write_parquet(tmp_path / "datenqualitaet.parquet")  # fmt: skip
    liste = gate.lade_liste()
    (eine,) = [e for e in liste.erwartungen if e.titel.startswith("Fast alle Sätze der Lieferungen")]
    ergebnis = gate.pruefe(tmp_path, 2023, "planung", schwellen, liste=gate.Liste(liste.schwellen, (eine,)))
    (befund,) = ergebnis.befunde
    assert (befund.ergebnis == "bestanden", ergebnis.offen) == (bestanden, bestanden)
    if not bestanden:
        assert [z["extrakt"] for z in befund.zeilen] == ["einwohnermelde"]
