"""The cockpit on the screen over a fleet that changes every second, with its real engine.

`python -m tests.bench.live SERVICES [SHARE]`: that share of the services changes its level at every poll;
without one nothing changes, and it polls every 5 s as usual. Nobody outside is asked.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import AsyncIterator
from dataclasses import replace

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.cli import screen
from cockpit.cli.settings import Settings
from cockpit.core.events import Event, Sampled, SourceAnswered
from cockpit.core.levels import Instant
from cockpit.core.model import Service
from cockpit.core.poll import Samples
from cockpit.core.slots import Slots, Template
from cockpit.core.state import State
from cockpit.core.update import initial
from cockpit.engine import Engine, Outside
from tests.bench.fleet import model
from tests.bench.stalls import stalls


class Feed:
    """A window of failing services, a tenth of the fleet for a share of 0.1; it wanders on by half of itself.

    At every poll half of the share begins to fail and the other half stops.
    """

    name = "bench"

    def __init__(self, slots: Slots, share: float) -> None:
        self._slots = slots
        self._share = share
        self._turn = 0
        self._stalls = stalls()

    async def poll(self, at: Instant) -> AsyncIterator[Event]:
        if self._stalls:
            self._stalls.watch()
        self._turn += 1
        for template in self._slots.templates:
            yield Sampled(template.number, self._samples(template))
        yield SourceAnswered(self.name, at)

    def _samples(self, template: Template) -> Samples:
        count = len(template)
        values = array("d", [0.01]) * count
        if template.number == 0:
            moves = int(count * self._share / 2)
            for each in range(self._turn * moves, self._turn * moves + 2 * moves):
                values[each % count] = 0.5
        return Samples(bytearray(count), values, array("d", [10.0]) * count, array("d", [2.0]) * count)

    async def close(self) -> None:
        """Nothing is open."""


def engine(services: int, share: float) -> Engine:
    fleet = model(services)
    if share:
        fleet = replace(fleet, poll=1.0, services=tuple(_restless(each) for each in fleet.services))

    def connect(state: State) -> Outside:
        return Outside((Feed(state.picture.slots, share),))

    return Engine(initial(fleet), connect, clock=SystemClock(), journal=MemoryJournal())


def _restless(service: Service) -> Service:
    """Levels follow the values sooner than anybody would configure it."""
    signals = tuple(replace(signal, for_=0.0, hold=3.0) for signal in service.signals)
    return replace(service, signals=signals)


def main() -> None:
    services, share = int(sys.argv[1]), float((*sys.argv, "0", "0")[2])
    screen.make_engine = lambda settings: engine(services, share)
    screen.open_screen(Settings())


if __name__ == "__main__":
    main()
