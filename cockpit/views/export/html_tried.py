"""What was tried, in HTML: runs step by step, what was taken back, switches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.views.export import parts
from cockpit.views.export.escape import html
from cockpit.views.export.html_timeline import timeline
from cockpit.views.export.postmortem import Postmortem
from cockpit.views.export.times import minute, second
from cockpit.views.export.tried import Deed, Try
from cockpit.views.words_runs import glass_told


def tried(it: Postmortem) -> Iterator[str]:
    yield from map(_try, it.tried)
    if not it.tried:
        yield parts.paragraph("No runbook was run.", "none")
    yield "<h3>What was undone</h3>"
    yield parts.bullets(it.undone) or parts.NONE
    yield "<h3>Switches</h3>"
    yield timeline(it.switches, it.zone) or parts.NONE


def _try(one: Try) -> str:
    ended = f", ended {minute(one.ended_at)}" if one.ended_at is not None else ", not over"
    inside = f", inside {one.parent}" if one.parent else ""
    on = f" on {one.on}" if one.on else ""
    said = f"{one.by}{on}, began {minute(one.started_at)} UTC{ended}{inside}: {one.outcome}."
    doubt = parts.paragraph("Something in it may or may not have happened.", "warn") if one.doubtful else ""
    back = f"<p>Taken back:</p>{_deeds(one.back)}" if one.back else ""
    stays = f"<p>Stays:</p>{parts.bullets(one.stays)}" if one.stays else ""
    glass = "".join(parts.paragraph(glass_told(each), "warn") for each in one.broken_glass)
    head = f"<h3>{html(one.id)} {html(one.title)}</h3>"
    return f"{head}{parts.paragraph(said, 'dim')}{doubt}{glass}{_deeds(one.deeds)}{back}{stays}"


def _deeds(deeds: Sequence[Deed]) -> str:
    rows = (
        parts.row(
            (
                parts.cell(second(each.at), "time"),
                parts.cell(each.title),
                parts.cell(each.state, small=each.why),
                parts.cell(each.effect),
                parts.cell(each.checked),
            )
        )
        for each in deeds
    )
    return parts.table(("UTC", "step", "how it ended", "what it changed", "did it help"), rows)
