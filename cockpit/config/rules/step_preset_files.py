"""A step preset of one's own, tried out: what its users could not mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cockpit.config.check import check
from cockpit.config.findings import Names, Step, finding, short
from cockpit.config.marks import Document, Marks, Node
from cockpit.config.models import PresetFile
from cockpit.config.models.runbook_step import Step as StepPart
from cockpit.config.shapes import keys_of
from cockpit.config.step_filling import filled, holes
from cockpit.config.step_presets import all_at
from cockpit.errors import Finding

_EXAMPLES: Final[Mapping[str | None, Any]] = {
    None: "x",
    "any": "x",
    "string": "x",
    "integer": 3,
    "number": 1.5,
    "boolean": True,
    "duration": "5m",
}


def complaints(preset: PresetFile, document: Document) -> Iterator[Finding]:
    """Of a preset without a step none."""
    if preset.step is None:
        return
    for name in preset.parameters:
        if name in keys_of(StepPart):
            at = document.at(("parameters", name), key=True)
            message = f"the parameter '{name}' is also a field of every step"
            yield finding("C02", at, message, "give it another name")
    known = Names("parameter", preset.parameters)
    for key, value in preset.step.items():
        for name in dict.fromkeys(holes(value)):
            if name not in known:
                message = f"'{short(key)}' uses ${{{short(name)}}}, which is no parameter"
                yield finding("C03", document.at(("step", key)), message, known.hint(name))
    yield from _tried(preset, preset.step, document)


def _tried(preset: PresetFile, template: Mapping[str, Any], document: Document) -> Iterator[Finding]:
    """As a step with likely values."""
    values = {name: _EXAMPLES[each.type] for name, each in preset.parameters.items()}
    step = {"title": preset.metadata.name} | filled(template, values)
    keys: dict[Step, int] = {name: _position(document, name) for name in step}
    here = _position(document)
    values_at: dict[Step, Marks] = {name: all_at(value, keys[name]) for name, value in step.items()}
    marks = Node(here, {str(name): at for name, at in keys.items()}, values_at)
    _, _, findings = check(Document(document.file, step, marks), StepPart)
    yield from findings


def _position(document: Document, *path: Step) -> int:
    """Of the step, or of what stands under a key of it."""
    marks: Marks = document.marks
    for step in ("step", *path):
        if isinstance(marks, Node):
            marks = marks.values.get(step, marks)
    return marks if isinstance(marks, int) else marks.here
