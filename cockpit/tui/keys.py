"""The table of keys, as the terminal library wants it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual.binding import Binding as Bound
from textual.binding import BindingType

from cockpit.views.keys import BINDINGS, Binding, on

OF_LISTS = frozenset({"open", "cursor_down", "cursor_up", "cursor_first", "cursor_last"})
"""Actions that belong to the list that has the focus."""


OPEN_A_PROMPT: Final = frozenset({"filter", "jump"})
"""Handled before the next key is looked at: what is typed right behind them is meant for the prompt."""


def bound(*actions: str) -> Iterator[Bound]:
    """Bindings for these actions of a widget."""
    for binding in BINDINGS:
        if binding.action in actions:
            yield _bound(binding, binding.action)


def screen_keys(screen: str, *own: str) -> list[BindingType]:
    """Bindings of a screen. Actions that are not its `own` are the program's."""
    return [
        _bound(each, each.action if each.action in own else f"app.{each.action}")
        for each in on(screen)
        if each.action not in OF_LISTS
    ]


def _bound(binding: Binding, action: str) -> Bound:
    return Bound(
        ",".join(binding.keys),
        action,
        binding.words,
        show=False,
        key_display=binding.shown,
        priority=binding.action in OPEN_A_PROMPT,
    )
