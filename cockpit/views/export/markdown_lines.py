"""Lists and tables in Markdown; every cell is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from cockpit.views import words
from cockpit.views.export.escape import markdown
from cockpit.views.export.telling import Line
from cockpit.views.export.times import Zone, day, local, second

NOBODY: Final = "None on record."


def lines(zone: Zone, told: Sequence[Line], *, evidence: bool = False) -> str:
    if not told:
        return NOBODY
    days: dict[str, list[Sequence[str]]] = {}
    for each in told:
        days.setdefault(day(each.at), []).append(_row(zone, each, evidence))
    head = _head(zone, evidence)
    return "\n\n".join(f"**{date}**\n\n{table(head, rows)}" for date, rows in days.items())


def _head(zone: Zone, evidence: bool) -> tuple[str, ...]:
    times = ("UTC",) if zone.is_utc else ("UTC", zone.name)
    return (*times, "who", "what", *(("not OK at that moment",) if evidence else ()))


def _row(zone: Zone, one: Line, evidence: bool) -> tuple[str, ...]:
    times = (second(one.at),) if zone.is_utc else (second(one.at), local(one.at, zone))
    glyph = f"{words.GLYPHS[one.level]} " if one.level else ""
    return (*times, one.who, f"{glyph}{one.text}", *((one.evidence,) if evidence else ()))


def bullets(texts: Sequence[str]) -> str:
    return "\n".join(f"- {markdown(each)}" for each in texts) or NOBODY


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are escaped here; those that hold nothing stay empty."""
    lines = [f"| {' | '.join(map(markdown, head))} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(markdown, row))} |" for row in rows]
    return "\n".join(lines)
