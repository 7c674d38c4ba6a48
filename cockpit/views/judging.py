"""Approvals on the screen: those that whoever sits here may answer, and the question itself in a dialog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cockpit.core.levels import Instant
from cockpit.core.runbook.requests import Request, objection, open_requests, request_of, whom
from cockpit.core.runbook.run import Run, root
from cockpit.core.state import State
from cockpit.text import clock, plural
from cockpit.views import approvals, company
from cockpit.views.asking import Asking, Option
from cockpit.views.glass import family
from cockpit.views.layout import cut, width_of
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

APPROVE: Final = "approve"
REFUSE: Final = "refuse"
TAKE_UP: Final = "take-up"
ROOM: Final = 56
"""Cells of one line of what would be done: nothing of it is cut, so it is broken where it is too long."""
IN_DIALOG: Final = 5
"""Lines of what would be done that stand in the dialog; all of it stands on the screen below."""
RENDERED: Final = (Column(most=14), Column(grow=True))
CHOICES: Final = (Column(right=True), Column(most=100, grow=True))
ELSEWHERE: Final = (Column(grow=True),)


def answerable(state: State, now: Instant) -> list[Request]:
    """What waits for whoever sits here, the one that ends first before the others."""
    if state.readonly or not state.me.name:
        return []
    return [each for each in open_requests(state.record.runs, now) if not why_not(state, each, now)]


def why_not(state: State, request: Request, now: Instant) -> str:
    """Why whoever sits here may not answer it; empty: they may."""
    if state.readonly:
        return state.why_readonly
    if not state.me.name:
        return "nobody knows who sits here"
    return objection(request, state.me.name, now, role=state.me.role)[0]


def roots(requests: list[Request]) -> frozenset[str]:
    """The runs that are shown for them."""
    return frozenset(root(each.run.id) for each in requests)


def asked_by(state: State, run: Run) -> Request | None:
    """What a run asks of others now, whoever may answer."""
    return request_of(run, state.record.runs.values())


def asks_here(state: State, run: Run) -> bool:
    """Whether it, or a run inside it, waits for whoever sits here."""
    return bool(state.me.name) and any(
        not why_not(state, asked, asked.at)
        for each in family(state, run)
        if not each.final and (asked := asked_by(state, each))
    )


# On the Bridge


def row(request: Request, now: Instant, key: str) -> Row:
    title = (Span(f"{request.run.id} ", Tone.STRONG), Span(request.step.title))
    says = f"{request.by} asks you to approve it"
    cells = (
        line(key, Tone.KEY),
        title,
        line(says, Tone.WARNING),
        line(f"{approvals.left(request, now)} left", Tone.DIM),
    )
    return Row(cells, root(request.run.id), "run", (line("approve it?", Tone.WARNING),))


def sentence(request: Request) -> str:
    """For the headline, behind a key to press."""
    return f"{request.by} waits for your approval of {request.step.title} ({request.run.id})."


# On the screen of the run


def told(state: State, request: Request, now: Instant) -> Iterator[Line]:
    """For those who look at somebody else's run."""
    why = why_not(state, request, now)
    yield (
        Span(f"{request.by} asks for a second person: ", Tone.STRONG),
        Span(approvals.until(request, now), Tone.WARNING),
    )
    have = approvals.counted(request)
    yield Span("digest ", Tone.DIM), Span(approvals.short(request.digest)), Span(f"  {have}" if have else "")
    if why:
        yield line(f"You cannot answer: {why}. It waits for {whom(request)}.", Tone.DIM)
    else:
        yield line("Read what would be done below, then answer.", Tone.DIM)


def waits(request: Request, now: Instant) -> Iterator[Line]:
    """For whoever asked."""
    have = approvals.counted(request)
    yield (
        Span("may be answered by ", Tone.DIM),
        Span(whom(request)),
        Span(f"; {have}" if have else "", Tone.DIM),
    )
    yield (
        Span("stands ", Tone.DIM),
        Span(approvals.until(request, now)),
        Span(f"; digest {approvals.short(request.digest)}", Tone.DIM),
    )


