"""The way from the beginning to the end of an incident on one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cockpit.core.levels import Instant
from cockpit.views.export.escape import html
from cockpit.views.export.stages import Stage
from cockpit.views.export.times import lasted, minute

WIDTH: Final = 900
HEIGHT: Final = 92
LEFT, RIGHT, Y = 60, 840, 40
ROOM: Final = 128.0
"""Between two names, so that each can be read; the line is not to scale where they would touch."""


def track(stages: Sequence[Stage], now: Instant) -> str:
    """An SVG element; stages that are not on record are left out."""
    known = [each for each in stages if each.at is not None]
    if not known:
        return ""
    moments = [each.at or 0.0 for each in known]
    ended = stages[-1].at is not None
    xs = _spread(moments, max(now, moments[-1]) if not ended else moments[-1])
    said = ", ".join(f"{each.name} {minute(each.at)} UTC" for each in known)
    parts = [f'<svg class="track" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html(said)}">']
    parts.append(_rail("rail", xs[0], xs[-1] if ended else RIGHT))
    calm = next((x for x, each in zip(xs, known, strict=True) if each.name == "Mitigated"), None)
    parts.append(_rail("fill", xs[0], calm if calm is not None else xs[-1] if ended else RIGHT))
    if calm is not None:
        parts.append(_rail("calm", calm, xs[-1] if ended else RIGHT))
    for x, each in zip(xs, known, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{Y}" r="6"/>')
        parts.append(f'<text class="title mid" x="{x:.1f}" y="{Y - 16}">{html(each.name)}</text>')
        parts.append(f'<text class="mid" x="{x:.1f}" y="{Y + 24}">{minute(each.at)} UTC</text>')
        if each.after is not None:
            parts.append(
                f'<text class="mid" x="{x:.1f}" y="{Y + 40}">after {html(lasted(each.after))}</text>'
            )
    parts.append("</svg>")
    return "".join(parts)


def _rail(name: str, x: float, until: float) -> str:
    return (
        f'<rect class="{name}" x="{x:.1f}" y="{Y - 3}" width="{max(0.0, until - x):.1f}" height="6" rx="3"/>'
    )


def _spread(moments: Sequence[Instant], end: Instant) -> list[float]:
    """Places in their order and to scale, as far as the names leave room for it."""
    start, whole = moments[0], max(1.0, end - moments[0])
    room = min(ROOM, (RIGHT - LEFT) / max(1, len(moments) - 1))
    xs = [LEFT + (at - start) / whole * (RIGHT - LEFT) for at in moments]
    for at in range(1, len(xs)):
        xs[at] = max(xs[at], xs[at - 1] + room)
    limit = float(RIGHT)
    for at in range(len(xs) - 1, -1, -1):
        xs[at] = min(xs[at], limit)
        limit = xs[at] - room
    return xs
