"""Polls of the past through the same evaluator as live ones, and what they come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cockpit.core.backtest.episodes import Episodes, Said, is_hurt
from cockpit.core.backtest.model import Seen
from cockpit.core.backtest.spells import Spells, by_signal, flapping
from cockpit.core.backtest.times import Times
from cockpit.core.events import PollReplayed, Reasoned
from cockpit.core.health import reason
from cockpit.core.levels import Instant, Integrity, Seconds, Shown
from cockpit.core.model import Model, OnNoData
from cockpit.core.poll import ABSENT, PRESENT, Poll
from cockpit.core.slots import Slots
from cockpit.core.state import State
from cockpit.core.update import initial, update

SPEAKS: Final[Seconds] = 90.0
"""A poll says nothing about what is later than this."""


class Account:
    """Its memory grows with what happened, not with how long it took."""

    def __init__(self, model: Model, said: Said, step: Seconds | None = None) -> None:
        """`step`: between polls, where that is known."""
        self._state = initial(model, "replay")
        graph = self._state.health.graph
        self._services = graph.names[: graph.services]
        self._capabilities = graph.names[graph.services :]
        self._episodes = Episodes(frozenset(self._services), said)
        self._spells = Spells(graph.slots.slots)
        self._times = Times(graph.names, max(SPEAKS, 1.5 * (step or 0.0)))
        self._vouched: dict[str, None] = {}
        self._polls = 0
        self._begin: Instant | None = None

    @property
    def state(self) -> State:
        """After the last poll."""
        return self._state

    def see(self, poll: Poll, *, counts: bool = True) -> None:
        """`counts` False: it only tells how things stood when the account begins."""
        state, _ = update(
            self._state, PollReplayed(replace(poll, reconciled=poll.reconciled | self._put_right()))
        )
        if state.health.at != poll.at:  # not later than the one before
            return
        if any(map(is_hurt, state.health.nodes)):
            state, _ = update(state, Reasoned(reason(state.health), state.generation))
        self._state = state
        if not counts:
            return
        if self._begin is None:
            self._begin = poll.at
        self._polls += 1
        self._episodes.see(state)
        self._spells.see(state.health.columns.committed, poll.at)
        self._times.see(state.health)

    def told(self) -> Seen:
        slots, spells = self._state.health.graph.slots.slots, self._spells.told()
        watched = [node.name for node in self._state.health.nodes if node.level is not Shown.UNMONITORED]
        shown = set(watched)
        return Seen(
            self._begin,
            self._state.health.at if self._polls else None,
            self._polls,
            self._episodes.told(),
            flapping(slots, spells),
            self._times.told([name for name in self._services if name in shown]),
            self._times.told([name for name in self._capabilities if name in shown]),
            self._times.gaps(),
            by_signal(slots, spells),
            tuple(self._vouched),
        )

    def _put_right(self) -> frozenset[str]:
        """Whose data counts as reconciled from here on.

        A breach stands until a person vouches for the data, and in a past nobody can: without this the first
        would hide every later one.
        """
        if self._episodes.is_open or not self._state.health.latches:
            return frozenset()
        mine = [
            node.name
            for node in self._state.health.services()
            if node.integrity is Integrity.BREACHED and not is_hurt(node)
        ]
        self._vouched.update(dict.fromkeys(mine))
        return frozenset(mine)


def is_alive(poll: Poll, slots: Slots) -> bool:
    """Whether the servers knew anything at that moment: before that there is no past to look at."""
    for template in slots.templates:
        samples = poll.samples.get(template.number)
        if samples is None or len(samples) != len(template):
            continue
        if PRESENT in samples.answer:
            return True
        for answer, slot in zip(samples.answer, slots.of(template), strict=True):
            if answer == ABSENT and slot.signal.on_no_data is OnNoData.OK:
                return True
    return False
