"""Whatever bytes come: rows, or a named refusal."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.formate import Gelesen, Lesefehler, tabelle
from sources.formate import regionaldatenbank as rdb

LOCKER = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_ALPHABET = st.sampled_from([*';,\t|"\n\r =@.-_0123456789aäß\x00\x1a\ufeff\u2028', "__________\n", "Stand: "])
_TABELLENTEXT = st.lists(_ALPHABET, max_size=60).map("".join)


def _liest_oder_nennt(lesen: Callable[[], Gelesen]) -> None:
    try:
        daten = lesen().daten
    except Lesefehler as verweigert:
        fehler = verweigert
    else:
        assert daten.height > 0
        assert daten["zeile"].null_count() == 0
        return
    assert all((fehler.art, fehler.was, fehler.erwartet, fehler.tun))


@LOCKER
@given(st.binary(max_size=400))
def test_any_bytes(inhalt: bytes) -> None:
    _liest_oder_nennt(lambda: rdb.lies(inhalt))
    _liest_oder_nennt(lambda: tabelle.lies(inhalt, "x.csv", ("utf-8", "windows-1252")))


@LOCKER
@given(_TABELLENTEXT, st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]))
def test_any_text(text: str, kodierung: str) -> None:
    inhalt = text.encode(kodierung, errors="replace")
    _liest_oder_nennt(lambda: tabelle.lies(inhalt, "x.csv", ("utf-8", "windows-1252")))
    _liest_oder_nennt(lambda: tabelle.lies(b"sep=" + inhalt, "x.csv"))
    _liest_oder_nennt(lambda: rdb.lies(b"GENESIS-Tabelle: 1-2\n" + inhalt))
    fuss = b"\n__________\nStand: 10.10.2017 / 18:42:14\n"
    _liest_oder_nennt(lambda: rdb.lies(b"GENESIS-Tabelle: 1-2\n" + inhalt + fuss))
    _liest_oder_nennt(lambda: rdb.lies(b"GENESIS-Tabelle: 1-2\n;;a;b\n" + inhalt + fuss))


@LOCKER
@given(st.data())
def test_mutated_and_cut_export(beispiel: str, data: st.DataObject) -> None:
    inhalt = bytearray(beispiel.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        stelle = data.draw(st.integers(0, len(inhalt) - 1))
        inhalt[stelle : stelle + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    _liest_oder_nennt(lambda: rdb.lies(bytes(inhalt)))


@LOCKER
@given(st.data())
def test_a_cut_export_is_never_partly_read(beispiel: str, data: st.DataObject) -> None:
    inhalt = beispiel.rstrip().encode()
    ende = data.draw(st.integers(0, len(inhalt) - 1))
    try:
        rdb.lies(inhalt[:ende])
    except Lesefehler:
        return
    raise AssertionError(f"cut after {ende} bytes was read")


@LOCKER
@given(st.data())
def test_mutated_workbook(mappe, data: st.DataObject) -> None:
    inhalt = bytearray(mappe([["a", "b"], [1, "x"], [2.5, None]]))
    for _ in range(data.draw(st.integers(1, 5))):
        inhalt[data.draw(st.integers(0, len(inhalt) - 1))] = data.draw(st.integers(0, 255))
    ende = data.draw(st.integers(len(inhalt) // 2, len(inhalt)))
    _liest_oder_nennt(lambda: tabelle.lies(bytes(inhalt[:ende]), "x.xlsx", ("utf-8", "windows-1252")))


@LOCKER
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=8),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_row_is_lost_or_changed(reihen: list[list[str]]) -> None:
    def feld(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    text = "a;b;c\n" + "".join(";".join(map(feld, reihe)) + "\n" for reihe in reihen)
    try:
        daten = tabelle.lies(text.encode(), "x.csv").daten
    except Lesefehler as fehler:
        if fehler.art not in ("formel", "leer", "kodierung"):
            raise
        return
    erwartet = [[zelle if zelle.strip() else None for zelle in reihe] for reihe in reihen]
    assert [list(reihe[:3]) for reihe in daten.rows()] == [r for r in erwartet if any(r)]
