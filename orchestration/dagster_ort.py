"""The code location that Dagster loads (``[tool.dagster]`` in pyproject.toml). Builds, and holds nothing else."""

from orchestration.definitions import baue

defs = baue()
