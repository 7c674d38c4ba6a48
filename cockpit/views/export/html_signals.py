"""The drawings of a post-mortem, in HTML: what was hurt, and the signals that mattered."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.views.export import parts
from cockpit.views.export.charts import chart
from cockpit.views.export.escape import html
from cockpit.views.export.graph import drawn
from cockpit.views.export.postmortem import Postmortem
from cockpit.views.export.series import Charts, Frame, told
from cockpit.views.export.times import second

LEGEND = (
    "Each box at its worst, with the time (UTC) when it was first seen to be not OK. Round: what the "
    "business can do; square: services. A full line is a need that cannot be done without, a broken one a "
    "need that can; a dotted one only explains."
)


def picture(it: Postmortem) -> Iterator[str]:
    if not it.picture.parts:
        yield parts.paragraph("The record names nothing that was hurt.", "none")
        return
    yield f"<figure>{drawn(it.picture)}</figure>"
    yield parts.paragraph(LEGEND, "dim")
    if it.picture.left_out:
        yield parts.paragraph(f"Not drawn: {it.picture.left_out} more that were hurt less.", "dim")


def signals(charts: Charts, frame: Frame) -> Iterator[str]:
    if charts.trouble:
        yield parts.paragraph(charts.trouble, "warn")
    if not charts.series:
        yield parts.paragraph("No chart can be drawn.", "none")
        return
    for series in charts.series:
        name = f"<b>{html(series.name)}</b>"
        unit = f"in {series.unit}; " if series.unit not in ("", "ratio", "seconds") else ""
        what = unit + told(series).removeprefix(f"{series.name}: ")
        source = f" · {series.source}" if series.source else ""
        yield (
            f"<figure><figcaption>{name} <span>{html(what)}{html(source)}</span></figcaption>"
            f"{chart(series, frame)}</figure>"
        )
    yield _marked(frame)
    if frame.unmarked:
        yield parts.paragraph(f"Not marked: {frame.unmarked} more; the timeline has them.", "dim")
    yield parts.paragraph(
        "Shaded: the incident. Grey: nobody could see, and no line is drawn there. Times are UTC.", "dim"
    )


def _marked(frame: Frame) -> str:
    rows = (
        parts.row((parts.cell(str(each.number)), parts.cell(second(each.at), "time"), parts.cell(each.text)))
        for each in frame.marks
    )
    return parts.table(("", "UTC", "marked in the charts"), rows)
