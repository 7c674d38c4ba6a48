"""Every service, flat or as a tree; made for thousands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.clustered import ByCluster
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Rule
from cockpit.views.clusters import filtered
from cockpit.views.lines import Line, Span
from cockpit.views.service_lines import draw, heading
from cockpit.views.services import Grouping, Options, RowKind, ServiceList, ServiceRow, rows

if TYPE_CHECKING:
    from cockpit.tui.widgets.prompt import Kind

NEXT = {Grouping.FLAT: Grouping.SYSTEM, Grouping.SYSTEM: Grouping.OWNER, Grouping.OWNER: Grouping.FLAT}


class ServiceLines(Lines[ServiceRow]):
    state: State
    now: Instant = 0.0

    def version(self, row: ServiceRow) -> object:
        return row.level, row.failure

    def line(self, row: ServiceRow, width: int) -> Line:
        return draw(self.state, row, self.now, width)


class Services(ByCluster):
    PLACE: ClassVar[str] = "services"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("services", "filter", "only_wrong", "group", "back")

    def __init__(self) -> None:
        super().__init__()
        self.options = Options()
        self.listed = ServiceList()
        self._listed: State | None = None
        self._by = self.options
        self._only = ""

    def body(self) -> Iterable[Widget]:
        self.lines = ServiceLines(id="all")
        yield Rule("all", id="upper")
        yield Block(id="headline")
        yield Block(id="heading")
        yield self.lines

    def on_mount(self) -> None:
        self.lines.focus()

    def draw(self, state: State, now: Instant, settle: bool = False) -> None:
        seen, only = self.seen(state), self.only
        if self._listed is not seen or self._by != self.options:
            self._listed, self._by = seen, self.options
            self.listed = rows(seen, now, self.options, self.listed)
        self.lines.state, self.lines.now = seen, now
        self.lines.show(self.listed.rows, settle=settle or only != self._only)
        self._only = only
        self.query_one("#upper", Rule).show(_title(self.listed, self.options, only))
        self.query_one("#headline", Block).show(
            lambda width: filtered(state, seen, only, width) if only else ()
        )
        self.show_heading()

    @on(Lines.Fitted)
    def show_heading(self) -> None:
        """Titles stand above their columns, also when the list has just got its room."""
        self.query_one("#heading", Block).show(lambda width: [(Span(" "), *heading(self.lines.room))])

    def choose(self, options: Options) -> None:
        """A person asked for another list, so it may move at once."""
        self.options = options
        state = self.cockpit.read()
        if state is not None:
            self.draw(state, self.cockpit.now(), settle=True)

    @property
    def node(self) -> str:
        row = self.lines.chosen
        return row.key if row and row.kind is RowKind.SERVICE else ""

    # Keys

    async def action_filter(self) -> None:
        await self.ask("/", self.options.filter)

    def action_only_wrong(self) -> None:
        self.choose(replace(self.options, only_wrong=not self.options.only_wrong))

    def action_group(self) -> None:
        self.choose(replace(self.options, grouping=NEXT[self.options.grouping]))

    def action_back(self) -> None:
        """The filter goes first, then the screen."""
        if self.options.filter:
            self.choose(replace(self.options, filter=""))
        else:
            self.cockpit.back()

    def typed(self, kind: Kind, text: str) -> None:
        if kind == "/":
            self.choose(replace(self.options, filter=text))
        else:
            super().typed(kind, text)

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        row = event.row
        match row.kind:
            case RowKind.HEADER:
                self.choose(replace(self.options, folded=self.options.folded ^ {row.key}))
            case RowKind.SERVICE:
                self.cockpit.open_node(row.key)
            case RowKind.SOURCE:
                self.cockpit.open_source(row.key.removeprefix("source:"))


def _title(listed: ServiceList, options: Options, only: str) -> str:
    parts = [f"Services {listed.shown:,} of {listed.total:,}", f"{listed.not_ok:,} not OK"]
    parts += [f"in {only} (c goes on)"] * bool(only)
    parts += [f"by {options.grouping}"] * (options.grouping is not Grouping.FLAT)
    parts += ["only wrong"] * options.only_wrong
    parts += [f"filter {options.filter} (esc clears)"] * bool(options.filter)
    return ", ".join(parts)
