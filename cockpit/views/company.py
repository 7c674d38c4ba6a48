"""Who works on the same record: who is there, who has which run, and whose clock is off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cockpit.core.levels import Instant
from cockpit.core.runbook.run import Run, run_lock
from cockpit.core.state import State
from cockpit.core.team import RUN, Company, Held, Present, Role
from cockpit.text import age, clock, join_names
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

SCHEMA: Final = "cockpit.who/v1"
SKEW: Final = 5.0
"""Seconds between two clocks that are worth a word."""
SILENT: Final = 12.0
"""Seconds without a sign of life that are worth a word: two have not come."""
COLUMNS: Final = (
    Column(least=8, most=32),
    Column(most=24, drop=2),
    Column(least=10, most=60, grow=True),
    Column(),
    Column(most=40, drop=1),
)
MAY: Final = {Role.VIEWER: "may only look", Role.RESPONDER: "", Role.APPROVER: "may approve"}


def is_team(state: State) -> bool:
    """Whether the record is shared with other machines, also while nobody can be asked about them."""
    return state.mode == "live" and "postgres" in state.model.journal


def count(state: State) -> str:
    """For the first line."""
    company = state.picture.company
    return f"{len(company.people)} here" if company and len(company.people) > 1 else ""


def in_short(state: State) -> Line:
    """Everybody in one line, the others first; nothing for who is alone."""
    company = state.picture.company
    if company is None or not company.others:
        return ()
    told = [f"{each.actor} {each.doing}".rstrip() for each in company.others]
    return Span("Here: ", Tone.DIM), Span(f"{join_names(told, 4)}, and you.")


def section(state: State) -> Section | None:
    """Who is there; None where nobody else can be."""
    company = state.picture.company
    if company is None:
        return Section("Here now", note=_untold(state)) if is_team(state) else None
    rows = tuple(_row(company, each) for each in company.people)
    hints = (line(company.note, Tone.WARNING),) if company.note else ()
    return Section("Here now", COLUMNS, rows, hints=hints)


def _untold(state: State) -> Line:
    if state.picture.journal_trouble:
        return line("The record is away: nobody can tell who is here.", Tone.WARNING)
    return line("Not known from here; `cockpit who` tells.", Tone.DIM)


def _row(company: Company, one: Present) -> Row:
    mine = one.origin == company.origin
    odd = tuple(_odd(company, one))
    return Row(
        (
            line(f"{one.actor} (you)" if mine else one.actor, Tone.STRONG if mine else Tone.PLAIN),
            line(one.machine, Tone.DIM),
            line(one.doing or "looks on"),
            line(f"since {clock(one.since)}", Tone.DIM),
            line(", ".join(odd or filter(None, (MAY[one.role],))), Tone.WARNING if odd else Tone.DIM),
        ),
        f"here-{one.actor}-{one.origin}",
    )


def _odd(company: Company, one: Present) -> Iterator[str]:
    if company.at - one.seen_at > SILENT:
        yield f"silent for {age(company.at - one.seen_at)}"
    if abs(one.skew) > SKEW:
        yield f"clock {age(abs(one.skew))} {'ahead' if one.skew > 0 else 'behind'}"


# Who has a run


def holder(state: State, run: Run) -> Held | None:
    """Whoever else looks after it; None: this cockpit, nobody, or nobody can tell."""
    held = _held(state, run)
    company = state.picture.company
    return held if held and company and not company.is_over(held) else None


def gone(state: State, run: Run) -> Held | None:
    """Whoever else had it and is silent since: it may be taken over."""
    held = _held(state, run)
    company = state.picture.company
    return held if held and company and company.is_over(held) else None


def _held(state: State, run: Run) -> Held | None:
    company, live = state.picture.company, state.picture.live.get(run.id)
    if company is None or run.final or (live is not None and live.ours):
        return None
    held = company.held(run_lock(run.id))
    return None if held is None or company.is_ours(held) else held


def where(state: State, held: Held) -> str:
    """Of two cockpits on one machine by which program they are."""
    company = state.picture.company
    same = company is not None and company.machine == held.machine
    return held.origin if same else held.machine


def left(state: State, held: Held, now: Instant) -> float:
    """Seconds for which it still counts, by the clock of the database."""
    skew = state.picture.company.skew if state.picture.company else 0.0
    return max(0.0, held.until - (now - skew))


def ours_to_see_to(state: State, run: Run) -> bool:
    """Whether a run that is not over waits for whoever sits here: nobody else looks after it."""
    return not run.final and not run.parent and holder(state, run) is None


def under_way(state: State, run: Run) -> str:
    held = holder(state, run)
    return f"{held.actor if held else run.operator} runs {run.id}, {run.runbook.title}"


def away(state: State) -> str:
    """That there is no record now, and what cannot be done and seen without it."""
    since = state.picture.journal_lost
    if not is_team(state):
        return "There is no record, so nothing can be started here."
    at = f" since {clock(since)} UTC" if since is not None else ""
    return f"The record is away{at}: nothing can be started here, and nobody sees what others do."


def with_whom(state: State, run: Run) -> Line:
    held = holder(state, run)
    return line(f"{held.actor} has it, on {where(state, held)}", Tone.DIM) if held else ()


# Without a screen


def lines(company: Company | None) -> list[str]:
    if company is None:
        return ["the record is on this machine: nobody is told of others here"]
    told = [_line(company, each) for each in company.people] or ["nobody is here"]
    told += [_hold(company, each) for each in company.holds]
    return [*told, f"note: {company.note}"] if company.note else told


def _line(company: Company, one: Present) -> str:
    odd = "".join(f", {each}" for each in _odd(company, one))
    return (
        f"{one.actor}  {one.origin}  since {clock(one.since)} UTC  {one.doing or 'looks on'}, {one.role}{odd}"
    )


def _hold(company: Company, held: Held) -> str:
    name = held.name.removeprefix(RUN)
    if company.is_over(held):
        return f"{name}: {held.actor} on {held.origin} had it, and is silent since {clock(held.until)} UTC"
    return f"{name}: {held.actor} on {held.origin} has it"


def document(company: Company | None) -> dict[str, object]:
    people: Sequence[Present] = company.people if company else ()
    return {
        "schema": SCHEMA,
        "shared": company is not None,
        "at": company.at if company else None,
        "people": [
            {
                "actor": each.actor,
                "origin": each.origin,
                "role": str(each.role),
                "doing": each.doing,
                "since": each.since,
                "seen_at": each.seen_at,
                "skew": each.skew,
            }
            for each in people
        ],
        "holds": [_holding(company, each) for each in company.holds] if company else [],
        "note": company.note if company else "",
    }


def _holding(company: Company, held: Held) -> dict[str, Any]:
    return {
        "name": held.name,
        "actor": held.actor,
        "origin": held.origin,
        "until": held.until,
        "over": company.is_over(held),
    }
