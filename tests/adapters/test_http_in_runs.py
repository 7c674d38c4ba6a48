"""Requests of a run to a real server: what may be repeated, and how a careful server knows a repetition."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cockpit.adapters.http import HttpxHttp
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.model import Confirm, Reach, Rollback, Runbook, Step
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import Effect, RunState
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.remembered import find_run
from tests.engine.runs.stage import Script, Stage, book

from .test_http import Behaviour, Server, reset, saying, serving


def posting(url: str, **more: object) -> Runbook:
    given: dict[str, object] = {
        "reach": Reach.WRITE,
        "confirm": Confirm("key"),
        "on_unknown_ask": True,
        "rollback": Rollback(HttpCall("POST", url, json={"back": True})),
        **more,
    }
    return book(Step("post", "Post it", HttpCall("POST", url), **given))  # type: ignore[arg-type]


def in_turn(*behaviours: Behaviour) -> Behaviour:
    left = list(behaviours)

    async def behave(writer: object) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(writer)  # type: ignore[arg-type]

    return behave


@asynccontextmanager
async def requests() -> AsyncIterator[HttpxHttp]:
    http = HttpxHttp()
    try:
        yield http
    finally:
        await http.close()


async def ran(runbook: Runbook, desk: Script) -> Run:
    async with requests() as http:
        return await Stage().run(runbook, desk, http=http)


def keys(server: Server) -> list[bytes]:
    lines = [line for asked in server.asked for line in asked.split(b"\r\n")]
    return [line.partition(b": ")[2] for line in lines if line.startswith(b"idempotency-key: ")]


async def test_a_repeated_request_has_the_same_key_and_its_undo_another() -> None:
    async with serving(in_turn(saying(503), saying(503), saying(200))) as server:
        desk = Script({"hold:post": [Answer("retry")]})
        again = posting(server.url, idempotent=True, attempts=2)
        run = await ran(again, desk)
        assert (run.state, len(server.asked)) == (RunState.COMPLETED, 3)
        first, *others = keys(server)
        assert others == [first, first]
        assert first.startswith(b"R-1.post.1.do.")
    async with serving(in_turn(saying(503), saying(200))) as server:
        desk = Script({"hold:post": [Answer("undo-all")], "undo_unknown:post": [Answer("undo")]})
        run = await ran(posting(server.url), desk)
        assert run.state is RunState.ROLLED_BACK
        assert len(set(keys(server))) == 2


async def test_two_runs_have_different_keys() -> None:
    async with serving(saying(200)) as server, requests() as http:
        stage = Stage()
        for _ in range(2):
            await stage.run(posting(server.url), Script(), http=http)
        assert len(set(keys(server))) == 2


async def test_a_request_that_was_never_sent_may_be_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        desk = Script()
        run = await ran(posting(f"http://127.0.0.1:{taken.getsockname()[1]}/"), desk)
    assert run.executions[0].effect is Effect.NOT_APPLIED
    retry = desk.asked[-1].choice("retry")
    assert retry is not None
    assert retry.why_not == ""


@pytest.mark.parametrize("behaviour", [reset, saying(500)], ids=["no answer", "500"])
async def test_a_request_whose_answer_was_lost_is_not_repeated_by_itself_nor_by_hand(
    behaviour: Behaviour,
) -> None:
    async with serving(behaviour) as server:
        desk = Script()
        run = await ran(posting(server.url, attempts=3), desk)
        assert len(server.asked) == 1
    assert run.executions[0].effect is Effect.UNKNOWN
    retry = desk.asked[-1].choice("retry")
    assert retry is not None
    assert "must not happen twice" in retry.why_not


async def test_after_a_crash_nobody_knows_and_a_careful_server_hears_the_same_key() -> None:
    class Died(BaseException):
        pass

    def die(point: str) -> None:
        if point == "after_act":
            raise Died

    async with serving(saying(200)) as server, requests() as http:
        stage = Stage()
        with pytest.raises(Died):
            await stage.run(posting(server.url, idempotent=True), Script(), http=http, die_at=die)
        found = await find_run(stage.journal, "R-1")
        assert found is not None
        assert found[0].executions[0].effect is Effect.INTENDED
        desk = Script({"hold:post": [Answer("retry")]})
        run = await Driver(stage.world(http=http), *found, desk, {}).drive()
        assert "hold" in [question.kind for question in desk.asked], "nothing is repeated unasked"
        assert run.state is RunState.COMPLETED
        assert len(set(keys(server))) == 1
        assert len(server.asked) == 2
