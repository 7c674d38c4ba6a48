"""The audit: seven answers, then what to fix first; made in steps, so that a key is answered meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Final, TypeAlias

from cockpit.core.audit.answers import QUESTIONS, Answered, Audit, Question
from cockpit.core.audit.containment import boundaries, containment, critical_path
from cockpit.core.audit.fixing import fix_first
from cockpit.core.audit.recovery import people, planned, rollback
from cockpit.core.audit.sight import failure_classes
from cockpit.core.audit.survey import Known, Survey

Answering: TypeAlias = Callable[[Survey, Question], Answered]
ANSWERS: Final[Mapping[str, Answering]] = {
    "containment": containment,
    "rollback": rollback,
    "critical-path": critical_path,
    "failure-classes": failure_classes,
    "people": people,
    "planned": planned,
    "boundaries": boundaries,
}


def audit(known: Known) -> Audit:
    steps = auditing(known)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            made: Audit = done.value
            return made


def auditing(known: Known) -> Generator[None, None, Audit]:
    """Yields between the questions."""
    survey = Survey(known)
    answers = []
    for question in QUESTIONS:
        answers.append(ANSWERS[question.id](survey, question))
        yield
    return Audit(tuple(answers), fix_first(survey), known.seen is not None)
