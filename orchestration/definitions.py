"""Dagster's definitions, built by one function.

Here: putting assets, job, schedules, sensors and resources together; overrides for tests and the CLI.
Not here: any of their logic.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from dagster import Definitions, StaticPartitionsDefinition, in_process_executor

from orchestration import assets
from orchestration.automation import jahresplaene, landing_sensor, stoerungsmail
from orchestration.dbt import FALLEBENE, MARTS, Dbt
from orchestration.haus import Haus
from orchestration.jobs import refresh_job
from orchestration.resources import Auftrag, Datenhaus
from orchestration.umgebung import Umgebung, lies_umgebung


def baue(umgebung: Umgebung | None = None, ressourcen: Mapping[str, Any] | None = None) -> Definitions:
    """Build the definitions of one data home.

    Args:
        umgebung: default: what the environment says.
        ressourcen: overrides of ``datenhaus`` and ``auftrag``.
    """
    from orchestration.dbt_specs import specs

    # single-run backfills are what a refresh of all Jugendämter is; Dagster calls them beta at every definition
    warnings.filterwarnings("ignore", message=".*backfill_policy.*beta")

    umgebung = umgebung or lies_umgebung()
    umgebung.setze_variablen()
    haus, dbt = Haus(umgebung), Dbt(umgebung)
    haus.ablage.anlegen(list(haus.profile))
    partitionen = StaticPartitionsDefinition(list(haus.profile))
    feeds = assets.feed_assets(haus)
    kern, marts = specs(dbt.manifest, marts=False), specs(dbt.manifest, marts=True)
    materialisiert = [
        assets.annahme_asset(feeds, partitionen),
        assets.dbt_assets("dbt_kern", dbt, kern, ("--exclude", MARTS, FALLEBENE, "exposure:*")),
        assets.geheimhaltung_asset([s.key for s in kern]),
        assets.dbt_assets("dbt_marts", dbt, marts, ("--select", MARTS)),
        assets.release_asset([s.key for s in marts], partitionen),
        assets.stand_asset(partitionen),
    ]
    job = refresh_job([k for a in materialisiert for k in a.keys])
    return Definitions(
        assets=[*feeds, *materialisiert],
        jobs=[job],
        schedules=jahresplaene(haus, job),
        sensors=[landing_sensor(haus, job), *stoerungsmail()],
        resources={"datenhaus": Datenhaus(), "auftrag": Auftrag(), **(ressourcen or {})},
        executor=in_process_executor,
    )
