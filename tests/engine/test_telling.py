"""Updates to a real webhook that misbehaves: sent once, or may or may not have been sent, and never twice."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from cockpit.adapters.http import HttpxHttp
from cockpit.adapters.journal.memory import MemoryJournal
from cockpit.core.events import Event, Reported
from cockpit.core.incident.model import Status
from cockpit.core.incident.rules import Channel, IncidentRules
from cockpit.core.journal import Fact
from cockpit.core.model import Model
from cockpit.core.state import State
from cockpit.core.wanted import UpdateWanted
from cockpit.engine.outward import outward, sending
from cockpit.engine.outward.updates import send_update
from cockpit.engine.runs.remembered import record_now
from cockpit.errors import JournalError, RunRefused
from tests.adapters.test_http import Behaviour, Server, drip, half, hang, nonsense, reset, saying, serving
from tests.engine.runs.stage import Stage
from tests.views.shop import now, play
from tests.views.telling import ID, scene

SCENE = scene()
TEXT = "Customers cannot buy <!channel> & <@U1>\nnext update by 02:30 UTC"


def rules(url: str, **more: object) -> IncidentRules:
    return IncidentRules(notify=(Channel("chat", url, **more),))  # type: ignore[arg-type]


def wanted(to: str = "chat", status: Status = "investigating", text: str = TEXT) -> UpdateWanted:
    return UpdateWanted(ID, text, to, "customers", status, {"place-order": "FAILING"}, "mara", now(SCENE))


@dataclass
class Telling:
    """A receiver, a record, and a way to send from one to the other."""

    server: Server
    http: HttpxHttp
    model: Model
    stage: Stage = field(default_factory=Stage)

    async def send(self, asked: UpdateWanted, state: State = SCENE, **world: object) -> tuple[str, str]:
        """(outcome, what was said of it)"""
        heard: list[Event] = []
        made = self.stage.world(model=self.model, http=self.http, **world)
        outcome = await send_update(made, state, asked, heard.append)
        (said,) = (each.text for each in heard if isinstance(each, Reported))
        return outcome, said


@asynccontextmanager
async def telling(behaviour: Behaviour | None = None, **more: object) -> AsyncIterator[Telling]:
    """Without a behaviour all is well. `more`: of the channel."""
    http = HttpxHttp()
    async with serving(behaviour or saying(200)) as server:
        try:
            yield Telling(server, http, replace(SCENE.model, incident=rules(server.url, **more)))
        finally:
            await http.close()


def on_record(stage: Stage) -> list[tuple[str, object]]:
    return [(each.fact.kind, each.fact.body.get("outcome")) for each in stage.journal.records]


SETTLED = "incident.update_settled"
REQUESTED = ("incident.update_requested", None)


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (saying(200, "ok"), "sent"),
        (saying(204), "sent"),
        (saying(403, "invalid_token"), "refused"),
        (saying(404, "no_service"), "refused"),
        (saying(500), "unknown"),
        (saying(503), "unknown"),
        (reset, "unknown"),
        (half, "unknown"),
        (nonsense, "unknown"),
        (hang, "unknown"),
        (drip, "unknown"),
    ],
    ids=[
        "200",
        "204",
        "403",
        "404",
        "500",
        "503",
        "drops",
        "dies in its answer",
        "nonsense",
        "slow",
        "drips",
    ],
)
async def test_it_goes_out_once_whatever_the_receiver_does(
    behaviour: Behaviour, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WITHIN", 1.0)
    async with telling(behaviour) as told:
        found, said = await told.send(wanted())
        assert found == outcome
        assert len(told.server.asked) == 1
        assert on_record(told.stage) == [REQUESTED, (SETTLED, outcome)]
        words = {"sent": "was sent", "refused": "was not sent", "unknown": "may or may not have been sent"}
        assert said.startswith(f"update of {ID} {words[outcome]}")


async def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(saying(200)) as elsewhere:
        for status in (301, 302, 307, 308):
            async with telling(saying(status, location=elsewhere.url)) as told:
                found, _ = await told.send(wanted())
                assert found != "sent"
                assert len(told.server.asked) == 1
        assert elsewhere.asked == []


async def test_where_nobody_listens_it_was_surely_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        stage, http = Stage(), HttpxHttp()
        model = replace(SCENE.model, incident=rules(f"http://127.0.0.1:{taken.getsockname()[1]}/"))
        heard: list[Event] = []
        outcome = await send_update(stage.world(model=model, http=http), SCENE, wanted(), heard.append)
        await http.close()
    assert outcome == "refused"


async def test_a_chat_gets_the_words_as_words_and_a_machine_the_whole() -> None:
    async with telling() as told:
        await told.send(wanted())
        body = json.loads(told.server.asked[0].partition(b"\r\n\r\n")[2])
    assert body == {
        "text": "Customers cannot buy &lt;!channel&gt; &amp; &lt;@U1&gt;\nnext update by 02:30 UTC"
    }
    async with telling(format="json", secret="env:HOOK") as told:
        await told.send(wanted())
        head, _, body = told.server.asked[0].partition(b"\r\n\r\n")
        op_id = told.stage.journal.records[0].fact.body["op_id"]
    assert b"authorization: bearer value of env:hook" in head.lower()
    assert f"idempotency-key: {op_id}".encode() in head.lower()
    document = json.loads(body)
    assert (document["schema"], document["id"], document["text"]) == ("cockpit.update/v1", op_id, TEXT)


async def test_the_record_keeps_every_word_and_what_it_claimed() -> None:
    async with telling() as told:
        await told.send(wanted())
        fact = told.stage.journal.records[0].fact
    assert (fact.body["text"], fact.body["to"], fact.body["audience"]) == (TEXT, "chat", "customers")
    assert fact.body["claims"] == {"place-order": "FAILING"}


async def test_what_is_copied_goes_on_record_and_nowhere_else() -> None:
    async with telling() as told:
        assert (await told.send(wanted("")))[0] == "copied"
        assert told.server.asked == []
    assert on_record(told.stage) == [REQUESTED, (SETTLED, "copied")]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (wanted("nowhere"), "there is no channel 'nowhere'"),
        (wanted(text=" \n "), "without words"),
        (wanted(text="x" * 20_001), "longer than"),
        (replace(wanted(), incident="INC-9"), "there is no incident 'INC-9'"),
    ],
    ids=["no such channel", "no words", "endless", "no such incident"],
)
async def test_what_may_not_be_said_leaves_no_trace(asked: UpdateWanted, why: str) -> None:
    async with telling() as told:
        with pytest.raises(RunRefused, match=why):
            await told.send(asked)
        assert (told.server.asked, on_record(told.stage)) == ([], [])


async def test_the_engine_itself_does_not_say_resolved_while_blind() -> None:
    blind = play(SCENE, {}, 600.0)
    async with telling() as told:
        for to in ("chat", ""):
            with pytest.raises(RunRefused, match="nobody can see how it is: Customers can buy"):
                await told.send(wanted(to, "resolved"), blind)
        assert (told.server.asked, on_record(told.stage)) == ([], [])
        assert (await told.send(wanted("chat", "monitoring"), blind))[0] == "sent"


async def test_read_only_sends_nothing() -> None:
    async with telling() as told:
        with pytest.raises(RunRefused, match="read-only"):
            await told.send(wanted(), readonly=True)
        assert (told.server.asked, on_record(told.stage)) == ([], [])


class Failing(MemoryJournal):
    """Takes so many appends, and no more."""

    left = 0

    async def append(self, facts: list[Fact]) -> list[object]:  # type: ignore[override]
        if self.left == 0:
            raise JournalError("the disk is full")
        self.left -= 1
        return await super().append(facts)  # type: ignore[return-value]


async def test_what_cannot_be_put_on_record_is_not_sent() -> None:
    async with telling() as told:
        with pytest.raises(JournalError):
            await told.send(wanted(), journal=Failing())
        assert told.server.asked == []


async def test_an_outcome_that_cannot_be_put_on_record_is_told_and_stays_an_unknown() -> None:
    journal = Failing()
    journal.left = 1
    async with telling() as told:
        found, said = await told.send(wanted(), journal=journal)
        assert (found, len(told.server.asked)) == ("sent", 1)
        assert said.endswith("this could not be put on record: the disk is full")
    assert [each.fact.kind for each in journal.records] == [REQUESTED[0]]


@pytest.mark.parametrize(("point", "arrived"), [("after_update_request", 0), ("after_update_sent", 1)])
async def test_after_a_crash_nobody_knows_and_nothing_is_sent_again(point: str, arrived: int) -> None:
    class Died(BaseException):
        pass

    def die(here: str) -> None:
        if here == point:
            raise Died

    async with telling() as told:
        declared = [Fact("incident.declared", now(SCENE), "mara", {"title": "x"}, ID, uid=ID)]
        await told.stage.journal.append(declared)
        with pytest.raises(Died):
            await told.send(wanted(), die_at=die)
        assert len(told.server.asked) == arrived
        record = await record_now(told.stage.journal)
        (update,) = record.incidents[ID].updates
        assert (update.outcome, update.counts) == ("", True)
        assert len(told.server.asked) == arrived


async def test_the_loop_hands_over_the_picture_of_the_moment() -> None:
    blind = play(SCENE, {}, 600.0)
    stage = Stage()
    world = stage.world(model=replace(SCENE.model, incident=rules("http://127.0.0.1:9/")))
    with pytest.raises(RunRefused, match="nobody can see"):
        await outward(world, blind, wanted("", "resolved"), lambda _: None)
    assert stage.journal.records == []


async def test_a_complaint_that_repeats_the_address_gives_its_key_to_nobody() -> None:
    key = "/services/T0AB/B0CD/geheim-geheim"
    async with telling(saying(404, f"<p>The requested URL {key}?token=abcdefgh was not found</p>")) as told:
        url = told.server.url.removesuffix("/do") + f"{key}?token=abcdefgh"
        told.model = replace(told.model, incident=rules(url))
        found, said = await told.send(wanted())
        assert found == "refused"
        recorded = str([each.fact.body for each in told.stage.journal.records])
    assert "was not found" in said
    assert not [each for each in ("geheim", "abcdefgh") if each in f"{said}{recorded}"]
