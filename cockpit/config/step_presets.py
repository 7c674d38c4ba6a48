"""Step presets by name, shipped and one's own; a runbook that uses them, written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from cockpit.config import yaml
from cockpit.config.check import check
from cockpit.config.findings import finding, short
from cockpit.config.ids import free
from cockpit.config.marks import Document, Marks, Node
from cockpit.config.models import PresetFile
from cockpit.config.models.runbook_actions import DOINGS
from cockpit.config.models.runbook_step import Step
from cockpit.config.shapes import keys_of
from cockpit.config.step_filling import Values, filled, typed
from cockpit.config.suggest import nearest
from cockpit.errors import Finding

SHIPPED: Final = Path(__file__).parent / "step_presets"
_KEYS: Final = frozenset(keys_of(Step))
_JOINED: Final = ("env", "capture", "drill", "http")
"""What is given beside `use` under these is joined with what the preset has; anything else replaces it."""
_OF_ACTIONS: Final = (*DOINGS, "shell", "stdin")


@dataclass(slots=True)
class StepPresets:
    """All step presets there are."""

    own: Mapping[str, PresetFile] = field(default_factory=dict)

    def get(self, name: str) -> PresetFile | None:
        return self.own.get(name) or (shipped_step(name) if name in shipped_step_names() else None)

    def names(self) -> list[str]:
        return sorted({*self.own, *shipped_step_names()})


@cache
def shipped_step_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.yaml")))


@cache
def shipped_step(name: str) -> PresetFile | None:
    """None when the file cannot be used, which tests see to."""
    file = SHIPPED / f"{name}.yaml"
    document, findings = yaml.read(file, f"step_presets/{file.name}")
    if document is None or findings:
        return None
    part, _, more = check(document, PresetFile)
    return None if more else part


def written_out(document: Document, presets: StepPresets, findings: list[Finding]) -> Document:
    """The runbook with every `use` written out; what comes of a preset stands where its `use` stands.

    Total: what is no step is left as it is. What is wrong with a use is told.
    """
    whole = document.value
    if not isinstance(whole, dict) or not isinstance(document.marks, Node):
        return document
    value, marks = dict(whole), Node(document.marks.here, document.marks.keys, dict(document.marks.values))
    taken = set(_ids(whole))
    for section in ("steps", "finally"):
        steps, places = value.get(section), marks.values.get(section)
        if not isinstance(steps, list) or not isinstance(places, Node):
            continue
        if not any(isinstance(step, dict) and isinstance(step.get("use"), str) for step in steps):
            continue
        uses = [
            _Use(document.file, step, places.values[number], presets, findings, taken).written_out()
            for number, step in enumerate(steps)
        ]
        value[section] = [step for step, _ in uses]
        marks.values[section] = Node(
            places.here, {}, {number: there for number, (_, there) in enumerate(uses)}
        )
    return Document(document.file, value, marks)


@dataclass(slots=True)
class _Use:
    """One step as its author wrote it."""

    file: str
    step: Any
    marks: Marks
    presets: StepPresets
    findings: list[Finding]
    taken: set[str]
    """Ids of steps; the one that a preset has is only a default."""

    def written_out(self) -> tuple[Any, Marks]:
        step, marks = self.step, self.marks
        if not isinstance(step, dict) or not isinstance(marks, Node) or not isinstance(step.get("use"), str):
            return step, marks
        preset = self.presets.get(step["use"])
        if preset is None or preset.step is None:
            left, at = self._unknown(step), marks.keys.get("use", marks.here)
            places: dict[str | int, Marks] = {name: all_at(each, at) for name, each in left.items()}
            return left, Node(marks.here, marks.keys, {**places, **marks.values})
        values = self._values(preset, step)
        own = {name: value for name, value in step.items() if name in _KEYS}
        template = filled(preset.step, values)
        if any(name in own for name in DOINGS if name not in _JOINED or name not in template):
            template = {name: value for name, value in template.items() if name not in _OF_ACTIONS}
        return self._joined(template, own, marks)

    def _unknown(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """What can be looked at all the same; that the rest is missing is no complaint of its own."""
        name = step["use"]
        near = nearest(name, self.presets.names())
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(self.presets.names())}"
        self._say("R19", "use", f"there is no step preset '{short(name)}'", hint, key=False)
        left = {"title": name} | {key: value for key, value in step.items() if key in _KEYS}
        return (
            left if any(key in left for key in DOINGS) else left | {"manual": {"instructions": name or "-"}}
        )

    def _values(self, preset: PresetFile, step: Mapping[str, Any]) -> Values:
        values: dict[str, Any] = {}
        for name, parameter in preset.parameters.items():
            if name in step and name not in _KEYS:
                values[name], problem = typed(parameter, step[name])
                if problem:
                    what = f"'{name}' of preset '{preset.metadata.name}' {problem[0]}"
                    self._say("C04", name, what, problem[1], key=False)
            elif parameter.required and name in self._meant(preset, step):
                values[name] = "-"
            elif parameter.required:
                docs = f" ({short(parameter.docs)})" if parameter.docs else ""
                message = f"preset '{preset.metadata.name}' needs '{name}'{docs}"
                self._say("C04", "use", message, f"add {name}: ...", key=False)
                values[name] = "-"
            else:
                values[name] = parameter.default
        for key in step:
            if key not in _KEYS and key not in preset.parameters:
                self._strange(key, preset)
        return values

    def _meant(self, preset: PresetFile, step: Mapping[str, Any]) -> set[str | None]:
        """Parameters that misspelt keys were probably meant to be: one fault is told once."""
        known = [*preset.parameters, *sorted(_KEYS)]
        return {nearest(key, known) for key in step if key not in _KEYS and key not in preset.parameters}

    def _strange(self, key: str, preset: PresetFile) -> None:
        near = nearest(key, [*preset.parameters, *sorted(_KEYS)])
        known = ", ".join(preset.parameters) or "none"
        hint = f"did you mean '{near}'?" if near else f"its parameters are {known}"
        self._say(
            "C01", key, f"unknown key '{short(key)}' for preset '{preset.metadata.name}'", hint, key=True
        )

    def _joined(self, template: dict[str, Any], own: Mapping[str, Any], marks: Node) -> tuple[Any, Marks]:
        use = marks.values["use"]
        here = use if isinstance(use, int) else use.here
        step = dict(template)
        if "id" in step and "id" not in own:
            step["id"] = free(str(step["id"]), self.taken)
            self.taken.add(step["id"])
        keys = dict.fromkeys(template, here) | {name: marks.keys[name] for name in marks.keys}
        values: dict[str | int, Marks] = {name: all_at(value, here) for name, value in template.items()}
        for name, value in own.items():
            there = marks.values[name]
            if name in _JOINED and isinstance(value, dict) and isinstance(template.get(name), dict):
                step[name] = template[name] | value
                inner = all_at(template[name], here)
                assert isinstance(inner, Node)
                assert isinstance(there, Node)
                values[name] = Node(there.here, inner.keys | there.keys, inner.values | there.values)
            else:
                step[name], values[name] = value, there
        return step, Node(marks.here, keys, values)

    def _say(self, code: str, name: str, message: str, hint: str, *, key: bool) -> None:
        at = Document(self.file, self.step, self.marks).at((name,), key=key)
        self.findings.append(finding(code, at, message, hint))


def _ids(whole: Mapping[str, Any]) -> Iterator[str]:
    """Those that were written."""
    for section in ("steps", "finally"):
        steps = whole.get(section)
        for step in steps if isinstance(steps, list) else ():
            if isinstance(step, dict) and isinstance(step.get("id"), str):
                yield step["id"]


def all_at(value: object, here: int) -> Marks:
    """Marks in the shape of `value`, every one of them `here`."""
    match value:
        case dict():
            inner: dict[str | int, Marks] = {name: all_at(each, here) for name, each in value.items()}
            return Node(here, dict.fromkeys(value, here), inner)
        case list():
            return Node(here, {}, {number: all_at(each, here) for number, each in enumerate(value)})
        case _:
            return here


def own_step_presets(files: Iterable[tuple[PresetFile, Document]]) -> dict[str, PresetFile]:
    """By name; of two of one name the first, and that is told where signals are looked at."""
    found: dict[str, PresetFile] = {}
    for file, _ in files:
        if file.step is not None:
            found.setdefault(file.metadata.name, file)
    return found