def sections(state: State, request: Request | None, now: Instant, *, ours: bool) -> tuple[Section, ...]:
    """`ours`: whoever sits here runs it, so others have to answer."""
    if request is None:
        return ()
    if ours:  # what is only played has no other terminal
        return (elsewhere(request),) if request.run.mode == "live" else ()
    return choices(state, request, now), would_be_done(request)


def choices(state: State, request: Request, now: Instant) -> Section:
    """What may be said to it from here; what they may not is told above."""
    if why_not(state, request, now):
        return Section("What now")
    said = [(APPROVE, "Approve it"), (REFUSE, "Refuse it")]
    if company.holder(state, request.run) is None:
        said.append((TAKE_UP, "Neither: take the run up"))
    rows = [
        Row((line(str(at), Tone.KEY), line(words)), name, "judge") for at, (name, words) in enumerate(said, 1)
    ]
    return Section("What now", CHOICES, tuple(rows))


def would_be_done(request: Request) -> Section:
    """All of it, to the last character."""
    rows = [
        Row((line(name, Tone.DIM), line(said)), f"{at}", "told")
        for at, (name, said) in enumerate(
            _broken([*approvals.rendered(request), *approvals.way_back(request)])
        )
    ]
    return Section("What would be done", RENDERED, tuple(rows))


def elsewhere(request: Request) -> Section:
    """The command for another terminal, so that it can be copied."""
    row = Row((line(approvals.command(request)),), "elsewhere", "told")
    return Section("In another terminal (y copies it)", ELSEWHERE, (row,))


def _broken(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    last = ""
    for name, said in pairs:
        for piece in pieces(said, ROOM) or [""]:
            yield ("" if name == last else name), piece
            last = name


def pieces(text: str, room: int) -> list[str]:
    """All of it, in pieces of at most `room` cells."""
    found, begun = [], ""
    for each in text:
        if width_of(begun + each) > room:
            found.append(begun)
            begun = ""
        begun += each
    return [*found, begun] if begun else found


# The dialog


def asking(request: Request, refuse: bool) -> Asking:
    """The way out first; a reason, and for a yes the step's id letter by letter."""
    step, run = request.step, request.run
    verb = "Refuse" if refuse else "Approve"
    no = Option(REFUSE, "Refuse it", wants="why you refuse it")
    yes = Option(
        APPROVE, "Approve it", wants="why you agree", then=Option(APPROVE, "Approve it", phrase=step.id)
    )
    return Asking(
        f"{verb} “{step.title}” of {run.id}?",
        tuple(_in_dialog(request)),
        (no,) if refuse else (yes,),
        counts=lambda now: _counts(request, now),
    )


def _in_dialog(request: Request) -> Iterator[Line]:
    yield Span(f"{run_title(request)}, asked by ", Tone.DIM), Span(request.by)
    every = list(_broken(approvals.rendered(request)))
    for name, said in every[:IN_DIALOG]:
        yield Span(f"{name:<10} ", Tone.DIM), Span(said, Tone.STRONG)
    if len(every) > IN_DIALOG:
        more = plural(len(every) - IN_DIALOG, "more line")
        yield line(f"and {more}: esc, and read all of it below", Tone.WARNING)
    for name, said in approvals.way_back(request):
        yield (
            Span(f"{name:<10} ", Tone.DIM),
            Span(cut(said, ROOM), Tone.WARNING if "no" in name else Tone.PLAIN),
        )
    yield Span("digest     ", Tone.DIM), Span(approvals.short(request.digest), Tone.STRONG)


def run_title(request: Request) -> str:
    on = request.run.target or request.run.runbook.target
    return f"{request.run.runbook.title}{f' on {on}' if on else ''}"


def _counts(request: Request, now: Instant) -> Line:
    left = request.expires_at - now
    if left < 0:
        return line(
            f"It is over since {clock(request.expires_at)} UTC: it has to be asked again.", Tone.WARNING
        )
    minutes, seconds = divmod(int(left), 60)
    return Span("ends in    ", Tone.DIM), Span(f"{minutes}:{seconds:02}", Tone.STRONG)
