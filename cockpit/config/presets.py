"""Presets: ready-made signals by name, expanded with the parameters and differences of one service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cockpit.config import yaml
from cockpit.config.check import check
from cockpit.config.findings import Placed, Step, finding, short
from cockpit.config.marks import Document, Node
from cockpit.config.models import PresetFile, PresetSignal, PresetUse, Tuning, WideTuning
from cockpit.config.models.preset import Parameter
from cockpit.config.reading import kind_of
from cockpit.config.suggest import nearest
from cockpit.config.texts import Text, cut
from cockpit.config.tuning import Patience, disorder, tuned, unproven
from cockpit.core import promql
from cockpit.core.levels import Seconds
from cockpit.core.model import Query, Scalar, Signal
from cockpit.errors import Finding

SHIPPED: Final = Path(__file__).parent / "presets"
_WIDE: Final = frozenset(each.alias or name for name, each in WideTuning.model_fields.items())
_QUERIES: Final = ("expr", "volume", "freshness", "requires")
_OWN_ONLY: Final = ("expr", "name", "kind", "by")


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
        return list(dict.fromkeys([*names, "prefix", "only", *sorted(_WIDE)]))


@dataclass(slots=True)
class Presets:
    """All presets there are; shipped ones are read when they are first used."""

    own: Mapping[str, Preset] = field(default_factory=dict)
    scrape: Seconds = 15.0
    _read: dict[str, Preset | None] = field(default_factory=dict)
    _expanded: dict[tuple[str, str], tuple[Signal, ...]] = field(default_factory=dict)

    def get(self, name: str) -> Preset | None:
        if name in self.own:
            return self.own[name]
        if name not in self._read:
            self._read[name] = shipped(name) if name in shipped_names() else None
        return self._read[name]

    def names(self) -> list[str]:
        return sorted({*self.own, *shipped_names()})

    def expand(
        self, use: Placed[PresetUse], service: str, patience: Patience, findings: list[Finding]
    ) -> Iterator[Signal]:
        """The signals that `service` gets; none where there is no such preset, complained about elsewhere."""
        preset = self.get(use.value.use)
        if preset is None:
            return
        extra = use.value.model_extra or {}
        variant = {name: value for name, value in extra.items() if name not in preset.file.key}
        cached = preset.name, repr((variant, use.value.prefix, use.value.only))
        signals = self._expanded.get(cached)
        key = _key(preset, use, service, findings)
        if signals is None:
            complaints: list[Finding] = []
            signals = tuple(_expand(preset, use, patience, self.scrape, complaints))
            if not complaints:  # they stand where this use stands; the next has places of its own
                self._expanded[cached] = signals
            findings += complaints
        for signal in signals:
            yield _keyed(signal, key)


def shipped_names() -> list[str]:
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def shipped(name: str) -> Preset | None:
    file = SHIPPED / f"{name}.yaml"
    document, findings = yaml.read(file, f"presets/{file.name}")
    if document is None or kind_of(document) != "Preset":
        return None
    part, rest, more = check(document, PresetFile)
    return None if part is None or findings or more else Preset(part, rest, shipped=True)


def _keyed(signal: Signal, key: tuple[str, ...]) -> Signal:
    """Written out because `replace` takes three times as long, and there are 20,000."""
    query = signal.query
    return Signal(
        signal.name,
        signal.kind,
        Query(query.expr, query.by, key, query.volume, query.freshness, query.requires, query.template),
        signal.direction,
        signal.thresholds,
        signal.role,
        signal.required,
        signal.reduce,
        signal.for_,
        signal.hold,
        signal.stale_after,
        signal.idle_after,
        signal.min_volume,
        signal.max_age,
        signal.on_no_data,
        signal.unit,
        signal.sources,
    )


def _key(preset: Preset, use: Placed[PresetUse], service: str, findings: list[Finding]) -> tuple[str, ...]:
    extra = use.value.model_extra or {}
    values = []
    for name in preset.file.key:
        parameter = preset.file.parameters.get(name)
        value = extra.get(name, service if parameter is None else parameter.default)
        if name in extra and not isinstance(value, str):
            hint = (
                f'put quotes around it: {name}: "{value}"' if isinstance(value, int | float) else "write text"
            )
            findings.append(finding("C04", use.at(name), f"'{name}' must be text", hint))
        elif name not in extra and parameter is not None and parameter.required:
            findings.append(_lacks(preset, use, name, parameter))
        values.append(str(value))
    return tuple(values)


def _expand(
    preset: Preset, use: Placed[PresetUse], patience: Patience, scrape: Seconds, findings: list[Finding]
) -> Iterator[Signal]:
    findings += _strange_keys(preset, use)
    findings += _strange_names(preset, use)
    values = _values(preset, use, scrape, findings)
    wide = _wide(use, findings)
    for signal in preset.file.signals:
        own = _override(use, signal, findings)
        if own is None or (use.value.only is not None and signal.name not in use.value.only):
            continue
        texts = _texts(preset, use, signal, own, values, findings)
        if own is not _NOTHING:
            there = use.within(own, signal.name)
            findings += disorder(signal.name, signal.kind, own, there)
            findings += unproven(signal.name, own.on_no_data, texts.get("requires"), there)
        yield _signal(preset, use, signal, (own, wide, signal), texts, patience)


def _signal(
    preset: Preset,
    use: Placed[PresetUse],
    signal: PresetSignal,
    layers: Sequence[WideTuning],
    texts: Mapping[str, str],
    patience: Patience,
) -> Signal:
    by = tuple(preset.file.key.values())
    query = Query(
        expr=texts["expr"],
        by=by,
        volume=texts.get("volume"),
        freshness=texts.get("freshness") or _derived(texts["expr"], by),
        requires=texts.get("requires"),
        template=f"{preset.name}/{signal.name}",
    )
    return tuned(f"{use.value.prefix or ''}{signal.name}", signal.kind, query, layers, patience)


def _derived(expr: str, by: tuple[str, ...]) -> str | None:
    try:
        return promql.freshness(expr, by)
    except ValueError:  # said by the check of the expression
        return None


def _override(use: Placed[PresetUse], signal: PresetSignal, findings: list[Finding]) -> Tuning | None:
    """What this service wants different; None when it does not want the signal."""
    extra = (use.value.model_extra or {}).get(signal.name)
    if extra is False:
        return None
    if signal.name not in (use.value.model_extra or {}):
        return _NOTHING
    if not isinstance(extra, dict):
        message = f"'{signal.name}' is a signal of preset '{use.value.use}'"
        hint = "write {above: {DEGRADED: ...}} to change it, or false to leave it out"
        findings.append(finding("C04", use.at(signal.name), message, hint))
        return _NOTHING
    part, _, complaints = check(_inner(use, signal.name), Tuning)
    findings += complaints
    return _one_way(use, signal, part or _NOTHING, findings)


def _one_way(use: Placed[PresetUse], signal: PresetSignal, own: Tuning, findings: list[Finding]) -> Tuning:
    """The preset's query knows which way is bad."""
    bad, good = ("above", "below") if signal.above is not None else ("below", "above")
    if getattr(own, good) is None:
        return own
    message = f"'{signal.name}' of preset '{use.value.use}' is bad {bad} its thresholds"
    findings.append(finding("C04", use.at(signal.name, good, key=True), message, f"write {bad}"))
    return own.model_copy(update={good: None})


