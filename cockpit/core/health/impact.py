"""What it costs the business: rules K, never a number without its tag."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from cockpit.core.health.graph import Graph
from cockpit.core.health.rules import UNKNOWN
from cockpit.core.health.state import Columns, Impact, Loss, Node
from cockpit.core.levels import Instant, Level, Seconds, Shown
from cockpit.core.model import Capability
from cockpit.core.poll import PRESENT, Samples

SHARES: Final[Mapping[Shown, tuple[float, float]]] = {
    Shown.OK: (0.0, 0.0),
    Shown.AT_RISK: (0.0, 0.02),
    Shown.DEGRADED: (0.02, 0.20),
    Shown.FAILING: (0.20, 0.80),
    Shown.DOWN: (0.80, 1.0),
}
"""Estimated share of business lost, by level."""
WORST_LAST: Final = ("measured", "estimated", "unknown")
SILENCE: Final[Seconds] = 120.0
"""After a longer gap between polls nobody knows what was lost in it."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Units a minute, summed over sources; None where it is not known."""

    actual: float | None
    expected: float | None


def impact(
    graph: Graph,
    columns: Columns,
    samples: Mapping[int, Samples],
    node: int,
    shown: Node,
    before: Impact | None,
    was: Instant | None,
    at: Instant,
) -> Impact:
    """Loss per minute now, and so far since the capability stopped being well. `was`: the poll before."""
    capability = graph.declared(node)
    assert isinstance(capability, Capability)
    flow = _throughput(graph, columns, samples, node)
    now = loss_per_minute(capability, shown.level, flow)
    since = _since(shown, before, at)
    so_far = _so_far(before, since, was, at) if since is not None else None
    after = Impact(now, so_far, since, flow.actual, flow.expected)
    return before if before is not None and after == before else after


def loss_per_minute(capability: Capability, level: Shown, flow: Throughput) -> Loss:
    """Measured where the measure is known, else a range by level, else 0-100 %."""
    if flow.actual is not None and flow.expected is not None and flow.expected > 0:
        share = min(1.0, max(0.0, 1.0 - flow.actual / flow.expected))
        return _worth(capability, "measured", share, share, flow.expected)
    if level in SHARES:
        return _worth(capability, "estimated", *SHARES[level], flow.expected)
    return _worth(capability, "unknown", 0.0, 1.0, None)  # 0-100 %, also where a price is known


def _worth(capability: Capability, kind: str, low: float, high: float, expected: float | None) -> Loss:
    assert kind in WORST_LAST
    if capability.value is None or expected is None:
        return Loss(kind, 100 * low, 100 * high, "%")  # type: ignore[arg-type]  # asserted above
    rate = expected * capability.value.per_unit
    return Loss(kind, low * rate, high * rate, "money", capability.value.currency)  # type: ignore[arg-type]


def _throughput(graph: Graph, columns: Columns, samples: Mapping[int, Samples], node: int) -> Throughput:
    """Known only when every source gave a verdict that counts in this very poll."""
    slots = graph.slots_of[node]
    if not slots:
        return Throughput(None, None)
    actual = expected = 0.0
    seen = True
    for slot in slots:
        ratio, volume = _sample(graph, samples, slot)
        if not math.isfinite(volume):
            return Throughput(None, None)
        judged = not columns.skipped[slot] and columns.run_verdict[slot] != UNKNOWN
        seen = seen and judged and math.isfinite(ratio)
        expected += volume
        actual += ratio * volume if seen else 0.0
    return Throughput(actual if seen else None, expected)


def _sample(graph: Graph, samples: Mapping[int, Samples], slot: int) -> tuple[float, float]:
    """(actual / expected, expected) of a slot; NaN where nothing came."""
    template = graph.slots.templates[graph.template_of[slot]]
    answers = samples.get(template.number)
    row = slot - template.start
    if answers is None or len(answers) <= row or answers.answer[row] != PRESENT:
        return math.nan, math.nan
    return answers.value[row], answers.volume[row]


def _since(shown: Node, before: Impact | None, at: Instant) -> Instant | None:
    """Losing began when it was DEGRADED or worse, and ends when it is seen to be OK or merely at risk."""
    level = shown.level.level
    if level is not None and level >= Level.DEGRADED:
        if before is not None and before.since is not None:
            return before.since
        return min(shown.onset or at, at)
    if level is None and before is not None:
        return before.since
    return None


def _so_far(before: Impact | None, since: Instant, was: Instant | None, at: Instant) -> Loss | None:
    """Add what the last poll said was being lost, for the time since then."""
    if before is None or was is None:
        return before.so_far if before else None
    if before.since != since:
        return None  # It began with this very poll.
    rate, total = before.per_minute, before.so_far
    if rate.unit != "money":
        return replace(total, kind="unknown") if total else None
    minutes = (at - was) / 60.0
    kind, low, high = rate.kind, rate.low * minutes, rate.high * minutes
    if at - was > SILENCE:
        kind, low = "unknown", 0.0
    if total is None:
        return Loss(kind, low, high, "money", rate.currency)
    worst = max(kind, total.kind, key=WORST_LAST.index)
    return Loss(worst, total.low + low, total.high + high, "money", rate.currency)
