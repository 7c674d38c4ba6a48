"""The timeline: what changed, one line each, so that a person can read the last minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cockpit.core.events import (
    Decision,
    DegradationMarked,
    IncidentActed,
    IntegrityAttested,
    Refused,
    ServiceAcknowledged,
)
from cockpit.core.health.state import Health, Node
from cockpit.core.incident.story import told as told_of
from cockpit.core.levels import Instant, Integrity, Level, Shown
from cockpit.core.poll import Change, Poll
from cockpit.core.state import Entry, Picture
from cockpit.text import join_names

KEPT = 300
DOUBT = {Integrity.SUSPECT, Integrity.BREACHED}
TOGETHER = 5
"""More nodes than this that make the same move in one poll share a line."""


def told(picture: Picture, *entries: Entry) -> Picture:
    if not entries:
        return picture
    return replace(picture, timeline=_kept((*picture.timeline, *entries)))


def merged(seen: tuple[Entry, ...], replayed: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """After a warm start: levels as replayed, and what the replay cannot know as we saw it."""
    ours = tuple(entry for entry in seen if entry.kind in ("act", "source", "config", "spread"))
    return _kept((*replayed, *ours))


def _kept(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    # Nearly sorted already; a change may be older than what was told before it.
    return tuple(sorted(entries, key=lambda entry: entry.at))[-KEPT:]


def what_moved(before: Health, after: Health, poll: Poll, *, first: bool) -> Iterator[Entry]:
    """Changes first, since they may explain the levels behind them."""
    yield from (change_entry(change) for change in poll.changes)
    pairs = list(_pairs(before, after))
    start = before.started_at
    moves = [(old, new) for old, new in pairs if not (_calm(new) and (first or _never_seen(old, start)))]
    yield from _level_entries(moves, poll.at)
    for old, new in pairs:
        if old.integrity is not new.integrity and {old.integrity, new.integrity} & DOUBT:
            yield Entry(poll.at, "integrity", new.name, f"data {new.integrity} (was {old.integrity})")


def change_entry(change: Change) -> Entry:
    version = "" if change.version in change.what else f" {change.version}"
    return Entry(change.at, "change", change.service, f"{change.what}{version}")


def _pairs(before: Health, after: Health) -> Iterator[tuple[Node, Node]]:
    """Nodes that are not the same objects any more; the others did not move."""
    both = zip(before.nodes, after.nodes, strict=True)
    return ((old, new) for old, new in both if old is not new)


def _level_entries(pairs: list[tuple[Node, Node]], at: Instant) -> Iterator[Entry]:
    moves: dict[tuple[Shown, Shown], list[Node]] = {}
    for old, new in pairs:
        if old.level is not new.level:
            moves.setdefault((old.level, new.level), []).append(new)
    for (was, now), nodes in moves.items():
        if len(nodes) > TOGETHER:
            names = join_names([node.name for node in nodes])
            yield Entry(at, "level", "", f"{names}: {now} (was {was})")
        else:
            yield from (Entry(at, "level", node.name, f"{now} (was {was})") for node in nodes)


def _calm(node: Node) -> bool:
    """Nothing to tell of a first look: it is what everybody hopes, or not known yet."""
    return node.level.level in (None, Level.OK)


def _never_seen(node: Node, start: Instant | None) -> bool:
    return node.level is Shown.UNKNOWN and (start is None or node.since <= start)


def spread_entries(before: Health, after: Health) -> Iterator[Entry]:
    was, now = before.spread, after.spread
    if before.reasoned_at is None or was.verdict is now.verdict:
        return
    new = f": {join_names(now.new)}" if now.new else ""
    yield Entry(after.reasoned_at or 0.0, "spread", "", f"{now.verdict} (was {was.verdict}){new}")


def act(decision: Decision) -> Entry:
    match decision:
        case DegradationMarked(node, mode, on, actor, reason, at):
            return Entry(at, "act", node, f"{actor} marked {mode} {'on' if on else 'off'}: {reason}")
        case IntegrityAttested(service, actor, reason, at):
            return Entry(at, "act", service, f"{actor} vouched for the data: {reason}")
        case ServiceAcknowledged(service, actor, at, on):
            return Entry(at, "act", service, f"{actor} {'has it' if on else 'let go of it'}")
        case IncidentActed(fact):
            return Entry(fact.at, "act", fact.incident, told_of(fact, None))


def refusal(event: Refused) -> Entry:
    return Entry(event.at, "act", "", f"refused: {event.what}: {event.why}")


def described(decision: Decision) -> str:
    """A decision in one line, for when it is refused."""
    entry = act(decision)
    return f"{entry.subject}: {entry.text}"