def _wide(use: Placed[PresetUse], findings: list[Finding]) -> WideTuning:
    extra = use.value.model_extra or {}
    wanted = [name for name in extra if name in _WIDE]
    if not wanted:
        return _NOTHING
    document = _inner(use)
    value = {name: extra[name] for name in wanted}
    part, _, complaints = check(Document(document.file, value, document.marks), WideTuning)
    findings += complaints
    return part or _NOTHING


def _inner(use: Placed[PresetUse], *steps: Step) -> Document:
    """A part of the file as a document of its own."""
    value: Any = use.document.value
    marks = use.document.marks
    for step in (*use.path, *steps):
        value = value[step]
        assert isinstance(marks, Node)
        marks = marks.values[step]
    return Document(use.document.file, value, marks)


def _values(
    preset: Preset, use: Placed[PresetUse], scrape: Seconds, findings: list[Finding]
) -> dict[str, str]:
    extra = use.value.model_extra or {}
    values = {}
    for name, parameter in preset.file.parameters.items():
        if name in preset.file.key:
            continue
        if name not in extra and parameter.required:
            findings.append(_lacks(preset, use, name, parameter))
        elif isinstance(extra.get(name), dict | list):
            message = f"'{name}' is a parameter of preset '{preset.name}' and must be a plain value"
            findings.append(finding("C04", use.at(name), message, "write text or a number"))
        else:
            values[name] = written(extra.get(name, parameter.default), scrape)
    return values


