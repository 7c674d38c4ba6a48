"""The story of an incident line by line, and what follows from it: acts, switches, people, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cockpit.core.flips import Story
from cockpit.core.incident.model import Incident, Told
from cockpit.core.levels import Instant, Shown
from cockpit.core.state import Obligation, State
from cockpit.text import clock, join_names, plural
from cockpit.views import facts, words
from cockpit.views.export.charts import MOST_MARKS
from cockpit.views.export.courses import Course, turned
from cockpit.views.export.series import Charts, Frame, Mark
from cockpit.views.export.series import gaps as torn
from cockpit.views.export.stages import OURSELVES
from cockpit.views.export.times import lasted
from cockpit.views.export.tried import Try

LONGEST: Final = 160
"""Characters of an update in the timeline: it stands word for word elsewhere."""
KEY_KINDS: Final = frozenset(
    {"declared", "severity", "decision", "hypothesis", "handover", "resolved", "reopened", "flag", "run"}
)
"""Lines that tell the story on their own."""
WORTH_MARKING: Final = 60.0
"""Seconds of not seeing that are worth a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    at: Instant
    kind: str
    who: str
    """Empty: nobody, it was seen."""
    text: str
    level: Shown | None = None
    """What a line about a level says."""
    evidence: str = ""
    seq: int = 0
    """Of its record; 0: seen before the incident was declared."""

    @property
    def key(self) -> bool:
        return self.kind in KEY_KINDS


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    roles: tuple[str, ...] = ()


def telling(incident: Incident) -> tuple[Line, ...]:
    """By when things happened; a pasted line stands where it was said."""
    ordered = sorted(incident.story, key=lambda each: (each.at, each.seq))
    return tuple(_line(each) for each in ordered)


def _line(told: Told) -> Line:
    turn = turned(told)
    who = "" if told.actor in OURSELVES else told.actor
    text = told.text
    if told.kind == "update" and len(text) > LONGEST:
        text = f"{text[:LONGEST].rstrip()} … (word for word under Updates)"
    label = told.kind.capitalize() if told.kind in ("hypothesis", "decision") else ""
    if label and not text.startswith(f"{told.kind} "):  # a verdict names the hypothesis that it is about
        text = f"{label}: {text}"
    said = words.told(told.kind, text)
    return Line(told.at, told.kind, who, said, turn[0] if turn else None, told.evidence, told.seq)


def acts(lines: Sequence[Line], tried: Sequence[Try]) -> tuple[Mark, ...]:
    """What was done to the world and what was changed before it, numbered for the charts."""
    found = [(each.started_at, f"{each.by} started {each.title}", "run") for each in tried if not each.parent]
    found += [
        (deed.at, f"{each.title}: {deed.title} taken back", "undo")
        for each in tried
        for deed in each.back
        if deed.at is not None
    ]
    found += [(line.at, line.text, line.kind) for line in lines if _asked_for(line)]
    marks = sorted(set(found))
    return tuple(Mark(at, number, text, kind) for number, (at, text, kind) in enumerate(marks, 1))


def _asked_for(line: Line) -> bool:
    """What came of a flag or a silence stands in a line of its own, and is no act."""
    asked = line.kind in ("flag", "silence") and bool(line.who) and line.text.startswith(f"{line.who} ")
    return asked or line.kind == "change"


def framed(incident: Incident, now: Instant, marks: Sequence[Mark]) -> Frame:
    """With the marks of its time, numbered anew."""
    start, end = around(incident, now)
    over = incident.resolved_at if incident.resolved_at is not None else now
    inside = [each for each in marks if start <= each.at <= end]
    shown = tuple(replace(each, number=number) for number, each in enumerate(inside[:MOST_MARKS], 1))
    return Frame(start, end, incident.began_at, over, shown, len(inside) - len(shown))


def around(incident: Incident, now: Instant) -> tuple[Instant, Instant]:
    """The time that the charts show: a tenth more on each side, and nothing after `now`."""
    over = incident.resolved_at if incident.resolved_at is not None else now
    room = max(300.0, 0.1 * (over - incident.began_at))
    return incident.began_at - room, max(over, min(now, over + room))


