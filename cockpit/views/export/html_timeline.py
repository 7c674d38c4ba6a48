"""Lines of a timeline as a table: day by day, what counts in bold, the evidence of its moment below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.views import words
from cockpit.views.export import parts
from cockpit.views.export.escape import html
from cockpit.views.export.telling import Line
from cockpit.views.export.times import Zone, day, local, second


def timeline(lines: Sequence[Line], zone: Zone) -> str:
    """Empty without lines."""
    head = ("UTC", "who", "what") if zone.is_utc else ("UTC", zone.name, "who", "what")
    return parts.table(head, _rows(lines, zone, len(head)))


def _rows(lines: Sequence[Line], zone: Zone, width: int) -> Iterator[str]:
    seen = ""
    for line in lines:
        if day(line.at) != seen:
            seen = day(line.at)
            yield f'<tr class="day"><th colspan="{width}">{seen}</th></tr>'
        yield _row(line, zone)


def _row(line: Line, zone: Zone) -> str:
    there = "" if zone.is_utc else parts.cell(local(line.at, zone), "time")
    glyph = ""
    if line.level is not None:
        glyph = f'<span class="{parts.level_class(line.level)}">{html(words.GLYPHS[line.level])}</span> '
    evidence = f"<small>then: {html(line.evidence)}</small>" if line.evidence else ""
    what = f'<td class="what">{glyph}{html(line.text)}{evidence}</td>'
    cells = (parts.cell(second(line.at), "time"), there, parts.cell(line.who, "dim"), what)
    return parts.row(cells, "key" if line.key else "")
