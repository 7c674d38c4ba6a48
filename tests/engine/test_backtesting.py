"""A long past in pieces: as large as servers bear, and no longer waited for than they answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cockpit.adapters.spool import Spool
from cockpit.core.backtest.account import Account
from cockpit.core.model import Model
from cockpit.core.poll import Change, Poll, Samples
from cockpit.core.slots import lay_out
from cockpit.engine.backtesting import GIVE_UP, LEAST, MOST, Reading, watched
from cockpit.errors import SourceError
from tests.core.backtest.made_up import START, STEP, polls
from tests.core.health.world import NOTHING, service, signal

MODEL = Model(services=(service("a", signals=[signal("errors"), signal("lag")]),))
SLOTS = lay_out(MODEL)
HOUR = 3600.0


@dataclass
class Remembering:
    """Knows every moment; `bears`: moments that it can be asked for at once, by template."""

    bears: dict[int, int] = field(default_factory=dict)
    dies_at: float = float("inf")
    asked: list[int] = field(default_factory=list)
    name: str = "eu"

    async def window(
        self, start: float, end: float, step: float
    ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
        count = int((end - start) / step + 1e-9) + 1
        self.asked.append(count)
        if start + count * step > self.dies_at:
            raise SourceError("connection refused")
        found = []
        for number in range(count):
            (poll,) = polls(MODEL, [{}])
            samples: dict[int, Samples] = {
                template: columns if count <= self.bears.get(template, MOST) else Samples.failed(1)
                for template, columns in poll.samples.items()
            }
            found.append(Poll(start + number * step, samples))
        yield 1.0, found


def reading(*servers: Any, hours: float = 24.0) -> Reading:
    return Reading(servers, SLOTS, START, START + hours * HOUR, STEP)


async def read(of: Reading) -> list[Poll]:
    return [poll for piece in [each async for each in of.pieces()] for poll in piece.polls]


async def test_every_moment_is_read_once_in_pieces_that_fit() -> None:
    server = Remembering()
    found = await read(reading(server))
    assert [poll.at for poll in found] == [START + number * STEP for number in range(2880)]
    assert server.asked == [MOST, 2880 - MOST]


async def test_what_is_too_much_for_a_server_is_asked_in_smaller_pieces() -> None:
    server = Remembering(bears={1: 600})
    found = await read(reading(server))
    assert len(found) == 2880
    assert all(columns.answer[0] == 0 for poll in found for columns in poll.samples.values())


async def test_a_question_that_is_never_answered_takes_nothing_else_away() -> None:
    server = Remembering(bears={1: 0})
    found = await read(reading(server))
    assert {poll.samples[0].answer[0] for poll in found} == {0}
    assert {poll.samples[1].answer[0] for poll in found} == {2}
    # It is tried smaller and smaller once, and then no more.
    assert min(server.asked) == LEAST
    assert len(server.asked) < 20


async def test_where_nobody_answers_any_more_it_ends_and_says_where() -> None:
    server = Remembering(dies_at=START + 12 * HOUR)
    of = reading(server)
    found = await read(of)
    known = [poll for poll in found if poll.samples]
    assert known[-1].at < START + 12 * HOUR
    assert of.stopped_at == known[-1].at + STEP
    assert len(found) - len(known) == GIVE_UP * LEAST


async def test_two_servers_meet_at_every_moment() -> None:
    other = Remembering(name="us", dies_at=0.0)
    found = await read(reading(Remembering(), other, hours=1))
    assert len(found) == 120
    assert all(poll.samples for poll in found)


async def test_what_is_older_than_the_memory_of_a_server_is_no_past(tmp_path: Any) -> None:
    class Young(Remembering):
        async def window(
            self, start: float, end: float, step: float
        ) -> AsyncIterator[tuple[float, Sequence[Poll]]]:
            async for share, known in super().window(start, end, step):
                (nothing,) = polls(MODEL, [{"a.errors": NOTHING, "a.lag": NOTHING}])
                late = START + HOUR
                yield share, [each if each.at >= late else Poll(each.at, nothing.samples) for each in known]

    account = Account(MODEL, lambda state: [], STEP)
    release = Change("a", START + 5000, "release 1.42")
    with Spool() as spool:
        found = await watched(
            reading(Young(), hours=2), account, START, spool, lambda share, what: None, [release]
        )
        assert (found.first, found.seen.begin, found.seen.polls) == (START + HOUR, START + HOUR, 120)
        assert found.again is not None
        kept = [poll for poll, _ in found.again()]
        assert kept[0].at == START + HOUR
        assert [poll.at for poll in kept if poll.changes] == [START + 5010]
        assert account.state.health.changes == (release,)


def test_a_spool_that_is_full_is_of_no_use_any_more() -> None:
    with Spool(most=10) as spool:
        assert [spool.put(poll) for poll in polls(MODEL, [{}] * 3)] == [False, False, False]
        assert list(spool.polls()) == []


def test_a_spool_gives_back_what_was_put_there_as_often_as_it_is_asked() -> None:
    told = list(polls(MODEL, [{}] * 3))
    with Spool() as spool:
        assert [spool.put(poll) for poll in told] == [True, True, True]
        # By how they are written: what is not a number is not equal to itself.
        assert repr(list(spool.polls())) == repr(list(spool.polls())) == repr(told)
