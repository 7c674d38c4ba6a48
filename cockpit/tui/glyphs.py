"""What is drawn instead of each glyph where the font or the terminal has none; always one for one."""

from __future__ import annotations

from typing import Final

_LEVELS: Final = {"●": "o", "◐": "~", "▲": "!", "◆": "#", "■": "X", "·": "."}
_LINES: Final = {"─": "-", "━": "=", "│": "|", "├": "|", "└": "`", "┬": "+", "┴": "+", "┼": "+"}
_SPARKS: Final = dict(zip("▁▂▃▄▅▆▇█", "__..--##", strict=True))
_SIGNS: Final = {
    "▌": ">",
    "▶": ">",
    "▸": ">",
    "▾": "v",
    "▼": "v",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "…": "~",
    "•": "*",
    "✓": "v",
    "✗": "x",
    "×": "x",
    "–": "-",
    "—": "-",
    "’": "'",
    "“": '"',
    "”": '"',
    "≥": ">",
    "≤": "<",
    "±": "~",
    "␤": "/",
    "⚠": "!",
}
_PLAIN: Final = str.maketrans(_LEVELS | _LINES | _SPARKS | _SIGNS)


def plain(text: str) -> str:
    """`text` with every glyph of ours in ASCII; names and currency signs stay as they were written."""
    return text if text.isascii() else text.translate(_PLAIN)
