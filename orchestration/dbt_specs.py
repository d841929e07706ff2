"""Dagster asset specs of the dbt models.

Here: names, groups and dependencies that Dagster shows for a model.
Not here: running the models (``assets.py``, ``dbt.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, build_dbt_asset_specs

from orchestration.dbt import FALLEBENE, MARTS


class Uebersetzer(DagsterDbtTranslator):
    """Keys ``<schema>/<model>``; the lake's tables come from the door, the marks from geheimhaltung."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """Key of a model, or of the step that makes a source."""
        if dbt_resource_props["resource_type"] == "source":
            marken = dbt_resource_props["source_name"] == "geheimhaltung"
            return AssetKey("geheimhaltung" if marken else "annahme")
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Group = layer."""
        return str(dbt_resource_props["schema"])


def specs(manifest: Mapping[str, Any], *, marts: bool) -> list[AssetSpec]:
    """Specs of the models after (``marts``) or before geheimhaltung, each with its ``dbt_id``."""
    uebersetzer = Uebersetzer(
        settings=DagsterDbtTranslatorSettings(enable_asset_checks=False, enable_duplicate_source_asset_keys=True)
    )
    gewaehlt = build_dbt_asset_specs(
        manifest=manifest,
        dagster_dbt_translator=uebersetzer,
        select=MARTS if marts else "fqn:*",
        exclude=None if marts else f"{MARTS} {FALLEBENE}",
    )
    knoten = {
        uebersetzer.get_asset_key(k): unique_id
        for unique_id, k in manifest["nodes"].items()
        if k["resource_type"] in {"model", "seed"}
    }
    return [
        AssetSpec(s.key, deps=s.deps, description=s.description, group_name=s.group_name,
                  metadata={"dbt_id": knoten[s.key]})
        for s in gewaehlt
    ]  # fmt: skip
