"""One runbook as the rules look at it: its steps and texts, what each may use, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

from cockpit.config.codes import DRAFT_WARNINGS
from cockpit.config.findings import Names, finding
from cockpit.config.findings import Step as Way
from cockpit.config.ids import step_ids
from cockpit.config.marks import Marks, Node
from cockpit.config.models.runbook_step import Step
from cockpit.config.runbook_files import RunbookRead
from cockpit.errors import Finding

Path: TypeAlias = tuple[Way, ...]
Role: TypeAlias = Literal[
    "argv", "shell", "query", "condition", "env", "header", "url", "body", "told", "plain"
]

_CONDITIONS: Final = frozenset({"success", "failure", "applied_when", "not_applied_when"})
_QUERIES: Final = frozenset({"promql", "baseline", "control"})
_BY_KEY: Final[Mapping[str, Role]] = {"url": "url", "json": "body", "equals": "body"}
_TOLD: Final = frozenset({"instructions", "command", "text", "reason"})


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the file, presets written out."""

    path: Path
    text: str
    role: Role

    def within(self, *start: Way) -> bool:
        return self.path[: len(start)] == start


@dataclass(frozen=True, slots=True)
class StepAt:
    """One step and where it stands."""

    part: Step
    path: Path
    id: str
    number: int
    """Of all steps, `finally` included."""

    @property
    def writes(self) -> bool:
        """Whether it is known to; what a nested runbook does is that runbook's matter."""
        if self.part.effect is not None:
            return self.part.effect != "read"
        return self.part.does in ("run", "http", "flag", "silence", "notify")

    @property
    def name(self) -> str:
        return f"step '{self.id}'"


class Book:
    """Made for each runbook once; everything here is computed when it is first asked for."""

    def __init__(self, read: RunbookRead) -> None:
        self.read = read
        self.part = read.part
        self.metadata = read.part.metadata
        self.document = read.document

    def say(self, code: str, path: Path, message: str, hint: str, *, key: bool = False) -> Finding:
        """With the severity that the code has in this runbook."""
        found = finding(code, self.document.at(path, key=key), message, hint)
        draft = self.metadata.status == "draft" and code in DRAFT_WARNINGS
        return replace(found, severity="warning") if draft else found

    @cached_property
    def steps(self) -> list[StepAt]:
        parts = [*self.part.steps, *self.part.finally_]
        paths: list[Path] = [("steps", number) for number in range(len(self.part.steps))]
        paths += [("finally", number) for number in range(len(self.part.finally_))]
        ids = step_ids(parts)
        return [StepAt(parts[n], paths[n], ids[n], n) for n in range(len(parts))]

    @cached_property
    def parameters(self) -> frozenset[str]:
        return self.keys_at("parameters")

    def ids_beside(self, step: StepAt) -> Names:
        """Where a step can go: `finally` is no place to go to from elsewhere."""
        section = step.path[0]
        written = _raw_ids(self.read.raw.value, str(section))
        return Names("step", {*(each.id for each in self.steps if each.path[0] == section), *written})

    def is_whole(self, step: StepAt) -> bool:
        return self.read.is_whole_at(*step.path)

    def keys_at(self, *path: Way) -> frozenset[str]:
        """Keys of the mapping there, also of entries that were taken out because they are wrong."""
        marks: Marks = self.document.marks
        for way in path:
            if not isinstance(marks, Node) or way not in marks.values:
                return frozenset()
            marks = marks.values[way]
        return frozenset(marks.keys) if isinstance(marks, Node) else frozenset()

    def texts_of(self, step: StepAt) -> list[Text]:
        return self._texts[step.path]

    @cached_property
    def _texts(self) -> dict[Path, list[Text]]:
        value: Any = self.document.value
        return {step.path: list(_texts(value[step.path[0]][step.path[1]], step.path)) for step in self.steps}

    @cached_property
    def texts_around(self) -> list[Text]:
        """Those that belong to no step."""
        value: Any = self.document.value
        names = ("preconditions", "guard", "abort_when", "lock")
        return [text for name in names for text in _texts(value.get(name), (name,))]

    @cached_property
    def every_text(self) -> list[Text]:
        return [*self.texts_around, *(text for step in self.steps for text in self.texts_of(step))]

    def captured_before(self, step: StepAt) -> frozenset[str]:
        """By all steps above it."""
        return self._captured[step.number]

    @cached_property
    def _captured(self) -> list[frozenset[str]]:
        seen: frozenset[str] = frozenset()
        before = []
        for step in self.steps:
            before.append(seen)
            seen |= self.keys_at(*step.path, "capture")
        return before

    @cached_property
    def answers(self) -> list[frozenset[str]]:
        """Ids of steps above each step whose answer conditions may ask for."""
        seen: frozenset[str] = frozenset()
        before = []
        for step in self.steps:
            before.append(seen)
            if step.part.decide or (step.part.manual and step.part.manual.answer):
                seen |= {step.id}
        return before

    def visible(self, step: StepAt, text: Text) -> frozenset[str]:
        """Captures that have a value when this text of the step is used."""
        above, own = self.captured_before(step), self.keys_at(*step.path, "capture")
        first = text.path[len(step.path)] if len(text.path) > len(step.path) else ""
        if first in ("verify", "rollback"):
            return above | own
        if first == "when":
            return above
        later = {name for name, each in step.part.capture.items() if each.when == "after"}
        if first != "capture":
            return above | (own - later)
        name = str(text.path[len(step.path) + 1])
        order = list(step.part.capture)
        earlier = frozenset(order[: order.index(name)]) if name in order else own
        return above | (earlier if name in later else earlier - later)


def _raw_ids(whole: Any, section: str) -> Iterator[str]:
    """Also of steps with mistakes in them."""
    steps = whole.get(section) if isinstance(whole, dict) else None
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and isinstance(step.get("id"), str):
            yield step["id"]


def _texts(value: Any, path: Path) -> Iterator[Text]:
    """No deeper than files may be. What a simulation is told is no text of the runbook."""
    match value:
        case str():
            yield Text(path, value, _role(path))
        case dict():
            for name, inner in value.items():
                if name != "drill":
                    yield from _texts(inner, (*path, name))
        case list():
            for number, inner in enumerate(value):
                yield from _texts(inner, (*path, number))
        case _:
            pass


def _role(path: Path) -> Role:
    keys = [way for way in path if isinstance(way, str)]
    last, above = keys[-1], keys[-2] if len(keys) > 1 else ""
    if above in ("env", "headers", "parameters"):  # whose keys are names of the author's own
        return "header" if above == "headers" else "env"
    if "json" in keys and "http" in keys:
        return "body"
    if last == "run":
        return "argv" if isinstance(path[-1], int) else "shell"
    if last in _QUERIES:
        return "query"
    if last in _CONDITIONS or (last == "when" and "capture" not in keys):
        return "condition"
    return "told" if last in _TOLD else _BY_KEY.get(last, "plain")
