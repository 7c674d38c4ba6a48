"""What was never proven is asked for louder: it is said, and what destroys is typed where a key would do.

Only where a person is asked, and only for real: scripts answer what the runbook asks, and a rehearsal is
how a step becomes proven.
"""

from __future__ import annotations

from dataclasses import replace

from cockpit.core.rehearsal.evidence import UNDO
from cockpit.core.rehearsal.grades import BookGrades, Grade, Graded
from cockpit.core.runbook.model import Reach, Runbook, Step
from cockpit.core.runbook.run import Run
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.words import Question


def louder(run: Run, question: Question, grades: BookGrades | None) -> Question:
    """The same question; with the step's id to be typed where an unproven step or undo destroys."""
    step = run.step(question.key.step)
    if not _is_asked(run, question) or question.phrase or step is None:
        return question
    if step.reach is not Reach.DESTRUCTIVE or _proven(step, _part(question, step), grades):
        return question
    return replace(question, phrase=step.id)


def careful(run: Run, question: Question, grades: BookGrades | None) -> str:
    """What a person should know before the yes; empty where all of it is proven."""
    step = run.step(question.key.step)
    if not _is_asked(run, question) or step is None or step.reach is Reach.READ:
        return ""
    undoes = question.key.phase is Phase.UNDO
    own = _said(step, _part(question, step), grades)
    said = f"this {'undo' if undoes else 'step'} {own}" if own else ""
    if undoes or step.rollback is None or step.rollback.action is None:
        return said
    its = _said(step, f"{UNDO}{step.id}", grades)
    if own and its == own:
        return f"{said}, {'and so has' if own.startswith('has') else 'nor was'} its undo"
    return "; ".join(filter(None, (said, f"its undo {its}" if its else "")))


def phrase_to_start(runbook: Runbook, grades: BookGrades | None) -> str:
    """Its id, where nobody rehearsed it and a step of it destroys, or changes something without asking."""
    if grades is not None and grades.is_rehearsed:
        return ""
    return runbook.id if any(map(_is_grave, (*runbook.steps, *runbook.finally_))) else ""


def _is_grave(step: Step) -> bool:
    silent = step.confirm.how == "none" and step.approval is None
    return step.reach is Reach.DESTRUCTIVE or (step.reach is Reach.WRITE and silent)


def _is_asked(run: Run, question: Question) -> bool:
    return run.mode == "live" and question.kind == "confirm"


def _part(question: Question, step: Step) -> str:
    return f"{UNDO}{step.id}" if question.key.phase is Phase.UNDO else step.id


def _graded(step: Step, part: str, grades: BookGrades | None) -> Graded | None:
    """None also where the runbook has changed since the run began: then nobody knows of this step."""
    one = grades.of(part) if grades else None
    return one if one and one.part.digest == step.digest else None


def _proven(step: Step, part: str, grades: BookGrades | None) -> bool:
    one = _graded(step, part, grades)
    return one is not None and one.grade is Grade.PROVEN


def _said(step: Step, part: str, grades: BookGrades | None) -> str:
    """ "was never rehearsed"; empty for what is proven and has not failed since."""
    one = _graded(step, part, grades)
    if one is None:
        return "was never proven"
    if one.grade is Grade.PROVEN:
        return "failed when it was last done" if one.failed else ""
    if one.last is not None:
        return "was only walked, never proven"
    return "has changed since it was rehearsed" if one.stale else "was never rehearsed"
