"""Everything you can do, by name: the keys of where you are, and a jump to every service."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from cockpit.tui.going import worst_of
from cockpit.tui.safe import safe
from cockpit.views.keys import on

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp
    from cockpit.tui.screens.view import View

NOTHING = "\0"
AT_MOST = 50
"""Services that are offered; whoever sees more types another letter."""


class Commands(Provider):
    """Plain words, no fuzzy matching: every word typed must occur, so a hostile name cannot make it slow."""

    @property
    def cockpit(self) -> CockpitApp:
        return cast("CockpitApp", self.app)

    async def discover(self) -> Hits:
        for title, help, run in self._actions():
            yield DiscoveryHit(safe(title), run, text=title, help=help)

    async def search(self, query: str) -> Hits:
        words = query.casefold().split()
        for title, help, run in self._actions():
            if _holds(f"{title} {help}", words):
                score = 1.0 if _holds(title, words) else 0.2
                yield Hit(score, _marked(title, words), run, text=title, help=help)
        for name in self._services(words):
            open_it = partial(self.cockpit.open_node, name)
            yield Hit(0.5, _marked(name, words), open_it, text=name, help="open it")

        for name in self._services(_asked_about(words)):
            ask = partial(self.cockpit.open_what_if, worst_of(name))
            yield Hit(
                0.6, _marked(f"what if {name} is DOWN", words), ask, text=name, help="what happens next"
            )

    def _actions(self) -> Iterator[tuple[str, str, Any]]:
        view = cast("View", self.screen)
        for each in on(view.PLACE):
            if each.palette:
                yield each.words, f"{each.shown}  {each.help}", partial(self.cockpit.press, each.keys[0])
        for name in self.cockpit.palettes:
            yield f"colours {name}", "", partial(self.cockpit.paint, name)

    def _services(self, words: list[str]) -> list[str]:
        state = self.cockpit.read()
        names = state.health.graph.names if state else ()
        return [name for name in names if _holds(name, words)][:AT_MOST]


def _asked_about(words: list[str]) -> list[str]:
    """`what if db`: the words of the name; NOTHING, which no name holds, where nothing is asked."""
    return words[2:] if words[:2] == ["what", "if"] and words[2:] else [NOTHING]


def _holds(text: str, words: list[str]) -> bool:
    text = text.casefold()
    return all(word in text for word in words)


def _marked(text: str, words: list[str]) -> Content:
    content = safe(text)
    for word in words:
        at = content.plain.casefold().find(word)
        if at >= 0:
            content = content.stylize("bold underline", at, at + len(word))
    return content
