"""The first screen: one plain sentence, what is wrong, what the business can still do, what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from cockpit.tui.keys import screen_keys
from cockpit.tui.screens.clustered import ByCluster
from cockpit.tui.widgets.block import Block
from cockpit.tui.widgets.lines import Lines
from cockpit.tui.widgets.rule import Divider, Rule
from cockpit.tui.widgets.section import SectionLines, Timeline

if TYPE_CHECKING:
    from cockpit.core.levels import Instant
    from cockpit.core.state import State
    from cockpit.views.lines import Line, Section


class Bridge(ByCluster):
    PLACE: ClassVar[str] = "bridge"
    BINDINGS: ClassVar[list[BindingType]] = screen_keys("bridge")

    def body(self) -> Iterable[Widget]:
        self.wrong = SectionLines(id="wrong")
        self.business = SectionLines(id="business")
        self.next = SectionLines(id="next")
        self.timeline = Timeline(id="timeline")
        yield Block(id="headline")
        yield Rule("wrong", "business", divider="divider", joint="┬", id="upper")
        yield Horizontal(self.wrong, Divider(id="divider"), self.business, id="middle")
        yield Rule("next", divider="divider", joint="┴", id="lower")
        yield self.next
        yield Rule("timeline", id="since")
        yield self.timeline

    def on_mount(self) -> None:
        self.wrong.focus()

    def draw(self, state: State, now: Instant) -> None:
        from cockpit.views import clusters, headline  # the frame comes first
        from cockpit.views.bridge import bridge
        from cockpit.views.layout import wrap

        seen, only = self.seen(state), self.only
        view = bridge(seen, now, only)

        def said(width: int) -> list[Line]:
            hidden = clusters.filtered(state, seen, only, width) if only else ()
            return [*hidden, *headline.lines(seen, now, width, only=only), *wrap(view.first_move, width)]

        self.query_one("#headline", Block).show(said)
        self.query_one("#upper", Rule).show(view.wrong.title, view.business.title)
        self.query_one("#lower", Rule).show(view.next.title)
        self.query_one("#since", Rule).show(view.timeline.title)
        self._fill(self.wrong, view.wrong)
        self._fill(self.business, view.business)
        self._fill(self.next, view.next)
        self._fill(self.timeline, view.timeline)

    def _fill(self, lines: SectionLines, section: Section) -> None:
        lines.show_sections(section)
        lines.can_focus = any(row.key for row in section.rows)

    @property
    def node(self) -> str:
        placed = self.list.chosen if self.list else None
        row = placed.row if placed else None
        return row.key if row and row.opens == "node" else ""

    @on(Lines.Left)
    def to_next_part(self, event: Lines.Left) -> None:
        """The cursor walks over from part to part, as if they were one list."""
        parts = [each for each in (self.wrong, self.business, self.next, self.timeline) if each.can_focus]
        if event.lines in parts:
            at = parts.index(event.lines) + event.direction
            if 0 <= at < len(parts):
                parts[at].enter_from(-event.direction)

    @on(Lines.Opened)
    def open_row(self, event: Lines.Opened) -> None:
        self.cockpit.open_row(event.row.row)
