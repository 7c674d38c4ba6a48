"""Several lines of text to write: whatever is typed, pasted or loaded is cleaned before it is drawn."""

from __future__ import annotations

from textual.document._edit import Edit
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult

from cockpit.text import clean


class Area(TextArea):
    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(
            clean(text, multiline=True),
            id=id,
            tab_behavior="focus",
            soft_wrap=True,
            highlight_cursor_line=False,
        )

    def on_mount(self) -> None:
        self.cursor_blink = False

    def edit(self, edit: Edit) -> EditResult:
        edit.text = clean(edit.text, multiline=True)
        return super().edit(edit)

    def load_text(self, text: str) -> None:
        super().load_text(clean(text, multiline=True))
