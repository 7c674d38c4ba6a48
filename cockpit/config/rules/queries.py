"""PromQL that does not parse (C06), and rates over windows too short to hold enough scrapes (C07)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cockpit.config.ages import RULE
from cockpit.config.durations import duration
from cockpit.config.expansion import QUERIES, written
from cockpit.config.findings import Placed, Step, finding, short
from cockpit.config.merge import Declared
from cockpit.config.models import PresetUse, Service
from cockpit.config.presets import Preset, Presets
from cockpit.config.texts import cut
from cockpit.config.tuning import Patience
from cockpit.core import promql
from cockpit.core.levels import Seconds
from cockpit.errors import Finding, Place


def complaints(declared: Declared, presets: Presets, patience: Patience) -> Iterator[Finding]:
    for placed, steps, text in _texts(declared):
        yield from about(text, placed.at(*steps), patience.scrape)
    for service in declared.services:
        for number, signal in enumerate(service.value.signals):
            if isinstance(signal, PresetUse) and (preset := presets.get(signal.use)):
                use = service.within(signal, "signals", number)
                yield from _use(use, preset, presets, patience, service.value.name)


def about(text: str, at: Place, scrape: Seconds) -> Iterator[Finding]:
    """Complaints about one expression that stands at `at`."""
    if text == RULE:
        return
    problem, windows = looked_at(text)
    if problem:
        yield finding(
            "C06", at, f"not valid PromQL: {short(problem)}", "mend it; Prometheus' own page shows where"
        )
    for function, window in windows:
        if window < 4 * scrape:
            message = f"{function}() over {duration(window)} holds fewer than 4 scrapes of {duration(scrape)}"
            yield finding("C07", at, message, f"write [{duration(4 * scrape)}] or more")


@lru_cache(maxsize=8192)
def looked_at(text: str) -> tuple[str | None, tuple[tuple[str, Seconds], ...]]:
    if problem := promql.check(text):
        return problem, ()
    return None, tuple(dict.fromkeys(promql.rate_windows(text)))


def _texts(declared: Declared) -> Iterator[tuple[Placed[Any], tuple[Step, ...], str]]:
    """Every expression that stands in a Cockpit file."""
    for service in declared.services:
        yield from _signals(service)
        if service.value.reconciled_when:
            yield service, ("reconciled_when",), service.value.reconciled_when
    for node in declared.nodes():
        for number, mode in enumerate(node.value.degradations):
            if mode.active_when:
                yield node, ("degradations", number, "active_when"), mode.active_when
    for capability in declared.capabilities:
        if capability.value.affected:
            yield capability, ("affected",), capability.value.affected
        if measure := capability.value.measure:
            yield capability, ("measure", "actual"), measure.actual
            yield capability, ("measure", "expected"), measure.expected
    for changes in declared.changes:
        if changes.value.promql:
            yield changes, ("promql",), changes.value.promql


def _signals(service: Placed[Service]) -> Iterator[tuple[Placed[Any], tuple[Step, ...], str]]:
    for number, signal in enumerate(service.value.signals):
        if isinstance(signal, PresetUse):
            for name, own in (signal.model_extra or {}).items():
                for field in QUERIES:
                    if isinstance(own, dict) and isinstance(text := own.get(field), str):
                        yield service, ("signals", number, name, field), text
            continue
        for field in QUERIES:
            if text := getattr(signal, field, None):
                yield service, ("signals", number, field), text


def _use(
    use: Placed[PresetUse], preset: Preset, presets: Presets, patience: Patience, service: str
) -> Iterator[Finding]:
    """Parameters of one's own can spoil a text that is fine by itself."""
    extra = use.value.model_extra or {}
    given = [name for name in preset.file.parameters if name in extra]
    if not given:
        return
    told: set[str] = set()
    for signal in presets.expand(use, service, patience, []):
        declared = next(
            each for each in preset.file.signals if signal.query.template.endswith(f"/{each.name}")
        )
        for field in QUERIES:
            text, source = getattr(signal.query, field), getattr(declared, field) or ""
            unsafe = cut(source).unsafe({name: written(extra[name], patience.scrape) for name in given})
            spoiler = next((name for name in given if name in cut(source).names()), None)
            if text and spoiler and not unsafe and spoiler not in told:
                found = list(about(text, use.at(spoiler), patience.scrape))
                told |= {spoiler} if found else set()
                yield from found
