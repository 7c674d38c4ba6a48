"""What a poll asks beside the signals: alerts, rules, conditions of fallbacks, changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from cockpit.adapters.http_trouble import Trouble
from cockpit.adapters.prometheus_alerts import alerts, rule_book
from cockpit.adapters.prometheus_facts import ChangeLog, Conditions
from cockpit.adapters.prometheus_look import Job, Look
from cockpit.adapters.prometheus_server import Server, Window
from cockpit.core.answers import RuleBook
from cockpit.core.events import AlertsSeen, ChangesSeen, Event
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import ChangeFeed, Model
from cockpit.core.poll import Alert, Change
from cockpit.core.queries import Question, Vector

RULES: Final = -1
"""Number of the question for rules, which is no query."""
RULES_LAST: Final[Seconds] = 30.0
"""Rules change with deployments, not with polls."""
LOOK_BACK: Final[Seconds] = 900.0
"""How far back changes are looked for when nobody has looked for a while."""
LOOK_STEP: Final[Seconds] = 15.0


@dataclass
class Memory:
    """What is kept from poll to poll."""

    conditions: Conditions
    changes: ChangeLog
    also: tuple[str, ...]
    """Labels that may name the service of an alert."""
    rules: RuleBook | None = None
    rules_at: Instant = float("-inf")
    changes_at: dict[ChangeFeed, Instant] = field(default_factory=dict)
    skew: Seconds = 0.0
    """The server's clock minus ours, as last measured."""

    @staticmethod
    def of(model: Model) -> Memory:
        return Memory(Conditions(model), ChangeLog(model), model.alert_labels)


class Beside:
    """One poll's share of it; nothing here can fail the poll."""

    def __init__(self, server: Server, source: str, memory: Memory, look: Look, at: Instant) -> None:
        self.notes: list[str] = []
        self._server = server
        self._source = source
        self._memory = memory
        self._look = look
        self._at = at
        self._alerts: tuple[Alert, ...] | None = None
        self._held: dict[str, Vector] = {}
        self._changed: list[Change] = []

    def before(self, needs_rules: bool) -> Iterator[Job]:
        """What templates wait for."""
        if needs_rules:
            yield self._read_rules

    def after(self) -> Iterator[Job]:
        yield self._read_alerts
        for question in self._memory.conditions.questions:
            yield partial(self._read_condition, question)
        for feed in self._memory.changes.feeds:
            yield partial(self._read_changes, feed)

    def events(self) -> Iterator[Event]:
        if self._memory.conditions.questions:
            yield self._memory.conditions.seen(self._held)
        if self._changed:
            yield ChangesSeen(tuple(self._changed))
        if self._alerts is not None:
            yield AlertsSeen(self._source, self._alerts)

    async def _read_rules(self) -> None:
        memory = self._memory
        if memory.rules is None or self._at - memory.rules_at >= RULES_LAST:
            try:
                read: Callable[[object], RuleBook] = partial(rule_book, memory.also)
                memory.rules = await self._server.data("api/v1/rules?type=alert", read)
                memory.rules_at = self._at
            except Trouble as trouble:
                memory.rules = None
                self.notes.append(f"rules cannot be read: {trouble.message}")
        self._look.settle(RULES)

    async def _read_alerts(self) -> None:
        # Long-term stores answer queries and know no alerts: worth a note, no failure.
        try:
            self._alerts = await self._server.data("api/v1/alerts", partial(alerts, self._source))
        except Trouble as trouble:
            self.notes.append(f"alerts cannot be read: {trouble.message}")

    async def _read_condition(self, question: Question) -> None:
        try:
            self._held[question.text] = await self._look.ask(question)
        except Trouble as trouble:
            self.notes.append(f"a condition cannot be asked ({question.text[:80]}): {trouble.message}")

    async def _read_changes(self, feed: ChangeFeed) -> None:
        """Since the last look; after a while without one, through the past as far as it matters."""
        memory = self._memory
        question = memory.changes.question(feed)
        try:
            if self._at - memory.changes_at.get(feed, float("-inf")) > 4 * LOOK_STEP:
                await self._catch_up(feed, question)
            else:
                vector = await self._look.ask(question)
                self._changed += memory.changes.note(feed, vector, self._at)
            memory.changes_at[feed] = self._at
        except Trouble as trouble:
            self.notes.append(f"changes cannot be read ({feed.promql[:80]}): {trouble.message}")

    async def _catch_up(self, feed: ChangeFeed, question: Question) -> None:
        memory = self._memory
        count = int(LOOK_BACK / LOOK_STEP) + 1
        window = Window(self._at + memory.skew - LOOK_BACK, LOOK_STEP, count)
        vectors, _ = await self._server.window(question, window, LOOK_STEP)
        for place, vector in enumerate(vectors):
            then = self._at - LOOK_BACK + place * LOOK_STEP
            self._changed += memory.changes.note(feed, vector, then)
