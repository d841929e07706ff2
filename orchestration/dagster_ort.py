"""The code location that Dagster loads (``[tool.dagster]`` in pyproject.toml). Builds, and holds nothing else."""

from orchestration.definitions import baue
from sources.prozesse import suche_selten_nach_muell

suche_selten_nach_muell()
defs = baue()
