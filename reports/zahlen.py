"""German number and date format.

Belongs here: turning a value and a number of digits into text. Not here: choosing values (`modell`),
words (`woerter`).
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

_MINUS = "\u2212"
_DEUTSCH = str.maketrans(",.", ".,")


@lru_cache(maxsize=100_000)  # the same figures stand on many pages
def zahl(wert: float, stellen: int) -> str:
    """`wert` with `stellen` decimals, thousands points and decimal comma: 25018.0, 0 gives "25.018".

    Rounds half away from zero as German offices do; Babel would round half to even, and takes longer.
    """
    gerundet = Decimal(repr(float(wert))).quantize(Decimal(1).scaleb(-stellen), rounding=ROUND_HALF_UP)
    return (_MINUS if gerundet < 0 else "") + f"{abs(gerundet):,.{stellen}f}".translate(_DEUTSCH)


def mit_vorzeichen(wert: float, stellen: int) -> str:
    """Like `zahl`, with a plus sign, and "±0" for what rounds to nothing."""
    text = zahl(wert, stellen)
    if not any(z in "123456789" for z in text):
        return "±" + text
    return text if text.startswith(_MINUS) else "+" + text


def datum(tag: date | None) -> str:
    """31.12.2015, or nothing."""
    return format_date(tag, format="dd.MM.yyyy", locale="de_DE") if tag else ""


def zelle(inhalt: object) -> str:
    """A cell of a finding as German text; whole numbers stay plain, since most are years or keys."""
    if inhalt is None:
        return ""
    if isinstance(inhalt, bool):
        return "ja" if inhalt else "nein"
    if isinstance(inhalt, float):
        return format_decimal(inhalt, format="#,##0.###", locale="de_DE").replace("-", _MINUS)
    if isinstance(inhalt, date):
        return datum(inhalt)
    return str(inhalt)
