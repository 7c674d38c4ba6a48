"""A post-mortem as a value: everything that Markdown, HTML and JSON tell, gathered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit.core.incident.model import Handover, Incident, Note, SeveritySet, Update
from cockpit.core.journal_head import Head
from cockpit.core.levels import Instant, Seconds, Severity
from cockpit.core.model import Capability
from cockpit.core.runbook.run import Run
from cockpit.core.state import State
from cockpit.views import facts
from cockpit.views.export.courses import Course, courses
from cockpit.views.export.graph import Picture
from cockpit.views.export.losses import Hurt, hurt
from cockpit.views.export.picture import pictured
from cockpit.views.export.series import Charts, Frame
from cockpit.views.export.stages import Stage, stages
from cockpit.views.export.telling import (
    Line,
    Person,
    acts,
    framed,
    gaps,
    left_open,
    people,
    switched,
    telling,
    undone,
)
from cockpit.views.export.times import UTC_ZONE, Zone
from cockpit.views.export.tried import Try, tries
from cockpit.views.words import BADNESS

QUESTIONS = (
    "What happened, in our own words",
    "Why it could happen: everything that contributed",
    "What went well, and where we were lucky",
    "What made it longer or worse than it had to be",
    "What somebody needed to see and could not",
    "What we change: what, who, by when",
)
"""For people to fill in: no program knows it."""


@dataclass(frozen=True, slots=True)
class Postmortem:
    id: str
    title: str
    place: str
    """Which system, as its owners call it."""
    made_at: Instant
    zone: Zone
    open: bool
    """Not over when this was made, so nothing in it is final."""
    severity: Severity | None
    """The gravest that it ever had."""
    severities: tuple[SeveritySet, ...]
    proposed: Severity | None
    stages: tuple[Stage, ...]
    """Began, noticed, declared, mitigated, resolved."""
    lasted: Seconds
    resolution: str
    resolved_by: str
    reopened: int
    impact: tuple[Hurt, ...]
    charts: Charts
    frame: Frame
    picture: Picture
    timeline: tuple[Line, ...]
    hypotheses: tuple[Note, ...]
    decisions: tuple[Note, ...]
    tried: tuple[Try, ...]
    undone: tuple[str, ...]
    wrong: tuple[str, ...]
    """Whose data was wrong, by the names that people use."""
    switches: tuple[Line, ...]
    updates: tuple[Update, ...]
    handovers: tuple[Handover, ...]
    left: tuple[str, ...]
    """What was not fine or not cleaned up when somebody resolved it all the same."""
    owed: tuple[str, ...]
    """What is to clean up still, when this was made."""
    people: tuple[Person, ...]
    unseen: tuple[str, ...]
    """What nobody could see, and what is missing here."""
    head: Head
    demo: bool = False
    questions: tuple[str, ...] = field(default=QUESTIONS)


def gather(
    state: State,
    incident: Incident,
    charts: Charts,
    head: Head,
    now: Instant,
    *,
    zone: Zone = UTC_ZONE,
    runs: Mapping[str, Run] | None = None,
) -> Postmortem:
    """`incident` with its story; `runs`: where the record of `state` does not keep all of them any more.

    Of the picture only the declared system is taken, never the health of now: what it was like then is told
    by the record and by the history in `charts`.
    """
    until = incident.resolved_at if incident.resolved_at is not None else now
    known = courses(incident)
    tried = tries(runs or state.record.runs, incident, until)
    lines = telling(incident)
    return Postmortem(
        id=incident.id,
        title=incident.title,
        place=state.model.title or state.model.name,
        made_at=now,
        zone=zone,
        open=incident.is_open,
        severity=_gravest(incident),
        severities=incident.severities,
        proposed=incident.proposed,
        stages=stages(state, incident, known, now),
        lasted=max(0.0, until - incident.began_at),
        resolution=incident.resolution,
        resolved_by=incident.resolved_by,
        reopened=incident.reopened,
        impact=_impact(state, known, charts, incident.began_at, until),
        charts=charts,
        frame=framed(incident, now, acts(lines, tried)),
        picture=pictured(state, known),
        timeline=lines,
        hypotheses=incident.of("hypothesis"),
        decisions=incident.of("decision"),
        tried=tried,
        undone=undone(tried, lines),
        wrong=tuple(facts.called(state, name) for name, course in known.items() if course.data_wrong),
        switches=switched(lines),
        updates=incident.updates,
        handovers=incident.handovers,
        left=incident.left,
        owed=left_open(state, incident, tried),
        people=people(state, incident),
        unseen=gaps(state, incident, known, charts, now),
        head=head,
        demo=state.mode == "demo",
    )


def _gravest(incident: Incident) -> Severity | None:
    given = [each.severity for each in incident.severities if each.severity is not None]
    return min(given, default=None)  # SEV1 comes first


def _impact(
    state: State, known: Mapping[str, Course], charts: Charts, start: Instant, end: Instant
) -> tuple[Hurt, ...]:
    """Capabilities that were not OK, the worst first; what nobody touched is not told."""
    flows = {each.owner: each for each in charts.series if each.expected}
    found = [
        hurt(each, known[each.name], flows.get(each.name), start, end)
        for each in state.model.capabilities
        if each.name in known
    ]
    tiers = {each.name: _tier(each) for each in state.model.capabilities}
    return tuple(sorted(found, key=lambda each: (-BADNESS[each.worst], tiers[each.name], each.name)))


def _tier(capability: Capability) -> int:
    return capability.tier
