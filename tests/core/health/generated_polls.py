"""Random polls, read from a string of bytes: answers that stay for a while, and what happens beside them."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, replace

from cockpit.core.model import Capability, Model, Service
from cockpit.core.poll import ABSENT, FAILED, PRESENT, Change, Poll, Samples
from cockpit.core.slots import Slot, Slots, lay_out

from .generated import START, VALUES, Choices, any_signal

GOOD = (PRESENT, 0.0, math.inf, math.nan)


def _is_measure(slot: Slot) -> bool:
    return slot.signal.name == "measure"


@dataclass
class Weather:
    """What each slot answers, for a while the same."""

    choose: Choices
    model: Model
    slots: Slots
    answers: list[tuple[int, float, float, float]]

    @staticmethod
    def over(choose: Choices, model: Model) -> Weather:
        slots = lay_out(model)
        well = [(PRESENT, 1.0, 40.0, math.nan) if _is_measure(slot) else GOOD for slot in slots.slots]
        return Weather(choose, model, slots, well)

    def polls(self, count: int) -> list[Poll]:
        at, polls = START, []
        for _ in range(count):
            at += self.choose.pick((10.0, 10.0, 5.0, 30.0, 60.0, 10.0, 120.0, 0.5, 300.0, 700.0))
            polls.append(self._poll(at))
        return polls

    def _poll(self, at: float) -> Poll:
        choose = self.choose
        for number in range(len(self.answers)):
            if choose.chance(30):
                self.answers[number] = self._answer(_is_measure(self.slots.slots[number]))
        samples = {
            template.number: _samples(self.answers[template.start : template.stop], choose.chance(5))
            for template in self.slots.templates
            if not choose.chance(3)
        }
        nodes: list[Service | Capability] = [*self.model.services, *self.model.capabilities]
        states = [(node.name, state) for node in nodes for state in node.degradations]
        return Poll(
            at=at,
            samples=samples,
            flags={
                state.flag.key: choose.chance(50) for _, state in states if state.flag and choose.chance(80)
            },
            modes=frozenset(
                (owner, state.name)
                for owner, state in states
                if (state.manual or state.active_when) and choose.chance(50)
            ),
            reconciled=frozenset(one.name for one in self.model.services if choose.chance(10)),
            changes=tuple(
                Change(one.name, at - choose.pick((0.0, 60.0, 3000.0, 7200.0, 9000.0)), "release")
                for one in self.model.services
                if choose.chance(5)
            ),
        )

    def _answer(self, measure: bool) -> tuple[int, float, float, float]:
        choose = self.choose
        if measure:
            share, volume = (
                choose.pick((1.0, 0.9, 0.84, 0.3, 0.0, 1.2, math.nan)),
                choose.pick((40.0, 20.0, 5.0)),
            )
            return PRESENT, share, volume, math.nan
        answer = choose.pick((PRESENT,) * 12 + (ABSENT, FAILED))
        value = math.nan if choose.chance(6) else choose.pick(VALUES)
        volume = choose.pick((math.inf, 100.0, 20.0, 5.0, 2.0) + ((math.nan,) if choose.chance(10) else ()))
        age = choose.pick((math.nan, 2.0, 60.0, 61.0) + ((math.inf,) if choose.chance(10) else ()))
        return answer, value, volume, age


def _samples(rows: list[tuple[int, float, float, float]], partial: bool) -> Samples:
    return Samples(
        bytearray(row[0] for row in rows),
        array("d", (row[1] for row in rows)),
        array("d", (row[2] for row in rows)),
        array("d", (row[3] for row in rows)),
        partial,
    )


def any_flipping(choose: Choices) -> tuple[Model, list[Poll]]:
    """One service with one signal that seldom stays what it is, polled forty times."""
    signal = replace(
        any_signal(choose, "a", 0, quick=False),
        for_=choose.pick((0.0, 10.0, 60.0)),
        hold=choose.pick((0.0, 10.0, 700.0)),
    )
    model = Model(services=(Service("a", signals=(signal,)),))
    steps = choose.pick(((10.0,), (5.0, 10.0, 30.0), (60.0,), (1.0, 5.0, 120.0, 700.0)))
    values = [(choose.pick(VALUES), 100.0, 1.0) for _ in range(3)]
    odd = [(math.nan, 9.0, 1.0), (1.5, 2.0, 1.0), (1.5, 9.0, 61.0)]
    at, row, polls = START, (PRESENT, *values[0]), []
    for _ in range(40):
        at += choose.pick(steps)
        if choose.chance(60):
            row = (choose.pick((PRESENT,) * 9 + (FAILED, ABSENT)), *choose.pick(values * 4 + odd))
        polls.append(Poll(at, {0: _samples([row], choose.chance(2))}))
    return model, polls
