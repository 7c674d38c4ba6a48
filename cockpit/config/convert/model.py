"""The whole model out of everything that was declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cockpit.config import models
from cockpit.config.convert import nodes, people, world
from cockpit.config.convert.runbook import books
from cockpit.config.convert.signals import Signals
from cockpit.config.merge import Declared
from cockpit.config.presets import Presets
from cockpit.config.runbook_files import RunbookRead
from cockpit.config.tuning import Patience
from cockpit.core.levels import Instant
from cockpit.core.model import TIERS, Model, RunbookCard, Tier
from cockpit.core.protection import guarded
from cockpit.errors import Finding


def patience(declared: Declared) -> Patience:
    defaults = declared.defaults.value if declared.defaults else models.Defaults()
    signal = defaults.signal
    return Patience(signal.for_, signal.hold, signal.stale_after, signal.idle_after, defaults.scrape)


def to_model(
    declared: Declared,
    presets: Presets,
    runbooks: Sequence[RunbookCard],
    now: Instant,
    environ: Mapping[str, str],
) -> tuple[Model, list[Finding]]:
    """What is wrong with signals comes out on the way."""
    findings: list[Finding] = []
    signals = Signals(presets, patience(declared), findings)
    modes = nodes.modes_of(declared.services)
    metadata = declared.metadata.value if declared.metadata else None
    defaults = declared.defaults.value if declared.defaults else models.Defaults()
    metrics, alerts = world.from_environment(environ)
    model = Model(
        name=metadata.name if metadata else "unnamed",
        title=metadata.title if metadata else "",
        services=tuple(nodes.service(each, signals, modes) for each in declared.services),
        capabilities=tuple(nodes.capability(each, signals, modes, now) for each in declared.capabilities),
        teams=tuple(people.team(each.value) for each in declared.teams),
        targets=tuple(world.target(each) for each in declared.targets),
        flags=tuple(world.flag_store(each, environ) for each in declared.flags),
        kill_switches=tuple(world.kill_switch(each.value) for each in declared.kill_switches),
        prometheus=tuple(world.metric_server(each, environ) for each in declared.prometheus) or metrics,
        alertmanager=tuple(world.alert_server(each, environ) for each in declared.alertmanager) or alerts,
        changes=tuple(world.changes(each) for each in declared.changes),
        checks=tuple(world.check(each.value) for each in declared.checks),
        runbooks=tuple(runbooks),
        poll=defaults.poll,
        scrape=defaults.scrape,
        tiers=_tiers(defaults),
        alert_labels=defaults.alert_labels,
        incident=people.incident(declared.incident),
        access=people.access(declared.access),
        journal=people.journal(declared.journal),
    )
    return model, findings


def with_books(model: Model, reads: Iterable[RunbookRead]) -> Model:
    """With the runbooks in full, as they ask on what they act on; `reads` are those without errors."""
    return replace(model, books={id: guarded(model, book) for id, book in books(reads).items()})


def cards(runbooks: Iterable[RunbookRead]) -> tuple[RunbookCard, ...]:
    return tuple(map(_card, runbooks))


def _card(read: RunbookRead) -> RunbookCard:
    declared = read.part.metadata
    return RunbookCard(
        id=declared.id,
        title=declared.title,
        status=declared.status,
        services=declared.services,
        alerts=declared.alerts,
        fits_services=declared.fits.services,
        fits_classes=declared.fits.classes,
        tags=declared.tags,
        owner=declared.owner,
        file=read.document.file,
        after_change=bool(declared.fits.after_change),
        tell_apart=declared.fits.tell_apart,
    )


def _tiers(defaults: models.Defaults) -> Mapping[int, Tier]:
    own = {tier: Tier(rules.weight, rules.update_every) for tier, rules in defaults.tiers.items()}
    return {**TIERS, **own}
