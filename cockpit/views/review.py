"""Incidents and drills looked back on: `cockpit review` as text, as Markdown and as `cockpit.review/v1`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from cockpit.core.levels import Seconds
from cockpit.core.review.model import TIMES, Looked, Measure, Review, Way, WrongTurn
from cockpit.text import age, join_names, plural, remaining
from cockpit.views.export.escape import markdown as escaped
from cockpit.views.export.markdown_lines import bullets, table
from cockpit.views.export.times import day, minute
from cockpit.views.lines import Column, Row, line, text_of
from cockpit.views.printed import titled, wrapped

SCHEMA: Final = "cockpit.review/v1"
NOT_KNOWN: Final = "not known"
NAMES: Final[Mapping[str, str]] = {
    "detect": "noticed",
    "owner": "taken on",
    "first_update": "first update",
    "first_action": "first action that stood",
    "mitigation": "better for good",
    "recovery": "recovered",
}
SHORT: Final[Mapping[str, str]] = {
    "detect": "noticed",
    "owner": "owner",
    "first_update": "update",
    "first_action": "action",
    "mitigation": "better",
    "recovery": "recovered",
}
WAYS: Final[Mapping[Way, str]] = {
    "faster": "faster",
    "slower": "slower",
    "the same": "the same",
    "cannot tell": "too few",
}
TITLES: Final = {"live": "INCIDENTS", "drill": "DRILLS"}
NOTHING: Final = "nothing to review"


def is_empty(review: Review) -> bool:
    return not review.looked


def empty(review: Review, why: str = "") -> str:
    """One line."""
    since = f"no incident or drill on record since {day(review.since)}"
    return f"{NOTHING}: {why or since}"


def text(review: Review, width: int = 80) -> Iterator[str]:
    yield f"{day(review.since)} to {day(review.until)}: {_counted(review)}"
    for mode, measures in (("live", review.live), ("drill", review.drills)):
        looked = [each for each in review.looked if each.mode == mode]
        if not looked:
            continue
        yield from titled(
            f"{TITLES[mode]}, SINCE THEIR TRUE BEGINNING", *_medians(measures), width, head=True
        )
        yield from titled("ONE BY ONE (? IS NOT KNOWN)", *_one_by_one(looked), width, head=True)
        for each in looked:
            said = _aside(each)
            if said:
                yield from wrapped(f" {_id(each)}: {'; '.join(said)}", width, 3)
        yield from ("", *wrapped(_totals(looked), width))


def _counted(review: Review) -> str:
    incidents, drills = len(review.of("live")), len(review.of("drill"))
    return f"{plural(incidents, 'incident')}, {plural(drills, 'drill')}"


def took(seconds: Seconds | None) -> str:
    """ "12 min", and never a nought for what is not known."""
    if seconds is None:
        return NOT_KNOWN
    return remaining(seconds) if seconds >= 60 else age(seconds)


Table = tuple[tuple[Column, ...], list[Row]]


def _medians(measures: Mapping[str, Measure]) -> Table:
    columns = (
        Column(most=24),
        Column(right=True, title="median"),
        Column(right=True, title="known"),
        Column(right=True, title="first half"),
        Column(right=True, title="second half"),
        Column(title="trend", drop=1),
    )
    rows = [
        Row(
            tuple(
                line(cell)
                for cell in (
                    NAMES[name],
                    took(each.median),
                    f"{each.known} of {each.of}",
                    took(each.earlier),
                    took(each.later),
                    WAYS[each.way],
                )
            )
        )
        for name, each in measures.items()
    ]
    return columns, rows


def _one_by_one(looked: Sequence[Looked]) -> Table:
    columns = (
        Column(most=24),
        Column(),
        *(Column(right=True, title=SHORT[name]) for name in TIMES),
        Column(least=8, most=60, drop=1),
    )
    rows = []
    for each in looked:
        cells = [_id(each), _how(each), *(_short(each.times.get(name)) for name in TIMES), each.title]
        rows.append(Row(tuple(map(line, cells))))
    return columns, rows


def _short(seconds: Seconds | None) -> str:
    return "?" if seconds is None else took(seconds)


def _id(looked: Looked) -> str:
    return looked.id


def _how(looked: Looked) -> str:
    if looked.mode == "drill":
        return {True: "passed", False: "failed", None: ""}[looked.passed]
    return f"{looked.severity or 'no severity'}{' open' if looked.is_open else ''}"


def _aside(looked: Looked) -> list[str]:
    """What did not go as it should have; nothing where all did."""
    said = [_turn(turn) for turn in looked.wrong]
    if looked.reopened:
        said.append(f"reopened {plural(looked.reopened, 'time')}")
    if looked.overdue and looked.overdue.count:
        count = plural(looked.overdue.count, "update")
        said.append(f"{count} overdue, by {took(looked.overdue.longest)} at the most")
    if looked.switches:
        said.append(f"still switched: {join_names(looked.switches)}")
    if looked.debts:
        said.append(f"still to clean up: {join_names(looked.debts)}")
    return [*said, *looked.notes]


def _turn(turn: WrongTurn) -> str:
    return f"{turn.title} ({turn.run}) {turn.what}" if turn.run else f"{turn.title}: {turn.what}"


def _totals(looked: Sequence[Looked]) -> str:
    turns = sum(len(each.wrong) for each in looked)
    outcomes = [rolled.outcome for each in looked for rolled in each.rollbacks]
    worked = outcomes.count("complete")
    said = [
        plural(turns, "wrong turn"),
        f"{worked} of {plural(len(outcomes), 'rollback')} worked" if outcomes else "no rollback",
    ]
    if any(map(_in_full, looked)):  # the result of a drill tells nothing of these
        said += [
            plural(sum(each.reopened for each in looked), "reopening"),
            f"{plural(sum(len(each.switches) for each in looked), 'switch', 'switches')} left on",
            _updates(looked),
        ]
    return f"{'; '.join(said)}."


def _in_full(looked: Looked) -> bool:
    """Whether the record of it was read, and not only what came of it."""
    return looked.milestones is not None


def _updates(looked: Sequence[Looked]) -> str:
    known = [each.overdue for each in looked if each.overdue is not None]
    if not known:
        return "overdue updates not known"
    return f"{plural(sum(each.count for each in known), 'update')} overdue"


def markdown(review: Review) -> Iterator[str]:
    """A page; whatever texts hold, they stay text there."""
    yield f"# Review, {day(review.since)} to {day(review.until)}"
    yield ""
    yield _counted(review)
    for mode, measures in (("live", review.live), ("drill", review.drills)):
        looked = [each for each in review.looked if each.mode == mode]
        if not looked:
            continue
        yield from ("", f"## {TITLES[mode].capitalize()}", "")
        head = ("since the true beginning", "median", "known", "first half", "second half", "trend")
        yield table(head, (_cells(row) for row in _medians(measures)[1]))
        yield ""
        columns = ("", "title", "when", "how", *(SHORT[name] for name in TIMES))
        yield table(columns, (_entry(each) for each in looked))
        asides = [f"{each.id}: {'; '.join(said)}" for each in looked if (said := _aside(each))]
        if asides:
            yield from ("", bullets(asides))
        yield from ("", escaped(_totals(looked)))


def _cells(row: Row) -> list[str]:
    return [text_of(cell) for cell in row.cells]


def _entry(looked: Looked) -> tuple[str, ...]:
    when = f"{day(looked.at)} {minute(looked.at)}"
    return (
        looked.id,
        looked.title,
        when,
        _how(looked),
        *(took(looked.times.get(name)) for name in TIMES),
    )


def document(review: Review) -> dict[str, Any]:
    """The contract of `cockpit review --json`; new keys come last. Null: not known."""
    return {
        "schema": SCHEMA,
        "from": review.since,
        "to": review.until,
        "incidents": [_document(each) for each in review.of("live")],
        "drills": [_document(each) for each in review.of("drill")],
        "summary": {
            "incidents": _summary(review.of("live"), review.live),
            "drills": _summary(review.of("drill"), review.drills),
        },
    }


def _document(looked: Looked) -> dict[str, Any]:
    return {
        "id": looked.id,
        "title": looked.title,
        "mode": looked.mode,
        "at": looked.at,
        "severity": looked.severity.value if looked.severity else None,
        "open": looked.is_open,
        "passed": looked.passed,
        "times": {name: looked.times.get(name) for name in TIMES},
        "milestones": asdict(looked.milestones) if looked.milestones else None,
        "wrong_turns": [
            {"run": each.run or None, "title": each.title, "what": each.what} for each in looked.wrong
        ],
        "reopened": looked.reopened if _in_full(looked) else None,
        "rollbacks": [
            {"run": each.run, "title": each.title, "outcome": each.outcome} for each in looked.rollbacks
        ],
        "switches_left": list(looked.switches) if _in_full(looked) else None,
        "obligations_left": list(looked.debts) if _in_full(looked) else None,
        "overdue_updates": looked.overdue.count if looked.overdue else None,
        "overdue_longest": looked.overdue.longest if looked.overdue and looked.overdue.count else None,
        "notes": list(looked.notes),
    }


def _summary(looked: Sequence[Looked], measures: Mapping[str, Measure]) -> dict[str, Any]:
    outcomes = [rolled.outcome for each in looked for rolled in each.rollbacks]
    known = [each.overdue.count for each in looked if each.overdue is not None]
    full = any(map(_in_full, looked))
    return {
        "count": len(looked),
        "times": {
            name: {
                "median": each.median,
                "known": each.known,
                "of": each.of,
                "first_half": each.earlier,
                "second_half": each.later,
                "trend": each.way,
            }
            for name, each in measures.items()
        },
        "wrong_turns": sum(len(each.wrong) for each in looked),
        "reopened": sum(each.reopened for each in looked) if full else None,
        "rollbacks": {name: outcomes.count(name) for name in dict.fromkeys(sorted(outcomes))},
        "switches_left": sum(len(each.switches) for each in looked) if full else None,
        "overdue_updates": sum(known) if known else None,
    }
