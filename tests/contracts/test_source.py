"""What a source of metrics and a history promise, over the simulated one and a real Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cockpit.adapters.prometheus import Prometheus
from cockpit.adapters.simulator import Performance, Simulator
from cockpit.core.events import Event, Sampled, SourceAnswered, SourceFailed
from cockpit.core.model import Model
from cockpit.core.poll import FAILED, PRESENT, Samples
from cockpit.core.scenario import Fault, Scenario
from cockpit.core.slots import Slots, lay_out
from cockpit.ports import History, Source
from tests.lab.cockpits import configured, http, service
from tests.lab.fleet import Fleet
from tests.lab.prometheus import Prometheus as Server
from tests.lab.prometheus import require

PAST = 300.0


@dataclass
class Both:
    """A source that is a history as well, of one service that is well; `gone` does not answer."""

    source: Source
    history: History
    gone: Source
    model: Model
    slots: Slots


def made(folder: Path, url: str) -> tuple[Model, Slots]:
    model = configured(folder, url, service("auth", http("auth"))).model
    return model, lay_out(model)


def simulated(folder: Path) -> Both:
    model, slots = made(folder, "http://nowhere.example")
    start = time.time() - PAST
    whole = Simulator(Performance(Scenario("well"), start), model, slots)
    down = Scenario("down", faults=(Fault(0.0, "prometheus_down", 10 * PAST),))
    return Both(whole, whole, Simulator(Performance(down, start), model, slots), model, slots)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    require()
    with Fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        own = Server(tmp_path_factory.mktemp("server"), fleet.targets)
        own.backfill(fleet.history(seconds=PAST))
        with own:
            own.wait_scraped(times=4)
            yield own


def real(folder: Path, server: Server) -> Both:
    model, slots = made(folder, server.url)
    declared = model.prometheus[0]
    away = configured(folder, "http://127.0.0.1:9", service("auth", http("auth"))).model
    whole = Prometheus(declared, model, slots, 0)
    return Both(whole, whole, Prometheus(away.prometheus[0], away, slots, 0), model, slots)


@pytest.fixture(params=["simulated", pytest.param("real", marks=pytest.mark.lab)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Both:
    if request.param == "simulated":
        return simulated(tmp_path)
    return real(tmp_path, request.getfixturevalue("server"))


async def polled(source: Source) -> list[Event]:
    try:
        return [event async for event in source.poll(time.time())]
    finally:
        await source.close()


async def test_each_template_is_answered_once_with_a_row_for_each_of_its_slots(both: Both) -> None:
    sampled = [each for each in await polled(both.source) if isinstance(each, Sampled)]
    assert sorted(each.template for each in sampled) == [each.number for each in both.slots.templates]
    for each in sampled:
        assert each.generation == 0
        template = both.slots.templates[each.template]
        assert len(each.samples.answer) == len(template)
        assert set(each.samples.answer) == {PRESENT}, "the service is well"
        assert all(0 <= age < 60 for age in each.samples.age)


async def test_it_says_that_it_was_reached(both: Both) -> None:
    events = await polled(both.source)
    assert [each.source for each in events if isinstance(each, SourceAnswered)] == ["eu"]
    assert not [each for each in events if isinstance(each, SourceFailed)]


async def test_one_that_is_gone_says_so_once_and_gives_no_number(both: Both) -> None:
    events = await polled(both.gone)
    failed = [each for each in events if isinstance(each, SourceFailed)]
    assert [each.source for each in failed] == ["eu"]
    assert failed[0].reason
    numbers: list[Samples] = [each.samples for each in events if isinstance(each, Sampled)]
    assert all(set(each.answer) == {FAILED} for each in numbers)


async def test_history_comes_oldest_first_and_ends_whole(both: Both) -> None:
    end = time.time()
    shares, last = [], ()
    async for share, polls in both.history.window(end - 120, end, 15.0):
        shares.append(share)
        last = tuple(polls)
    await both.source.close()
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    moments = [poll.at for poll in last]
    assert moments == sorted(moments)
    assert len(moments) >= 8
    assert all(end - 121 <= at <= end for at in moments)
    known = [PRESENT in poll.samples[0].answer for poll in last]
    assert any(known), "the past is known"
