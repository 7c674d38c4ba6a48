"""What the machine says: a fact to be, a task, a question, or that all is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from cockpit.core.journal import Fact
from cockpit.core.json import Json, whole_text
from cockpit.core.levels import Instant
from cockpit.core.runbook.run import Key, Run
from cockpit.core.runbook.states import Phase


@dataclass(frozen=True, slots=True)
class Word:
    """A fact without who and when; `kind` of a step word is given without its phase, as in `settled`."""

    kind: str
    body: Mapping[str, Json] = field(default_factory=dict)
    key: Key | None = None

    def fact(self, run: Run, at: Instant, actor: str) -> Fact:
        kind = self.kind
        if self.key is not None and "." not in kind:
            kind = f"{'undo' if self.key.phase is Phase.UNDO else 'step'}.{kind}"
        key = self.key
        return Fact(
            kind,
            at,
            actor,
            whole_text(self.body),
            run.incident,
            run.id,
            key.step if key else "",
            key.visit if key else 0,
            key.attempt if key else 0,
        )


class Task(StrEnum):
    """What the driver is to do next; each ends in facts, and may be done again after a crash."""

    CAPTURE_BEFORE = "capture_before"
    LOOK = "look"
    """Has it happened already? Before the write."""
    BEGIN = "begin"
    """Guards, intent, and the action itself. The only task that changes the world."""
    READ = "read"
    """A step that only looks, or waits."""
    RECOVER = "recover"
    """There is an intent and no end: find out what became of it."""
    RECONCILE = "reconcile"
    CAPTURE_AFTER = "capture_after"
    VERIFY = "verify"
    LOOK_BACK = "look_back"
    """Before an undo: does our effect still stand, has nobody written since, may it still be undone?"""


@dataclass(frozen=True, slots=True)
class Record:
    """Put these on record, all or none."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Do:
    task: Task
    key: Key


QuestionKind: TypeAlias = Literal[
    "confirm", "already", "decide", "manual", "approval", "hold", "undo_unknown"
]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may be answered. `why_not`: it is shown, refused, and this is the reason."""

    name: str
    words: str
    needs_reason: bool = False
    why_not: str = ""
    preselected: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    kind: QuestionKind
    key: Key
    text: str
    phrase: str = ""
    """Must be typed exactly; empty: a key will do."""
    choices: tuple[Choice, ...] = ()

    def choice(self, name: str) -> Choice | None:
        return next((each for each in self.choices if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Ask:
    question: Question


@dataclass(frozen=True, slots=True)
class Over:
    """The run is final."""


Move: TypeAlias = Record | Do | Ask | Over


def say(word: str, key: Key | None = None, /, **body: Json) -> Word:
    return Word(word, body, key)
