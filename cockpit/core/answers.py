"""From what a server answered to columns of samples: matching by labels, reducing, ages, shares."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cockpit.core.levels import Instant
from cockpit.core.poll import ABSENT, FAILED, NOT_STATED, PLENTY, PRESENT, UNKNOWN_AGE, UNRULED, Samples
from cockpit.core.queries import NAN, Asking, Key, Vector


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Which label values the loaded, healthy alerting rules of a server name."""

    named: frozenset[tuple[str, str]]
    also: tuple[str, ...] = ()
    """Other labels that may name a service in rules."""

    def names(self, by: Sequence[str], key: Key) -> bool:
        return bool(key) and all(
            any((label, value) in self.named for label in (own, *self.also))
            for own, value in zip(by, key, strict=True)
        )


def samples(asking: Asking, replies: Mapping[int, Vector | None], rules: RuleBook | None = None) -> Samples:
    """Columns for the rows of `asking`. `replies` by question; None: it failed. `rules` None: not known."""
    found = replies[asking.value]
    count = len(asking.rows)
    if found is None:
        return Samples.failed(count)
    answer, value = bytearray(count), array("d", [NAN]) * count
    series = found.series
    for place, row in enumerate(asking.rows):
        members = series.get(row.key)
        if members is None:
            answer[place] = ABSENT
        else:
            value[place] = members[0] if len(members) == 1 else reduce(row.reduce, members)
    _excuse(asking, replies, rules, answer)
    volume = _volumes(asking, replies)
    _measure(asking, replies, answer, value)
    asked = (replies[number] for number in asking.questions)
    partial = any(reply is not None and reply.partial for reply in asked)
    return Samples(answer, value, volume, _ages(asking, replies), partial)


def reduce(how: str, members: Iterable[float]) -> float:
    """One value of several series; NaN members are no data and dropped, only NaN stays NaN."""
    known = [member for member in members if member == member]
    if not known:
        return NAN
    match how:
        case "max":
            return max(known)
        case "min":
            return min(known)
        case "sum":
            return sum(known)
        case _:
            return sum(known) / len(known)


def _excuse(
    asking: Asking, replies: Mapping[int, Vector | None], rules: RuleBook | None, answer: bytearray
) -> None:
    """Absence may be good news only where what would show bad news is known to be there."""
    if not asking.by_rule and asking.requires is None:
        return
    required = None if asking.requires is None else replies[asking.requires]
    for place, row in enumerate(asking.rows):
        if answer[place] != ABSENT or not row.needs:
            continue
        if asking.by_rule:
            if rules is None:
                answer[place] = FAILED
            elif not rules.names(asking.template.query.by, row.key):
                answer[place] = UNRULED
        elif required is None or row.key not in required.series:
            answer[place] = FAILED


def _volumes(asking: Asking, replies: Mapping[int, Vector | None]) -> array[float]:
    if asking.volume is None:
        return array("d", [PLENTY]) * len(asking.rows)
    reply = replies[asking.volume]
    if reply is None:
        return array("d", [NAN]) * len(asking.rows)
    series = reply.series
    # An expected rate is reduced as the actual one is; traffic of several series adds up.
    return array(
        "d",
        [
            members[0] if len(members) == 1 else reduce(row.reduce if row.is_measure else "sum", members)
            for row in asking.rows
            for members in (series.get(row.key, ()),)
        ],
    )


def _ages(asking: Asking, replies: Mapping[int, Vector | None]) -> array[float]:
    if asking.freshness is None:
        return array("d", [NOT_STATED]) * len(asking.rows)
    reply = replies[asking.freshness]
    if reply is None or reply.at is None:
        return array("d", [UNKNOWN_AGE]) * len(asking.rows)
    now, series = reply.at, reply.series
    return array("d", [_age(now, series.get(row.key, ())) for row in asking.rows])


def _age(now: Instant, taken: Sequence[float]) -> float:
    newest = reduce("max", taken)
    return max(0.0, now - newest) if newest == newest else UNKNOWN_AGE


def _measure(
    asking: Asking, replies: Mapping[int, Vector | None], answer: bytearray, value: array[float]
) -> None:
    """Rows of capabilities hold what is there as a share of what was expected."""
    if asking.volume is None:
        return
    expected = replies[asking.volume]
    for place, row in enumerate(asking.rows):
        if not row.is_measure:
            continue
        if expected is None:
            answer[place] = FAILED
        elif answer[place] == PRESENT:
            members = expected.series.get(row.key)
            if members is None:
                answer[place] = ABSENT
            else:
                value[place] = ratio(value[place], reduce(row.reduce, members))


def ratio(actual: float, expected: float) -> float:
    """`actual` / `expected` as PromQL divides: 0/0 is NaN, anything else over 0 is infinite."""
    if expected:
        return actual / expected
    return NAN if actual == 0 or actual != actual else float("inf") if actual > 0 else float("-inf")
