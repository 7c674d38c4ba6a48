from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from cockpit.core.events import Refused, ServiceAcknowledged
from cockpit.core.state import Entry, State
from cockpit.tui.app import CockpitApp
from cockpit.tui.screens.services import Services
from cockpit.views.keys import BINDINGS

from .conftest import screen_text, staged
from .scenes import NOW, fleet, live, next_turn, shop, shop_look, shop_model, state_of
from .show import Stage

SIZES = [(80, 24), (120, 36), (200, 50)]


async def press(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press(*keys)
    await pilot.pause(0.15)
    return "\n".join(screen_text(pilot))


@pytest.mark.parametrize("size", SIZES)
async def test_the_bridge_says_cause_business_and_next_step(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.app().run_test(size=size) as pilot:
        text = await press(pilot)
        assert "Customers cannot buy" in text
        for title in ("What is wrong", "The business", "Do next"):
            assert f"─ {title} ─" in text
        assert text.index("orders-db") < text.index("◆ checkout-api")
        assert "q quit" in text.splitlines()[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_no_key_of_the_footer_is_cut(stage: Stage, size: tuple[int, int]) -> None:
    async with stage.app().run_test(size=size) as pilot:
        for keys in ([], ["2"], ["enter"], ["question_mark"]):
            footer = (await press(pilot, *keys)).splitlines()[-1]
            entries = {f"{each.shown} {each.words}" for each in BINDINGS}
            assert {each.strip() for each in footer.split("  ") if each.strip()} <= entries


async def test_something_stands_on_the_screen_before_there_is_a_state() -> None:
    stage = Stage(shop)
    app = CockpitApp(lambda: None, lambda: NOW, stage.events.append)
    async with app.run_test() as pilot:
        assert "reading the configuration" in await press(pilot)
        await press(
            pilot, "2", "t", "slash", "x", "escape", "question_mark", "escape", "r", "y", "A", "minus"
        )
        assert stage.events == []


async def test_the_newest_state_is_drawn_without_a_key(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await press(pilot)
        stage.state = fleet(50)
        await pilot.pause(0.3)
        assert "fleet of 50" in "\n".join(screen_text(pilot))


async def test_enter_goes_in_and_escape_or_backspace_out(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        assert "orders-db DOWN, unavailable" in await press(pilot, "enter")
        assert "What is wrong" in await press(pilot, "escape")
        assert "Services 13 of 13" in await press(pilot, "2")
        assert "Signals" in await press(pilot, "j", "enter")
        assert "Services 13 of 13" in await press(pilot, "backspace")
        assert "What is wrong" in await press(pilot, "escape")
        assert "What is wrong" in await press(pilot, "escape")


async def test_minus_goes_to_the_last_view_and_back(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "2")
        await press(pilot, "1")
        assert "Services 13" in await press(pilot, "minus")
        assert "What is wrong" in await press(pilot, "minus")
        await press(pilot, "enter")
        await press(pilot, "escape")
        assert "orders-db DOWN" in await press(pilot, "minus")


async def test_the_cursor_walks_over_all_parts_of_the_bridge(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await press(pilot)
        seen = []
        for _ in range(40):
            focused = pilot.app.focused
            if focused is not None and focused.id not in seen:
                seen.append(focused.id)
            await pilot.press("j")
        assert seen == ["wrong", "business", "next", "timeline"]


async def test_filter_is_live_inverts_and_escape_clears_it(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "2")
        assert "Services 1 of 13" in await press(pilot, "slash", *"ful")
        text = await press(pilot, "enter")
        assert "fulfilment" in text
        assert "storefront" not in text
        assert "Services 13 of 13" in await press(pilot, "escape")
        assert "Services 12 of 13" in await press(pilot, "slash", "exclamation_mark", *"ful", "enter")
        await press(pilot, "slash")
        assert "Services 13 of 13" in await press(pilot, "escape")


async def test_only_wrong_hides_what_is_fine_and_not_what_is_unknown(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "2")
        text = await press(pilot, "exclamation_mark")
        assert "catalogue" not in text
        assert "adyen" in text
        assert "catalogue" in await press(pilot, "exclamation_mark")


async def test_tree_by_system_and_owner_folds(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "2")
        assert "by system" in await press(pilot, "t")
        await press(pilot, "g")
        folded = await press(pilot, "enter")
        assert "▸ ■ orders" in folded
        assert "orders-db  " not in folded.split("Services")[1]
        assert "▾ ■ orders" in await press(pilot, "enter")
        assert "by owner" in await press(pilot, "t")
        assert "by" not in (await press(pilot, "t")).splitlines()[1]


async def test_help_names_every_key_of_where_you_are(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 50)) as pilot:
        await press(pilot, "2")
        text = await press(pilot, "question_mark")
        for binding in BINDINGS:
            if not binding.screens or "services" in binding.screens:
                assert binding.help in text
        assert "Services 13" in await press(pilot, "escape")


async def test_the_palette_runs_keys_and_jumps_to_services(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "ctrl+p")
        assert "checkout-api" in await press(pilot, *"check")
        assert "checkout-api FAILING" in await press(pilot, "enter")
        await press(pilot, "ctrl+p", *"alerts")
        assert "─ Alerts" in await press(pilot, "enter")


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("svc checkout-api", "checkout-api FAILING"),
        ("adyen", "adyen UNKNOWN"),
        ("services", "Services 13"),
        ("svc no-such", "nothing is called"),
        ("o", "names hold"),
        ("help", "Everywhere"),
    ],
)
async def test_colon_goes_where_it_is_told(stage: Stage, typed: str, seen: str) -> None:
    async with stage.app().run_test(size=(80, 40)) as pilot:
        await press(pilot, "colon")
        await press(pilot, *[{" ": "space", "-": "minus"}.get(each, each) for each in typed])
        assert seen in await press(pilot, "enter")


async def test_runbooks_and_switches_of_what_the_cursor_is_on(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        assert "▌Fail over orders-db" in await press(pilot, "r")
        await press(pilot, "escape")
        assert "No kill switch protects orders-db" in await press(pilot, "s")
        await press(pilot, "escape", "j")
        text = await press(pilot, "s")
        assert "For checkout-api" in text
        assert "▌not known    pay-async@default" in text


async def test_acknowledging_sends_one_event_and_decides_nothing(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        assert "you have orders-db" in await press(pilot, "A")
    assert stage.events == [ServiceAcknowledged("orders-db", "mara", NOW)]


async def test_copying_shows_what_was_copied() -> None:
    state, copied = shop(), list[str]()
    app = CockpitApp(lambda: state, lambda: NOW, lambda event: None, copy=copied.append)
    async with app.run_test() as pilot:
        assert "copied: ■ orders-db DOWN" in await press(pilot, "y")
    assert len(copied) == 1
    assert copied[0].startswith("■ orders-db DOWN")


async def test_ctrl_c_says_how_to_quit(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        assert "q quits" in await press(pilot, "ctrl+c")


async def test_a_selection_with_the_mouse_is_copied(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot)
        await pilot.mouse_down(offset=(1, 1))
        await pilot.hover(offset=(20, 1))
        await pilot.mouse_up(offset=(20, 1))
        assert "copied: Customers" in await press(pilot, "ctrl+c")
        assert app.clipboard.startswith("Customers")


async def test_a_click_chooses_and_a_second_one_opens(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await press(pilot, "2")
        await pilot.click("#all", offset=(5, 1))
        assert "▌◆ checkout-api" in await press(pilot)
        await pilot.click("#all", offset=(5, 1), times=2)
        assert "checkout-api FAILING" in await press(pilot)


async def test_a_terminal_too_small_says_so_and_recovers(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await press(pilot)
        await pilot.resize_terminal(40, 10)
        text = await press(pilot)
        assert " ".join(text.split()) == "cockpit needs 60 x 16 this is 40 x 10"
        await press(pilot, "j", "2", "1", "enter", "escape")
        await pilot.resize_terminal(1, 1)
        await press(pilot, "j")
        await pilot.resize_terminal(80, 24)
        assert "What is wrong" in await press(pilot)


async def test_what_was_refused_is_told_once(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot)
        assert stage.state
        picture = replace(stage.state.picture, refused=Refused("acknowledge", "the disk is full", NOW))
        stage.state = replace(stage.state, picture=picture)
        await pilot.pause(0.3)
        assert "refused: acknowledge: the disk is full" in "\n".join(screen_text(pilot))


async def test_ascii_has_no_glyph_of_ours(stage: Stage) -> None:
    async with stage.app(ascii=True).run_test(size=(80, 24)) as pilot:
        for keys in ([], ["2"], ["t"], ["g", "enter"], ["question_mark"]):
            text = await press(pilot, *keys)
            assert text.isascii(), text


async def test_a_service_that_is_gone_says_so(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "enter")
        stage.state = fleet(50)
        await pilot.pause(0.3)
        assert "orders-db is no longer in the configuration" in "\n".join(screen_text(pilot))


async def test_the_list_keeps_its_filter_and_cursor_while_one_looks_elsewhere(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "2", "j", "j")
        await press(pilot, "1")
        assert "▌▲ fulfilment" in await press(pilot, "2")


async def test_nothing_is_drawn_while_nothing_happens(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        await pilot.pause(0.3)
        drawn = []
        app.draw = lambda: drawn.append(1)  # type: ignore[method-assign]
        await pilot.pause(0.5)
        assert drawn == []


async def test_a_failure_in_the_background_ends_the_program_and_is_kept() -> None:
    async def fail() -> None:
        raise RuntimeError("no configuration")

    app = CockpitApp(lambda: None, lambda: NOW, lambda event: None, background=fail)
    async with app.run_test() as pilot:
        await pilot.pause(0.3)
    assert str(app.failure) == "no configuration"
    assert app.return_code == 1


def services_of(state: State) -> Stage:
    return staged(state)


async def test_rows_stay_in_place_while_the_cursor_moves() -> None:
    state = fleet(100)
    stage = staged(state)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "2", "j", "j", "j")
        view = app.view
        assert isinstance(view, Services)
        before, chosen = [row.key for row in view.lines.rows], view.lines.chosen
        stage.state = next_turn(state, 1)
        await pilot.pause(0.3)
        assert [row.key for row in view.lines.rows] == before
        view.lines._moved_at -= 10  # as if the cursor had rested
        stage.state = next_turn(state, 2)
        await pilot.pause(0.3)
        assert [row.key for row in view.lines.rows] != before
        assert view.lines.chosen is not None
        assert chosen is not None
        assert view.lines.chosen.key == chosen.key


@pytest.mark.parametrize("ascii", [False, True])
async def test_titles_stand_above_their_columns(stage: Stage, ascii: bool) -> None:
    async with stage.app(ascii=ascii).run_test(size=(80, 24)) as pilot:
        lines = (await press(pilot, "2")).splitlines()
        title, row = (next(line for line in lines if words in line) for words in ("  level ", "orders-db "))
        assert title.index("level") == row.index("DOWN")


async def test_until_somebody_moves_the_cursor_stands_on_what_is_worst_now(stage: Stage) -> None:
    calm = state_of(shop_model(), live(shop_model(), lambda slot, at: shop_look(slot, 0.0)))
    stage.state = calm
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await press(pilot)
        stage.state = shop()
        await pilot.pause(0.3)
        assert "▌■ orders-db" in await press(pilot)


async def test_the_newest_of_the_timeline_is_in_sight_unless_somebody_reads_on(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await press(pilot)
        for turn in range(6):
            told = Entry(NOW + turn, "act", "", f"this happened as number {turn}")
            state = stage.state
            assert state
            picture = replace(state.picture, timeline=(*state.picture.timeline, told))
            stage.state = replace(state, picture=picture)
            await pilot.pause(0.2)
        assert "as number 5" in "\n".join(screen_text(pilot))


async def test_the_advice_is_never_cut(stage: Stage) -> None:
    async with stage.app().run_test(size=(60, 16)) as pilot:
        assert "page the owner." in " ".join((await press(pilot)).split())


async def test_in_the_prompt_a_slash_and_a_colon_are_text(stage: Stage) -> None:
    async with stage.app().run_test() as pilot:
        await press(pilot, "2")
        assert "filter a/:b" in await press(pilot, "slash", "a", "slash", "colon", "b", "enter")
