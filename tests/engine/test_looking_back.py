"""True beginnings, budgets and people affected: asked beside the polls, and unknown where nobody can say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cockpit.adapters.clock import ManualClock
from cockpit.core.events import Event, PastSeen, PollReplayed
from cockpit.core.health.state import Loss
from cockpit.core.levels import Instant, Level, Seconds
from cockpit.core.model import Capability, ServiceLevel
from cockpit.core.past import Past, Point
from cockpit.core.runbook.work import Reading
from cockpit.core.state import State
from cockpit.core.update import initial, update
from cockpit.engine.looking_back import LookingBack
from cockpit.errors import SourceError

from .worlds import SHOP, START, line

LOW = {"place-order": {"actual": 30.0, "expected": 60.0}}
BUY = replace(
    SHOP.capabilities[0], sla=ServiceLevel(99.0, 86_400.0, Level.DEGRADED), affected="sum(sessions)"
)
MODEL = replace(SHOP, capabilities=(BUY,))


@dataclass
class Remembered:
    """Half of all orders since `bad_from`."""

    bad_from: Instant
    trouble: str = ""
    asked: list[Seconds] = field(default_factory=list)
    people: float | None = 1200.0

    async def measured(
        self, capability: Capability, start: Instant, end: Instant, step: Seconds
    ) -> Sequence[Point]:
        self.asked.append(step)
        if self.trouble:
            raise SourceError(self.trouble, "wait")
        count = int((end - start) / step) + 1
        moments = [start + number * step for number in range(count)]
        return [Point(at, 30.0 if at >= self.bad_from else 60.0, 60.0) for at in moments]

    async def instant(self, query: str, source: str = "") -> Reading:
        return Reading(self.people, why="" if self.people is not None else "the query finds nothing")

    async def signal(self, service: str, signal: str) -> Reading:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class Desk:
    remembered: Remembered
    state: State = field(default_factory=lambda: initial(MODEL))
    clock: ManualClock = field(default_factory=lambda: ManualClock(START + 300))
    seen: list[PastSeen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.looking = LookingBack(
            lambda: self.state, self.hear, lambda _: (self.remembered, self.remembered), self.clock
        )

    def hear(self, event: Event) -> None:
        assert isinstance(event, PastSeen)
        self.seen.append(event)
        self.state, _ = update(self.state, event)

    def polled(self, low: bool, times: int = 20) -> None:
        first = self.state.health.at
        for number in range(times):
            at = START + 15 * number if first is None else first + 15 * (number + 1)
            poll = line(at, model=MODEL, values=LOW if low else None)
            self.state, _ = update(self.state, PollReplayed(poll))

    @property
    def past(self) -> Past:
        return self.state.picture.past["place-order"]


async def test_an_incident_noticed_late_has_its_true_beginning_and_what_it_cost() -> None:
    desk = Desk(Remembered(START - 3600))
    desk.polled(low=True)
    await desk.looking.look()
    since = desk.state.health.impacts["place-order"].since
    assert since is not None
    assert START <= since <= START + 60
    assert desk.past.began is not None
    assert abs(desk.past.began - (START - 3600)) <= 60
    lost = desk.past.lost
    assert lost is not None
    minutes = (since - desk.past.began) / 60
    assert lost == Loss("measured", lost.low, lost.low, "money", "EUR")
    assert abs(lost.low - minutes * 30 * 48) <= 30 * 48  # a moment more or less


async def test_what_began_before_our_eyes_is_not_asked_for() -> None:
    desk = Desk(Remembered(START))
    desk.polled(low=False)
    desk.polled(low=True)
    await desk.looking.look()
    assert desk.past.began is None
    assert len(desk.remembered.asked) == 1  # for the budget


async def test_budget_and_people() -> None:
    desk = Desk(Remembered(START - 600))
    desk.polled(low=True)
    await desk.looking.look()
    budget = desk.past.budget
    assert budget is not None
    assert abs(budget.allowed - 864.0) < 1e-6
    assert 840 <= budget.bad <= 960
    assert budget.unknown == 0
    assert (desk.past.affected, desk.past.affected_at) == (1200.0, desk.clock.now())


async def test_trouble_is_told_and_asked_again_later_not_at_once() -> None:
    desk = Desk(Remembered(START - 600, trouble="refuses connections", people=None))
    desk.polled(low=True)
    await desk.looking.look()
    asked = len(desk.remembered.asked)
    assert (desk.past.began, desk.past.budget, desk.past.affected) == (None, None, None)
    assert desk.past.trouble == "the query finds nothing"
    await desk.looking.look()
    assert len(desk.remembered.asked) == asked
    await desk.clock.advance(121.0)
    desk.remembered.trouble = ""
    await desk.looking.look()
    assert desk.past.budget is not None


async def test_over_is_over() -> None:
    desk = Desk(Remembered(START - 3600))
    desk.polled(low=True)
    await desk.looking.look()
    assert desk.past.began is not None
    desk.polled(low=False, times=40)
    await desk.looking.look()
    assert (desk.past.began, desk.past.lost) == (None, None)


async def test_before_the_first_picture_nobody_is_asked() -> None:
    desk = Desk(Remembered(START))
    await desk.looking.look()
    assert (desk.remembered.asked, desk.seen) == ([], [])
