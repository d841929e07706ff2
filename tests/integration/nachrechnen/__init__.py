"""The Kennzahlen a second time, in plain Python over the delivered files, written from their definitions.

Here: reading the native files of Musterdaten, counting, each formula and each rule of a status. Not here: anything of
the product (only where profiles and product plans lie), and the comparison (``test_nachgerechnet.py``).
"""
