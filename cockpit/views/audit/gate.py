"""A gate in plain lines, and as `cockpit.gate/v1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cockpit.core.audit.answers import Answer
from cockpit.core.audit.gate import Check, Gate
from cockpit.text import plural
from cockpit.views.layout import wrap
from cockpit.views.lines import line, text_of

SCHEMA: Final = "cockpit.gate/v1"
MARKS: Final = {Answer.YES: "✓ yes", Answer.NO: "✗ NO", Answer.UNKNOWN: "? UNKNOWN"}
WIDEST: Final = 10


def document(gate: Gate) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "service": gate.service,
        "go": gate.is_open,
        "checks": [_entry(each) for each in gate.checks],
        "reasons": [sentence for each in gate.in_the_way for sentence in each.evidence],
    }


def _entry(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "question": check.title,
        "answer": check.answer.value,
        "evidence": list(check.evidence),
    }


def lines(gate: Gate, width: int = 80) -> list[str]:
    return list(_lines(gate, width))


def _lines(gate: Gate, width: int) -> Iterator[str]:
    yield from _wrapped("", f"{gate.service}: {_verdict(gate)}", width)
    for check in gate.checks:
        yield from _wrapped(f"{MARKS[check.answer]:{WIDEST}} ", f"{check.title}.", width)
        for sentence in check.evidence:
            yield from _wrapped(" " * (WIDEST + 1), sentence, width)


def _verdict(gate: Gate) -> str:
    if gate.is_open:
        return "nothing stands in the way of a release"
    no = sum(each.answer is Answer.NO for each in gate.checks)
    unknown = sum(each.answer is Answer.UNKNOWN for each in gate.checks)
    said = [plural(no, "thing") + (" is" if no == 1 else " are") + " not so"] * bool(no)
    said += [f"{unknown} cannot be told, which is no pass"] * bool(unknown)
    return f"not now: {', and '.join(said)}"


def _wrapped(first: str, text: str, width: int) -> Iterator[str]:
    for at, part in enumerate(wrap(line(text), width - len(first))):
        yield (first if at == 0 else " " * len(first)) + text_of(part)
