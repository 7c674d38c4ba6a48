"""Silences in a rehearsal: alerts for which they hold are quiet, as long as they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.adapters.simulated.outside import SimulatedSilencer
from cockpit.adapters.simulated.stage import Stage
from cockpit.adapters.simulator import Performance, Simulator
from cockpit.core.alerts import known_alerts
from cockpit.core.events import PollClosed
from cockpit.core.model import AlertServer, Model
from cockpit.core.runbook.work import Answered
from cockpit.core.silences import standing
from cockpit.core.slots import lay_out
from cockpit.core.state import State
from cockpit.core.update import initial, update

from .test_simulator import NIGHT, SHOP, START

DONE, REFUSED = (Answered.DONE, ""), (Answered.REFUSED, "connection refused (simulated)")
AT = START + 150.0


class Rehearsal:
    def __init__(self, *managers: str) -> None:
        self.model: Model = replace(SHOP, alertmanager=tuple(AlertServer(each, "") for each in managers))
        self.now = AT
        performance = Performance(NIGHT, START)
        self.silencer = SimulatedSilencer(Stage(performance, self.model, lambda: self.now))
        self.source = Simulator(performance, self.model, lay_out(self.model))

    async def look(self) -> State:
        state = initial(self.model, "demo")
        async for event in self.source.poll(self.now):
            state, _ = update(state, event)
        return update(state, PollClosed(self.now))[0]

    async def states(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(each.state, each.seen) for each in known_alerts(await self.look())]


@pytest.mark.parametrize(
    ("managers", "seen"),
    [((), ("simulation",)), (("main",), ("simulation", "main")), (("a", "b"), ("simulation", "a", "b"))],
)
async def test_what_is_silenced_is_quiet_until_the_silence_is_over(
    managers: tuple[str, ...], seen: tuple[str, ...]
) -> None:
    one = Rehearsal(*managers)
    assert await one.states() == [("firing", seen)]
    made = await one.silencer.silence(["service=orders-db"], AT, AT + 60, "mara", "moving")
    again = await one.silencer.silence(["service=orders-db"], AT, AT + 60, "mara", "moving")
    assert made == again == (Answered.DONE, "simulated-1")
    assert await one.states() == [("silenced", seen)]
    ((silence, sources),) = standing(await one.look())
    assert (silence.id, silence.author, sources) == ("simulated-1", "mara", managers or ("simulation",))
    one.now += 61
    assert await one.states() == [("firing", seen)]
    assert standing(await one.look()) == ()


async def test_it_is_ended_by_id_and_by_comment_and_can_be_made_anew() -> None:
    one = Rehearsal("main")
    for by_id in (True, False):
        _, id = await one.silencer.silence(["service=orders-db"], one.now, one.now + 600, "mara", "moving")
        assert await one.states() == [("silenced", ("simulation", "main"))]
        ended = one.silencer.end("main", id) if by_id else one.silencer.expire("moving")
        assert await ended == DONE
        one.now += 1
        assert await one.states() == [("firing", ("simulation", "main"))]
        assert await one.silencer.standing("moving") is False


async def test_others_are_not_silenced_and_no_matcher_is_refused() -> None:
    one = Rehearsal("main")
    await one.silencer.silence(["service=search"], AT, AT + 60, "mara", "moving")
    await one.silencer.silence(["service=orders-db"], AT + 30, AT + 60, "mara", "later")
    assert await one.states() == [("firing", ("simulation", "main"))]
    outcome, _ = await one.silencer.silence(["service"], AT, AT + 60, "mara", "none")
    assert (outcome, await one.silencer.standing("none")) == (Answered.REFUSED, False)


async def test_while_it_is_away_nothing_is_made_or_ended() -> None:
    one = Rehearsal("main")
    await one.silencer.silence(["service=orders-db"], AT, AT + 600, "mara", "moving")
    one.now = START + 330
    assert await one.silencer.silence(["a=b"], one.now, one.now + 60, "mara", "x") == REFUSED
    assert await one.silencer.end("main", "simulated-1") == REFUSED
    assert (await one.silencer.expire("moving"))[0] is Answered.UNKNOWN
    assert await one.silencer.standing("moving") is None
    one.now = START + 360
    assert await one.states() == [("silenced", ("simulation", "main"))]
