"""An audit in plain lines, and as `cockpit.audit/v1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cockpit.core.audit.answers import Answer, Answered, Audit, Finding, Score
from cockpit.text import number, plural
from cockpit.views.layout import wrap
from cockpit.views.lines import line, text_of

SCHEMA: Final = "cockpit.audit/v1"
SHOWN: Final = 20
"""Findings in plain text; machines get all of them."""
SCORED: Final = "score = who would be hurt x weight of the tier x width of the gap"


def document(audit: Audit) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "questions": [
            {
                "id": each.question.id,
                "question": each.question.text,
                "answer": each.answer.value,
                "good": each.question.good.value,
                "evidence": list(each.evidence),
                "worst": list(each.worst),
            }
            for each in audit.answers
        ],
        "fix_first": [entry(each) for each in audit.fix_first],
        "asked_live": audit.asked_live,
    }


def entry(found: Finding) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "subject": found.subject,
        "severity": found.severity.value,
        "score": found.score.value,
        "because": {"blast": found.score.blast, "tier": found.score.tier, "gap": found.score.gap},
        "what": found.what,
        "why": found.why,
        "do": found.do,
        "file": found.at.file if found.at else None,
        "line": (found.at.line or None) if found.at else None,
    }


def verdict(answered: Answered) -> str:
    """So that nobody has to remember which answer is the good one."""
    if answered.answer is Answer.UNKNOWN:
        return f"UNKNOWN, and it should be {answered.question.good}"
    said = answered.answer.upper()
    return (
        f"{said}, as it should be"
        if answered.is_good
        else f"{said}, and it should be {answered.question.good}"
    )


def mark(answered: Answered) -> str:
    return "✓" if answered.is_good else "✗" if answered.is_bad else "?"


def summary(audit: Audit) -> str:
    """How many of each, in one sentence."""
    good = sum(each.is_good for each in audit.answers)
    bad = sum(each.is_bad for each in audit.answers)
    unknown = len(audit.answers) - good - bad
    total = len(audit.answers)
    return f"{good} of {total} answered well, {bad} badly, {unknown} unknown"


def scored(score: Score) -> str:
    """ "352 = 11 x 8 x 4" """
    return f"{number(score.value)} = {score.blast:,} x {score.tier:g} x {score.gap}"


def lines(audit: Audit, width: int = 80) -> list[str]:
    return list(_lines(audit, width))


def _lines(audit: Audit, width: int) -> Iterator[str]:
    yield f"SEVEN QUESTIONS: {summary(audit)}"
    for at, each in enumerate(audit.answers, 1):
        yield ""
        yield from _wrapped(f"{at}. ", each.question.text, width)
        yield from _wrapped(f"   {mark(each)} ", verdict(each), width)
        for sentence in each.evidence:
            yield from _wrapped("     ", sentence, width)
        if each.worst:
            yield from _wrapped("     worst: ", ", ".join(each.worst), width)
    yield ""
    yield (
        f"FIX FIRST: {plural(len(audit.fix_first), 'finding')}"
        if audit.fix_first
        else "FIX FIRST: nothing was found"
    )
    if audit.fix_first:
        yield from _wrapped("", f"({SCORED})", width)
    for at, found in enumerate(audit.fix_first[:SHOWN], 1):
        yield ""
        yield from _finding(at, found, width)
    if (more := len(audit.fix_first) - SHOWN) > 0:
        yield ""
        yield f"{more:,} more: --json has all of them"


def _finding(at: int, found: Finding, width: int) -> Iterator[str]:
    yield from _wrapped(f"{at:2}. ", f"{found.severity.upper()} {found.what}", width)
    yield from _wrapped("    why  ", found.why, width)
    yield from _wrapped("    do   ", found.do, width)
    where = f", {found.at}" if found.at else ""
    yield from _wrapped("    ", f"score {scored(found.score)}{where}", width)


def _wrapped(first: str, text: str, width: int) -> Iterator[str]:
    """Behind `first`, and as far in on the lines after it."""
    for at, part in enumerate(wrap(line(text), width - len(first))):
        yield (first if at == 0 else " " * len(first)) + text_of(part)
