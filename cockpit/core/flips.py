"""What the record tells of flags: which of them we killed, what stood there before, and what nobody knows.

A request without an answer on record is one of these unknowns, however the cockpit behind it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias, cast

from cockpit.core.flagd_edit import same
from cockpit.core.frozen import from_json
from cockpit.core.journal import Recorded
from cockpit.core.json import finite
from cockpit.core.levels import Instant
from cockpit.core.model import Scalar
from cockpit.core.runbook.work import FlagOutcome, FlagState

Kind: TypeAlias = Literal["kill", "restore", "set"]
Place: TypeAlias = tuple[str, str, str]
"""Provider, environment, key."""
REQUESTED: Final = "flag.requested"
SETTLED: Final = "flag.settled"
DONE: Final = frozenset({FlagOutcome.APPLIED, FlagOutcome.NOOP})
OUTCOMES: Final[Mapping[FlagOutcome, str]] = {
    FlagOutcome.APPLIED: "applied",
    FlagOutcome.NOOP: "was so already",
    FlagOutcome.CONFLICT: "not applied: a conflict",
    FlagOutcome.DENIED: "not applied: denied",
    FlagOutcome.NEEDS_APPROVAL: "not applied: somebody has to approve it there",
    FlagOutcome.NOT_FOUND: "not applied: not found",
    FlagOutcome.FAILED: "not applied: it failed",
    FlagOutcome.UNKNOWN: "may or may not have been applied",
}
"""What people read."""


@dataclass(frozen=True, slots=True)
class Flip:
    """One change that somebody asked for. `set` is that of a runbook's step."""

    op_id: str
    provider: str
    env: str
    key: str
    kind: Kind
    want: Scalar
    actor: str
    at: Instant
    reason: str = ""
    before: FlagState | None = None
    expires_at: Instant | None = None
    run: str = ""
    incident: str = ""
    outcome: FlagOutcome | None = None
    """None: no answer is on record."""
    settled_at: Instant | None = None
    why: str = ""
    after: FlagState | None = None

    @property
    def doubtful(self) -> bool:
        """Whether it may or may not have happened."""
        return self.outcome in (None, FlagOutcome.UNKNOWN)

    @property
    def place(self) -> Place:
        return self.provider, self.env, self.key


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to one flag since it was last put back."""

    last: Flip | None = None
    chain: tuple[Flip, ...] = ()
    """Changes that count or may count, oldest first."""

    @property
    def standing(self) -> Flip | None:
        """The change whose earlier state a restore puts back; None: nothing of ours stands, for all we know.

        A kill pressed again does not make the killed state the one to go back to.
        """
        stands: Flip | None = None
        for flip in self.chain:
            if flip.kind == "restore" or (stands and _puts_back(flip, stands)):
                stands = None if flip.outcome in DONE else stands
            elif flip.outcome is not FlagOutcome.NOOP and (stands is None or _seen_gone(stands, flip)):
                stands = flip
        return stands

    @property
    def doubtful(self) -> bool:
        """A later try that surely failed takes no doubt away."""
        return bool(self.chain) and self.chain[-1].doubtful


@dataclass(frozen=True, slots=True)
class Flips:
    seq: int = 0
    """Of the last record that is folded in."""
    stories: Mapping[Place, Story] = field(default_factory=dict)

    def of(self, provider: str, env: str, key: str) -> Story:
        return self.stories.get((provider, env, key), Story())

    def open(self) -> tuple[Story, ...]:
        """What is killed by us or may be, oldest first: somebody has to turn it back, or find out."""
        found = [story for story in self.stories.values() if story.doubtful or story.standing]
        return tuple(sorted(found, key=lambda story: (story.standing or story.last or _NOTHING).at))


_NOTHING: Final = Flip("", "", "", "", "set", None, "", 0.0)


def replayed(records: Iterable[Recorded], flips: Flips | None = None) -> Flips:
    found = flips or Flips()
    for record in records:
        found = folded(found, record)
    return found


def folded(flips: Flips, record: Recorded) -> Flips:
    """One that is known already changes nothing."""
    if record.seq <= flips.seq:
        return flips
    flips = replace(flips, seq=record.seq)
    match record.fact.kind:
        case "flag.requested":
            return _told(flips, _requested(record))
        case "flag.settled":
            flip = _known(flips, record)
            return flips if flip is None else _told(flips, _settled(flip, record))
    return flips


def _told(flips: Flips, flip: Flip) -> Flips:
    story = flips.of(*flip.place)
    known = [flip if each.op_id == flip.op_id else each for each in story.chain]
    if flip not in known:
        known.append(flip)
    chain = tuple(each for each in known if each.doubtful or each.outcome in DONE)
    last = story.last
    if last is None or last.op_id == flip.op_id or flip.outcome is None:
        last = flip
    story = Story(last, chain)
    if not story.doubtful and story.standing is None:
        story = Story(last)
    return replace(flips, stories={**flips.stories, flip.place: story})


def _puts_back(flip: Flip, stands: Flip) -> bool:
    """A step that sets what stood there before is a restore by another name."""
    before = stands.before
    return flip.kind == "set" and before is not None and same(flip.want, before.value)


def _seen_gone(stands: Flip, flip: Flip) -> bool:
    """Whether the flag was seen not to be as `stands` wanted it, when `flip` was asked for."""
    return flip.before is not None and not same(flip.before.value, stands.want)


def _requested(record: Recorded) -> Flip:
    fact = record.fact
    body = cast("Mapping[str, Any]", fact.body)
    before, within = _state(body.get("before")), finite(body.get("expires_in"))
    until = finite(body.get("expires_at"))
    expires = fact.at + within if until is None and within is not None else until
    kind = body.get("kind")
    return Flip(
        op_id=str(body.get("op_id", fact.uid)),
        provider=str(body.get("provider", "")),
        # A step may leave it out where there is only one; what was read names it.
        env=str(body.get("env") or (before.env if before else "")),
        key=str(body.get("key", "")),
        kind=kind if kind in ("kill", "restore") else "set",
        want=body.get("want"),
        actor=fact.actor,
        at=fact.at,
        reason=str(body.get("reason") or ""),
        before=before,
        expires_at=expires,
        run=fact.run,
        incident=fact.incident,
    )


def _known(flips: Flips, record: Recorded) -> Flip | None:
    op_id = record.fact.body.get("op_id")
    for story in flips.stories.values():
        for flip in (*story.chain, *filter(None, [story.last])):
            if flip.op_id == op_id:
                return flip
    return None


def _settled(flip: Flip, record: Recorded) -> Flip:
    body = cast("Mapping[str, Any]", record.fact.body)
    try:
        outcome = FlagOutcome(str(body.get("outcome")))
    except ValueError:
        outcome = FlagOutcome.UNKNOWN
    why, after = str(body.get("reason") or ""), _state(body.get("after"))
    return replace(flip, outcome=outcome, settled_at=record.fact.at, why=why, after=after)


def _state(told: Any) -> FlagState | None:
    """None also for what an older or a foreign cockpit wrote in another shape."""
    if not isinstance(told, Mapping):
        return None
    try:
        return from_json(FlagState, told)
    except ValueError:
        return None