def switched(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(each for each in lines if each.kind == "flag")


def undone(tried: Sequence[Try], lines: Sequence[Line]) -> tuple[str, ...]:
    """What was taken back: steps of runs, and flags that were restored."""
    steps = [
        f"{each.id} {each.title}: {deed.title}, {deed.effect or deed.state}"
        for each in tried
        for deed in each.back
    ]
    flags = [
        f"{clock(each.at)} UTC: {each.text}" for each in lines if each.kind == "flag" and _restores(each)
    ]
    return (*steps, *flags)


def _restores(line: Line) -> bool:
    return bool(line.who) and line.text.startswith(f"{line.who} restores ")


def people(state: State, incident: Incident) -> tuple[Person, ...]:
    """In the order in which they came, with every role that they had at some time of it."""
    held: dict[str, dict[str, None]] = {name: {} for name in incident.people}
    for told in incident.story:
        for role in state.model.incident.roles if told.kind == "role" else ():
            who = told.text.removesuffix(f" is {role}")
            if who not in (told.text, "nobody"):
                held.setdefault(who, {})[role] = None
    for role, who in incident.roles.items():
        held.setdefault(who, {})[role] = None
    return tuple(Person(name, tuple(roles)) for name, roles in held.items() if name not in OURSELVES)


def left_open(state: State, incident: Incident, tried: Sequence[Try]) -> tuple[str, ...]:
    """Obligations and switches of this incident that nobody has closed or put back."""
    runs = {each.id for each in tried}
    debts = [each for each in state.record.obligations if _mine(each, incident, runs)]
    owed = " ".join(each.title for each in debts)
    stories = [each for each in state.record.flips.open() if _switched_in(each, incident)]
    return (*map(_debt, debts), *(said for each in stories if (said := _stands(each, owed))))


def _mine(debt: Obligation, incident: Incident, runs: set[str]) -> bool:
    during = incident.began_at <= debt.at <= (incident.resolved_at or debt.at)
    return debt.incident == incident.id or debt.run in runs or (during and not debt.incident)


def _debt(debt: Obligation) -> str:
    owner = f" ({debt.owner})" if debt.owner else ""
    run = f", from {debt.run}" if debt.run else ""
    return f"{debt.title}{owner}{run}"


def _switched_in(story: Story, incident: Incident) -> bool:
    flip = story.standing or story.last
    return flip is not None and incident.began_at <= flip.at <= (incident.resolved_at or flip.at)


def _stands(story: Story, owed: str) -> str:
    flip = story.standing or story.last
    if flip is None or f"{flip.key}@{flip.env}" in owed:
        return ""
    doubt = "may or may not be switched" if story.doubtful else "is still switched"
    return f"{flip.key}@{flip.env} {doubt}, by {flip.actor} at {clock(flip.at)} UTC"


def gaps(
    state: State, incident: Incident, known: Mapping[str, Course], charts: Charts, now: Instant
) -> tuple[str, ...]:
    """What nobody could see then, and what is missing in this document."""
    until = incident.resolved_at if incident.resolved_at is not None else now
    return (
        *_blind(state, incident, known, until),
        *_torn(incident, charts, until, now),
        *_missing(incident, charts),
    )


def _blind(state: State, incident: Incident, known: Mapping[str, Course], until: Instant) -> Iterator[str]:
    for name, course in known.items():
        unseen = course.lasted(incident.began_at, until).get(Shown.UNKNOWN, 0.0)
        if unseen:
            yield f"{facts.called(state, name)}: for {lasted(unseen)} nobody could see how it was"


def _torn(incident: Incident, charts: Charts, until: Instant, now: Instant) -> Iterator[str]:
    for series in charts.series:
        inside = [
            (max(begun, incident.began_at), min(ended, until))
            for begun, ended in torn(series, *around(incident, now))
        ]
        lost = sum(max(0.0, ended - begun) for begun, ended in inside)
        if lost >= WORTH_MARKING:
            yield f"{series.name}: no samples for {lasted(lost)}"


def _missing(incident: Incident, charts: Charts) -> Iterator[str]:
    if charts.trouble:
        yield f"Charts: {charts.trouble}"
    if charts.left_out:
        count = plural(len(charts.left_out), "further signal")
        yield f"Not drawn: {count} ({join_names(charts.left_out, 6)})"
    if len(incident.story) < incident.told:
        lost = incident.told - len(incident.story)
        yield f"Timeline: {plural(lost, 'line')} of it could not be read again"
    for told in incident.story:
        if told.kind == "journal":
            yield told.text
