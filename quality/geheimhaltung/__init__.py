"""Geheimhaltung: the only way from internal aggregates to anything public; the step itself is ``schutz.py``."""
