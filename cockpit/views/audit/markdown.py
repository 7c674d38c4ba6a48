"""An audit as Markdown, for a wiki or a pull request; every text from outside stays text."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.core.audit.answers import Answered, Audit, Finding
from cockpit.text import plural
from cockpit.views.audit.told import SCORED, scored, summary, verdict
from cockpit.views.export.escape import code, markdown

MOST = 100
"""Findings; a longer page is read by nobody, and machines have the whole list."""


def rendered(audit: Audit, name: str) -> str:
    """`name`: what was audited."""
    return "\n\n".join(_blocks(audit, name)) + "\n"


def _blocks(audit: Audit, name: str) -> Iterator[str]:
    yield f"# Readiness of {markdown(name)}"
    yield f"{markdown(summary(audit))}."
    yield "## Seven questions"
    for at, each in enumerate(audit.answers, 1):
        yield from _question(at, each)
    yield "## Fix first"
    if not audit.fix_first:
        yield "Nothing was found."
        return
    yield f"{plural(len(audit.fix_first), 'finding')}; {SCORED}."
    for at, found in enumerate(audit.fix_first[:MOST], 1):
        yield _finding(at, found)
    if (more := len(audit.fix_first) - MOST) > 0:
        yield f"{more:,} more: `cockpit audit --json` has all of them."


def _question(at: int, each: Answered) -> Iterator[str]:
    yield f"### {at}. {markdown(each.question.text)}"
    yield f"**{markdown(verdict(each))}**"
    points = [f"- {markdown(sentence)}" for sentence in each.evidence]
    points += [f"- Worst: {', '.join(code(name) for name in each.worst)}"] if each.worst else []
    yield "\n".join(points)


def _finding(at: int, found: Finding) -> str:
    where = [f"   - Where: {code(str(found.at))}"] if found.at else []
    return "\n".join(
        (
            f"{at}. **{found.severity.upper()}** {markdown(found.what)}",
            f"   - Why: {markdown(found.why)}",
            f"   - Do: {markdown(found.do)}",
            f"   - Score: {scored(found.score)}",
            *where,
        )
    )
