"""The first line drops what matters least; footer, help and palette come from one table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.core.events import HistoryProgressed, ModelRejected, SourceAnswered
from cockpit.core.model import Origin
from cockpit.core.update import initial, update
from cockpit.views.firstline import firstline
from cockpit.views.keys import BINDINGS, footer, on
from cockpit.views.layout import line_width
from cockpit.views.lines import text_of
from cockpit.views.rules import recording_rules

from .shop import START, calm, incident, now, shop


def test_an_incident_at_eighty_columns() -> None:
    state = incident()
    assert text_of(firstline(state, now(state))) == (
        "shop prod-eu  ■ DOWN  too early: contained in 09:35 if nothing new  SEV1"
    )


def test_everything_odd_is_said_where_there_is_room() -> None:
    state = calm()
    at = now(state)
    origin = Origin("config", "0123456789abcdef", at - 3 * 86_400, dirty=True)
    state = replace(state, mode="replay", readonly=True, model=replace(state.model, origin=origin))
    for event in (
        HistoryProgressed(0.4),
        ModelRejected(("one", "two"), at),
        SourceAnswered("eu", at, skew=-7.2, note="its certificate is not checked"),
    ):
        state, _ = update(state, event)
    assert text_of(firstline(state, at + 60, 300)) == (
        "shop prod-eu  REPLAY  ● OK  read-only  picture 1 min old  history loading 40 %  "
        "old config in force: 2 complaints  clock skew 7 s  its certificate is not checked  "
        "config 0123456 3 d old + local changes"
    )


def test_a_long_warning_is_cut_rather_than_left_out() -> None:
    state = calm()
    warning = "answers are partial: " + "store eu-2 has not answered in time, " * 10
    state, _ = update(state, SourceAnswered("eu", now(state), note=warning))
    assert "answers are partial: store eu-2 has not…" in text_of(firstline(state, now(state)))


def test_before_anything_is_known_nothing_is_ok() -> None:
    assert text_of(firstline(initial(shop()), START)) == (
        "shop prod-eu  ? waiting for the first answer  4 of 4 blind  22:13 UTC"
    )


@pytest.mark.parametrize("width", [1, 10, 40, 80, 200])
def test_the_first_line_fits(width: int) -> None:
    state = incident()
    assert line_width(firstline(state, now(state), width)) <= width


SCREENS = sorted({screen for each in BINDINGS for screen in each.screens} | {"bridge"})


def test_no_two_actions_share_a_key_on_one_screen() -> None:
    for screen in SCREENS:
        keys = [key for binding in on(screen) for key in binding.keys]
        assert len(keys) == len(set(keys)), screen


def test_every_binding_explains_itself() -> None:
    assert all(binding.words and binding.help.endswith((".", "checkout")) for binding in BINDINGS)
    # Beside the keys, at 80 columns, on one line.
    assert [binding.help for binding in BINDINGS if len(binding.help) > 70] == []


@pytest.mark.parametrize("screen", SCREENS)
def test_the_footer_fits_eighty_columns_with_help_in_it(screen: str) -> None:
    shown = footer(screen, 80)
    assert sum(len(each.shown) + len(each.words) + 3 for each in shown) <= 80
    assert {"help", "quit"} <= {each.action for each in shown}


def test_without_grouped_questions_there_are_no_rules() -> None:
    assert recording_rules(shop())[-1] == "    rules: []"
