"""Which degraded modes are on, since when, and whether they still carry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cockpit.core.health.graph import Graph
from cockpit.core.levels import Instant
from cockpit.core.model import Degradation, Scalar
from cockpit.core.poll import Poll

Mode = tuple[str, str]
"""(owner, degradation state)"""


def active_modes(graph: Graph, before: Mapping[Mode, Instant], poll: Poll) -> dict[Mode, Instant]:
    """Modes that are on at this poll, and since which poll; what was off in between starts anew."""
    return {
        (owner, state.name): before.get((owner, state.name), poll.at)
        for owner, state in every_mode(graph)
        if _is_on(owner, state, poll)
    }


def carrying(graph: Graph, active: Mapping[Mode, Instant], at: Instant) -> frozenset[Mode]:
    """Active modes within their `max_duration`; `auto` never expires."""
    return frozenset(
        (owner, state.name)
        for owner, state in every_mode(graph)
        if (owner, state.name) in active and not has_expired(state, active[owner, state.name], at)
    )


def has_expired(state: Degradation, since: Instant, at: Instant) -> bool:
    return not state.auto and state.max_duration is not None and at - since > state.max_duration


def every_mode(graph: Graph) -> Iterator[tuple[str, Degradation]]:
    for service in graph.model.services:
        for state in service.degradations:
            yield service.name, state
    for capability in graph.model.capabilities:
        for state in capability.degradations:
            yield capability.name, state


def _is_on(owner: str, state: Degradation, poll: Poll) -> bool:
    if state.auto or (owner, state.name) in poll.modes:
        return True
    return (
        state.flag is not None
        and state.flag.key in poll.flags
        and same(poll.flags[state.flag.key], state.flag.value)
    )


def same(one: Scalar, other: Scalar) -> bool:
    """Equal as flag values: `true` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
