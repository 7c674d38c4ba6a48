"""The screen of kill switches: what each protects and costs, how it stands, who moved it, when it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cockpit.core.levels import Instant
from cockpit.core.state import State
from cockpit.core.switches import SwitchSeen, restore_objection
from cockpit.text import age, plural
from cockpit.views import allowed, facts, words
from cockpit.views.layout import line_width, pad, wrap
from cockpit.views.lines import Column, Line, Row, Section, Span, Tone, line
from cockpit.views.switch_facts import (
    all_seen,
    called,
    in_doubt,
    in_the_way,
    is_old,
    left,
    modes,
    since,
    word,
)
from cockpit.views.switch_lines import flipped, value, within

COLUMNS = (
    Column(),
    Column(most=40),
    Column(least=16, most=80, grow=True, drop=2),
    Column(least=9, right=True, drop=1, chooses=True),
)
WORD = 12
"""Cells of the word for how it stands; in all sections alike, so that the columns stay below each other."""
LABEL = 9
"""Cells of a label in what is told about one switch."""


@dataclass(frozen=True, slots=True)
class Order:
    """What stands on top. It is set when the screen opens: nothing jumps while somebody looks."""

    node: str = ""
    hurt: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SwitchesView:
    remarks: tuple[Line, ...]
    sections: tuple[Section, ...]


def switches_view(state: State, now: Instant, order: Order) -> SwitchesView:
    every = all_seen(state)
    return SwitchesView(tuple(_remarks(state, every, now)), tuple(_sections(state, every, now, order)))


def _remarks(state: State, every: Sequence[SwitchSeen], now: Instant) -> Iterator[Line]:
    if blocked := in_the_way(state):
        yield line(allowed.sentence(state, blocked), Tone.WARNING)
    if not every:
        return
    killed = sum(bool(each.killed) and not each.doubtful and not is_old(each, now) for each in every)
    unknown = sum(each.doubtful or each.killed is None or is_old(each, now) for each in every)
    overdue = sum(each.overdue(now) for each in every)
    said = [Span(f"{plural(len(every), 'kill switch', 'kill switches')}: ")]
    said.append(Span(f"{killed} killed", Tone.WARNING if killed else Tone.PLAIN))
    said += [Span(", "), Span(f"{unknown} not known", Tone.UNKNOWN)] if unknown else []
    said += [Span(f", {overdue} to be put back by now", Tone.WARNING)] if overdue else []
    asked = [each.at for each in every if each.at is not None]
    said.append(Span(f"; asked {age(now - min(asked))} ago." if asked else ".", Tone.DIM))
    yield tuple(said)


def _sections(state: State, every: Sequence[SwitchSeen], now: Instant, order: Order) -> Iterator[Section]:
    if not every:
        note = "No kill switches: declare kill_switches in the configuration."
        yield Section("Kill switches", note=line(note, Tone.DIM))
        return
    widest = max(line_width(line(called(each))) for each in every)
    node, worth = order.node, order.hurt - {order.node}
    mine = [each for each in every if node and each.switch.service == node]
    hurt = [each for each in every if each.switch.service in worth]
    others = [
        each for each in every if each.switch.service not in worth and each.switch.service != (node or None)
    ]
    if node:
        none = () if mine else line(f"No kill switch protects {node}.", Tone.DIM)
        title = f"For {facts.called(state, node)}"
        yield Section(title, COLUMNS, tuple(_row(each, now, widest) for each in mine), none)
    for title, listed in (
        ("For what fails now", hurt),
        (("Other k" if node or hurt else "K") + "ill switches", others),
    ):
        if listed:
            yield Section(title, COLUMNS, tuple(_row(each, now, widest) for each in listed))


def _row(seen: SwitchSeen, now: Instant, widest: int) -> Row:
    switch, when = seen.switch, since(seen, now)
    tone = Tone.WARNING if seen.overdue(now) else Tone.DIM
    effect = switch.effect or (f"protects {switch.service}" if switch.service else "")
    shorter = [line(when.partition(", ")[2], tone), line(when.partition(", ")[0], tone)]
    how, name = (word(seen, now),), line(called(seen), Tone.STRONG)
    cells = (_filled(how, WORD), _filled(name, widest), line(effect), line(when, tone))
    return Row(cells, called(seen), "switch", tuple(each for each in shorter if each))


def _filled(said: Line, room: int) -> Line:
    return said if line_width(said) >= room else pad(said, room)


# One switch in full


def about(state: State, seen: SwitchSeen, now: Instant, width: int) -> list[Line]:
    """Everything known of it, what speaks against trusting it first."""
    return [part for label, said in _about(state, seen, now) for part in _hanging(label, said, width)]


def _hanging(label: str, said: Line, width: int) -> Iterator[Line]:
    for at, part in enumerate(wrap(said, max(10, width - LABEL - 1))):
        yield Span(f" {label if at == 0 else '':<{LABEL}}", Tone.DIM), *part


def _about(state: State, seen: SwitchSeen, now: Instant) -> Iterator[tuple[str, Line]]:
    switch, last = seen.switch, seen.story.last
    yield "stored", _stored(seen, now)
    for remark in _doubts(seen, now):
        yield "!", line(remark, Tone.WARNING)
    if seen.can.seen_after is not None:
        yield "clients", line(_clients(seen, now))
    if name := switch.service:
        known = name in state.health.graph.index
        yield (
            "protects",
            (Span(name), *((Span(" "), words.state_span(state.health.node(name))) if known else ())),
        )
    yield "costs", line(switch.effect or "nobody wrote what")
    for mode in modes(state, switch):
        limit = f", carries {age(mode.max_duration)} at most" if mode.max_duration is not None else ""
        yield "then", line(f"{mode.name}: " + "; ".join(filter(None, (mode.works, _lost(mode.lost)))) + limit)
    if switch.data_risk:
        yield "data", line(switch.data_risk)
    if last is not None:
        yield "last", line(flipped(last, now))
    if (stands := seen.standing) and not seen.doubtful:
        ends = left(stands, now)
        tone = Tone.WARNING if seen.overdue(now) else Tone.PLAIN
        yield "ends", line(f"{ends or 'never by itself'}; nothing turns itself back", tone)
    yield "back", _way_back(seen)


def _lost(text: str) -> str:
    return f"lost: {text}" if text else ""


def _stored(seen: SwitchSeen, now: Instant) -> Line:
    asked = f"asked {age(now - seen.at)} ago" if seen.at is not None else "never asked"
    if seen.stored is None:
        why = f": {seen.trouble or 'there is no such flag'}"
        return Span("not known", Tone.UNKNOWN), Span(why if seen.at is None else f"{why} ({asked})")
    told = value(seen.stored.value)
    if not seen.killed:
        told += f" (killed is {value(seen.switch.kill)})"
    if is_old(seen, now):
        return Span("not known by now", Tone.UNKNOWN), Span(f"; it was {told}; {asked}")
    said = Span(f"{told}; {asked}")
    return (said,) if seen.doubtful else (word(seen, now), Span(": "), said)


def _doubts(seen: SwitchSeen, now: Instant) -> Iterator[str]:
    if in_doubt(seen, now):
        yield "the last change may or may not have been applied: p looks for it"
    if seen.mismatch:
        yield seen.mismatch
    yield from seen.stored.hazards if seen.stored else ()


def _clients(seen: SwitchSeen, now: Instant) -> str:
    """What is stored and what clients see are two things; nobody has asked the clients."""
    assert seen.can.seen_after is not None
    after, last = seen.can.seen_after, seen.story.last
    usual = f"a change reaches them within {within(after)}, usually; nobody asks them"
    if last is not None and last.settled_at is not None and now < last.settled_at + after:
        return f"may not see it yet: {usual}"
    return usual


def _way_back(seen: SwitchSeen) -> Line:
    standing = seen.standing
    if seen.stored is None:
        return line("not from here while it is not known how it stands", Tone.WARNING)
    if why := restore_objection(seen):
        return line(f"not from here: {why}", Tone.WARNING)
    if standing is None or standing.before is None:
        return line("it is not killed, so there is nothing to put back")
    return Span("u", Tone.KEY), Span(f" puts back {value(standing.before.value)}, exactly as it stood before")
