"""A fleet of any size: as files to load, and as a model with polls to judge."""

from __future__ import annotations

import random
from array import array
from collections.abc import Collection
from pathlib import Path

from cockpit.core.health.state import Health
from cockpit.core.levels import Instant, Kind, Level
from cockpit.core.model import Dependency, Model, Query, Service, Signal
from cockpit.core.poll import Poll, Samples

KINDS = {"errors": Kind.ERRORS, "latency": Kind.LATENCY, "lag": Kind.LAG, "retries": Kind.RETRIES}


def model(count: int) -> Model:
    """`count` services with four signals each, three dependencies each, no cycles."""
    rnd = random.Random(1)
    return Model(name="bench", services=tuple(_service(rnd, at, count) for at in range(count)))


def _service(rnd: random.Random, at: int, count: int) -> Service:
    below = range(at + 1, min(count, at + 300))
    chosen = sorted(rnd.sample(below, min(3, len(below))))
    return Service(
        f"s{at}",
        owner=f"team-{at % 40}",
        system=f"system-{at % 80}",
        tier=1 + at % 4,
        signals=tuple(_signal(at, name, kind) for name, kind in KINDS.items()),
        depends_on=tuple(Dependency((f"s{each}",)) for each in chosen),
    )


def _signal(at: int, name: str, kind: Kind) -> Signal:
    query = Query(f"sum by (service) ({name}{{$match}})", ("service",), (f"s{at}",))
    return Signal(name, kind, query, "above", {Level.DEGRADED: 0.1, Level.FAILING: 0.3}, max_age=60)


def poll(health: Health, at: Instant, bad: Collection[int] = ()) -> Poll:
    """All is well but for the services numbered `bad`, whose first signal fails."""
    samples = {}
    for template in health.graph.slots.templates:
        count = len(template)
        values = array("d", [0.01]) * count
        if template.number == 0:
            for each in bad:
                values[each] = 0.5
        samples[template.number] = Samples(
            bytearray(count), values, array("d", [10.0]) * count, array("d", [2.0]) * count
        )
    return Poll(at, samples)


def write_configuration(folder: Path, count: int) -> None:
    """The same fleet as files, with presets, as people write them."""
    lines = ["apiVersion: cockpit/v1", "kind: Cockpit", "metadata: {name: bench}", "teams:"]
    lines += [f"  - {{name: team-{at}, oncall: {{phone: '+49 30 {at}'}}}}" for at in range(40)]
    lines.append("services:")
    for service in model(count).services:
        needs = ", ".join(f"{{to: {each.members[0]}}}" for each in service.depends_on)
        lines += [
            f"  - name: {service.name}",
            f"    owner: {service.owner}",
            f"    system: {service.system}",
            f'    tier: "{service.tier}"',
            "    signals: [{use: otel-http}, {use: kafka-consumer}]",
            f"    dependsOn: [{needs}]",
        ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cockpit.yaml").write_text("\n".join(lines) + "\n")
