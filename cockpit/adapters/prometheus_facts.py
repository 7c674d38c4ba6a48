"""Facts beside the signals: which fallbacks are active, whose data is put right, what has been changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cockpit.core.events import ModesSeen
from cockpit.core.levels import Instant
from cockpit.core.model import ChangeFeed, Degradation, Model, Service
from cockpit.core.poll import Change
from cockpit.core.queries import Question, Vector

COMPARISONS: Final = ("==", "!=", ">", "<", ">=", "<=")


class Conditions:
    """Every distinct expression that says whether a fallback is active or data is reconciled."""

    def __init__(self, model: Model) -> None:
        self._modes: dict[str, list[tuple[str, str]]] = {}
        self._reconciled: dict[str, list[str]] = {}
        for owner, modes in _degradations(model):
            for mode in modes:
                if mode.active_when:
                    self._modes.setdefault(mode.active_when, []).append((owner, mode.name))
        for service in model.services:
            if service.reconciled_when:
                self._reconciled.setdefault(service.reconciled_when, []).append(service.name)
        texts = dict.fromkeys((*self._modes, *self._reconciled))
        self.questions = tuple(Question(text, ()) for text in texts)
        self._filters = {text: is_filter(text) for text in texts}

    def seen(self, answers: Mapping[str, Vector]) -> ModesSeen:
        """What holds, by the answers to texts; one without an answer does not hold."""
        held = [text for text, vector in answers.items() if self._holds(text, vector)]
        return ModesSeen(
            frozenset(mode for text in held for mode in self._modes.get(text, ())),
            frozenset(name for text in held for name in self._reconciled.get(text, ())),
        )

    def _holds(self, text: str, vector: Vector) -> bool:
        """`x == 0` holds when it leaves anything, though that is 0; other expressions when not 0."""
        values = [value for members in vector.series.values() for value in members]
        return bool(values) if self._filters[text] else any(value == value and value != 0 for value in values)


def _degradations(model: Model) -> Iterator[tuple[str, tuple[Degradation, ...]]]:
    for service in model.services:
        yield service.name, service.degradations
    for capability in model.capabilities:
        yield capability.name, capability.degradations


def is_filter(text: str) -> bool:
    """Whether what the expression returns is what passed a comparison, whatever its value."""
    import promql_parser as promql

    def passes(node: object) -> bool:
        match node:
            case promql.ParenExpr():
                return passes(node.expr)
            case promql.BinaryExpr():
                op = str(node.op)
                if op in COMPARISONS:
                    return not (node.modifier and node.modifier.return_bool)
                if op == "or":
                    return passes(node.lhs) and passes(node.rhs)
                return op in ("and", "unless") and passes(node.lhs)
            case _:
                return False

    try:
        return passes(promql.parse(text))
    except ValueError:  # newer PromQL than the parser; the server will say what is wrong with it
        return False


class ChangeLog:
    """Tells changes that appear from those that were there at the last look."""

    def __init__(self, model: Model) -> None:
        self.feeds = tuple(feed for feed in model.changes if feed.promql)
        self._present: dict[ChangeFeed, Mapping[str, float]] = {}
        self._owners = {feed.label: owners(model, feed.label) for feed in self.feeds}

    def question(self, feed: ChangeFeed) -> Question:
        return Question(feed.promql, (feed.label,))

    def note(self, feed: ChangeFeed, vector: Vector, at: Instant) -> list[Change]:
        """Changes that were not there before, or that grew; what is gone may come again."""
        before = self._present.get(feed, {})
        now = {key[0]: max(members) for key, members in vector.series.items()}
        self._present[feed] = now
        owner = self._owners[feed.label]
        return [
            Change(owner[value], at, feed.what or "change")
            for value, count in now.items()
            if value in owner and (value not in before or count > before[value])
        ]


def owners(model: Model, label: str) -> dict[str, str]:
    """Which service a value of `label` means: its name, else what its signals or alerts call it."""
    found: dict[str, str] = {}
    for service in model.services:
        for value in _called(service, label):
            found.setdefault(value, service.name)
    return found | {service.name: service.name for service in model.services}


def _called(service: Service, label: str) -> Iterable[str]:
    for signal in service.signals:
        query = signal.query
        if label in query.by and len(query.key) == len(query.by):
            yield query.key[query.by.index(label)]
    if label in service.alert_labels:
        yield service.alert_labels[label]
