"""The business in full: what it can still do, what it costs, how people go on, and by when it matters."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.health.state import Impact, Node
from cockpit.core.levels import Instant, Integrity
from cockpit.core.model import Capability
from cockpit.core.past import Past
from cockpit.core.state import State
from cockpit.text import age, clock, number, percent, remaining
from cockpit.views import business, facts, words
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line

COLUMNS = (Column(), Column(most=120, grow=True))


def sections(state: State, now: Instant) -> tuple[Section, ...]:
    """Who can go on first, then each capability, the worst first."""
    answers = Section("Who can go on", hints=business.continuity(state, now))
    each = [capability(state, node, now) for node in business.worst_first(state)]
    if not each:
        note = line("No business capability is declared: see capabilities: in the configuration.", Tone.DIM)
        return (Section("The business", note=note),)
    return (answers, *each)


def capability(state: State, node: Node, now: Instant) -> Section:
    declared = facts.capability_of(state, node.name)
    impact = facts.impact_of(state, node.name)
    past = state.picture.past.get(node.name)
    rows: list[Row] = []
    for what, told in _told(state, node, declared, impact, past, now):
        rows.append(Row((line(what, Tone.DIM), told), node.name, "node"))
    return Section(declared.title or declared.name, COLUMNS, tuple(rows))


def _told(
    state: State, node: Node, declared: Capability, impact: Impact | None, past: Past | None, now: Instant
) -> Iterator[tuple[str, Line]]:
    glyph, word = words.level_spans(node.level)
    since = impact.since if impact else None
    how_long = f"  since {clock(since)} UTC, {age(now - since)}" if since is not None else ""
    tone = Tone.BREACHED if node.integrity is Integrity.BREACHED else word.tone
    yield "how it is", (glyph, Span(" "), Span(word.text, tone), Span(how_long, Tone.DIM))
    if business.is_hurt(node):
        yield from _loss(impact)
        yield from _modes(state, declared, now)
        if declared.workaround:
            yield "meanwhile", _meanwhile(declared, impact, now)
    yield from _people(declared, past, now)
    if declared.sla:
        yield "agreed", _agreed(declared, past, now)
    due = business.deadline(declared, now)
    if due is not None:
        yield "due", line(f"{declared.deadline_text or clock(due)}, in {age(due - now)}")


def _loss(impact: Impact | None) -> Iterator[tuple[str, Line]]:
    if impact is None:
        return
    rate = impact.per_minute
    how = {"measured": "", "estimated": "by its level: nobody measures it", "unknown": "nobody can see it"}
    told = how[rate.kind]
    if impact.actual is not None and impact.expected:
        told = f"{percent(impact.actual / impact.expected)} of what is expected"
    yield "costs", (Span(words.loss_a_minute(rate)), Span(f"  {told}" if told else "", Tone.DIM))
    total = impact.so_far
    if total is not None:
        tag = {"measured": "measured", "estimated": "estimated", "unknown": "part of it not seen"}[total.kind]
        yield "so far", (Span(words.loss_so_far(total)), Span(f"  {tag}", Tone.DIM))


def _modes(state: State, declared: Capability, now: Instant) -> Iterator[tuple[str, Line]]:
    """Of the capability itself, and of the services that it needs."""
    owners = [declared.name, *(name for edge in declared.requires for name in edge.members)]
    for owner in dict.fromkeys(owners):
        if owner not in state.health.graph.index:
            continue
        for mode, since in facts.active_modes(state, owner):
            left = facts.time_left(mode, since, now)
            limit = "" if left is None else f"; {remaining(left)} left" if left > 0 else "; over its time"
            if mode.works:
                yield "still works", line(f"{mode.works}{limit}")
            if mode.lost:
                yield "is lost", line(mode.lost)
            if mode.data_debt:
                yield "to clean up", line(mode.data_debt)


def _meanwhile(declared: Capability, impact: Impact | None, now: Instant) -> Line:
    assert declared.workaround is not None
    who = f" ({declared.workaround.who})" if declared.workaround.who else ""
    left = business.workaround_left(declared, impact, now)
    if left is None:
        return line(f"{declared.workaround.what}{who}")
    limit = f", {remaining(left)} left" if left > 0 else f", over its time for {age(-left)}"
    return Span(f"{declared.workaround.what}{who}"), Span(limit, Tone.PLAIN if left > 0 else Tone.WARNING)


def _people(declared: Capability, past: Past | None, now: Instant) -> Iterator[tuple[str, Line]]:
    if not declared.affected:
        return
    if past is None or past.affected is None or past.affected_at is None:
        yield "affected", line("not counted yet", Tone.DIM)
        return
    counted = f"  counted {age(now - past.affected_at)} ago"
    yield "affected", (Span(f"{number(past.affected)} people"), Span(counted, Tone.DIM))


def _agreed(declared: Capability, past: Past | None, now: Instant) -> Line:
    assert declared.sla is not None
    what = f"{declared.sla.objective:g} % over {age(declared.sla.window)}"
    budget = past.budget if past else None
    if budget is None:
        return Span(f"{what}: "), Span("nobody has counted yet", Tone.DIM)
    tone = Tone.PLAIN if budget.left > 0 else Tone.WARNING
    left = f"{remaining(budget.left)} left" if budget.left > 0 else f"{remaining(-budget.left)} too much"
    unseen = f"; {age(budget.unknown)} nobody saw, counted apart" if budget.unknown else ""
    return (
        Span(f"{what}: "),
        Span(left, tone),
        Span(f" of {remaining(budget.allowed)}{unseen}", Tone.DIM),
    )
