"""Fixed-width files: one record after the other, each field at positions that the contract names.

Here: cutting records, with or without line ends, and their fields as text. Nothing in the bytes names this format:
only a contract can (`Vertrag.format`). Not here: types and codes (contracts), bytes to text (`kodierung`).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sources.formate import Gelesen, Lesefehler
from sources.formate.kodierung import dekodiere
from sources.vertraege import Feld, Satzart

_FORMEL = r"^\s*[=@]"


def lies(inhalt: bytes, felder: Sequence[Feld], satzart: Satzart, kodierungen: Sequence[str]) -> Gelesen:
    """Read one file completely or refuse it.

    `daten`: one row per record of the wanted kind with the fields that have positions as String (blanks around are
    padding; null when empty) and `zeile` (Int64, number of the record in the file, all kinds counted).
    Raises Lesefehler: those of `kodierung.dekodiere`, and kodierung, satzlaenge, satzart, formel.
    """
    text, kodierung = dekodiere(inhalt)
    if kodierung not in kodierungen:
        raise Lesefehler(
            "kodierung",
            f"Die Datei ist als {kodierung} kodiert",
            " oder ".join(kodierungen),
            "die Datei in der vereinbarten Kodierung ausgeben und neu liefern",
        )
    saetze = _saetze(text, satzart)
    gesucht = saetze.filter(_ausschnitt(satzart.von, satzart.bis) == satzart.wert) if satzart.wert else saetze
    if gesucht.is_empty():
        raise Lesefehler(
            "satzart",
            f"Keiner der {saetze.height} Sätze hat die Satzart „{satzart.wert}“ (Stellen {satzart.von}-{satzart.bis})",
            f"Sätze der Satzart „{satzart.wert}“",
            "prüfen, ob die richtige Datei geliefert wurde",
        )
    spalten = {f.name: _ausschnitt(f.von, f.bis).str.strip_chars() for f in felder if f.von}
    daten = gesucht.select("zeile", **spalten).with_columns(pl.col(pl.String).replace("", None))
    _pruefe_formeln(daten)
    return Gelesen("festbreite", None, daten, kodierung, {}, musterdaten="musterdaten" in text.lower())


def _saetze(text: str, satzart: Satzart) -> pl.DataFrame:
    """Columns satz (text) and zeile; refuses the first record of another length."""
    laenge, text = satzart.laenge, text.rstrip("\n")
    am_stueck = (text[ab : ab + laenge] for ab in range(0, len(text), laenge))
    texte = text.split("\n") if "\n" in text else list(am_stueck)
    saetze = pl.DataFrame({"satz": pl.Series(texte, dtype=pl.String)}).with_row_index("zeile", offset=1)
    saetze = saetze.filter(pl.col("satz") != "").with_columns(pl.col("zeile").cast(pl.Int64))
    falsch = saetze.filter(pl.col("satz").str.len_chars() != laenge)
    for zeile, satz in falsch.select("zeile", "satz").head(1).iter_rows():
        raise Lesefehler(
            "satzlaenge",
            f"Satz {zeile} ist {len(satz)} Zeichen lang",
            f"{laenge} Zeichen je Satz, mit oder ohne Zeilenenden dazwischen",
            "die Datei unverändert und vollständig neu ausgeben; Leerzeichen am Ende der Sätze gehören dazu",
        )
    return saetze


def _ausschnitt(von: int, bis: int) -> pl.Expr:
    """The text at the positions `von` to `bis`, counted from 1."""
    return pl.col("satz").str.slice(von - 1, bis - von + 1)


def _pruefe_formeln(daten: pl.DataFrame) -> None:
    """Refuse fields that a spreadsheet would run as a formula."""
    for name in daten.columns[1:]:
        treffer = daten.filter(pl.col(name).str.contains(_FORMEL))
        if treffer.height:
            raise Lesefehler(
                "formel",
                f"Satz {treffer['zeile'][0]}, Feld „{name}“: Der Inhalt beginnt mit „=“ oder „@“ und würde in Excel "
                "als Formel ausgeführt",
                "Text und Zahlen ohne Formeln",
                "das Feld prüfen und die Datei neu liefern",
            )
