"""Results of drills as JUnit XML, which every CI understands; outside text cannot leave its place in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from xml.sax.saxutils import quoteattr

from cockpit.core.levels import Seconds
from cockpit.core.rehearsal.debrief import Debrief
from cockpit.core.rehearsal.walk import Walk
from cockpit.text import clean
from cockpit.views.debrief import expectation, name_of

Outcome: TypeAlias = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Case:
    suite: str
    name: str
    outcome: Outcome
    seconds: Seconds = 0.0
    why: str = ""


def cases_of(result: Debrief | Walk) -> Iterator[Case]:
    """One for each expectation, or for each part of a runbook that was walked."""
    suite = name_of(result.drill)
    if isinstance(result, Walk):
        for one in result.parts:
            yield Case(suite, one.part.id, one.outcome, one.seconds or 0.0, one.why)
        return
    for each in result.expected:
        outcome: Outcome = "passed" if each.passed else "failed"
        yield Case(suite, expectation(each.expected), outcome, each.took or 0.0, each.why)


def junit(cases: Sequence[Case]) -> str:
    """`time` is that of the drill, in seconds from what went wrong to what was expected."""
    suites = dict.fromkeys(case.suite for case in cases)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_counts(cases)}>"]
    for suite in suites:
        mine = [case for case in cases if case.suite == suite]
        lines.append(f"  <testsuite name={_attribute(suite)} {_counts(mine)}>")
        for case in mine:
            lines += _case(case)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _case(case: Case) -> Iterator[str]:
    about = f"classname={_attribute(f'drill.{case.suite}')} name={_attribute(case.name)}"
    head = f'    <testcase {about} time="{case.seconds:.1f}"'
    if case.outcome == "passed":
        yield f"{head}/>"
        return
    told = "failure" if case.outcome == "failed" else "skipped"
    yield f"{head}>"
    yield f"      <{told} message={_attribute(case.why)}/>"
    yield "    </testcase>"


def _counts(cases: Iterable[Case]) -> str:
    found = list(cases)
    failed = sum(case.outcome == "failed" for case in found)
    skipped = sum(case.outcome == "skipped" for case in found)
    return f'tests="{len(found)}" failures="{failed}" errors="0" skipped="{skipped}"'


def _attribute(text: str) -> str:
    """Without characters that XML has no way to write."""
    plain = clean(text)
    return quoteattr("".join(each for each in plain if each not in "\ufffe\uffff"))
