"""The job: one refresh, from landing to the flip.

Here: which assets belong to it and how it is executed.
Not here: the assets (``assets.py``), what starts it (``automation.py``).
"""

from __future__ import annotations

from dagster import (
    AssetKey,
    AssetSelection,
    define_asset_job,
    in_process_executor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

REFRESH = "refresh"
BEREICH_VON = "dagster/asset_partition_range_start"
BEREICH_BIS = "dagster/asset_partition_range_end"


def bereich(jugendaemter: list[str]) -> dict[str, str]:
    """Run tags for a single run over neighbouring partitions, first to last."""
    return {BEREICH_VON: jugendaemter[0], BEREICH_BIS: jugendaemter[-1]}


def refresh_job(schluessel: list[AssetKey]) -> UnresolvedAssetJobDefinition:
    """The refresh; in one process, since a process per step costs more than the steps."""
    return define_asset_job(
        REFRESH,
        selection=AssetSelection.assets(*schluessel),
        executor_def=in_process_executor,
        description="Lieferungen annehmen, Datenhaus bauen, schützen, prüfen, Release erstellen, Stand drehen.",
    )
