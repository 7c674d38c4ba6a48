"""A poll as a line of a recording and back: pure, the format of `cockpit.recording/v1`.

What a line cannot carry: volume and age of signals that brought no value, whether a template failed or was
never asked, and which of the two queries of a measure failed. Everything else comes back as it was.
Beyond the documented keys a line may hold `alerts`; `unruled` and `partial` (see `core.poll`); and, where
several servers were asked, `sources` with the answers of each.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from typing import Any, Final

from cockpit.core.change_line import LineError, alert_line, alert_of, change_line, change_of, instant
from cockpit.core.model import Model
from cockpit.core.poll import (
    ABSENT,
    FAILED,
    NOT_STATED,
    PLENTY,
    PRESENT,
    UNRULED,
    Poll,
    Samples,
)
from cockpit.core.recording_parts import Json, Section, heard, list_of, mapping, texts
from cockpit.core.recording_values import actual_of, ratio, spoken
from cockpit.core.slots import Slot, Slots, Template

SCHEMA: Final = "cockpit.recording/v1"
MEASURED: Final = ("actual", "expected")


class Lines:
    """Writes and reads the lines of one model; `unknown` counts names in lines that the model lacks."""

    def __init__(self, model: Model, slots: Slots) -> None:
        self.unknown: dict[str, int] = {}
        self._slots = slots
        self._measures = {one.name for one in model.capabilities}
        self._modes = {
            (node.name, state.name)
            for nodes in (model.services, model.capabilities)
            for node in nodes
            for state in node.degradations
        }
        self._services = {service.name for service in model.services}
        self._names: dict[str, set[str]] = {}
        for slot in slots.slots:
            self._names.setdefault(slot.owner, set()).update(self._keys(slot))
        self._sources = sorted({slot.source for slot in slots.slots})

    def line(self, poll: Poll) -> Json:
        line: Json = {"at": poll.at, "values": {}}
        sections = {source: line for source in self._sources}
        if len(self._sources) > 1:
            sections = {source: {"values": {}} for source in self._sources}
            line["sources"] = sections
        for template in self._slots.templates:
            samples = poll.samples.get(template.number) or Samples.failed(len(template))
            self._write(sections[template.source], template, samples)
        line["flags"] = dict(poll.flags)
        line["degradations"] = _grouped(sorted(poll.modes))
        line["reconciled"] = sorted(poll.reconciled)
        line["changes"] = [change_line(change) for change in poll.changes]
        if poll.alerts is not None:
            line["alerts"] = [alert_line(alert) for alert in poll.alerts]
        return line

    def poll(self, line: object) -> Poll:
        """Raises LineError."""
        if not isinstance(line, dict):
            raise LineError("is not an object", 'write {"at": ..., "values": {...}}')
        if "at" not in line:
            raise LineError("lacks 'at'")
        whole = Section(line)
        parts = {name: Section(part) for name, part in mapping(line, "sources").items()}
        for section in (whole, *parts.values()):
            self._count_unknown(section)
        samples = {
            template.number: self._read(parts.get(template.source, whole), template)
            for template in self._slots.templates
        }
        alerts = line.get("alerts")
        return Poll(
            instant(line["at"], "at"),
            samples,
            _flags(line),
            frozenset(self._known_modes(line)),
            frozenset(self._known(list_of(line, "reconciled"))),
            tuple(change_of(change) for change in list_of(line, "changes")),
            None if alerts is None else tuple(alert_of(alert) for alert in list_of(line, "alerts")),
        )

    def _keys(self, slot: Slot) -> tuple[str, ...]:
        return MEASURED if slot.owner in self._measures else (slot.signal.name,)

    def _write(self, section: Json, template: Template, samples: Samples) -> None:
        for row, slot in enumerate(self._slots.of(template)):
            answer = samples.answer[row]
            if answer == PRESENT:
                section["values"].setdefault(slot.owner, {}).update(self._spoken(slot, samples, row))
            elif answer == FAILED:
                self._put(section, "failed", slot)
            elif answer == UNRULED:
                self._put(section, "unruled", slot)
            if samples.partial:
                self._put(section, "partial", slot)

    def _put(self, section: Json, key: str, slot: Slot) -> None:
        section.setdefault(key, {}).setdefault(slot.owner, []).extend(self._keys(slot))

    def _spoken(self, slot: Slot, samples: Samples, row: int) -> Json:
        value, volume, age = samples.value[row], samples.volume[row], samples.age[row]
        if slot.owner not in self._measures:
            return {slot.signal.name: spoken(value, volume, age)}
        return {"actual": spoken(actual_of(value, volume), PLENTY, age), "expected": spoken(volume)}

    def _read(self, section: Section, template: Template) -> Samples:
        count = len(template)
        answer = bytearray([ABSENT]) * count
        value, age = (array("d", [NOT_STATED]) * count for _ in range(2))
        volume = array("d", [PLENTY]) * count
        partial = False
        for row, slot in enumerate(self._slots.of(template)):
            keys = self._keys(slot)
            partial = partial or section.lists("partial", slot.owner, keys)
            if section.lists("failed", slot.owner, keys):
                answer[row] = FAILED
            elif section.lists("unruled", slot.owner, keys):
                answer[row] = UNRULED
            elif found := self._found(section, slot, keys):
                answer[row] = PRESENT
                value[row], volume[row], age[row] = found
        return Samples(answer, value, volume, age, partial)

    def _found(
        self, section: Section, slot: Slot, keys: tuple[str, ...]
    ) -> tuple[float, float, float] | None:
        values = section.values.get(slot.owner)
        if values is None:
            return None
        said = [heard(values[key], slot.owner, key) for key in keys if key in values]
        if len(said) < len(keys):
            return None
        if slot.owner not in self._measures:
            return said[0]
        (actual, _, age), (expected, _, other_age) = said
        return ratio(actual, expected), expected, _older(age, other_age)

    def _count_unknown(self, section: Section) -> None:
        for owner, values in section.values.items():
            for name in values.keys() - self._names.get(owner, set()):
                self._miss(f"{owner}.{name}")

    def _known_modes(self, line: Json) -> Iterable[tuple[str, str]]:
        for node, states in mapping(line, "degradations").items():
            for state in texts(states, f"degradations of {node}"):
                if (node, state) in self._modes:
                    yield node, state
                else:
                    self._miss(f"{node}/{state}")

    def _known(self, services: list[Any]) -> Iterable[str]:
        for service in texts(services, "reconciled"):
            if service in self._services:
                yield service
            else:
                self._miss(service)

    def _miss(self, name: str) -> None:
        self.unknown[name] = self.unknown.get(name, 0) + 1


def _older(one: float, other: float) -> float:
    """The worse of two ages; one that nobody stated says nothing."""
    stated = [age for age in (one, other) if not math.isnan(age)]
    return max(stated, default=NOT_STATED)


def _flags(line: Json) -> dict[str, str | int | float | bool | None]:
    flags = mapping(line, "flags")
    for key, value in flags.items():
        if not isinstance(value, str | int | float | bool | None):
            raise LineError(f"flag {key} has a value of an unknown kind: {value!r:.40}")
    return flags


def _grouped(modes: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for node, state in modes:
        grouped.setdefault(node, []).append(state)
    return grouped
