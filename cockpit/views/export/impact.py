"""The impact page: how it stands, for people who have no terminal; in the words of the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cockpit.core.health.state import Node
from cockpit.core.incident.due import update_due
from cockpit.core.incident.model import Incident, open_ones
from cockpit.core.levels import Instant, Integrity, Seconds
from cockpit.core.state import State
from cockpit.text import age, join_names
from cockpit.views import business, facts, headline, impact, words
from cockpit.views.export import parts
from cockpit.views.export.escape import html
from cockpit.views.export.times import UTC_ZONE, Zone, in_full, lasted, minute
from cockpit.views.lines import text_of

OLD: Final[Seconds] = 120.0
"""After that a picture is no picture of now."""
LAST: Final = "Written by cockpit. This page does not change by itself: look at its time first."
FOR_WHO_IS_HERE: Final = ("Press ", "No runbook fits", "The record is away", "There is no record")
"""Sentences that only help somebody at the keyboard."""


def page(state: State, now: Instant, zone: Zone = UTC_ZONE) -> str:
    """One HTML file; what nobody can see is said to be unknown, never to be fine."""
    title = f"{state.model.title or state.model.name}: how it stands"
    return parts.page(title, _body(state, now, zone))


def _body(state: State, now: Instant, zone: Zone) -> Iterator[str]:
    yield _header(state, now, zone)
    yield _headline(state, now)
    yield parts.section("going-on", "Who can go on", _continuity(state, now))
    yield parts.section("capabilities", "The business", *_capabilities(state, now))
    yield parts.section("incidents", "Open incidents", *_incidents(state, now, zone))
    unseen = parts.bullets(_unseen(state)) or _all_seen(state)
    yield parts.section("unseen", "What nobody can see", unseen)
    yield f"<footer>{parts.paragraph(LAST)}</footer>"


def _header(state: State, now: Instant, zone: Zone) -> str:
    name = html(state.model.title or state.model.name)
    seen = in_full(state.health.at, zone)
    demo = '<p class="warn">Played in a demo: nothing of this happens.</p>' if state.mode == "demo" else ""
    if state.health.at is None:
        when = '<p class="warn">Nothing has been seen yet, so nothing here is known.</p>'
    elif now - state.health.at > OLD:
        old = age(now - state.health.at)
        when = f'<p class="warn">The picture is {html(old)} old: it shows how it was at {html(seen)}.</p>'
    else:
        when = ""
    return (
        f'<header>\n<p class="where">{name} · seen {html(seen)} · written {html(in_full(now, zone))}</p>\n'
        f"<h1>How it stands</h1>\n{demo}{when}</header>"
    )


def _headline(state: State, now: Instant) -> str:
    said = [each for each in headline.sentences(state, now) if not each.startswith(FOR_WHO_IS_HERE)]
    return f'<section class="lead" id="headline">{"".join(map(parts.paragraph, said))}</section>'


def _continuity(state: State, now: Instant) -> str:
    lines = business.continuity(state, now)
    return parts.bullets(text_of(each) for each in lines) or parts.paragraph("Nobody is named.", "none")


def _capabilities(state: State, now: Instant) -> Iterator[str]:
    nodes = business.worst_first(state)
    if not nodes:
        yield parts.paragraph("No business capability is declared.", "none")
    for node in nodes:
        yield _capability(state, node, now)


def _capability(state: State, node: Node, now: Instant) -> str:
    section = impact.capability(state, node, now)
    head = f"<h3>{parts.badge(node.level)} {html(section.title)}</h3>"
    doubt = words.INTEGRITY[node.integrity].capitalize() if _in_doubt(node) else ""
    wrong = parts.paragraph(f"{doubt}.", "warn") if doubt else ""
    rows = (
        parts.row((parts.cell(text_of(row.cells[0]), "label"), parts.cell(_spaced(text_of(row.cells[1])))))
        for row in section.rows
    )
    return f"{head}{wrong}{parts.table((), rows)}"


def _spaced(text: str) -> str:
    """The screen keeps its columns apart with spaces, which a page does not show."""
    return " · ".join(each for each in text.split("  ") if each.strip())


def _in_doubt(node: Node) -> bool:
    return node.integrity in (Integrity.BREACHED, Integrity.SUSPECT)


def _incidents(state: State, now: Instant, zone: Zone) -> Iterator[str]:
    if state.picture.journal_trouble:
        yield parts.paragraph("The record cannot be read, so it is not known whether one is open.", "warn")
        return
    found = open_ones(state.record.incidents.values())
    if not found:
        yield parts.paragraph("None is declared.", "none")
    for incident in found:
        yield _incident(state, incident, now, zone)


def _incident(state: State, incident: Incident, now: Instant, zone: Zone) -> str:
    severity = f"{incident.severity}" if incident.severity else "no severity yet"
    command = f"{incident.commander or 'nobody'} is in command"
    head = f"<h3>{html(incident.id)} {html(incident.title)}</h3>"
    ago = lasted(now - incident.began_at)
    began = f"{severity}, began {in_full(incident.began_at, zone)}, {ago} ago; {command}."
    return f"{head}{parts.paragraph(began)}{parts.paragraph(_next(state, incident, now))}{_last(incident)}"


def _next(state: State, incident: Incident, now: Instant) -> str:
    due = update_due(incident, state.model.incident)
    if due is None:
        return "No next update is promised."
    late = f", {lasted(now - due)} overdue" if due < now else ""
    return f"Next update by {minute(due)} UTC{late}."


def _last(incident: Incident) -> str:
    """What was said last, with its time: it may no longer be so."""
    last = incident.last_update()
    if last is None:
        return parts.paragraph("Nothing was said yet.", "dim")
    said = f"Said at {minute(last.at)} UTC for {last.audience or 'everybody'}:"
    return f"{parts.paragraph(said, 'dim')}{parts.quote(last.text)}"


def _unseen(state: State) -> Iterator[str]:
    for source in facts.lost_sources(state):
        yield headline.unreachable(state, source)
    hidden = [facts.called(state, node.name) for node in state.health.nodes if _hidden(node)]
    if hidden:
        yield f"Not known: {join_names(hidden, 12)}"
    unwatched = facts.unmonitored(state)
    if unwatched and state.health.at is not None:
        yield f"Not watched at all: {join_names([node.name for node in unwatched], 12)}"


def _hidden(node: Node) -> bool:
    return node.level.value == "UNKNOWN" and not node.idle


def _all_seen(state: State) -> str:
    if state.health.at is None:
        return parts.paragraph("Nothing has been seen yet.", "none")
    return parts.paragraph("Everything that is watched can be seen.", "none")
