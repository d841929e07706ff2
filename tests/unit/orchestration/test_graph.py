"""The asset graph as it was last agreed: a change of keys, dependencies, checks or partitions is seen in review.

Renew after a wanted change: ``BERICHTSWESEN_SCHREIBE_GRAPH=1 python -m pytest tests/unit/orchestration/test_graph.py``
and read the difference of ``graph.json`` before committing it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, Definitions

SOLL = Path(__file__).parent / "graph.json"
HINWEIS = (
    "The asset graph differs from tests/unit/orchestration/graph.json. If the change is wanted, renew it with "
    "BERICHTSWESEN_SCHREIBE_GRAPH=1 python -m pytest tests/unit/orchestration/test_graph.py and commit the file."
)


def _graph(defs: Definitions) -> dict[str, Any]:
    repo = defs.get_repository_def()
    graph = repo.asset_graph
    job = defs.resolve_job_def("refresh")
    return {
        "assets": {
            k.to_user_string(): {
                "deps": sorted(d.to_user_string() for d in graph.get(k).parent_keys),
                "gruppe": graph.get(k).group_name,
                "checks": sorted(c.name for c in graph.get_check_keys_for_assets({k})),
                "extern": graph.get(k).is_external,
                "partitionen": _partitionen(graph.get(k).partitions_def),
            }
            for k in sorted(graph.get_all_asset_keys(), key=lambda k: k.to_user_string())
        },
        "job": sorted(k.to_user_string() for k in job.asset_layer.executable_asset_keys),
        "job_partitionen": _partitionen(job.partitions_def),
        "schedules": {s.name: [s.cron_schedule, s.execution_timezone, s.job_name] for s in repo.schedule_defs},
        "sensors": {s.name: s.minimum_interval_seconds for s in repo.sensor_defs},
    }


def _partitionen(partitionen: Any) -> list[str] | None:
    return None if partitionen is None else list(partitionen.get_partition_keys())


def test_asset_graph_is_the_agreed_one(ort) -> None:
    ist = _graph(ort.defs)
    if os.environ.get("BERICHTSWESEN_SCHREIBE_GRAPH"):
        SOLL.write_text(json.dumps(ist, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    assert SOLL.exists(), HINWEIS
    soll = json.loads(SOLL.read_text("utf-8"))
    ist = json.loads(json.dumps(ist))
    anders = sorted(
        k for k in soll["assets"].keys() | ist["assets"].keys() if soll["assets"].get(k) != ist["assets"].get(k)
    )
    assert ist == soll, f"{HINWEIS}\nAssets that differ: {anders or 'none'}"


@pytest.mark.parametrize("mart", ["bevoelkerung", "kennzahlen", "schule", "steckbrief"])
def test_figures_are_published_only_after_geheimhaltung(ort, mart: str) -> None:
    graph = ort.defs.get_repository_def().asset_graph
    assert AssetKey("geheimhaltung") in graph.get_ancestor_asset_keys(AssetKey(["mart", mart]))


def test_every_model_that_has_tests_has_its_check(ort) -> None:
    graph = ort.defs.get_repository_def().asset_graph
    geprueft = {k.asset_key.to_user_string() for k in graph.asset_check_keys}
    assert "release" in geprueft
    assert [k for k in geprueft if k.startswith("mart/")]
