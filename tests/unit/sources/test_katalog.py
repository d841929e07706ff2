"""The catalogue of Kennzahlen: what an entry must say, and that each of ours says it.

Here: loading and refusing entries. Not here: the calculation (``tests/warehouse``), the sheet of an entry
(``tests/unit/orchestration``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sources.katalog import KatalogFehler, lade_katalog

KATALOG = Path(__file__).resolve().parents[3] / "dbt_project" / "kennzahlen"
EINTRAG: dict[str, Any] = yaml.safe_load((KATALOG / "jugendquotient.yml").read_text("utf-8"))
# codes of the lines people, Lebenslage, care and school: a contract with BI users and other systems
CODES = (
    "bev_gesamt", "bev_u3", "bev_3_u6", "bev_6_u18", "bev_u18", "bev_u21", "bev_18_u21", "bev_u27",
    "jugendquotient", "altenquotient", "gesamtquotient", "jugendanteil_pct", "auslaenderanteil_pct",
    "bev_veraenderung_pct", "geburten_je_1000", "wanderungssaldo_je_1000", "alleinerziehende_pct", "sgb2_pct",
    "sozialgeld_u15_pct", "kinder_in_bg_u15_pct", "arbeitslosenquote_pct", "arbeitslosenanteil_pct",
    "jugendarbeitslosenquote_pct", "jugendarbeitslosenanteil_pct", "betreuungsquote_u3_pct",
    "betreuungsquote_3_u6_pct", "betreuungsquote_u3_pct_einrichtungsort",
    "betreuungsquote_3_u6_pct_einrichtungsort", "schueler_gesamt", "uebergang_gymnasium_pct", "abgaenger_gesamt",
    "abgaenger_ohne_hsa_pct", "abgaenger_ahr_pct", "esu_foerderbedarf_pct",
)  # fmt: skip


def _lade(ordner: Path, **angaben: Any) -> Any:
    eintrag = {k: w for k, w in {**EINTRAG, **angaben}.items() if w is not None}
    (ordner / "jugendquotient.yml").write_text(yaml.safe_dump(eintrag, allow_unicode=True), "utf-8")
    return lade_katalog(ordner)


def test_der_eintrag_selbst_ist_gut(tmp_path: Path) -> None:
    assert [k.kennzahl for k in _lade(tmp_path)] == ["jugendquotient"]


@pytest.mark.parametrize("feld", ["definition", "quelle_text", "stichtagsregel", "richtung", "interpretation",
                                  "amtliche_referenz", "zaehler", "einheit", "niedrigste_ebene", "name"])  # fmt: skip
def test_ohne_eine_angabe_kein_eintrag(tmp_path: Path, feld: str) -> None:
    with pytest.raises(KatalogFehler, match=rf"jugendquotient.yml: {feld}"):
        _lade(tmp_path, **{feld: None})


@pytest.mark.parametrize(
    ("feld", "wert"),
    [
        ("definition", "kurz"), ("definition", ""), ("quelle_text", ""), ("stichtagsregel", "-"),
        ("richtung", "gut"), ("interpretation", "Hoch ist hoch."), ("amtliche_referenz", ""),
        ("niedrigste_ebene", "haus"), ("kennzahl", "Jugend-Quotient"), ("unbekannt", 1),
        ("nenner", {"text": "Bevölkerung", "bestandteile": []}),
        ("zaehler", {"text": "Bevölkerung", "bestandteile": [{"messgroesse": "bevoelkerung", "gewicht": 0}]}),
        ("zaehler", {"text": "Bevölkerung", "bestandteile": [{"messgroesse": "bevoelkerung", "jahre_zurueck": -1}]}),
    ],
)  # fmt: skip
def test_eine_angabe_die_nichts_sagt_ist_keine(tmp_path: Path, feld: str, wert: object) -> None:
    with pytest.raises(KatalogFehler, match=feld):
        _lade(tmp_path, **{feld: wert})


def test_der_code_ist_der_dateiname(tmp_path: Path) -> None:
    with pytest.raises(KatalogFehler, match="angleichen"):
        _lade(tmp_path, kennzahl="anderer_code")


def test_alle_vereinbarten_codes_sind_da() -> None:
    katalog = {k.kennzahl: k for k in lade_katalog(KATALOG)}
    assert [code for code in CODES if code not in katalog] == []


def test_zwei_definitionen_sind_zwei_codes() -> None:
    """No two entries calculate the same from the same parts."""
    formeln: dict[str, str] = {}
    for k in lade_katalog(KATALOG):
        for profil, fassung in k.fassungen():
            formel = repr(
                (profil, fassung.faktor, fassung.zaehler.bestandteile, fassung.nenner and fassung.nenner.bestandteile)
            )
            assert formeln.setdefault(formel, k.kennzahl) == k.kennzahl
