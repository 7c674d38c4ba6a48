"""A preset as one service uses it: its parameters filled in, its signals judged as that service wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cockpit.config.ages import freshness, usual_max_age
from cockpit.config.check import check
from cockpit.config.findings import Placed, Step, finding, short
from cockpit.config.marks import Document, Node
from cockpit.config.models import PresetFile, PresetSignal, PresetUse, Tuning, WideTuning
from cockpit.config.models.preset import Parameter
from cockpit.config.suggest import nearest
from cockpit.config.texts import cut
from cockpit.config.tuning import Patience, disorder, tuned, unproven
from cockpit.core import promql
from cockpit.core.levels import Seconds
from cockpit.core.model import Query, Scalar, Signal
from cockpit.errors import Finding

QUERIES: Final = ("expr", "volume", "freshness", "requires")
"""The fields of a signal that hold PromQL."""
WIDE: Final = frozenset(each.alias or name for name, each in WideTuning.model_fields.items())
"""What may stand beside `use` for all signals of the preset."""
_OWN_ONLY: Final = ("expr", "name", "kind", "by")
_NOTHING: Final = Tuning()


@dataclass(frozen=True, slots=True)
class Preset:
    """A preset as its file has it."""

    file: PresetFile
    document: Document
    shipped: bool

    @property
    def name(self) -> str:
        return self.file.metadata.name

    def known(self) -> list[str]:
        """Everything that may stand beside `use`."""
        names = [*self.file.key, *self.file.parameters, *(signal.name for signal in self.file.signals)]
        return list(dict.fromkeys([*names, "prefix", "only", *sorted(WIDE)]))


@dataclass(slots=True)
class Expansion:
    """One `{use: ...}`; what is wrong with it gathers in `findings`."""

    preset: Preset
    use: Placed[PresetUse]
    patience: Patience
    findings: list[Finding] = field(default_factory=list)

    @property
    def said(self) -> Mapping[str, Any]:
        """What stands beside `use`: parameters, names of signals, tuning."""
        return self.use.value.model_extra or {}

    def variant(self) -> object:
        """Uses that differ in nothing else than the key get the same signals."""
        own = {name: value for name, value in self.said.items() if name not in self.preset.file.key}
        return own, self.use.value.prefix, self.use.value.only

    def key(self, service: str) -> tuple[str, ...]:
        """Values of the labels that tell services apart; the name of the service unless it says otherwise."""
        values = []
        for name in self.preset.file.key:
            parameter = self.preset.file.parameters.get(name)
            value = self.said.get(name, service if parameter is None else parameter.default)
            if name in self.said and not isinstance(value, str):
                plain = isinstance(value, int | float)
                hint = f'put quotes around it: {name}: "{value}"' if plain else "write text"
                self.findings.append(finding("C04", self.use.at(name), f"'{name}' must be text", hint))
            elif name not in self.said and parameter is not None and parameter.required:
                self._lacks(name, parameter)
            values.append(str(value))
        return tuple(values)

    def signals(self) -> Iterator[Signal]:
        """Without a key."""
        self.findings += _strange(self)
        values, wide = self._values(), self._wide()
        for signal in self.preset.file.signals:
            own = self._own(signal)
            if own is None or signal.name not in (self.use.value.only or (signal.name,)):
                continue
            query = self._query(signal, own, values)
            if own is not _NOTHING:
                there = self.use.within(own, signal.name)
                self.findings += disorder(signal.name, signal.kind, own, there)
                self.findings += unproven(signal.name, own.on_no_data, query.requires, there)
            # Shipped ones say themselves how old they may be.
            max_age = None if self.preset.shipped else usual_max_age(query, self.patience)
            name = f"{self.use.value.prefix or ''}{signal.name}"
            yield tuned(name, signal.kind, query, (own, wide, signal), self.patience, max_age=max_age)

    def _query(self, signal: PresetSignal, own: Tuning, values: Mapping[str, str]) -> Query:
        texts = {name: getattr(own, name, None) or getattr(signal, name) for name in QUERIES}
        filled = {name: self._filled(text, values) for name, text in texts.items() if text}
        by = tuple(self.preset.file.key.values())
        query = Query(
            expr=filled["expr"],
            by=by,
            volume=filled.get("volume"),
            freshness=filled.get("freshness"),
            requires=filled.get("requires"),
            template=f"{self.preset.name}/{signal.name}",
        )
        if self.preset.shipped or query.freshness:
            return query
        return replace(query, freshness=freshness(query.expr, query.requires, by))

    def _filled(self, text: str, values: Mapping[str, str]) -> str:
        for name in cut(text).unsafe(values):
            message = f"'{name}' of preset '{self.preset.name}' cannot be '{short(values[name])}'"
            hint = "it stands outside quotes in PromQL: use letters, digits, _, : and . only"
            self.findings.append(finding("C04", self.use.at(name), message, hint))
        return cut(text).fill(values)

    def _values(self) -> dict[str, str]:
        values = {}
        for name, parameter in self.preset.file.parameters.items():
            if name in self.preset.file.key:
                continue
            if name not in self.said and parameter.required:
                self._lacks(name, parameter)
            elif isinstance(self.said.get(name), dict | list):
                message = f"'{name}' is a parameter of preset '{self.preset.name}' and must be a plain value"
                self.findings.append(finding("C04", self.use.at(name), message, "write text or a number"))
            else:
                values[name] = written(self.said.get(name, parameter.default), self.patience.scrape)
        return values

    def _lacks(self, name: str, parameter: Parameter) -> None:
        docs = f" ({short(parameter.docs)})" if parameter.docs else ""
        message = f"preset '{self.preset.name}' needs '{name}'{docs}"
        self.findings.append(finding("C04", self.use.at("use"), message, f"add {name}: ..."))

    def _own(self, signal: PresetSignal) -> Tuning | None:
        """What this service wants different; None when it does not want the signal."""
        said = self.said.get(signal.name, _NOTHING)
        if said is False:
            return None
        if isinstance(said, dict):
            part, _, complaints = check(self._part(signal.name), Tuning)
            self.findings += complaints
            return self._one_way(signal, part or _NOTHING)
        if said is not _NOTHING:
            message = f"'{signal.name}' is a signal of preset '{self.preset.name}'"
            hint = "write {above: {DEGRADED: ...}} to change it, or false to leave it out"
            self.findings.append(finding("C04", self.use.at(signal.name), message, hint))
        return _NOTHING

    def _one_way(self, signal: PresetSignal, own: Tuning) -> Tuning:
        """The preset's query knows which way is bad."""
        bad, good = ("above", "below") if signal.above is not None else ("below", "above")
        if getattr(own, good) is None:
            return own
        message = f"'{signal.name}' of preset '{self.preset.name}' is bad {bad} its thresholds"
        at = self.use.at(signal.name, good, key=True)
        self.findings.append(finding("C04", at, message, f"write {bad}"))
        return own.model_copy(update={good: None})

    def _wide(self) -> WideTuning:
        wanted = {name: value for name, value in self.said.items() if name in WIDE}
        if not wanted:
            return _NOTHING
        whole = self._part()
        part, _, complaints = check(Document(whole.file, wanted, whole.marks), WideTuning)
        self.findings += complaints
        return part or _NOTHING

    def _part(self, *steps: Step) -> Document:
        """A part of the use as a document of its own."""
        value: Any = self.use.document.value
        marks = self.use.document.marks
        for step in (*self.use.path, *steps):
            value = value[step]
            assert isinstance(marks, Node)
            marks = marks.values[step]
        return Document(self.use.document.file, value, marks)


def written(value: Scalar, scrape: Seconds) -> str:
    """A parameter's value as it stands in PromQL."""
    if value == "$rate":
        return promql.duration(max(60.0, 4 * scrape))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _strange(expansion: Expansion) -> Iterator[Finding]:
    """Keys and signals that the preset does not have."""
    preset, use = expansion.preset, expansion.use
    known = preset.known()
    for key in expansion.said:
        at = use.at(key, key=True)
        if key in _OWN_ONLY and key not in known:
            hint = f"write use or expr, not both; remove {key}"
            yield finding("C01", at, f"'{key}' stands beside use", hint)
        elif key not in known:
            message = f"unknown key '{short(key)}' for preset '{preset.name}'"
            yield finding("C01", at, message, _hint(key, known))
    signals = [signal.name for signal in preset.file.signals]
    for number, name in enumerate(use.value.only or ()):
        if name not in signals:
            message = f"preset '{preset.name}' has no signal '{name}'"
            yield finding("C03", use.at("only", number), message, _hint(name, signals))


def _hint(word: str, known: list[str]) -> str:
    near = nearest(word, known)
    return f"did you mean '{near}'?" if near else f"known are {', '.join(known)}"
