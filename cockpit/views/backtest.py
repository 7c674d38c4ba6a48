"""What a past would have looked like, to read: `cockpit backtest` as text and as `cockpit.backtest/v1`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from cockpit.core.backtest.model import IDLE, Backtest, Calmer, Episode, Flapping, Seen, Spent
from cockpit.core.levels import Instant, Seconds, Shown
from cockpit.core.model import Degradation, Model
from cockpit.text import age, join_names, number, percent, plural, remaining
from cockpit.views.export.times import day, minute
from cockpit.views.lines import Column, Row, line
from cockpit.views.printed import titled, wrapped
from cockpit.views.words import BADNESS, level_word, measured_value

SHOWN: Final = 20
"""Lines of a list; the document has them all."""
WORTH_TELLING: Final[Seconds] = 120.0
"""Shorter gaps only count."""
GAPS: Final = 5
FEW: Final = 5
"""Small episodes that are told one by one."""
LEVELS: Final = (*(each.value for each in Shown if each is not Shown.UNMONITORED), IDLE)
SEEN_AT: Final = frozenset(LEVELS) - {IDLE, Shown.UNKNOWN.value}
TEXT: Final = Column(grow=True)
_BAD: Final = {**{level.value: bad for level, bad in BADNESS.items()}, IDLE: BADNESS[Shown.OK]}
RIGHT: Final = Column(right=True)


def anything_seen(found: Backtest) -> bool:
    """Whether any service or capability was ever known."""
    spent = [*found.seen.services.values(), *found.seen.capabilities.values()]
    return any(seconds > 0 for each in spent for level, seconds in each.items() if level in SEEN_AT)


def notes(
    model: Model, found: Backtest, odd: Sequence[str] = (), stopped_at: Instant | None = None
) -> Backtest:
    """`found` with what is to be known before its figures are believed."""
    return replace(found, notes=(*odd, *_notes(model, found, stopped_at)))


def _notes(model: Model, found: Backtest, stopped_at: Instant | None) -> Iterator[str]:
    seen, asked = found.seen, found.asked
    if seen.begin is None:
        yield "the servers remember nothing of that time"
    elif asked and seen.begin - asked[0] > 2 * (found.step or 0.0):
        missing = remaining(seen.begin - asked[0])
        yield f"asked for {remaining(asked[1] - asked[0])}, but nothing is remembered of the first {missing}"
    if stopped_at is not None:
        yield f"nobody answered any more from {_moment(stopped_at)} UTC on, so it ends there"
    if found.step and found.step > model.poll:
        often = f"a cockpit that polls every {number(model.poll)} s sees more"
        yield f"looked every {number(found.step)} s; {often}"
    if asked and any(state.flag or state.manual for state in _states(model)):
        yield "nobody remembers flags and marks of people: fallbacks that hang on them count as off"
    if seen.vouched:
        yield f"data of {join_names(seen.vouched)} counts as put right after each incident: nobody can say so"


def _states(model: Model) -> Iterator[Degradation]:
    for service in model.services:
        yield from service.degradations
    for capability in model.capabilities:
        yield from capability.degradations


def text(model: Model, found: Backtest, width: int = 80) -> Iterator[str]:
    seen = found.seen
    yield from wrapped(f"{model.title or model.name}: {_span(found)}", width)
    yield from (each for note in found.notes for each in wrapped(f"note: {note}", width, 6))
    if seen.begin is None:
        return
    yield from wrapped(_in_short(seen), width)
    yield from _episodes(seen, width)
    yield from _flaps(seen, width, len(model.prometheus) > 1)
    yield from _times("CAPABILITIES, TIME BY LEVEL", _titled(model, seen.capabilities), width)
    yield from _times("SERVICES, TIME BY LEVEL", _least_ok(seen.services), width)
    yield from _gaps(seen, width)
    yield from ("", "CALMER VALUES")
    for each in found.calmer:
        yield from wrapped(f" {sentence(each)}", width, 3)
        yield from wrapped(f"   write {written(each)}", width, 5)
    if not found.calmer:
        yield from wrapped(f" none: {found.not_calmer}", width, 1)


def _span(found: Backtest) -> str:
    begin, end = found.seen.begin, found.seen.end
    if begin is None or end is None:
        begin, end = found.asked or (0.0, 0.0)
    every = f", every {number(found.step)} s" if found.step else f", {plural(found.seen.polls, 'poll')}"
    lasted = remaining(max(0.0, end - begin + (found.step or 0.0)))
    return f"{_moment(begin)} to {_moment(end)} UTC, {lasted}{every}"


def _in_short(seen: Seen) -> str:
    serious = sum(each.counts for each in seen.episodes)
    small = len(seen.episodes) - serious
    said = f"{serious or 'No'} {'incident' if serious == 1 else 'incidents'} to be"
    if small:
        said += f", {plural(small, 'time')} a service worse than agreed and nobody else hurt"
    flaps = plural(len(seen.flapping), "signal") if seen.flapping else "no signal"
    verb = "flaps" if len(seen.flapping) < 2 else "flap"
    return f"{said}; {flaps} {verb}; {percent(unknown_share(seen))} of the time unknown."


def unknown_share(seen: Seen) -> float:
    """Of the time of all services and capabilities; without traffic there is nothing to be known."""
    spent = [*seen.services.values(), *seen.capabilities.values()]
    whole = sum(seconds for each in spent for level, seconds in each.items() if level != IDLE)
    return sum(each.get(Shown.UNKNOWN.value, 0.0) for each in spent) / whole if whole else 1.0


def _episodes(seen: Seen, width: int) -> Iterator[str]:
    serious = [each for each in seen.episodes if each.counts]
    yield from ("", "INCIDENTS TO BE")
    for each in serious[:SHOWN]:
        yield from wrapped(f" {_when(each)}: {each.severity}. {' '.join(each.headline)}", width, 3)
        yield from wrapped(f"   {_who(each)}", width, 3)
    yield from _more(len(serious)) if serious else (" none",)
    small = [each for each in seen.episodes if not each.counts]
    if small:
        yield from ("", "WORSE THAN AGREED, AND NOBODY ELSE WAS HURT")
        told = [*_each(small)] if len(small) <= FEW else [*_together(small)]
        for each_line in told[:SHOWN]:
            yield from wrapped(f" {each_line}", width, 3)
        yield from _more(len(told))


def _each(episodes: Sequence[Episode]) -> Iterator[str]:
    yield from (f"{_when(each)}: {_who(each)}" for each in episodes)


def _together(episodes: Sequence[Episode]) -> Iterator[str]:
    """Those of the same services in one line, the most often first."""
    groups: dict[str, list[Episode]] = {}
    for each in episodes:
        groups.setdefault(_who(each), []).append(each)
    for who, mine in sorted(groups.items(), key=lambda each: (-len(each[1]), each[0])):
        lasted = [(each.last if each.end is None else each.end) - each.begin for each in mine]
        if len(mine) == 1:
            yield from _each(mine)
            continue
        longest = f"{remaining(sum(lasted))} in all, {remaining(max(lasted))} at the longest"
        yield f"{who}: {plural(len(mine), 'time')}, {longest}, last on {_moment(mine[-1].begin)}"


def _more(count: int) -> Iterator[str]:
    if count > SHOWN:
        yield f" and {count - SHOWN:,} more; --json has them all"


def _when(episode: Episode) -> str:
    if episode.end is None:
        how = "not over" if episode.ended == "open" else "nobody saw the end"
        return f"{_moment(episode.begin)} to {minute(episode.last)} or later ({how})"
    other = "" if day(episode.begin) == day(episode.end) else f"{day(episode.end)} "
    lasted = remaining(episode.end - episode.begin)
    return f"{_moment(episode.begin)} to {other}{minute(episode.end)}, {lasted}"


def _who(episode: Episode) -> str:
    hurt = sorted(episode.services.items(), key=lambda each: -each[1])
    names = [f"{name} {level_word(Shown.of(level))}" for name, level in hurt]
    parts = [join_names(names, 4)] if names else []
    parts += [f"data wrong or in doubt: {join_names(episode.data)}"] if episode.data else []
    return "; ".join(parts) or "only the business was hurt"


def _flaps(seen: Seen, width: int, several: bool) -> Iterator[str]:
    if not seen.flapping:
        return
    columns = (Column(most=50), RIGHT, Column(), RIGHT)
    rows = tuple(
        Row(
            (
                line(_signal(each, several)),
                line(plural(each.count, "time")),
                line(f"up to {level_word(Shown.of(each.worst))}"),
                line(f"longest {age(each.longest)}"),
            )
        )
        for each in seen.flapping[:SHOWN]
    )
    yield from titled("ROSE AND CAME BACK WITHIN 15 MIN", columns, rows, width)


def _signal(flapping: Flapping, several: bool) -> str:
    where = f" ({flapping.source})" if several else ""
    return f"{flapping.owner} {flapping.signal}{where}"


def _titled(model: Model, spent: Mapping[str, Spent]) -> dict[str, Spent]:
    titles = {each.name: each.title or each.name for each in model.capabilities}
    return {titles[name]: each for name, each in spent.items()}


def _least_ok(spent: Mapping[str, Spent]) -> dict[str, Spent]:
    """Those that were not always fine, the worst first."""

    def badness(each: tuple[str, Spent]) -> tuple[float, str]:
        return -sum(seconds * _BAD[level] for level, seconds in each[1].items()), each[0]

    ok = Shown.OK.value
    hurt = [each for each in spent.items() if any(s > 0 for level, s in each[1].items() if level != ok)]
    return dict(sorted(hurt, key=badness))


def _times(title: str, spent: Mapping[str, Spent], width: int) -> Iterator[str]:
    used = [level for level in LEVELS if any(each.get(level) for each in spent.values())]
    columns = (Column(most=40), *(Column(right=True, title=level.replace("_", " ")) for level in used))
    rows = []
    for name, each in list(spent.items())[:SHOWN]:
        whole = sum(each.values())
        shares = [line(percent(each.get(level, 0.0) / whole) if whole else "") for level in used]
        rows.append(Row((line(name), *shares)))
    if rows:
        yield from titled(title, columns, rows, width, head=True)
    yield from _more(len(spent))


def _gaps(seen: Seen, width: int) -> Iterator[str]:
    long = [gap for gap in seen.gaps if gap.end - gap.begin >= WORTH_TELLING]
    if not long:
        return
    yield from ("", "NOBODY COULD SEE ANYTHING")
    for gap in long[:GAPS]:
        yield f" {_moment(gap.begin)} UTC for {remaining(gap.end - gap.begin)}"
    if len(long) > GAPS:
        yield f" and {len(long) - GAPS:,} more; --json has them all"


def sentence(of: Calmer) -> str:
    """What would have been calmer, and why it may be believed."""
    name = f"{of.owner} {of.signal}"
    quiet = f"99 of 100 quiet values are {'at most' if of.direction == 'above' else 'at least'}"
    if of.wait is None:
        (level, (now, then)) = next(iter(of.limits.items()))
        before = f"{of.direction} {number(now)} ({level_word(Shown.of(level))})"
        why = f"{quiet} {measured_value(of.quiet, of.unit)}" if of.quiet == of.quiet else "no value was quiet"
        would = f"{of.direction} {number(then)}"
        flapped = f"{before} it flapped {plural(of.flaps, 'time')}; {why}"
    else:
        flapped = f"it flapped {plural(of.flaps, 'time')}, for {age(of.longest)} at the longest"
        would = f"with for: {_wait(of.wait[1])} instead of {_wait(of.wait[0])}"
    return f"{name}: {flapped}. {would[:1].upper()}{would[1:]} it would have been quiet{_keeps(of)}."


def _keeps(of: Calmer) -> str:
    if not of.keeps:
        return "; no incident hung on it, so nothing here shows what that would miss"
    which = join_names([_moment(begin) for begin in of.keeps], 2)
    later = f", {age(of.later)} later" if of.later else ""
    return f" and still have caught {'that' if len(of.keeps) == 1 else 'those'} of {which}{later}"


def written(of: Calmer) -> str:
    """What to put into the configuration."""
    if of.wait is not None:
        return f"for: {_wait(of.wait[1])}"
    limits = ", ".join(f"{level.name}: {new:g}" for level, (_, new) in of.limits.items())
    return f"{of.direction}: {{{limits}}}"


def _wait(seconds: Seconds) -> str:
    return f"{seconds / 60:g}m" if seconds >= 60 and seconds % 60 == 0 else f"{seconds:g}s"


def _moment(at: Instant) -> str:
    return f"{day(at)} {minute(at)}"
