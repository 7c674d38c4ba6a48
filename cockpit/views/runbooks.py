"""The screen of runbooks: runs that need somebody first, then what fits, with its reason and its way back."""

from __future__ import annotations

from cockpit.core.levels import Instant
from cockpit.core.model import RunbookCard, Service
from cockpit.core.runbook.run import Run
from cockpit.core.state import State
from cockpit.core.update_record import needs_somebody
from cockpit.text import clock, short_age
from cockpit.views import company, facts, fit, glass, judging
from cockpit.views.allowed import only_for
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.rehearsed import CHANGED, FAILED, NEVER, rehearsed
from cockpit.views.runbook_list import coverage_short
from cockpit.views.words_runs import RUN_STATES

RECENT = 5
"""Runs that are over and still shown."""
RUNS = (Column(), Column(), Column(least=16, most=48), Column(most=60, grow=True), Column(right=True))
BOOKS = (
    Column(least=24, most=48),
    Column(least=12, most=60, grow=True, chooses=True, drop=1),
    Column(most=24, drop=3),
    Column(drop=2),
)


def sections(state: State, now: Instant, node: str = "") -> tuple[Section, ...]:
    """`node`: only what is for this service or capability; empty: all of them."""
    fitting = {each.runbook: each for each in fit.proposals(state)}
    cards = [card for card in state.model.runbooks if not node or concerns(state, card, node)]
    fits = [card for id in fitting for card in cards if card.id == id]
    others = sorted((card for card in cards if card.id not in fitting), key=lambda card: card.id)
    for_whom = f" for {facts.called(state, node)}" if node else ""
    found = (
        waiting(state, now),
        Section(f"Fits now{for_whom}", BOOKS, tuple(_book(state, card, fitting[card.id]) for card in fits)),
        Section(f"Runbooks{for_whom}", BOOKS, tuple(_book(state, card) for card in others)),
        over(state, now),
    )
    filled = tuple(each for each in found if each.rows)
    return filled or (Section("Runbooks", note=line(_none(node), Tone.DIM)),)


def _none(node: str) -> str:
    return f"No runbook names {node}." if node else "No runbooks: write runbooks/NAME.yaml beside the rest."


def concerns(state: State, card: RunbookCard, node: str) -> bool:
    found = facts.declared(state, node)
    named = set(found.runbooks) if isinstance(found, Service) else set()
    named |= {mode.runbook for mode in found.degradations}
    return card.id in named or node in (*card.services, *card.fits_services)


def waiting(state: State, now: Instant) -> Section:
    """What somebody has to see through comes before everything that could be begun."""
    found = [run for run in state.record.runs.values() if needs_somebody(run)]
    return Section("Runs", RUNS, tuple(_run(state, run, now) for run in reversed(found)))


def over(state: State, now: Instant) -> Section:
    found = [run for run in state.record.runs.values() if run.final and not run.parent]
    return Section(
        "Runs that are over", RUNS, tuple(_run(state, run, now) for run in found[: -RECENT - 1 : -1])
    )


def _run(state: State, run: Run, now: Instant) -> Row:
    cells = (
        line("▶" if not run.final else " ", Tone.KEY),
        line(run.id, Tone.STRONG if not run.final else Tone.PLAIN),
        line(run.runbook.title),
        standing(state, run),
        line(f"{clock(run.started_at)}, {short_age(now - run.started_at)} ago", Tone.DIM),
    )
    return Row(cells, run.id, "run")


def standing(state: State, run: Run) -> Line:
    """How a run stands, and that nobody looks after it when that is so."""
    doubt: Line = (Span(", may or may not have happened", Tone.WARNING),) if run.unknown else ()
    doubt += glass.mark(state, run)
    if run.final:
        return Span(RUN_STATES[run.state]), *doubt
    step = run.current
    where = f" at {step.title}" if step and run.undo is None else ""
    live = state.picture.live.get(run.id)
    if judging.asks_here(state, run):
        return Span(f"waits for your approval{where}", Tone.WARNING), *doubt
    if with_them := company.with_whom(state, run):
        return *with_them, Span(where), *doubt
    if live is None or not live.ours:
        return Span(f"needs you{where}", Tone.WARNING), *doubt
    return Span(f"{RUN_STATES[run.state]}{where}"), *doubt


def _book(state: State, card: RunbookCard, proposal: fit.Proposal | None = None) -> Row:
    reason, *shorter = _reasons(state, card, proposal)
    book = state.model.books.get(card.id)
    cells = (
        line(card.title or card.id, Tone.STRONG if proposal else Tone.PLAIN),
        reason,
        line(coverage_short(book) if book else "", Tone.DIM),
        _grade(state, card),
    )
    return Row(cells, card.id, "runbook", tuple(shorter))


def _reasons(state: State, card: RunbookCard, proposal: fit.Proposal | None) -> list[Line]:
    """Why it fits, else what it is for, and who alone has done it; the longest way to say it first."""
    ways = proposal.reasons if proposal else (*card.services, *card.fits_services)[:1]
    told = rehearsed(state).get(card.id)
    alone = [told.who, told.who.removesuffix(" has done this")] if told and told.who else []
    said = [", ".join(ways), *ways[:1], *(way.partition(",")[0] for way in ways[:1])]
    whole = ["; ".join(filter(None, (reason, who))) for reason in said for who in (*alone, "")]
    return [line(each, Tone.DIM) for each in sorted(dict.fromkeys(whole), key=len, reverse=True)]


def _grade(state: State, card: RunbookCard) -> Line:
    if card.status == "draft":
        return line("draft: not checked", Tone.WARNING)
    if only := only_for(state, card.id):
        return line(only, Tone.WARNING)
    told = rehearsed(state).get(card.id)
    if told is None:
        return line(NEVER, Tone.DIM)
    return line(told.short, told.tone if told.word in (CHANGED, FAILED) else Tone.DIM)
