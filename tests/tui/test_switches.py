"""Kill switches by keyboard alone: killed, put back, in doubt, in several environments, and read-only."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cockpit.adapters.flags.look_only import LookOnly
from cockpit.core.access import Access
from cockpit.core.model import Model
from cockpit.core.wanted import (
    FlagWanted,
)
from tests.engine.switches import FLAGD, GUEST, PAY, Environments, Stores, stores

from .acting import Acted
from .conftest import screen_text, staged
from .scenes import NOW, shop
from .test_runs import keys, seen
from .test_screens import press

SIZES = [(80, 24), (120, 36)]
PHRASE = [{"-": "minus", "@": "at"}.get(each, each) for each in "pay-async@default"]
KILL = ("x", "down", "enter", "enter")
"""Past Cancel, with the reason that is proposed."""


def acted(stores: Stores, readonly: bool = False) -> Acted:
    providers = stores.providers()
    if readonly:
        providers = {name: LookOnly(each) for name, each in providers.items()}
    more = {"flags": stores.declared, "kill_switches": (PAY, GUEST)}
    return Acted(more=more, world={"flags": providers}, readonly=readonly)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Stores]:
    async with stores(tmp_path) as found:
        yield found


@asynccontextmanager
async def opened(
    acted: Acted, size: tuple[int, int] = (80, 24), until: str = "not killed"
) -> AsyncIterator[Pilot[None]]:
    """On the screen of kill switches, with the cursor on the first, which checkout-api has."""
    async with acted.app().run_test(size=size) as pilot:
        await seen(pilot, "Customers cannot buy")
        await keys(pilot, "j", "s", until="For checkout-api")
        await seen(pilot, until)
        yield pilot


@pytest.mark.parametrize("size", SIZES)
async def test_the_screen_says_what_each_protects_and_costs_and_how_it_stands(
    here: Stores, size: tuple[int, int]
) -> None:
    async with opened(acted(here), size) as pilot:
        text = await seen(pilot, "guest@prod")
        assert "4 kill switches: 0 killed" in text
        assert text.index("For checkout-api") < text.index("pay-async@default accepts orders")
        assert text.index("For what fails now") < text.index("guest@dev")
        for told in (
            "stored   not killed: false (killed is true)",
            "!        targeting rules: a match beats the stored value; a kill parks them",
            "clients  a change reaches them within 0.5 s",
            "protects checkout-api FAILING",
            "costs    accepts orders, charges later",
            "data     The queue must be drained before the close of day",
            "x kill  u put back",
        ):
            assert told in text
        assert "protects storefront DEGRADED" in await keys(pilot, "j", until="in own")


@pytest.mark.parametrize("size", SIZES)
async def test_a_protected_switch_is_killed_by_reason_and_phrase_and_put_back_to_the_letter(
    here: Stores, size: tuple[int, int]
) -> None:
    one = acted(here)
    async with opened(one, size) as pilot:
        text = await keys(pilot, "x", until="Kill “pay-async” in default?")
        assert "▌ Leave it as it is" in text  # the way out has the focus
        text = await keys(pilot, "down", "enter", until="why, for the record")
        assert "Customers cannot buy" in text.split("why, for the record")[1]
        await keys(pilot, "enter", until="type exactly: pay-async@default")
        assert not here.killed()
        await keys(pilot, *PHRASE, "enter", until="kill pay-async@default: applied")
        assert here.killed()
        text = await seen(pilot, "KILLED")
        assert "mara " in text
        await keys(pilot, "u", until="exactly what stood there before")
        await keys(pilot, "down", "enter", until="why, for the record")
        await keys(pilot, *"over", "enter", until="type exactly: pay-async@default")
        await keys(pilot, *PHRASE, "enter", until="restore pay-async@default: applied")
    assert here.file.read_text() == FLAGD
    facts = [each.fact for each in one.stage.journal.records]
    assert [each.kind for each in facts] == [
        *("flag.requested", "flag.settled", "obligation.opened"),
        *("flag.requested", "flag.settled", "obligation.closed"),
    ]
    assert str(facts[0].body["reason"]).startswith("Customers cannot buy")
    assert facts[3].body["reason"] == "over"


@pytest.mark.parametrize(
    "pressed",
    [
        ("x", "enter"),
        ("x", "escape"),
        ("x", "down", "enter", "escape", "escape"),
        ("x", "x", "x", "enter"),
        ("enter", "enter"),
        ("u", "down", "enter", "escape"),
    ],
    ids=lambda pressed: " ".join(pressed),
)
async def test_a_key_too_many_moves_nothing(here: Stores, pressed: tuple[str, ...]) -> None:
    one = acted(here)
    async with opened(one) as pilot:
        for key in pressed:
            await pilot.press(key)
            await pilot.pause(0.05)
        assert "x kill  u put back" in await seen(pilot, "stored   not killed")
    assert here.file.read_text() == FLAGD
    assert one.stage.journal.records == []


async def test_a_wrong_phrase_or_no_reason_moves_nothing(here: Stores) -> None:
    one = acted(here)
    async with opened(one) as pilot:
        await keys(pilot, "x", "down", "enter", until="why, for the record")
        await keys(pilot, "ctrl+u", "enter", until="it cannot be empty")
        await keys(pilot, *"x", "enter", until="type exactly: pay-async@default")
        await keys(pilot, *"pay", "enter", until="type exactly: pay-async@default")
        await keys(pilot, "escape", "escape", until="stored   not killed")
    assert here.file.read_text() == FLAGD
    assert one.stage.journal.records == []


async def test_only_the_environment_under_the_cursor_is_moved_and_the_dialog_names_it(here: Stores) -> None:
    async with opened(acted(here)) as pilot:
        await keys(pilot, "j", "j", until="guest@staging, in own")
        text = await keys(pilot, "x", until="Kill “guest” in staging?")
        assert "Only staging is moved; dev and prod stay as they are." in text
        assert "Kill it in staging" in text
        await keys(pilot, "down", "enter", "enter", until="kill guest@staging: applied")
        assert here.guests() == [False, True, False]
        await keys(pilot, "j", until="guest@prod, in own")
        await keys(pilot, *KILL, until="kill guest@prod: applied")
        assert here.guests() == [False, True, True]
        await keys(pilot, "k", until="guest@staging, in own")
        await keys(pilot, "u", "down", "enter", *"ok", "enter", until="restore guest@staging: applied")
    assert here.guests() == [False, False, True]


async def test_one_phrase_for_each_environment(here: Stores) -> None:
    one = acted(here)
    state = one.engine.state
    one.engine.state = replace(state, model=replace(state.model, access=Access(protected=True)))
    async with opened(one) as pilot:
        await keys(pilot, "j", "j", "j", until="guest@prod, in own")
        await keys(pilot, *KILL, until="type exactly: guest@prod")
        await keys(pilot, *"guest", "at", *"dev", "enter", until="type exactly: guest@prod")
    assert here.guests() == [False, False, False]


async def test_a_lost_answer_is_a_doubt_that_is_found_out_and_never_put_back_blindly(tmp_path: Path) -> None:
    server = Environments(fault=(500, "gone"), done_anyway=True, lose=lambda method, path: False)
    async with stores(tmp_path, server) as found:
        found.read_back = 0.0
        one = acted(found)
        shown = server.answer

        async def not_yet(*asked: object) -> object:
            """What was set does not show yet."""
            status, body, headers = await shown(*asked)  # type: ignore[arg-type]
            return status, body.replace("true", "false") if hidden else body, headers

        hidden = True
        server.answer = not_yet  # type: ignore[method-assign,assignment]
        async with opened(one) as pilot:
            await keys(pilot, "j", until="guest@dev, in own")
            await keys(pilot, *KILL, until="may or may not have been applied")
            await seen(pilot, "unknown      guest@dev")
            text = await keys(pilot, "u", until="Not possible now: whether it was moved is not known")
            assert "▌ Leave it as it is" in text
            await keys(pilot, "down", "enter", until="not possible: whether it was moved")
            await keys(pilot, "escape", until="p look again")
            hidden = False
            await keys(pilot, "p", until="KILLED       guest@dev")
        kinds = [each.fact.kind for each in one.stage.journal.records]
        assert kinds.count("flag.requested") == 1
        assert len(server.writes()) == 1


async def test_what_somebody_else_has_moved_meanwhile_is_not_overwritten(here: Stores) -> None:
    theirs = FLAGD.replace('"targeting"', '"metadata"')
    async with opened(acted(here)) as pilot:
        await keys(pilot, "x", "down", "enter", "enter", until="type exactly")
        here.file.write_text(theirs)
        await keys(pilot, *PHRASE, "enter", until="not applied: a conflict")
    assert here.file.read_text() == theirs


async def test_a_store_that_cannot_be_read_is_not_known_and_says_why(here: Stores) -> None:
    here.file.write_text("{")
    async with opened(acted(here), until="not readable") as pilot:
        text = await seen(pilot, "is not JSON")
        assert "1 not known" in text
        text = await keys(pilot, "x", until="What is stored cannot be read, so there will be no way back")
        assert "▌ Leave it as it is" in text


async def test_read_only_shows_everything_and_moves_nothing(here: Stores) -> None:
    one = acted(here, readonly=True)
    async with opened(one) as pilot:
        assert "This cockpit is read-only." in await seen(pilot, "stored   not killed")
        await keys(pilot, "x", until="Kill it in default: not possible, this cockpit is read-only")
        await keys(pilot, "down", "enter", until="not possible: this cockpit is read-only")
        await keys(pilot, "escape", "p", until="asking the stores")
        # Also not when the screen lets it through.
        one.engine.dispatch(FlagWanted("guest", "prod", "kill", "x", "mara", NOW))
        await seen(pilot, "refused: kill guest@prod: this cockpit is read-only")
    assert here.file.read_text() == FLAGD
    assert here.guests() == [False, False, False]
    assert here.server.writes() == []
    assert one.stage.journal.records == []


async def test_the_bridge_knows_what_is_killed_and_enter_goes_there(here: Stores) -> None:
    async with opened(acted(here)) as pilot:
        await keys(pilot, "j", until="guest@dev, in own")
        await keys(pilot, *KILL, until="kill guest@dev: applied")
        text = await keys(pilot, "1", until="What is wrong")
        assert "mara kills guest@dev" in text
        await keys(pilot, *"jjjjjjjjjjjj", until="Do next")
        while pilot.app.focused is None or pilot.app.focused.id != "next":
            await pilot.press("j")
            await pilot.pause(0.05)
        await keys(pilot, "j", "enter", until="pay-async@default, in files")
        text = await keys(pilot, "minus", until="What is wrong")


async def test_a_kill_that_should_be_over_is_first_in_what_to_do(here: Stores) -> None:
    one = acted(here)
    async with opened(one) as pilot:
        await keys(pilot, "j", until="guest@dev, in own")
        await keys(pilot, *KILL, until="kill guest@dev: applied")
        one.stage.clock._begun -= 2 * 3600.0  # type: ignore[attr-defined]
        await keys(pilot, "1", until="guest@dev to be put back, overdue 1 h")


@pytest.mark.parametrize("typed", ["switches", "switch guest"])
async def test_colon_goes_to_the_switches(here: Stores, typed: str) -> None:
    async with opened(acted(here)) as pilot:
        await keys(pilot, "1", "colon", until="What is wrong")
        pressed = [{" ": "space"}.get(each, each) for each in typed]
        await keys(pilot, *pressed, "enter", until="kill switches:")
        if "guest" in typed:
            await seen(pilot, "guest@dev, in own")


async def test_filter_and_back(here: Stores) -> None:
    async with opened(acted(here)) as pilot:
        await keys(pilot, "slash", *"prod", "enter", until="filter prod (esc clears)")
        text = await keys(pilot, "g", until="guest@prod, in own")
        assert "guest@dev" not in text
        await keys(pilot, "escape", until="guest@dev")
        await keys(pilot, "escape", until="What is wrong")


async def test_from_a_runbook_one_comes_to_the_switches_of_its_service(here: Stores) -> None:
    async with opened(acted(here)) as pilot:
        await keys(pilot, "1", "3", until="Roll checkout back")
        await keys(pilot, "g", "j", "enter", until="Set checkout")
        await keys(pilot, "s", until="For checkout-api")


async def test_without_anybody_who_acts_it_says_so_and_asks_for_nothing_more() -> None:
    stage = staged(shop())
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "4", until="not known: its store has not been asked yet")
    assert json.dumps([type(each).__name__ for each in stage.events]) == '["SwitchesWanted"]'


async def test_without_switches_it_says_how_to_get_some() -> None:
    state = replace(shop(), model=Model())
    async with staged(state).app().run_test(size=(80, 24)) as pilot:
        assert "declare kill_switches" in await press(pilot, "4")
        await press(pilot, "p", "j", "enter", "u", "x")
        assert "put the cursor on a switch" in "\n".join(screen_text(pilot))
