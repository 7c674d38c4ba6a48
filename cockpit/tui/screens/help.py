"""The keys that work where you are, and what the signs mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding as Bound
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.section import SectionLines
from cockpit.views.keys import Binding, on
from cockpit.views.lines import Column, Row, Section, Span, Tone

LEVELS: tuple[tuple[str, str, Tone, str], ...] = (
    ("■", "DOWN", Tone.DOWN, "(almost) nothing succeeds"),
    ("◆", "FAILING", Tone.FAILING, "a material share of requests fails"),
    ("▲", "DEGRADED", Tone.DEGRADED, "works, below objective"),
    (
        "◐",
        "AT RISK",
        Tone.AT_RISK,
        "measured fine, but what it needs should be hurting it, or a fallback works",
    ),
    ("●", "OK", Tone.OK, "measured, within thresholds"),
    ("?", "UNKNOWN", Tone.UNKNOWN, "nobody can see; never taken for OK"),
    ("·", "UNMONITORED", Tone.UNMONITORED, "nothing is measured here"),
)


class Help(View):
    PLACE: ClassVar[str] = "help"
    BINDINGS: ClassVar[list[BindingType]] = [
        *screen_keys("help"),
        Bound("escape,backspace,q,question_mark", "app.back", show=False),
    ]

    def body(self) -> Iterable[Widget]:
        yield SectionLines(titled=True, id="all")

    def on_mount(self) -> None:
        lines = self.query_one(SectionLines)
        lines.show_sections(*sections(self.subject))
        lines.focus()

    def draw(self, state: State, now: Instant) -> None:
        """Help stands still."""


def sections(screen: str) -> tuple[Section, ...]:
    here = [each for each in on(screen) if each.screens]
    always = [each for each in on(screen) if not each.screens]
    return (
        _keys(f"Keys on this screen ({screen}); esc goes back", here),
        _keys("Everywhere", always),
        _levels(),
    )


def _keys(title: str, bindings: Iterable[Binding]) -> Section:
    rows = tuple(
        Row(((Span(each.shown, Tone.KEY),), (Span(each.help),)), key=each.action) for each in bindings
    )
    return Section(title, (Column(), Column(grow=True)), rows)


def _levels() -> Section:
    rows = tuple(_sign(*each) for each in LEVELS)
    return Section("What the signs mean", (Column(), Column(grow=True)), rows)


def _sign(glyph: str, word: str, tone: Tone, meaning: str) -> Row:
    return Row(((Span(f"{glyph} {word}", tone),), (Span(meaning),)), key=word)
