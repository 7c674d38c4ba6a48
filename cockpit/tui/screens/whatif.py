"""What if: one service or several at a level, and all that follows; nothing is asked and nothing moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant, Level
from cockpit.core.rehearsal.standing import grades_of
from cockpit.core.state import State
from cockpit.core.whatif.answer import Answer, answer
from cockpit.core.whatif.asking import LEVELS
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.view import View
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.section import Placed, SectionLines
from cockpit.views.layout import wrap
from cockpit.views.lines import Line, Section, Tone, line
from cockpit.views.whatif.choosing import TITLE, choosing
from cockpit.views.whatif.sections import WhatIfView, what_if_view


class Story(SectionLines):
    """Sentences take several rows each, and some are about the same service: rows go by their place."""

    def _place(self, section: Section, width: int) -> Iterator[Placed]:
        for at, placed in enumerate(super()._place(section, width)):
            yield Placed(placed.line, placed.row, f"{section.title}/{at}" if placed.key else "")

    def show(self, rows: Sequence[Placed], *, settle: bool = False) -> None:
        """Nothing here moves by itself, so what another question brings need not wait for the cursor."""
        super().show(rows, settle=True)

    def version(self, row: Placed) -> object:
        return None  # another question is no news of the services


class WhatIf(View):
    PLACE: ClassVar[str] = "what-if"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("what-if", "worse", "second_worse", "second", "alone")

    def __init__(self, chosen: Mapping[str, Level]) -> None:
        super().__init__(next(iter(chosen), ""))
        self.chosen = dict(chosen)
        self._known: tuple[object, Answer] | None = None
        self._view: tuple[object, WhatIfView] | None = None
        self._choosing: tuple[object, tuple[Section, ...]] | None = None

    def body(self) -> Iterable[Widget]:
        self.lines = Story(titled=True, id="all")
        yield Block(id="headline")
        yield self.lines

    def on_mount(self) -> None:
        self.lines.focus()

    @on(Lines.Fitted)
    def fit_anew(self) -> None:
        self.cockpit.draw()

    def draw(self, state: State, now: Instant) -> None:
        gone = [name for name in self.chosen if name not in state.health.graph.index]
        if gone:
            title: tuple[Line, ...] = (line(f"{gone[0]} is no longer in the configuration", Tone.WARNING),)
            sections: tuple[Section, ...] = ()
        elif not self.chosen:
            title, sections = (TITLE,), self._which(state)
        else:
            view = self._seen(state)
            title, sections = (view.title, *view.remarks), view.sections
        self.query_one("#headline", Block).show(
            lambda width: [part for each in title for part in wrap(each, width)]
        )
        self.lines.show_sections(*sections)

    def _answer(self, state: State) -> Answer:
        """Asked anew only when something that it rests on is another object."""
        graph, grades = state.health.graph, grades_of(state)
        question = (id(graph), id(grades), tuple(self.chosen.items()))
        if self._known is None or self._known[0] != question:
            self._known = question, answer(graph, self.chosen, grades)
        return self._known[1]

    def _seen(self, state: State) -> WhatIfView:
        found = self._answer(state)
        usual = expected(state, found)
        shown = (id(found), usual, self.lines.room)
        if self._view is None or self._view[0] != shown:
            self._view = shown, what_if_view(found, usual, self.lines.room)
        return self._view[1]

    def _which(self, state: State) -> tuple[Section, ...]:
        graph = state.health.graph
        if self._choosing is None or self._choosing[0] is not graph:
            self._choosing = graph, choosing(graph)
        return self._choosing[1]

    @property
    def node(self) -> str:
        placed = self.lines.chosen
        return placed.row.key if placed and placed.row and placed.row.opens == "node" else self.subject

    # Other questions

    def action_worse(self) -> None:
        """The next level of the first, the worst again after the least."""
        self._turn(0)

    def action_second_worse(self) -> None:
        self._turn(len(self.chosen) - 1)

    def _turn(self, which: int) -> None:
        if not self.chosen:
            self.tell("put the cursor on a service, and press enter")
            return
        name = list(self.chosen)[which]
        at = LEVELS.index(self.chosen[name])
        self.chosen[name] = LEVELS[(at + 1) % len(LEVELS)]
        self.cockpit.draw()

    async def action_second(self) -> None:
        """In the prompt, where names are completed by what is there."""
        named = [f"{name}={level.name}" for name, level in self.chosen.items()]
        await self.ask(":", " ".join(["what-if", *named, ""]))

    def action_alone(self) -> None:
        """Only the first again."""
        self.chosen = dict(list(self.chosen.items())[:1])
        self.cockpit.draw()

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        row = event.row.row
        if row is not None and not self.chosen and row.opens == "node":
            self.cockpit.open_what_if({row.key: Level.DOWN})
        else:
            self.cockpit.open_row(row)


def expected(state: State, asked: Answer) -> dict[str, float]:
    """What each capability that is hurt usually does a minute, where its measure says so now."""
    impacts = state.health.impacts
    found = {name: impacts[name].expected for name in asked.outcome.nobody if name in impacts}
    return {name: each for name, each in found.items() if each is not None}
