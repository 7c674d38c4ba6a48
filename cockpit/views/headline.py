"""What a person just woken reads first: who is hurt, probably by what, does it spread, which key to press."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cockpit.core.clusters import blind_clusters, cluster_of_source, told_apart
from cockpit.core.health.state import Node
from cockpit.core.levels import Instant, Integrity, Shown, Verdict
from cockpit.core.state import SourceState, State
from cockpit.text import clock, join_names, percent, plural
from cockpit.views import business, clusters, company, facts, fit, judging, seen, words
from cockpit.views.cause import cause
from cockpit.views.layout import fit as shortened
from cockpit.views.layout import join, width_of, wrap
from cockpit.views.lines import Line, Span, Tone, line, text_of
from cockpit.views.rehearsed import NEVER, rehearsed
from cockpit.views.sentence import Sentence, Weight, say

NOTE = 100
"""Cells of what a server says of its answers."""


def sentences(state: State, now: Instant, only: str = "") -> tuple[str, ...]:
    """Whole sentences in the order in which they are read. Never says OK of what nobody can see.

    `only` is the cluster that `state` is limited to: said first, since sentences are passed on.
    """
    return tuple(text_of(each.line) for each in _sentences(state, now, only))


def lines(state: State, now: Instant, width: int = 80, at_most: int = 3, only: str = "") -> list[Line]:
    """The sentences that fit, the most important chosen first; one that is too long alone ends in `…`."""
    every = _sentences(state, now, only)
    first, *others = sorted(range(len(every)), key=lambda at: every[at].weight)
    kept = [first]
    for at in others:
        if len(_wrapped(every, [*kept, at], width)) <= at_most:
            kept.append(at)
    wrapped = _wrapped(every, kept, width)
    if len(wrapped) <= at_most:
        return wrapped
    return [*wrapped[: at_most - 1], _ended(wrapped[at_most - 1], width)]


def _wrapped(every: Sequence[Sentence], chosen: Iterable[int], width: int) -> list[Line]:
    """The chosen ones in reading order."""
    return wrap(join((every[at].line for at in sorted(chosen)), " "), width)


def _ended(last: Line, width: int) -> Line:
    """A line that goes on, but not here."""
    text = text_of(last)
    while width_of(text) + 2 > width and " " in text:
        text = text.rpartition(" ")[0]
    return line(f"{text} …"[:width])


def _sentences(state: State, now: Instant, only: str) -> list[Sentence]:
    nothing = say(Weight.FEEL, "Nothing is watched, so nothing can be said.", Tone.STRONG)
    first, *others = list(_told(state, now)) or [nothing]
    if only:
        first = replace(first, line=(Span(f"In {only} alone: ", Tone.STRONG), *first.line))
    return [first, *others]


def _told(state: State, now: Instant) -> Iterator[Sentence]:
    if state.health.at is None:
        yield from _sourceless(state, now, all_of_it=True)
        yield from _seen_from_here(state)
        yield say(Weight.FEEL, "Waiting for the first answer; nothing is known yet.", Tone.STRONG)
        return
    if _all_fine(state):
        yield say(Weight.FEEL, _fine(state), Tone.STRONG)
        return
    yield from _data(state)
    yield from _feel(state)
    yield from cause(state)
    yield from _spreads(state, now)
    yield from _sourceless(state, now)
    yield from _unseen(state)
    yield from _seen_from_here(state)
    yield from _key(state, now)


def _all_fine(state: State) -> bool:
    """Everything watched is seen to be OK. Idle services are not seen, and said apart."""
    health = state.health
    watched = [node for node in health.nodes if node.level is not Shown.UNMONITORED and not node.idle]
    return (
        any(node.own is not None for node in watched)
        and all(node.level is Shown.OK and node.integrity is Integrity.OK for node in watched)
        and not facts.lost_sources(state)
        and not blind_clusters(state)
    )


def _fine(state: State) -> str:
    nodes = state.health.services()
    apart = [node for node in nodes if node.level is Shown.UNMONITORED]
    idle = [node for node in state.health.nodes if node.idle]
    watched = len(nodes) - len(apart) - sum(node.idle for node in nodes)
    said = f"All {watched:,} watched services are fine" if watched != 1 else "The one watched service is fine"
    if idle:
        verb = "has" if len(idle) == 1 else "have"
        said += f"; {join_names([node.name for node in idle], 2)} {verb} no traffic to judge by"
    return said + (f"; {len(apart):,} not watched." if apart else ".")


def _data(state: State) -> Iterator[Sentence]:
    wrong = facts.breached(state)
    if wrong:
        latch = state.health.latches.get(wrong[0].name)
        since = f" since {clock(latch.first)} UTC" if latch else ""
        names = join_names([node.name for node in wrong], 2)
        yield say(Weight.DATA, f"Data written by {names} is wrong{since}.", Tone.BREACHED)


def _feel(state: State) -> Iterator[Sentence]:
    """What customers feel, else what others do; without a capability that is hurt the worst service."""
    felt = business.felt_first(state)
    if felt:
        yield say(Weight.FEEL, f"{business.sentence(state, felt[0])}{_others(state, felt)}.", Tone.STRONG)
        return
    capabilities = state.health.capabilities()
    wrong = [node for node in state.health.services() if facts.is_wrong(node)]
    failing = [node for node in wrong if facts.is_failing(node)]
    worst = facts.worst(wrong)
    if not failing and worst is not None and worst.level is Shown.AT_RISK:
        names = join_names([node.name for node in wrong if node.level is Shown.AT_RISK])
        yield say(Weight.FEEL, f"Nothing fails, but at risk: {names}.", Tone.STRONG)
    elif failing:
        unhurt = capabilities and all(node.level is Shown.OK for node in capabilities)
        count = f"{plural(len(failing), 'service')} not fine"
        text = "No business capability is hurt so far" if unhurt else count
        yield say(Weight.FEEL, f"{text}.", Tone.STRONG)


def _others(state: State, felt: list[Node]) -> str:
    """ "; Orders ship: DOWN; 2 more": what is even worse is named, the others are counted."""
    worst = facts.worst(felt)
    rest = len(felt) - 1
    said = ""
    if worst is not None and words.BADNESS[worst.level] > words.BADNESS[felt[0].level]:
        said = f"; {facts.title(state, worst.name)}: {words.level_word(worst.level)}"
        rest -= 1
    return f"{said}{f'; {rest} more hurt or at risk' if rest else ''}"


def _spreads(state: State, now: Instant) -> Iterator[Sentence]:
    health = state.health
    worth_saying = health.suspects or health.spread.verdict is Verdict.RECOVERING
    if health.reasoned_at is None or not worth_saying:
        return
    spread = health.spread
    match spread.verdict:
        case Verdict.SPREADING:
            crossed = f", into {_boundary(state, spread.crossed[0])}" if spread.crossed else ""
            text = (
                f"Spreading: {join_names(spread.new)} {'is' if len(spread.new) == 1 else 'are'} new{crossed}."
            )
        case Verdict.CANNOT_TELL:
            text = f"Cannot tell whether it spreads: only {percent(spread.coverage)} can be seen."
        case _:
            said = words.verdict(spread, now)
            text = f"{said[:1].upper()}{said[1:]}."
    yield say(Weight.SPREAD, text)


def _boundary(state: State, crossed: str) -> str:
    """ "system payments", "Support finds orders": a capability by its title."""
    kind, _, name = crossed.partition(" ")
    return f"“{facts.title(state, name)}”" if kind == "capability" else crossed


def _sourceless(state: State, now: Instant, all_of_it: bool = False) -> Iterator[Sentence]:
    """Blind because a server cannot be reached: who, since when, whom to call."""
    for source in facts.lost_sources(state)[:1]:
        seen = any(facts.is_failing(node) for node in state.health.services())
        weight = Weight.BLIND if seen and not all_of_it else Weight.FEEL
        yield say(weight, unreachable(state, source), Tone.PLAIN if seen else Tone.STRONG)
    for text in clusters.without_a_word(state):
        yield say(Weight.BLIND if facts.lost_sources(state) else Weight.FEEL, text)


def unreachable(state: State, source: SourceState) -> str:
    """ "Prometheus eu unreachable since 02:01 (connection refused); owner platform, +49...; runbook x." """
    since = f" since {clock(source.since)} UTC" if source.since is not None else ""
    reason = f" ({source.reason})" if source.reason else ""
    contact = facts.reach(state, source.owner)
    owner = f"; owner {source.owner}{', ' if contact else ''}{contact}" if source.owner else ""
    runbook = f"; runbook {source.runbook}" if source.runbook else ""
    cluster = cluster_of_source(state.model, source.name) if told_apart(state) else ""
    which = f" of cluster {cluster}" if cluster not in ("", source.name) else ""
    return f"{facts.source_title(source)}{which} unreachable{since}{reason}{owner}{runbook}."


def _unseen(state: State) -> Iterator[Sentence]:
    unseen = facts.blind(state)
    if not unseen:
        return
    names = join_names([node.name for node in unseen], 2)
    count, total = len(unseen), len(state.health.services()) - len(facts.unmonitored(state))
    dark = blind_clusters(state)
    if count == total:
        there = f" in {join_names(dark, 2)}" if dark else ""
        text = (
            f"None of the {plural(total, 'watched service')} can be seen{there}."
            if total > 1
            else f"{names} cannot be seen{there}."
        )
    else:
        text = f"{count:,} of {total:,} cannot be seen{' in all clusters' if dark else ''}: {names}."
    nothing_else = not any(facts.is_failing(node) for node in state.health.nodes)
    yield say(Weight.FEEL if nothing_else else Weight.BLIND, text)
    for source in [each for each in facts.noted_sources(state) if each.kind == "prometheus"][:1]:
        said = text_of(shortened(line(source.note), NOTE)).rstrip(".")
        yield say(Weight.BLIND, f"{facts.source_title(source)}: {said}.")


def _seen_from_here(state: State) -> Iterator[Sentence]:
    if text := seen.sentence(state):
        yield say(Weight.BLIND, text)


def _key(state: State, now: Instant) -> Iterator[Sentence]:
    if not state.health.suspects and not facts.lost_sources(state) and not facts.breached(state):
        return
    if state.picture.journal_trouble:
        yield say(Weight.KEY, company.away(state), Tone.WARNING)
        return
    fitting = fit.proposals(state)
    asked = judging.answerable(state, now)
    told = judging.roots(asked)
    runs = state.record.runs.values()
    waiting = [run for run in runs if company.ours_to_see_to(state, run) and run.id not in told]
    if waiting and not (fitting and facts.breached(state)):
        yield _press(f"{waiting[0].id}, {waiting[0].runbook.title}, is not over.", Weight.KEY)
        return
    if asked and not (fitting and facts.breached(state)):
        yield _press(judging.sentence(asked[0]), Weight.KEY)
        return
    if fitting:
        # While data is wrong, what to do about it is worth more than what else may have caused the rest.
        weight = Weight.FEEL if facts.breached(state) else Weight.KEY
        yield _press(f"{fitting[0].title} ({_grade(state, fitting[0].runbook)}).", weight)
        return
    if watched := [run for run in runs if not run.parent and company.holder(state, run)]:
        yield say(Weight.KEY, f"{company.under_way(state, watched[0])}.")
        return
    first = facts.most_urgent(state)
    owner = facts.declared(state, first).owner if first else ""
    contact = facts.reach(state, owner)
    if owner:
        yield say(Weight.KEY, f"No runbook fits; call {owner}{', ' if contact else ''}{contact}.")


def _grade(state: State, id: str) -> str:
    """ "proven" only where every step is, and every way back."""
    told = rehearsed(state).get(id)
    if told is None:
        return NEVER
    return "proven" if told.tone is Tone.PLAIN else told.word


def _press(what: str, weight: Weight) -> Sentence:
    return Sentence(weight, (Span("Press"), Span(" "), Span("r", Tone.KEY), Span(":"), Span(f" {what}")))
