"""Kill switches in text, and as the JSON contracts `cockpit.flags/v1` and `cockpit.flip/v1`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from cockpit.core.access import who_may
from cockpit.core.flips import DONE, OUTCOMES, Flip, Kind
from cockpit.core.levels import Instant, Seconds
from cockpit.core.model import Scalar
from cockpit.core.runbook.work import FlagChange
from cockpit.core.switches import SwitchSeen, came_of
from cockpit.text import age, clock, remaining

FLAGS = "cockpit.flags/v1"
FLIP = "cockpit.flip/v1"


def value(stored: Scalar) -> str:
    return "the code's own default" if stored is None else json.dumps(stored, ensure_ascii=False)


def state_word(seen: SwitchSeen) -> str:
    """One word or two: what matters most first."""
    if seen.doubtful:
        return "unknown"
    if seen.killed is None:
        return "not readable"
    return "killed" if seen.killed else "not killed"


def summary(seen: SwitchSeen, now: Instant) -> str:
    parts = [f"{seen.switch.key}@{seen.env}", state_word(seen)]
    if seen.stored is not None:
        parts.append(f"stored {value(seen.stored.value)}")
    elif seen.trouble:
        parts.append(seen.trouble)
    if (stands := seen.standing) and not seen.doubtful:
        parts.append(f"by {stands.actor} {age(now - stands.at)} ago")
        parts += [_expiry(stands, now)] if stands.expires_at is not None else []
    return "  ".join(parts)


def lines(seen: SwitchSeen, now: Instant) -> list[str]:
    return list(_lines(seen, now))


def _lines(seen: SwitchSeen, now: Instant) -> Iterator[str]:
    switch, last = seen.switch, seen.story.last
    yield f"{switch.key}@{seen.env} in {switch.provider}: {state_word(seen)}"
    if seen.stored is not None:
        yield f"  stored     {value(seen.stored.value)} (killed is {value(switch.kill)})"
    else:
        yield f"  stored     not known: {seen.trouble or 'there is no such flag'}"
    if seen.can.seen_after is not None:
        yield f"  seen       by clients within {within(seen.can.seen_after)}, usually; nobody asks them"
    for label, text in (
        ("protects", switch.service),
        ("costs", switch.effect),
        ("data", switch.data_risk),
        ("who may", who_may(switch.roles) if switch.roles else ""),
    ):
        if text:
            yield f"  {label:<10} {text}"
    if last is not None:
        yield f"  last       {flipped(last, now)}"
    if (stands := seen.standing) and stands.expires_at is not None:
        yield f"  expires    {_expiry(stands, now)}; nothing turns itself back"
    for hazard in seen.stored.hazards if seen.stored else ():
        yield f"  ! {hazard}"
    if seen.mismatch:
        yield f"  ! {seen.mismatch}"


def within(seconds: Seconds) -> str:
    """ "0.5 s": where half a second matters."""
    return f"{seconds:g} s" if seconds < 60 else age(seconds)


def flipped(flip: Flip, now: Instant) -> str:
    how = OUTCOMES[flip.outcome] if flip.outcome else "no answer on record: may or may not have been applied"
    how += f" ({flip.why})" if flip.why else ""
    word = {"kill": "kill", "restore": "restore"}.get(flip.kind, f"set to {value(flip.want)}")
    why = f" ({flip.reason})" if flip.reason else ""
    return f"{word} by {flip.actor} at {clock(flip.at)}, {age(now - flip.at)} ago{why}: {how}"


def _expiry(stands: Flip, now: Instant) -> str:
    assert stands.expires_at is not None
    left = stands.expires_at - now
    return f"in {remaining(left)}" if left > 0 else f"overdue for {age(-left)}"


def document(seen: Sequence[SwitchSeen], now: Instant) -> dict[str, object]:
    return {"schema": FLAGS, "flags": [entry(each, now) for each in seen]}


def entry(seen: SwitchSeen, now: Instant) -> dict[str, object]:
    switch, stands, stored = seen.switch, seen.standing, seen.stored
    return {
        "key": switch.key,
        "provider": switch.provider,
        "env": seen.env,
        "stored": None if stored is None else stored.value,
        "readable": stored is not None,
        "trouble": seen.trouble or None,
        "killed": seen.killed,
        "unknown": seen.doubtful,
        "kill": switch.kill,
        "service": switch.service or None,
        "effect": switch.effect or None,
        "data_risk": switch.data_risk or None,
        "hazards": list(stored.hazards) if stored else [],
        "mismatch": seen.mismatch or None,
        "confirm": seen.phrase or None,
        "compare_and_set": seen.can.compare_and_set,
        "seen_after": seen.can.seen_after,
        "expires_at": stands.expires_at if stands else None,
        "overdue": seen.overdue(now),
        "last": _flip(seen.story.last),
    }


def _flip(flip: Flip | None) -> dict[str, object] | None:
    if flip is None:
        return None
    return {
        "op_id": flip.op_id,
        "kind": flip.kind,
        "actor": flip.actor,
        "at": flip.at,
        "reason": flip.reason,
        "outcome": str(flip.outcome) if flip.outcome else None,
        "run": flip.run or None,
    }


def told(kind: Kind, seen: Sequence[SwitchSeen], changes: Sequence[FlagChange]) -> list[str]:
    """What became of a change in one environment or several; `changes` may be fewer than `seen`."""
    found = []
    for each, change in zip(seen, changes, strict=False):
        found.append(came_of(kind, each.switch.key, each.env, change))
    if len(seen) > 1:
        done = [each.env for each, change in zip(seen, changes, strict=False) if change.outcome in DONE]
        found.append(f"{len(done)} of {len(seen)} applied")
        found += _ways_on(kind, seen, done)
    return found


def _ways_on(kind: Kind, seen: Sequence[SwitchSeen], done: Sequence[str]) -> Iterator[str]:
    """To finish, or to undo what was done before it stopped."""
    left = [each.env for each in seen if each.env not in done]
    key, back = seen[0].switch.key, "restore" if kind == "kill" else "kill"
    if left:
        yield f"to finish: cockpit flags {kind} {key} {_envs(left)} --reason ..."
    if left and done:
        yield f"to undo: cockpit flags {back} {key} {_envs(done)} --reason ..."


def _envs(names: Sequence[str]) -> str:
    return " ".join(f"--env {name}" for name in names)


def flip_document(kind: Kind, seen: Sequence[SwitchSeen], changes: Sequence[FlagChange]) -> dict[str, object]:
    done = sum(change.outcome in DONE for change in changes)
    results = [
        {
            "env": each.env,
            "outcome": str(change.outcome),
            "reason": change.reason or None,
            "before": change.before.value if change.before else None,
            "after": change.after.value if change.after else None,
            "atomic": change.atomic,
        }
        for each, change in zip(seen, changes, strict=False)
    ]
    switch = seen[0].switch
    about = {"key": switch.key, "provider": switch.provider, "kind": kind}
    return {"schema": FLIP, **about, "applied": done, "of": len(seen), "results": results}
