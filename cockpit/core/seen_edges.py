"""Who was seen calling whom, beside what is declared: what nobody wrote down, and what nobody saw."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from cockpit.core.model import Model, Service

CALLERS_OWN: Final = ("user",)
"""What tracing calls whoever calls from outside; nobody's service."""
NAMING: Final = ("service_name", "service", "app", "deployment", "job", "server_address", "instance")
"""Labels whose value in a signal's key may be what tracing calls the service."""


class SeenEdge(NamedTuple):
    """As the service graph has it; the names are its own."""

    caller: str
    callee: str
    kind: str = ""
    """`database`, `messaging_system`, `virtual_node`, or nothing for a plain call."""


class DeclaredEdge(NamedTuple):
    caller: str
    callee: str
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Declared against seen; every list in the order of its names."""

    new: tuple[tuple[str, str], ...] = ()
    """Seen and not declared, between services that are."""
    strangers: tuple[tuple[str, str], ...] = ()
    """Seen, but one of the two at least is no service of ours, and goes by the name it was seen under."""
    unknown: tuple[str, ...] = ()
    """The names of those that are no services of ours."""
    unseen: tuple[DeclaredEdge, ...] = ()
    """Declared and not seen, where the caller takes part in tracing: its silence says something."""
    dark: tuple[DeclaredEdge, ...] = ()
    """Declared and not seen, where nobody could have: the caller was not seen calling anybody."""
    both: int = 0
    """How many are declared and seen."""


def compare(model: Model, seen: Iterable[SeenEdge]) -> Difference:
    """Edges of capabilities are no calls and count as neither."""
    called = names_seen(model.services)
    ours: set[tuple[str, str]] = set()
    strangers: set[tuple[str, str]] = set()
    unknown: set[str] = set()
    for edge in seen:
        if edge.caller in CALLERS_OWN and edge.caller not in called:
            continue
        caller, callee = called.get(edge.caller), called.get(edge.callee)
        if caller is None or callee is None:
            strangers.add((caller or edge.caller, callee or edge.callee))
            unknown |= {name for name in (edge.caller, edge.callee) if name not in called}
        elif caller != callee:
            ours.add((caller, callee))
    declared = _declared(model.services)
    pairs = {(edge.caller, edge.callee) for edge in declared}
    missing = [edge for edge in declared if (edge.caller, edge.callee) not in ours]
    traced = {caller for caller, _ in ours}
    return Difference(
        new=tuple(sorted(ours - pairs)),
        strangers=tuple(sorted(strangers)),
        unknown=tuple(sorted(unknown)),
        unseen=tuple(edge for edge in missing if edge.caller in traced),
        dark=tuple(edge for edge in missing if edge.caller not in traced),
        both=len(ours & pairs),
    )


def names_seen(services: Collection[Service]) -> Mapping[str, str]:
    """What tracing may call each service: its name first, else what its signals and alerts call it."""
    found: dict[str, str] = {}
    for service in services:
        for value in _called(service):
            found.setdefault(value, service.name)
    return found | {service.name: service.name for service in services}


def _called(service: Service) -> Iterable[str]:
    for signal in service.signals:
        query = signal.query
        for label, value in zip(query.by, query.key, strict=False):
            if label in NAMING:
                yield value
                yield value.rpartition(":")[0] or value
    yield from service.alert_labels.values()


def _declared(services: Iterable[Service]) -> list[DeclaredEdge]:
    return sorted(
        {
            DeclaredEdge(service.name, member, dependency.reviewed)
            for service in services
            for dependency in service.depends_on
            for member in dependency.members
        }
    )
