"""Whom to call, by keyboard: a number is copied alone, a lookup is run, a page is asked for once more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot

from cockpit.core.model import Team
from cockpit.core.runbook.actions import HttpCall
from cockpit.core.runbook.work import Answered, HttpAnswer

from .acting import Acted
from .conftest import screen_text

PAGED = Team(
    "payments", phone="+49 30 1", lookup=("oncall", "payments"), page="https://pager.example/hooks/1"
)
STATIC = Team("payments", phone="+49 30 1")


class Pager:
    """Behind `ports.Http`: remembers what it was asked."""

    def __init__(self, outcome: Answered = Answered.DONE) -> None:
        self.asked: list[HttpCall] = []
        self._outcome = outcome

    async def send(self, call: HttpCall, **given: object) -> HttpAnswer:
        self.asked.append(call)
        return HttpAnswer(self._outcome, reason="" if self._outcome is Answered.DONE else "it hung up")

    async def close(self) -> None:
        """Nothing is held."""


class Oncall:
    """Behind `ports.Secrets`."""

    async def value(self, reference: str) -> str:
        return f"Ines ({reference})"


def acted(pager: Pager, team: Team = PAGED, *, readonly: bool = False) -> Acted:
    more = {"teams": (team,)}
    return Acted(more=more, world={"http": pager, "secrets": Oncall()}, readonly=readonly)


async def seen(pilot: Pilot[None], look: Callable[[], object]) -> None:
    for _ in range(200):
        if look():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("\n".join(screen_text(pilot)))


async def on_checkout(pilot: Pilot[None]) -> None:
    await pilot.press("colon", *"checkout-api", "enter")
    await seen(pilot, lambda: "Who to call" in "\n".join(screen_text(pilot)))


async def test_y_copies_the_number_alone_and_enter_tells_it() -> None:
    copied: list[str] = []
    one = acted(Pager())
    app = one.app()
    app._copy = copied.append
    async with app.run_test(size=(100, 60)) as pilot:
        await on_checkout(pilot)
        lines = app.view.list
        assert lines is not None
        lines.choose("Who to call/contact/+49 30 1")
        await pilot.press("y")
        await seen(pilot, lambda: copied)
        await pilot.press("enter")
        await seen(pilot, lambda: "+49 30 1 (y copies it)" in "\n".join(screen_text(pilot)))
    assert copied == ["+49 30 1"]


async def test_o_asks_who_is_on_call() -> None:
    app = acted(Pager()).app()
    async with app.run_test(size=(100, 60)) as pilot:
        await on_checkout(pilot)
        await pilot.press("O")
        told = "Ines (command:oncall payments) (asked 0 s ago)"
        await seen(pilot, lambda: told in "\n".join(screen_text(pilot)))


async def test_a_page_is_asked_for_once_more_then_sent_once_and_is_on_record() -> None:
    pager = Pager()
    one = acted(pager)
    app = one.app()
    async with app.run_test(size=(100, 60)) as pilot:
        await on_checkout(pilot)
        await pilot.press("P")
        await seen(pilot, lambda: "Page payments?" in "\n".join(screen_text(pilot)))
        await pilot.press("enter")  # the way out has the focus
        await pilot.pause(0.2)
        assert pager.asked == []
        await pilot.press("P")
        await seen(pilot, lambda: "Page payments?" in "\n".join(screen_text(pilot)))
        await pilot.press("down", "enter", *"help", "enter")
        await seen(pilot, lambda: "page of payments was sent" in "\n".join(screen_text(pilot)))
    (call,) = pager.asked
    assert (call.method, call.url) == ("POST", "https://pager.example/hooks/1")
    assert isinstance(call.json, dict)
    assert call.json["text"] == "help"
    kinds = [each.fact.kind for each in one.stage.journal.records]
    assert kinds == ["page.requested", "page.settled"]


async def test_a_lost_answer_is_no_success() -> None:
    app = acted(Pager(Answered.UNKNOWN)).app()
    async with app.run_test(size=(100, 60)) as pilot:
        await on_checkout(pilot)
        await pilot.press("P")
        await seen(pilot, lambda: "Page payments?" in "\n".join(screen_text(pilot)))
        await pilot.press("down", "enter", *"help", "enter")
        told = "page of payments may or may not have been sent: it hung up"
        await seen(pilot, lambda: told in "\n".join(screen_text(pilot)))


async def test_where_nothing_is_configured_it_is_said_what_there_is() -> None:
    pager = Pager()
    app = acted(pager, STATIC).app()
    async with app.run_test(size=(100, 60)) as pilot:
        await on_checkout(pilot)
        await pilot.press("P")
        told = "not paged: payments has no webhook for pages; reach it by +49 30 1"
        await seen(pilot, lambda: told in "\n".join(screen_text(pilot)))
        await pilot.press("O")
        await seen(pilot, lambda: "no lookup command is configured" in "\n".join(screen_text(pilot)))
    assert pager.asked == []


async def test_read_only_pages_nobody() -> None:
    pager = Pager()
    app = acted(pager, readonly=True).app()
    async with app.run_test(size=(100, 60)) as pilot:
        await on_checkout(pilot)
        await pilot.press("P")
        await seen(pilot, lambda: "not paged: this cockpit is read-only" in "\n".join(screen_text(pilot)))
    assert pager.asked == []
