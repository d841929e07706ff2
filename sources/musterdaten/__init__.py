"""Musterdaten: made-up extracts in the native formats, to demonstrate, to test and to train with.

In here: what is invented (`modell.py`, `hilfen.py`, `parameter.yml`) and how it is written in the form in which each
source really delivers (`ausgabe.py`, `regionaldatenbank.py`, `opendata_hro.py`). Not in here: reading such files
(`sources/formate/`), real figures of any kind (none is read, none is written), names of places (they
come from the profiles).
"""

from sources.musterdaten.erzeugen import schreibe_musterdaten

__all__ = ["schreibe_musterdaten"]
