"""Colours of the screen. Every pair of ink and paper has a contrast of 7:1; a test computes it.

Colour never says anything alone: each level has a glyph and a word, UNKNOWN is drawn in reverse, DOWN and
breached data have a paper of their own, so `mono` loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.theme import Theme

Palette = dict[str, str]

PALETTES: Final[dict[str, Palette]] = {
    "dark": {
        "paper": "#10141a",
        "ink": "#e8ebf0",
        "dim": "#b4bdc8",
        "rule": "#5d6b7a",
        "cursor": "#1e2c3c",
        "selection": "#2b3f57",
        "title": "#ffffff",
        "key": "#8fdcff",
        "warning": "#ffcf8a",
        "level-ok": "#83d6c0",
        "level-at-risk": "#9cc8ff",
        "level-degraded": "#f6e05e",
        "level-failing": "#ffae66",
        "down-ink": "#ffffff",
        "down-paper": "#9c1030",
        "breached-ink": "#16001a",
        "breached-paper": "#f4a8ff",
        "drill-ink": "#ffffff",
        "drill-paper": "#4a35c9",
    },
    "light": {
        "paper": "#ffffff",
        "ink": "#15191e",
        "dim": "#444c55",
        "rule": "#8a949e",
        "cursor": "#ebf3fb",
        "selection": "#c7dcf2",
        "title": "#000000",
        "key": "#003f73",
        "warning": "#653500",
        "level-ok": "#004d3b",
        "level-at-risk": "#003f7a",
        "level-degraded": "#604c00",
        "level-failing": "#5f0f00",
        "down-ink": "#ffffff",
        "down-paper": "#8f0a28",
        "breached-ink": "#ffffff",
        "breached-paper": "#5f0a70",
        "drill-ink": "#ffffff",
        "drill-paper": "#3f2ab8",
    },
    "contrast": {
        "paper": "#000000",
        "ink": "#ffffff",
        "dim": "#d6d6d6",
        "rule": "#9a9a9a",
        "cursor": "#00304f",
        "selection": "#003f66",
        "title": "#ffffff",
        "key": "#7fe0ff",
        "warning": "#ffd9a0",
        "level-ok": "#8ff0d8",
        "level-at-risk": "#b0d4ff",
        "level-degraded": "#fff06a",
        "level-failing": "#ffb877",
        "down-ink": "#ffffff",
        "down-paper": "#a3002a",
        "breached-ink": "#000000",
        "breached-paper": "#ffb0ff",
        "drill-ink": "#000000",
        "drill-paper": "#b9a8ff",
    },
    "mono": {
        "paper": "#000000",
        "ink": "#e6e6e6",
        "dim": "#b8b8b8",
        "rule": "#7a7a7a",
        "cursor": "#2b2b2b",
        "selection": "#3d3d3d",
        "title": "#ffffff",
        "key": "#ffffff",
        "warning": "#e6e6e6",
        "level-ok": "#d0d0d0",
        "level-at-risk": "#e6e6e6",
        "level-degraded": "#f2f2f2",
        "level-failing": "#ffffff",
        "down-ink": "#000000",
        "down-paper": "#ffffff",
        "breached-ink": "#000000",
        "breached-paper": "#ffffff",
        "drill-ink": "#000000",
        "drill-paper": "#ffffff",
    },
}
"""Of these, `mono` is what NO_COLOR gets."""


def themes() -> list[Theme]:
    from textual.theme import Theme

    return [
        Theme(
            name=name,
            primary=colours["key"],
            foreground=colours["ink"],
            background=colours["paper"],
            surface=colours["paper"],
            panel=colours["cursor"],
            accent=colours["key"],
            dark=name != "light",
            text_alpha=1.0,
            variables=dict(colours),
        )
        for name, colours in PALETTES.items()
    ]
