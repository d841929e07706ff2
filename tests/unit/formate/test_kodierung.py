import gzip

import pytest

from sources.formate import Lesefehler
from sources.formate.kodierung import dekodiere


@pytest.mark.parametrize(
    ("inhalt", "kodierung"),
    [
        ("Straße;1\n".encode(), "utf-8"),
        ("Straße;1\n".encode("utf-8-sig"), "utf-8-sig"),
        ("Straße;1\n".encode("iso-8859-1"), "iso-8859-1"),
        ("Straße – 5 €\n".encode("windows-1252"), "windows-1252"),
        (b"plain\n", "utf-8"),
    ],
)
def test_finds_encoding(inhalt: bytes, kodierung: str) -> None:
    text, gefunden = dekodiere(inhalt)
    assert gefunden == kodierung
    assert not text.startswith("\ufeff")


def test_line_ends_become_lf() -> None:
    assert dekodiere(b"a\r\nb\r\n")[0] == "a\nb\n"
    assert dekodiere(b"a\rb\r")[0] == "a\nb\n"


@pytest.mark.parametrize(
    ("inhalt", "art"),
    [
        (b"", "leer"),
        (b" \r\n\t", "leer"),
        (b"\xef\xbb\xbf\n ", "leer"),
        (b"<!DOCTYPE HTML><p>404", "html"),
        (b"\xef\xbb\xbf\n<html lang=de>", "html"),
        (b'<?xml version="1.0"?><!-- x --><html>', "html"),
        ("a;b\n1;2\n".encode("utf-16"), "kodierung"),
        ("a;b\n1;2\n".encode("utf-16-le"), "kodierung"),
        ("a;b\n1;2\n".encode("utf-32"), "kodierung"),
        (b"a;b\n1;\x00\n", "binaer"),
        (b"a;b\n1;\x07\n", "binaer"),
        (b"%PDF-1.4", "binaer"),
        (b"PK\x03\x04abc", "binaer"),
        (gzip.compress(b"a;b", mtime=1_700_000_000), "binaer"),
        (gzip.compress(b"a;b", mtime=0), "binaer"),  # as many NULs as UTF-16
        ("Müller;Jugendhilfe".encode().decode("iso-8859-1").encode(), "kodierung"),
        ("Größe;Länge".encode().decode("windows-1252").encode(), "kodierung"),
        ("Müller\n".encode() + "Müller\n".encode("iso-8859-1"), "kodierung"),
        ("Straﬂe \ufffd".encode(), "kodierung"),
        ("Länge;Höhe;Müller".encode("cp850"), "kodierung"),
        ("Länge;Höhe".encode("cp850"), "kodierung"),
    ],
)
def test_refuses_with_a_name(inhalt: bytes, art: str) -> None:
    with pytest.raises(Lesefehler) as fehler:
        dekodiere(inhalt)
    assert fehler.value.art == art
    assert "Erwartet: " in str(fehler.value)
    assert "Bitte: " in str(fehler.value)


def test_german_quotation_marks_are_no_damage() -> None:
    assert dekodiere("die„so“genannte; Text”x".encode())[1] == "utf-8"