def written(value: Scalar, scrape: Seconds) -> str:
    """A parameter's value as it stands in PromQL."""
    if value == "$rate":
        return promql.duration(max(60.0, 4 * scrape))
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _texts(
    preset: Preset,
    use: Placed[PresetUse],
    signal: PresetSignal,
    own: Tuning,
    values: Mapping[str, str],
    findings: list[Finding],
) -> dict[str, str]:
    texts = {}
    for name in _QUERIES:
        text: str | None = getattr(own, name, None) or getattr(signal, name)
        if text is not None:
            texts[name] = _filled(cut(text), preset, use, values, findings)
    return texts


def _filled(
    text: Text, preset: Preset, use: Placed[PresetUse], values: Mapping[str, str], findings: list[Finding]
) -> str:
    for name in text.unsafe(values):
        message = f"'{name}' of preset '{preset.name}' cannot be '{short(values[name])}'"
        hint = "it stands outside quotes in PromQL: use letters, digits, _, : and . only"
        findings.append(finding("C04", use.at(name), message, hint))
    return text.fill(values)


def _lacks(preset: Preset, use: Placed[PresetUse], name: str, parameter: Parameter) -> Finding:
    docs = f" ({short(parameter.docs)})" if parameter.docs else ""
    return finding("C04", use.at("use"), f"preset '{preset.name}' needs '{name}'{docs}", f"add {name}: ...")


def _strange_keys(preset: Preset, use: Placed[PresetUse]) -> Iterator[Finding]:
    known = preset.known()
    for key in use.value.model_extra or {}:
        if key in known:
            continue
        at = use.at(key, key=True)
        if key in _OWN_ONLY:
            yield finding(
                "C01", at, f"'{key}' stands beside use", f"write use or expr, not both; remove {key}"
            )
            continue
        near = nearest(key, known)
        message = f"unknown key '{short(key)}' for preset '{preset.name}'"
        yield finding(
            "C01", at, message, f"did you mean '{near}'?" if near else f"known are {', '.join(known)}"
        )


def _strange_names(preset: Preset, use: Placed[PresetUse]) -> Iterator[Finding]:
    known = [signal.name for signal in preset.file.signals]
    for number, name in enumerate(use.value.only or ()):
        if name not in known:
            near = nearest(name, known)
            message = f"preset '{preset.name}' has no signal '{name}'"
            hint = f"did you mean '{near}'?" if near else f"it has {', '.join(known)}"
            yield finding("C03", use.at("only", number), message, hint)


def own_presets(files: Iterable[tuple[PresetFile, Document]], findings: list[Finding]) -> dict[str, Preset]:
    """By name; a name twice is a complaint that names both places."""
    found: dict[str, Preset] = {}
    for file, document in files:
        name, at = file.metadata.name, document.at(("metadata", "name"))
        if name in found:
            first = found[name].document.at(("metadata", "name"))
            message = f"preset '{short(name)}' is defined twice, first at {first}"
            findings.append(finding("C02", at, message, "rename or remove one of them"))
            continue
        found[name] = Preset(file, document, shipped=False)
    return found


_NOTHING: Final = Tuning()
