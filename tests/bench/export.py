"""Post-mortems of long incidents: how each format grows with the events on record."""

from __future__ import annotations

from cockpit.core.incident import words
from cockpit.core.journal import Fact
from cockpit.views.export import document, html, markdown
from cockpit.views.export.series import Charts
from tests.bench.table import Row, in_turn, milliseconds
from tests.views.export.made_up import HEAD, ID, T, level, postmortem, series, state, told

EVENTS = 10_000
SMALL = 100
STEP = 3.0
"""Seconds between two events."""


def rows() -> list[Row]:
    many, few = state(facts(EVENTS)), state(facts(SMALL))
    end = T + 400 + EVENTS * STEP
    charts = Charts(series(), step=60.0)
    large, small = postmortem(many, charts, end), postmortem(few, charts, end)
    ours, theirs = in_turn(lambda: postmortem(many, charts, end), lambda: postmortem(few, charts, end), 3)
    against, aim = f"{SMALL:,} events", "< 5 s, all together"
    found = [Row(f"gathered, {EVENTS:,} events", ours, theirs, "ms", against, aim)]
    for name, render in (
        ("Markdown", markdown.rendered),
        ("HTML", html.rendered),
        ("JSON", document.document),
    ):
        ours, theirs = in_turn(lambda r=render: r(large), lambda r=render: r(small), 3)  # type: ignore[misc]
        found.append(Row(f"{name}, {EVENTS:,} events", ours, theirs, "ms", against, aim))
    again = milliseconds(lambda: state(facts(EVENTS)))
    found.append(Row(f"read again from {EVENTS:,} records", again, None, "ms"))
    assert large.head == HEAD
    return found


def facts(count: int) -> list[Fact]:
    """Levels that go up and down, and every tenth time somebody says something."""
    first, *_ = told()
    more: list[Fact] = []
    for number in range(count):
        at = T + 400 + number * STEP
        if number % 10 == 0:
            more.append(words.noted(ID, "note", f"word {number}: it goes on like this", "ada", at))
        else:
            name = ("orders-db", "checkout-api", "place-order")[number % 3]
            more.append(level(name, *(("OK", "FAILING") if number % 2 else ("FAILING", "OK")), at))
    return [first, *more]
