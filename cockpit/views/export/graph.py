"""What was hurt and what needs what, drawn in layers: what people feel on top, what it rests on below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from cockpit.core.levels import Instant, Shown
from cockpit.views import words
from cockpit.views.export.escape import html
from cockpit.views.export.layers import BOX, MARGIN, Arranged, arranged
from cockpit.views.export.times import minute
from cockpit.views.layout import width_of

TALL: Final = 46.0
NOTE: Final = 15.0
"""What a box is taller by where something is noted in one."""
DOWN: Final = 46.0
LONGEST: Final = 21
"""Cells of a name that fit into a box."""


@dataclass(frozen=True, slots=True)
class Part:
    """A service or a capability that was hurt."""

    name: str
    title: str
    worst: Shown
    since: Instant | None
    """When it was first seen to be not OK."""
    capability: bool = False
    note: str = ""
    """ "first to fail"."""


@dataclass(frozen=True, slots=True)
class Need:
    of: str
    on: str
    kind: Literal["hard", "soft", "none"] = "hard"


@dataclass(frozen=True, slots=True)
class Picture:
    parts: tuple[Part, ...] = ()
    needs: tuple[Need, ...] = ()
    left_out: int = 0
    """Parts that there was no room for: the ones that were hurt least."""


def drawn(picture: Picture) -> str:
    """An SVG element; empty without parts."""
    if not picture.parts:
        return ""
    on_top = sorted(picture.parts, key=lambda part: not part.capability)
    place = arranged([each.name for each in on_top], [(each.of, each.on) for each in picture.needs])
    tall = TALL + (NOTE if any(each.note for each in picture.parts) else 0.0)
    height = 2 * MARGIN + len(place.rows) * tall + (len(place.rows) - 1) * DOWN
    said = ", ".join(f"{each.title}: {words.level_word(each.worst)}" for each in picture.parts)
    size = f"0 0 {place.width:.0f} {height:.0f}"
    head = f'<svg class="graph" viewBox="{size}" role="img" aria-label="{html(said)}">'
    rows = {name: number for number, row in enumerate(place.rows) for name in row}
    ys = {name: MARGIN + number * (tall + DOWN) for name, number in rows.items()}
    lines = (_way(need, place, ys, tall) for need in picture.needs)
    boxes = ("".join(_box(each, place.centres[each.name], ys[each.name], tall)) for each in picture.parts)
    return "".join((head, *lines, *boxes, "</svg>"))


def _way(need: Need, place: Arranged, ys: dict[str, float], tall: float) -> str:
    """From box to box in bends, straight through the lanes of the rows between."""
    if (need.of, need.on) not in place.stops:
        return ""
    x, y = place.centres[need.of], ys[need.of]
    down = ys[need.on] >= y
    y += tall if down else 0.0
    path = [f"M{x:.1f} {y:.1f}"]
    for name in (*place.stops[need.of, need.on], need.on):
        x2 = place.centres[name]
        near, far = (ys[name], ys[name] + tall) if down else (ys[name] + tall, ys[name])
        if ys[name] == ys[need.of]:  # side by side: around below
            near = ys[name] + tall
            path.append(f"C{x:.1f} {y + DOWN / 2:.1f} {x2:.1f} {y + DOWN / 2:.1f} {x2:.1f} {near:.1f}")
            continue
        middle = (y + near) / 2
        path.append(f"C{x:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {near:.1f}")
        x, y = x2, near
        if name != need.on:
            path.append(f"V{far:.1f}")
            y = far
    return f'<path class="need {need.kind}" d="{"".join(path)}"/>'


def _box(part: Part, centre: float, y: float, tall: float) -> Iterator[str]:
    x = centre - BOX / 2
    level = f"is-{part.worst.value.lower().replace('_', '-')}"
    shape, bend = ("part capability", 15) if part.capability else ("part", 4)
    size = f'x="{x:.1f}" y="{y:.1f}" width="{BOX:.0f}" height="{tall:.0f}" rx="{bend}"'
    yield f'<rect class="{shape} {level}" {size}/>'
    yield f'<text class="title" x="{x + 12:.1f}" y="{y + 19:.1f}">{html(_short(part.title))}</text>'
    since = f" {minute(part.since)}" if part.since is not None else ""
    said = f"{words.GLYPHS[part.worst]} {words.level_word(part.worst)}{since}"
    yield f'<text class="level {level}" x="{x + 12:.1f}" y="{y + 35:.1f}">{html(said)}</text>'
    if part.note:
        yield f'<text class="note" x="{x + 12:.1f}" y="{y + 51:.1f}">{html(part.note)}</text>'


def _short(text: str) -> str:
    if width_of(text) <= LONGEST:
        return text
    kept = ""
    for each in text:
        if width_of(kept + each) > LONGEST - 1:
            break
        kept += each
    return f"{kept}…"
