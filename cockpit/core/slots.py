"""Where each signal lives: one slot per (owner, signal, source), slots of one question side by side.

A *template* is one question to one source; every signal that shares its texts is a row of its answer. The
slots of a template are neighbours, so an answer is a run of columns (`core.poll.Samples`) and no names are
looked up while polling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cockpit.core.model import Model, Query, Signal

REPLAYED = ""
"""The source of slots when no server is configured: recordings and simulations."""


@dataclass(frozen=True, slots=True)
class Slot:
    owner: str
    """A service or, for a measure, a capability."""
    signal: Signal
    source: str
    required: bool
    """Required as a signal, from a required source."""
    position: int = 0
    """Rank among the signals of its owner, as declared."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.owner, self.signal.name, self.source


@dataclass(frozen=True, slots=True)
class Template:
    """One question: `query` to `source`; its rows are `slots[start:stop]`."""

    number: int
    source: str
    query: Query
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Slots:
    slots: tuple[Slot, ...]
    templates: tuple[Template, ...]
    index: Mapping[tuple[str, str, str], int]

    def of(self, template: Template) -> tuple[Slot, ...]:
        return self.slots[template.start : template.stop]


def lay_out(model: Model) -> Slots:
    """Group every signal of `model` by what is asked of whom; order is stable for equal models."""
    groups: dict[tuple[object, ...], list[Slot]] = {}
    for slot in _every_slot(model):
        groups.setdefault(_question(slot), []).append(slot)
    slots: list[Slot] = []
    templates: list[Template] = []
    for number, members in enumerate(groups.values()):
        first = members[0]
        start = len(slots)
        slots += members
        templates.append(Template(number, first.source, first.signal.query, start, len(slots)))
    return Slots(tuple(slots), tuple(templates), {slot.key: at for at, slot in enumerate(slots)})


def _every_slot(model: Model) -> Iterator[Slot]:
    servers = [(server.name, server.required) for server in model.prometheus] or [(REPLAYED, True)]
    for owner, position, signal in _every_signal(model):
        for name, required in servers:
            if not signal.sources or name in signal.sources or name == REPLAYED:
                yield Slot(owner, signal, name, signal.required and required, position)


def _every_signal(model: Model) -> Iterator[tuple[str, int, Signal]]:
    for service in model.services:
        for position, signal in enumerate(service.signals):
            yield service.name, position, signal
    for capability in model.capabilities:
        if capability.measure:
            yield capability.name, 0, capability.measure


def _question(slot: Slot) -> tuple[object, ...]:
    """What makes two signals rows of one answer. An ungrouped query is a question of its own text."""
    query = slot.signal.query
    return (
        slot.source,
        query.expr,
        query.by,
        query.volume,
        query.freshness,
        query.requires,
        slot.signal.reduce,
    )
