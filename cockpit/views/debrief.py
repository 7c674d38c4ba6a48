"""What came of a drill, as text for people and as a document for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from cockpit.core.json import Json
from cockpit.core.levels import Seconds
from cockpit.core.rehearsal.debrief import Debrief, Drill, Times, WrongTurn
from cockpit.core.rehearsal.earlier import Earlier
from cockpit.core.rehearsal.expecting import Judged, Performed
from cockpit.core.rehearsal.walk import PartWalked, Walk
from cockpit.core.runbook.run import Run
from cockpit.core.scenario import Expectation
from cockpit.text import join_names, plural
from cockpit.views.words_runs import RUN_STATES

SCHEMA: Final = "cockpit.drill/v1"
MOST: Final = 12
"""Parts that are named before the rest is counted."""
TIMES: Final = (
    ("detected", "seen"),
    ("owner", "taken on"),
    ("first_action", "first action"),
    ("recovered", "recovered"),
)
TURNS: Final[Mapping[str, str]] = {
    "runbook": "not the way",
    "undone": "taken back",
    "held": "held",
    "refused": "refused",
}


def text(result: Debrief | Walk, earlier: Sequence[Earlier] = ()) -> list[str]:
    return _walk(result, earlier) if isinstance(result, Walk) else _debrief(result, earlier)


def _debrief(debrief: Debrief, earlier: Sequence[Earlier]) -> list[str]:
    return [
        *_head(debrief),
        "",
        *(_expected(each) for each in debrief.expected),
        "",
        *_times(debrief.times, earlier),
        *_budgets(debrief),
        *_runs(debrief.performed.runs),
        *_wrong(debrief.wrong),
        *_unexercised(debrief),
    ]


def _walk(walk: Walk, earlier: Sequence[Earlier]) -> list[str]:
    many = plural(len(walk.passes), "pass", "passes")
    lines = [*_head(walk), f"  every branch and every way back of {walk.runbook.id}, in {many}", ""]
    width = max((len(each.part.id) for each in walk.parts), default=0)
    lines += [_part(each, min(width, 48)) for each in walk.parts]
    if earlier:
        lines += ["", f"Against {plural(len(earlier), 'earlier drill')} of it that went otherwise:"]
        last = "passed" if earlier[0].passed else "failed"
        lines.append(f"  the last of them {last}")
    return lines


def _part(each: PartWalked, width: int) -> str:
    verdict = {"passed": "ok    ", "failed": "FAILED", "skipped": "-     "}[each.outcome]
    took = f"  {span(each.seconds)}" if each.seconds is not None else ""
    why = f"  {each.why}" if each.why else ""
    return f"  {verdict}  {each.part.id:<{width}}{took}{why}".rstrip()


def _head(debrief: Debrief | Walk) -> Iterator[str]:
    drill = debrief.drill
    yield f"DRILL {name_of(drill)}: {'passed' if debrief.passed else 'FAILED'}"
    if drill.title:
        yield f"  {drill.title}"
    if drill.teaches:
        yield f"  teaches: {drill.teaches}"
    yield f"  {', '.join(_how(drill))}"


def name_of(drill: Drill) -> str:
    return drill.scenario or drill.runbook


def _how(drill: Drill) -> Iterator[str]:
    yield (
        f"on {drill.target} with the real commands"
        if drill.target
        else "simulated, nothing left this machine"
    )
    yield f"answers: {drill.answers}" if drill.answers else f"by {drill.by}"
    if drill.injected:
        yield f"injected: {', '.join(drill.injected)}"


def _expected(judged: Judged) -> str:
    verdict = "ok    " if judged.passed else "FAILED"
    took = f"after {span(judged.took)}" if judged.took is not None else ""
    told = ", ".join(filter(None, (took, judged.why)))
    return f"  {verdict}  {expectation(judged.expected)}{f': {told}' if told else ''}"


def expectation(expected: Expectation) -> str:
    """In a few words: "checkout-api detected within 1 min 30 s"."""
    about = f"{expected.of} " if expected.of else ""
    words = {
        "first_action": "first action",
        "undo_used": "used to take something back",
        "used": "run to its end",
        "not_used": "not used",
        "integrity": f"data {expected.is_} in the end",
        "not_worse": f"never worse than {expected.level.replace('_', ' ')}",
        "declared": "an incident declared",
        "flag_set": "set" if expected.to is None else f"set to {_plain(expected.to)}",
    }
    within = f" within {span(expected.within)}" if expected.within is not None else ""
    return f"{about}{words.get(expected.what, expected.what)}{within}"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _times(times: Times, earlier: Sequence[Earlier]) -> Iterator[str]:
    yield "From the moment it went wrong:"
    for name, words in TIMES:
        took: Seconds | None = getattr(times, name)
        known = [each for one in earlier if (each := getattr(one.times, name)) is not None]
        before = f"  (last time {span(known[0])}, best {span(min(known))})" if known else ""
        yield f"  {words:<13} {span(took) if took is not None else 'never'}{before}"
    if earlier:
        yield f"  against {plural(len(earlier), 'earlier drill')} of it that went otherwise"


def _budgets(debrief: Debrief) -> Iterator[str]:
    for each in debrief.budgets:
        verdict = "within" if each.kept else "OVER"
        yield f"  {each.run} {each.runbook}: {span(each.took)}, {verdict} its budget of {span(each.budget)}"


def _runs(runs: Sequence[Run]) -> Iterator[str]:
    if runs:
        yield ""
        yield "What was run:"
    for run in runs:
        undone = f", taken back: {run.rollback}" if run.rollback else ""
        yield f"  {run.id} {run.runbook.id}: {RUN_STATES[run.state]}{undone}"


def _wrong(turns: Sequence[WrongTurn]) -> Iterator[str]:
    if turns:
        yield ""
        yield "Wrong turns:"
    for each in turns:
        why = f": {each.why}" if each.why else ""
        yield f"  at {span(each.at)}  {each.what} ({TURNS[each.kind]}){why}"


def _unexercised(debrief: Debrief) -> Iterator[str]:
    by_book: dict[str, list[str]] = {}
    for each in debrief.unexercised:
        by_book.setdefault(each.runbook, []).append(each.part)
    if by_book:
        yield ""
        yield "Never exercised of what was used:"
    for book, parts in by_book.items():
        yield f"  {book}: {join_names(parts, MOST)}"


def span(seconds: Seconds | None) -> str:
    """ "1 min 30 s", "45 s"; to the second."""
    if seconds is None:
        return "never"
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


# For machines


def document(result: Debrief | Walk, earlier: Sequence[Earlier] = ()) -> dict[str, Json]:
    """The same for the same seed, answers and record: no time of day is in it."""
    told = _of_walk(result) if isinstance(result, Walk) else _of_debrief(result)
    before: list[Json] = [{"passed": each.passed, "times": _seconds(each.times)} for each in earlier]
    return {**_of_drill(result.drill), "passed": result.passed, **told, "earlier": before}


def _of_drill(drill: Drill) -> dict[str, Json]:
    return {
        "schema": SCHEMA,
        "scenario": drill.scenario or None,
        "runbook": drill.runbook or None,
        "title": drill.title,
        "teaches": drill.teaches,
        "mode": drill.mode,
        "target": drill.target or None,
        "seed": drill.seed,
        "answers": drill.answers or None,
        "injected": list(drill.injected),
    }


def _of_walk(walk: Walk) -> dict[str, Json]:
    return {
        "passes": len(walk.passes),
        "expect": [
            {
                "what": each.part.kind,
                "part": each.part.id,
                "passed": each.outcome != "failed",
                "outcome": each.outcome,
                "took": tenth(each.seconds),
                "why": each.why,
            }
            for each in walk.parts
        ],
        "times": _seconds(Times()),
        "runs": [_run(performed, each) for performed in walk.passes for each in performed.runs],
    }


def _of_debrief(debrief: Debrief) -> dict[str, Json]:
    return {
        "expect": [_judged(each) for each in debrief.expected],
        "times": _seconds(debrief.times),
        "budgets": [
            {"run": each.run, "runbook": each.runbook, "budget": each.budget, "took": tenth(each.took)}
            for each in debrief.budgets
        ],
        "runs": [_run(debrief.performed, each) for each in debrief.performed.runs],
        "wrong_turns": [
            {"kind": each.kind, "what": each.what, "at": tenth(each.at), "why": each.why}
            for each in debrief.wrong
        ],
        "not_exercised": [
            {"runbook": each.runbook, "part": each.part, "kind": each.kind} for each in debrief.unexercised
        ],
    }


def _judged(judged: Judged) -> dict[str, Json]:
    expected = judged.expected
    asked = {name: value for name, value in asdict(expected).items() if value not in ("", None)}
    if expected.what != "integrity":
        asked.pop("is_", None)
    if expected.what != "not_worse":
        asked.pop("level", None)
    if "is_" in asked:
        asked["is"] = asked.pop("is_")
    return {
        **asked,
        "passed": judged.passed,
        "at": tenth(judged.at),
        "took": tenth(judged.took),
        "why": judged.why,
    }


def _seconds(times: Times) -> dict[str, Json]:
    return {name: tenth(getattr(times, name)) for name, _ in TIMES}


def _run(performed: Performed, run: Run) -> dict[str, Json]:
    took = None if run.ended_at is None else run.ended_at - run.started_at
    return {
        "run": run.id,
        "runbook": run.runbook.id,
        "target": run.target or None,
        "state": str(run.state),
        "forward": run.forward or None,
        "rollback": run.rollback or None,
        "at": tenth(performed.since(run.started_at)),
        "took": tenth(took),
        "held": run.hold.reason if run.hold else None,
    }


def tenth(seconds: Seconds | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
