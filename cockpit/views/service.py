"""Everything known of one service or capability."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cockpit.core.health.state import Node
from cockpit.core.levels import FailureClass, Instant, Integrity, Level, Shown
from cockpit.core.model import Capability
from cockpit.core.state import State
from cockpit.text import age, clock, join_names, remaining
from cockpit.views import alerts, business, calling, clusters, declared, facts, measured, seen, words
from cockpit.views.lines import LEVEL_TONES, Line, Section, Span, Tone, line


@dataclass(frozen=True, slots=True)
class ServiceView:
    title: Line
    """Glyph, title, level, class, since when."""
    remarks: tuple[Line, ...]
    """What does not add up, what is predicted, what is tainted, who has it; most important first."""
    sections: tuple[Section, ...]
    """By cluster, signals, what was seen from here, needs, is needed by, feeds, degraded modes, whom to call,
    whose it is, changes, alerts, runbooks, switches, links, why it is suspected; empty ones are left out."""


def service(state: State, name: str, now: Instant) -> ServiceView | None:
    """None for a name that nobody declared (any more)."""
    if name not in state.health.graph.index:
        return None
    node = state.health.node(name)
    sections = (
        clusters.section(state, name, now),
        measured.signals(state, name),
        seen.section(state, name, now),
        measured.needs(state, name),
        measured.needed_by(state, name),
        measured.feeds(state, name),
        declared.modes(state, name, now),
        calling.section(state, (name,), now),
        declared.people(state, name),
        declared.changes(state, name, now),
        alerts.of_service(state, name, now),
        declared.runbooks(state, name),
        declared.switches(state, name, now),
        declared.links(state, name),
        _suspicion(state, name),
    )
    filled = tuple(section for section in sections if section.rows or section.note)
    return ServiceView(_title(state, node, now), tuple(_remarks(state, node, now)), filled)


def _title(state: State, node: Node, now: Instant) -> Line:
    glyph, word = words.level_spans(node.level)
    title = facts.title(state, node.name)
    spans = [glyph, Span(f" {title} ", Tone.TITLE)]
    if title != node.name:
        spans.append(Span(f"({node.name}) ", Tone.DIM))
    spans.append(word)
    # "FAILING, degraded" would say two things; that it merely works badly is what the level says.
    if node.failure_class not in (None, FailureClass.DEGRADATION):
        spans.append(Span(f", {words.CLASSES[node.failure_class]}"))
    if state.health.at is not None:
        spans.append(Span(f", for {age(now - node.since)}", Tone.DIM))
    return tuple(spans)


def _remarks(state: State, node: Node, now: Instant) -> Iterator[Line]:
    yield from _data(state, node)
    if node.contradiction:
        yield Span("Does not add up: ", Tone.WARNING), Span(words.readable(node.contradiction))
    if node.level is Shown.UNKNOWN and node.idle:
        yield line("No traffic to judge by.")
    if node.exposure >= Level.DEGRADED and (node.level.level is None or node.level.level < node.exposure):
        hurt = Shown.of(node.exposure)
        yield (
            Span("By what it needs it should be "),
            Span(words.level_word(hurt), LEVEL_TONES[hurt]),
            Span(" or worse."),
        )
    if node.degradation:
        yield Span("Fallback in force: ", Tone.WARNING), Span(node.degradation)
    ack = state.record.acknowledged.get(node.name)
    if ack:
        yield line(f"{ack.actor} has it, since {clock(ack.at)} UTC.")
    if node.flapping:
        yield line("Flapping: its level changed often, so it must be calm for longer.", Tone.WARNING)
    if node.stale:
        yield line("Some signals bring nothing now; the level shown is from before.", Tone.WARNING)
    yield from _business(state, node, now)


def _data(state: State, node: Node) -> Iterator[Line]:
    latch = state.health.latches.get(node.name)
    if node.integrity is Integrity.BREACHED:
        span = f", first seen {clock(latch.first)}, last {clock(latch.last)} UTC" if latch else ""
        yield Span("Data wrong", Tone.BREACHED), Span(f"{span}. It stays so until it is reconciled.")
    elif node.integrity is not Integrity.OK:
        said = words.INTEGRITY[node.integrity]
        yield line(f"{said[:1].upper()}{said[1:]}.", Tone.WARNING)
    if node.tainted_by:
        yield line(f"Reads data of {join_names(node.tainted_by)}, which is wrong.", Tone.WARNING)


def _business(state: State, node: Node, now: Instant) -> Iterator[Line]:
    """What a capability costs, how people go on, by when it matters, what was agreed."""
    capability = facts.declared(state, node.name)
    impact = facts.impact_of(state, node.name)
    if not isinstance(capability, Capability):
        return
    if impact and business.is_hurt(node):
        so_far = f", {words.loss_so_far(impact.so_far)} so far" if impact.so_far else ""
        yield line(f"{words.loss_a_minute(impact.per_minute)}{so_far}".capitalize() + ".")
    if capability.workaround:
        left = business.workaround_left(capability, impact, now)
        limit = f", {remaining(left)} left" if left and left > 0 else ", over its time" if left else ""
        who = f" ({capability.workaround.who})" if capability.workaround.who else ""
        yield line(f"Workaround: {capability.workaround.what}{who}{limit}.")
    due = business.deadline(capability, now)
    if due is not None or capability.deadline_text:
        coming = f"next in {age(due - now)}" if due is not None else ""
        yield line(f"Deadline: {capability.deadline_text or clock(due)}{', ' if coming else ''}{coming}.")
    if capability.sla:
        agreed = capability.sla
        counts = words.level_word(Shown.of(agreed.counts_from))
        yield line(
            f"Agreed: {agreed.objective:g} % over {age(agreed.window)}, counts from {counts}.", Tone.DIM
        )


def _suspicion(state: State, name: str) -> Section:
    """The parts of the suspicion, so that nobody has to believe a number."""
    found = next((each for each in state.health.suspects if each.service == name), None)
    return measured.because(found) if found else Section("Why it is suspected")
