"""Dagster assets: thin shells around the steps of a refresh.

Here: which step is which asset, what it depends on, what it tells Dagster.
Not here: what a step does (``haus.py``, ``dbt.py``), when it runs (``jobs.py``, ``automation.py``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    Failure,
    MaterializeResult,
    MetadataValue,
    StaticPartitionsDefinition,
    asset,
    multi_asset,
)

from orchestration.dbt import Dbt, DbtErgebnis
from orchestration.fallebene import Fallebene
from orchestration.fortschritt import melde_stufe
from orchestration.haus import Haus
from orchestration.kandidat import Kandidat, erstelle
from orchestration.resources import Auftrag, Datenhaus

ANNAHME = AssetKey("annahme")
GEHEIMHALTUNG = AssetKey("geheimhaltung")
RELEASE = AssetKey("release")
STAND = AssetKey("stand")
DBT_PRUEFUNG = "dbt_tests"
GATE = "gate"


def _jugendaemter(context: AssetExecutionContext) -> list[str]:
    """Jugendämter of this run: its partitions."""
    if context.has_partition_key or context.has_partition_key_range:
        return list(context.partition_keys)
    raise Failure(
        "Der Lauf nennt kein Jugendamt. Erwartet: mindestens eine Partition. Bitte: beim Start das Jugendamt wählen "
        "(oder alle).",
        allow_retries=False,
    )


def feed_assets(haus: Haus) -> list[AssetSpec]:
    """One external asset per feed: what arrives, and from whom."""
    return [
        AssetSpec(
            AssetKey(["lieferung", jugendamt, feed.feed]),
            group_name="lieferungen",
            description=haus.vertraege[feed.extrakt].titel,
            metadata={"muster": ", ".join(feed.muster), "turnus": haus.vertraege[feed.extrakt].turnus},
        )
        for jugendamt, liste in haus.feeds.items()
        for feed in liste
    ]


def annahme_asset(feeds: list[AssetSpec], partitionen: StaticPartitionsDefinition) -> AssetsDefinition:
    """The door: deliveries into archive and lake. Without a change it yields nothing and the run ends here."""

    @asset(
        key=ANNAHME,
        deps=[f.key for f in feeds],
        group_name="tuer",
        output_required=False,
        partitions_def=partitionen,
        backfill_policy=BackfillPolicy.single_run(),
    )
    def annahme(
        context: AssetExecutionContext, datenhaus: Datenhaus, auftrag: Auftrag
    ) -> Iterator[MaterializeResult[Any]]:
        haus = datenhaus.haus
        jugendaemter = _jugendaemter(context)
        melde_stufe("annahme")
        ergebnis = haus.nimm_an(jugendaemter, auftrag.landing_ordner, Fallebene(datenhaus.dbt, haus.profile))
        for lieferung in ergebnis.neu:
            context.log_event(
                AssetMaterialization(
                    AssetKey(["lieferung", lieferung.jugendamt, lieferung.feed]),
                    metadata={
                        "datei": lieferung.datei,
                        "zeilen": lieferung.zeilen,
                        "sha256": lieferung.sha256,
                    },
                )
            )
        for nicht in ergebnis.nicht_angenommen:
            context.log.warning(f"{nicht.datei}: {nicht.ergebnis}: {nicht.meldung}")
        zu_tun = haus.zu_tun(jugendaemter, auftrag.jahr)
        if not zu_tun and not ergebnis.veraendert:
            context.log.info("Nichts Neues: Lieferungen, Profile, Katalog und Code sind die des letzten Laufs.")
            return
        metadaten: dict[str, int | str] = {
            "neu": len(ergebnis.neu),
            "bekannt": ergebnis.bekannt,
            "nicht_angenommen": len(ergebnis.nicht_angenommen),
            "zu_tun": ", ".join(zu_tun),
        }
        yield MaterializeResult(metadata=metadaten)

    return annahme


def _check_specs(manifest: Mapping[str, Any], schluessel: Mapping[str, AssetKey]) -> list[AssetCheckSpec]:
    """One check per model that has tests."""
    geprueft = {m for t in manifest["nodes"].values() for m in [_getestet(t)] if m in schluessel}
    return [AssetCheckSpec(DBT_PRUEFUNG, asset=schluessel[m]) for m in sorted(geprueft)]


def _getestet(knoten: Mapping[str, Any]) -> str:
    """The model a test speaks of: the attached one, else the one its meta names."""
    if knoten["resource_type"] != "test":
        return ""
    name = knoten["config"]["meta"].get("dagster", {}).get("ref", {}).get("name", "")
    return knoten.get("attached_node") or (f"model.berichtswesen.{name}" if name else "")


def dbt_assets(name: str, dbt: Dbt, specs: list[AssetSpec], auswahl: tuple[str, ...]) -> AssetsDefinition:
    """One set of dbt models: built in this process, one check per model with its failed tests as metadata."""
    schluessel = {str(s.metadata["dbt_id"]): s.key for s in specs}
    checks = _check_specs(dbt.manifest, schluessel)

    @multi_asset(name=name, specs=specs, check_specs=checks)
    def modelle(
        context: AssetExecutionContext, datenhaus: Datenhaus
    ) -> Iterator[MaterializeResult[Any] | AssetCheckResult]:
        melde_stufe(name)
        ergebnisse = datenhaus.dbt.baue(*auswahl, fuer=datenhaus.haus.grundlage())
        knoten = datenhaus.dbt.manifest["nodes"]
        context.log.info(f"dbt: {len(ergebnisse)} Schritte")
        for e in ergebnisse:
            if e.unique_id in schluessel:
                yield MaterializeResult(asset_key=schluessel[e.unique_id], metadata={"sekunden": e.sekunden})
        tests: dict[str, list[DbtErgebnis]] = {}
        for e in ergebnisse:
            if e.unique_id.startswith("test."):
                tests.setdefault(_getestet(knoten[e.unique_id]), []).append(e)
        for check in checks:
            eigene = next((t for m, t in tests.items() if schluessel.get(m) == check.asset_key), [])
            verletzt = [e for e in eigene if e.status != "pass"]
            yield AssetCheckResult(
                asset_key=check.asset_key,
                check_name=DBT_PRUEFUNG,
                # a check without a single test that ran has not passed
                passed=bool(eigene) and not verletzt,
                severity=AssetCheckSeverity.WARN,
                metadata={"gelaufen": len(eigene), **{e.unique_id: e.verletzungen for e in verletzt}},
            )

    return modelle


def geheimhaltung_asset(davor: list[AssetKey]) -> AssetsDefinition:
    """Marks of geheimhaltung, between the internal aggregates and everything public."""

    @asset(key=GEHEIMHALTUNG, deps=davor, group_name="geheimhaltung")
    def geheimhaltung(datenhaus: Datenhaus) -> MaterializeResult[Any]:
        melde_stufe("geheimhaltung")
        return MaterializeResult(metadata={"marken": datenhaus.haus.schuetze()})

    return geheimhaltung


def release_asset(marts: list[AssetKey], partitionen: StaticPartitionsDefinition) -> AssetsDefinition:
    """Candidate, gate and release per Jugendamt. A Jugendamt that fails keeps its last release, the others go on."""

    @asset(
        key=RELEASE,
        deps=marts,
        group_name="release",
        partitions_def=partitionen,
        backfill_policy=BackfillPolicy.single_run(),
        check_specs=[AssetCheckSpec(GATE, asset=RELEASE)],
    )
    def release(
        context: AssetExecutionContext, datenhaus: Datenhaus, auftrag: Auftrag
    ) -> Iterator[MaterializeResult[Any]]:
        haus, dbt = datenhaus.haus, datenhaus.dbt
        melde_stufe("release")
        befunde = dbt.befunde(_jugendaemter(context), haus.grundlage())
        je_amt = erstelle(
            haus, auftrag.jahr, dbt.veroeffentlichung(haus.katalog), dbt.kommentare(haus.katalog), befunde
        )
        kandidaten: list[Kandidat] = []
        for kandidat in je_amt:
            kandidaten.append(kandidat)
            context.log.info(f"{kandidat.jugendamt}: {kandidat.meldung}")
            melde_stufe("release", f"{kandidat.jugendamt} ({len(kandidaten)} von {len(befunde)} fertig)")
        gesperrt = [k for k in kandidaten if k.ergebnis == "gesperrt"]
        yield MaterializeResult(
            metadata={k.jugendamt: f"{k.ergebnis} {k.release}".strip() for k in kandidaten},
            check_results=[
                AssetCheckResult(
                    check_name=GATE,
                    passed=not gesperrt,
                    severity=AssetCheckSeverity.ERROR,
                    metadata={k.jugendamt: MetadataValue.json(k.als_dict()) for k in gesperrt},
                )
            ],
        )

    return release


def stand_asset(partitionen: StaticPartitionsDefinition) -> AssetsDefinition:
    """The one flip; then the run fails if a Jugendamt got no release, so that somebody is told."""

    @asset(
        key=STAND,
        deps=[RELEASE],
        group_name="release",
        partitions_def=partitionen,
        backfill_policy=BackfillPolicy.single_run(),
    )
    def stand(context: AssetExecutionContext, datenhaus: Datenhaus) -> Iterator[MaterializeResult[Any]]:
        haus = datenhaus.haus
        melde_stufe("stand")
        gedreht = haus.drehe(datenhaus.dbt.kommentare(haus.katalog))
        yield MaterializeResult(metadata={"gedreht": gedreht, "current": str(haus.ablage.current)})
        staende = [haus.letzter_stand(j) for j in _jugendaemter(context)]
        gesperrt = [s for s in staende if s.get("ergebnis") == "gesperrt"]
        if gesperrt:
            raise Failure("; ".join(f"{s['jugendamt']}: {s['meldung']}" for s in gesperrt), allow_retries=False)

    return stand
