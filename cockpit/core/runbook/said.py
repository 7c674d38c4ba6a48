"""What is said to a question of a run by somebody who is not there: a text by the name of the question."""

from __future__ import annotations

from cockpit.core.runbook.answers import Answer
from cockpit.core.runbook.states import Phase
from cockpit.core.runbook.words import Question


def name_of(question: Question) -> str:
    """`STEP`, `undo:STEP`, `hold:STEP`, `already:STEP`, `approval:STEP`."""
    key = question.key
    match question.kind:
        case "hold":
            return f"hold:{key.step}"
        case "already" | "approval":
            return f"{question.kind}:{key.step}"
        case "undo_unknown":
            return f"undo:{key.step}"
    return f"undo:{key.step}" if key.phase is Phase.UNDO else key.step


def answer_from(question: Question, text: str) -> Answer:
    """A choice with a reason is written `choice:reason`. Whether it is an answer is asked elsewhere."""
    match question.kind:
        case "hold" | "already" | "approval" | "undo_unknown":
            choice, _, reason = text.partition(":")
            if question.kind == "undo_unknown" and choice in ("y", question.key.step):
                choice = "undo"
            return Answer(choice, reason)
        case "decide":
            return Answer(text, text)
    # A phrase is typed as it is; for a key anything but y is no answer.
    if question.phrase:
        return Answer("y", text)
    return Answer("y", text) if question.kind == "manual" else Answer("y" if text == "y" else text)
