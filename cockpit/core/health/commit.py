"""From verdicts to the committed level of one signal: rules C. All bounds are inclusive."""

from __future__ import annotations

from typing import Final

from cockpit.core.health.rules import UNKNOWN, Rule
from cockpit.core.health.state import Run
from cockpit.core.levels import Instant, Level, Seconds

FLAP_WINDOW: Final[Seconds] = 900.0
FLAP_COMMITS: Final = 4
FLAP_HOLD: Final[Seconds] = 600.0


def is_flapping(commits: tuple[Instant, ...], at: Instant) -> bool:
    """`commits` are those between known levels, before the poll at `at`."""
    return sum(1 for commit in commits if commit >= at - FLAP_WINDOW) >= FLAP_COMMITS


def after_unknown(rule: Rule, committed: int, runs: tuple[Run, ...], at: Instant) -> int:
    """The committed level after verdict U: it stays for `stale_after` since the last known verdict."""
    known = next((last for verdict, _, last in reversed(runs) if verdict >= 0), None)
    if known is None or known <= at - rule.stale_after:
        return UNKNOWN
    return committed


def after_known(
    rule: Rule, committed: int, runs: tuple[Run, ...], first: Instant, at: Instant, flapping: bool
) -> int:
    """The committed level after a known verdict, which is the end of the last of `runs`.

    `first`: when the first verdict ever was taken; a window is covered when that is not inside it.
    """
    verdict = runs[-1][0]
    if committed == UNKNOWN:
        return _from_unknown(rule, runs, first, at)
    if verdict > committed and first <= at - rule.for_:
        return max(committed, _sustained(rule, runs, at))
    hold = max(rule.hold, FLAP_HOLD) if flapping else rule.hold
    if verdict < committed and first <= at - hold:
        return _fallen(committed, runs, at - hold)
    return committed


def _from_unknown(rule: Rule, runs: tuple[Run, ...], first: Instant, at: Instant) -> int:
    """Bad news counts at once; good news needs `for` without a gap, and two verdicts."""
    verdict = runs[-1][0]
    if verdict > Level.OK:
        return verdict
    if first > at - rule.for_ or _unknown_since(runs, at - rule.for_):
        return UNKNOWN
    if rule.for_ > 0 and runs[-1][1] == at and len(runs) > 1 and runs[-2][0] == UNKNOWN:
        return UNKNOWN
    return int(Level.OK)


def _sustained(rule: Rule, runs: tuple[Run, ...], at: Instant) -> int:
    """Minimum of the known verdicts of the last `for`, of at least the last two (one where `for` is 0)."""
    wanted = 1 if rule.for_ <= 0 else 2
    seen = 0
    lowest = int(Level.DOWN)
    for verdict, first, last in reversed(runs):
        if verdict < 0:
            continue
        if last < at - rule.for_ and seen >= wanted:
            break
        lowest = min(lowest, verdict)
        seen += 2 if first < last else 1
    return lowest if seen >= wanted else UNKNOWN


def _fallen(committed: int, runs: tuple[Run, ...], beginning: Instant) -> int:
    """The maximum since `beginning` when that is lower and nothing in between was unknown."""
    highest = int(Level.OK)
    for verdict, _, last in reversed(runs):
        if last < beginning:
            break
        if verdict == UNKNOWN:
            return committed
        highest = max(highest, verdict)
    return min(committed, highest)


def _unknown_since(runs: tuple[Run, ...], beginning: Instant) -> bool:
    for verdict, _, last in reversed(runs):
        if last < beginning:
            return False
        if verdict == UNKNOWN:
            return True
    return False


def forget(runs: tuple[Run, ...], rule: Rule, at: Instant) -> tuple[Run, ...]:
    """Drop closed runs that no rule can look at any more; what `stale_after` needs is kept."""
    horizon = at - max(rule.for_, rule.hold, FLAP_HOLD, rule.stale_after)
    if len(runs) < 4 or runs[0][2] >= horizon:
        return runs
    known = [number for number, run in enumerate(runs) if run[0] >= 0]
    keep_from = next((number for number, run in enumerate(runs) if run[2] >= horizon), len(runs) - 1)
    # "At least the last two known" may reach behind the window when nothing known came for long.
    if len(known) >= 2:
        keep_from = min(keep_from, known[-2])
    return runs[keep_from:]
