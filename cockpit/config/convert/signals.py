"""Signals and measures as the evaluator wants them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from cockpit.config.ages import freshness, usual_max_age
from cockpit.config.findings import Placed, finding
from cockpit.config.models import Capability, OwnSignal, PresetUse, Service
from cockpit.config.models.signals import AnySignal
from cockpit.config.presets import Presets
from cockpit.config.tuning import Patience, disorder, tuned, unproven
from cockpit.core.levels import Level
from cockpit.core.model import Query, Signal
from cockpit.errors import Finding

MEASURE_BELOW: Final = {Level.DEGRADED: 0.85, Level.FAILING: 0.5, Level.DOWN: 0.1}
OWN: Final = "own expression"


@dataclass(slots=True)
class Signals:
    """Makes signals, and keeps what is wrong with them."""

    presets: Presets
    patience: Patience
    findings: list[Finding]

    def of(self, service: Placed[Service]) -> tuple[Signal, ...]:
        made: list[Signal] = []
        seen: dict[str, int] = {}
        for number, declared in enumerate(service.value.signals):
            for signal in self._made(declared, service, number):
                if signal.name in seen:
                    self.findings.append(_twice(service, signal, seen[signal.name], number))
                    continue
                seen[signal.name] = number
                made.append(signal)
        return tuple(made)

    def _made(self, declared: AnySignal, service: Placed[Service], number: int) -> Iterator[Signal]:
        name = service.value.name
        if isinstance(declared, PresetUse):
            use = service.within(declared, "signals", number)
            yield from self.presets.expand(use, name, self.patience, self.findings)
        else:
            yield self._own(service.within(declared, "signals", number), name)

    def _own(self, placed: Placed[OwnSignal], service: str) -> Signal:
        own = placed.value
        self.findings += disorder(own.name, own.kind, own, placed)
        self.findings += unproven(own.name, own.on_no_data, own.requires, placed)
        query = Query(
            expr=own.expr,
            by=own.by,
            key=tuple(own.key.get(label, service) for label in own.by),
            volume=own.volume,
            freshness=own.freshness or freshness(own.expr, own.requires, own.by),
            requires=own.requires,
            template=OWN,
        )
        return tuned(
            own.name, own.kind, query, (own,), self.patience, max_age=usual_max_age(query, self.patience)
        )

    def measure(self, capability: Placed[Capability]) -> Signal | None:
        """Its value is actual / expected, its volume what was expected."""
        measure = capability.value.measure
        if measure is None:
            return None
        self.findings += disorder("measure", "traffic", measure, capability.within(measure, "measure"))
        query = Query(
            expr=measure.actual,
            volume=measure.expected,
            freshness=freshness(measure.actual, None, ()),
            template=f"{capability.value.name}/measure",
        )
        signal = tuned(
            "measure",
            "traffic",
            query,
            (measure,),
            self.patience,
            max_age=usual_max_age(query, self.patience),
        )
        thresholds = signal.thresholds or MEASURE_BELOW
        return replace(signal, min_volume=measure.min_expected, thresholds=thresholds, unit="of expected")


def _twice(service: Placed[Service], signal: Signal, first: int, number: int) -> Finding:
    declared = service.value.signals
    steps = ("use",) if isinstance(declared[number], PresetUse) else ("name",)
    first_at = service.at("signals", first, "use" if isinstance(declared[first], PresetUse) else "name")
    message = f"service '{service.value.name}' has two signals '{signal.name}', first at {first_at}"
    hint = "rename or remove one of them"
    if isinstance(declared[number], PresetUse):
        hint = f"give this use a prefix, as in prefix: other-, or leave it out with {signal.name}: false"
    return finding("C02", service.at("signals", number, *steps), message, hint)
