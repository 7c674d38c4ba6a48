"""What services lean on: C12 to C14, and C17."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cockpit.config.findings import Placed, finding, short
from cockpit.config.merge import Declared
from cockpit.config.models import Capability, Edge, Service
from cockpit.core.health.cycles import cycles
from cockpit.errors import Finding
from cockpit.text import join_names


def complaints(declared: Declared) -> Iterator[Finding]:
    tiers = {service.value.name: service.value.tier for service in declared.services}
    for owner, edge in declared.edges():
        yield from _lower_tier(owner, edge, tiers)
        if edge.value.unreviewed:
            message = (
                f"nobody has confirmed yet that '{short(owner.value.name)}' needs {_members(edge.value)}"
            )
            hint = "remove unreviewed when it is true, or the edge when it is not"
            yield finding("C17", edge.at("unreviewed", key=True), message, hint)
    for node in declared.nodes():
        for number, mode in enumerate(node.value.degradations):
            if mode.max_duration is None and not mode.auto:
                message = f"degradation '{short(mode.name)}' may last for ever"
                hint = "add max_duration: with how long the business can live with it"
                yield finding("C13", node.at("degradations", number, "name"), message, hint)
    yield from _cycles(declared)


def _lower_tier(
    owner: Placed[Service] | Placed[Capability], edge: Placed[Edge], tiers: Mapping[str, int]
) -> Iterator[Finding]:
    """Of alternatives, the best that are needed count."""
    needed, own = edge.value, owner.value.tier
    members = needed.any_of or ((needed.to,) if needed.to else ())
    ranked = sorted((tiers[name], name) for name in members if name in tiers)
    if needed.criticality != "hard" or needed.fallback or len(ranked) < needed.need:
        return
    tier, name = ranked[needed.need - 1]
    if tier > own:
        message = f"'{short(owner.value.name)}' (tier {own}) cannot do without '{short(name)}' (tier {tier})"
        hint = "add a fallback, make it criticality: soft, or raise the tier of what is needed"
        yield finding("C12", edge.at("any_of" if needed.any_of else "to"), message, hint)


def _cycles(declared: Declared) -> Iterator[Finding]:
    edges = {service.value.name: _targets(service.value) for service in declared.services}
    places = {service.value.name: service for service in declared.services}
    for cycle in cycles(edges):
        first = places[cycle[0]]
        number = next(
            number for number, edge in enumerate(first.value.depends_on) if cycle[1] in _names(edge)
        )
        shown = cycle if len(cycle) <= 8 else [*cycle[:4], f"... {len(cycle) - 6} more ...", *cycle[-2:]]
        message = f"services depend on each other in a circle: {' -> '.join(map(short, shown))}"
        hint = "when one fails nobody can tell which was first; remove the edge that is not needed"
        yield finding("C14", first.at("dependsOn", number), message, hint)


def _targets(service: Service) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for edge in service.depends_on for name in _names(edge)))


def _names(edge: Edge) -> tuple[str, ...]:
    return edge.any_of or ((edge.to,) if edge.to else ())


def _members(edge: Edge) -> str:
    return join_names([f"'{short(name)}'" for name in _names(edge)])
