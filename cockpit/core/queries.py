"""From signals to the fewest questions a server can be asked, and from its answers to columns of samples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from cockpit.core import promql
from cockpit.core.levels import Instant
from cockpit.core.model import Model, OnNoData
from cockpit.core.slots import Slot, Slots, Template

Key: TypeAlias = tuple[str, ...]
NAN: Final = float("nan")
RULE: Final = "rule"
"""As `requires`: what must exist is not a series but a loaded, healthy rule that names the service."""
MATCH: Final = "$match"
"""Where a text has room for label matchers."""
MOST_NAMES: Final = 500
"""Up to so many names are spelt out in a matcher; for more the whole fleet is cheaper than its own list."""


class Question(NamedTuple):
    text: str
    by: tuple[str, ...]
    """Labels by which its answer is taken apart; empty: every series of it is one answer."""


@dataclass(frozen=True, slots=True)
class Vector:
    """An answer at one moment: what was found, by the labels that tell services apart."""

    series: Mapping[Key, Sequence[float]]
    at: Instant | None = None
    """When it was evaluated, by the server's clock; None where nothing was found."""
    partial: bool = False


class Row(NamedTuple):
    key: Key
    reduce: str
    needs: bool
    """Whether its absence counts only when the required series is there."""
    is_measure: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """What rows of one template want to know, as numbers of questions."""

    template: Template
    places: tuple[int, ...]
    """Which rows of the template, counted from its start; all of them in a live poll."""
    rows: tuple[Row, ...]
    value: int
    volume: int | None
    freshness: int | None
    requires: int | None
    by_rule: bool

    @property
    def questions(self) -> tuple[int, ...]:
        return tuple(n for n in (self.value, self.volume, self.freshness, self.requires) if n is not None)


@dataclass(frozen=True, slots=True)
class Plan:
    questions: tuple[Question, ...]
    """Each text once, whoever wants to know it; in the order in which they complete templates."""
    askings: tuple[Asking, ...]


class Share(NamedTuple):
    """Rows of a template that are asked for together."""

    template: Template
    places: tuple[int, ...]


def live_plan(model: Model, slots: Slots, source: str) -> Plan:
    """Everything `source` is asked in one poll."""
    mine = (template for template in slots.templates if template.source == source)
    return plan(model, slots, [Share(template, tuple(range(len(template)))) for template in mine])


def history_plans(model: Model, slots: Slots, source: str) -> list[Plan]:
    """The same in pieces of at most `MOST_NAMES` services, the highest tiers first."""
    tiers = {service.name: service.tier for service in model.services}
    tiers |= {capability.name: capability.tier for capability in model.capabilities}
    pieces: list[tuple[int, Share]] = []
    for template in slots.templates:
        if template.source != source:
            continue
        owners = [slot.owner for slot in slots.of(template)]
        ranked = sorted(range(len(owners)), key=lambda place: tiers[owners[place]])
        # Without a place for matchers a piece would cost as much as the whole.
        size = MOST_NAMES if MATCH in template.query.expr else len(ranked)
        for first in range(0, len(ranked), size):
            places = tuple(ranked[first : first + size])
            pieces.append((tiers[owners[places[0]]], Share(template, places)))
    pieces.sort(key=lambda piece: piece[0])
    return [plan(model, slots, shares) for shares in _by_services(slots, [share for _, share in pieces])]


def _by_services(slots: Slots, shares: Iterable[Share]) -> list[list[Share]]:
    """Pieces about the same services together, so that they share their volume and freshness."""
    together: dict[tuple[Key, ...], list[Share]] = {}
    for share in shares:
        members = slots.of(share.template)
        together.setdefault(tuple(members[at].signal.query.key for at in share.places), []).append(share)
    return list(together.values())


def plan(model: Model, slots: Slots, wanted: Sequence[Share]) -> Plan:
    """The fewest questions for these rows; a text that several of them use narrows to all their names."""
    measures = frozenset(capability.name for capability in model.capabilities)
    keys = _keys_by_text(slots, wanted)
    numbers: dict[Question, int] = {}

    def number(text: str | None, by: tuple[str, ...]) -> int | None:
        if text is None or text == RULE:
            return None
        return numbers.setdefault(Question(narrow(text, by, keys[text, by]), by), len(numbers))

    askings = []
    for share in wanted:
        query = share.template.query
        value = number(query.expr, query.by)
        assert value is not None
        members = slots.of(share.template)
        askings.append(
            Asking(
                share.template,
                share.places,
                tuple(_row(members[place], measures) for place in share.places),
                value,
                number(query.volume, query.by),
                number(query.freshness, query.by),
                number(query.requires, query.by),
                query.requires == RULE,
            )
        )
    return Plan(tuple(numbers), tuple(askings))


def narrow(text: str, by: Sequence[str], keys: Collection[Key]) -> str:
    """`text` about the services of `keys` only, as far as it has a place to say so."""
    if MATCH not in text:
        return text
    matchers = []
    for at, label in enumerate(by):
        names = {key[at] for key in keys}
        if len(names) <= MOST_NAMES:
            matchers.append(promql.matcher(label, sorted(names)))
    return promql.fill(text, ",".join(matchers))


def _keys_by_text(slots: Slots, wanted: Iterable[Share]) -> dict[tuple[str, tuple[str, ...]], set[Key]]:
    keys: dict[tuple[str, tuple[str, ...]], set[Key]] = {}
    for share in wanted:
        members = slots.of(share.template)
        named = {members[place].signal.query.key for place in share.places}
        query = share.template.query
        for text in {query.expr, query.volume, query.freshness, query.requires} - {None}:
            assert text is not None
            keys.setdefault((text, query.by), set()).update(named)
    return keys


def _row(slot: Slot, measures: Collection[str]) -> Row:
    signal = slot.signal
    needs = signal.on_no_data is OnNoData.OK
    return Row(signal.query.key, signal.reduce, needs, slot.owner in measures)
