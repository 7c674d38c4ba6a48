"""The page docs/configuration.md, written from the models: `python -m cockpit.config.reference`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cockpit.config import durations
from cockpit.config.codes import CODES, SEVERITY
from cockpit.config.models.preset import Parameter
from cockpit.config.presets import Preset, shipped, shipped_names
from cockpit.config.schemas import schema
from cockpit.text import join_names

_Schema = Mapping[str, Any]

_OPENING: Final = """\
# Configuration

Written from the program by `python -m cockpit.config.reference`; change the models, not this page.

A configuration is a file or a folder of YAML files. Every file begins with `apiVersion: cockpit/v1` and a
`kind`: `Cockpit`, `Preset`, `Scenario` or `Runbook` (docs/runbooks.md). `cockpit schema KIND` prints a
JSON Schema for editors, and `cockpit lint` says what is wrong, where, and what to write instead.

```yaml
apiVersion: cockpit/v1
kind: Cockpit
metadata: {name: shop}
prometheus: [{name: eu, url: https://prom.example}]
teams: [{name: payments, oncall: {phone: "+49 30 000001"}}]
services:
  - name: checkout
    owner: payments
    tier: "1"
    signals: [{use: otel-http}]
    dependsOn: [{to: orders-db}]
  - name: orders-db
    owner: payments
    signals: [{use: postgres}]
```

## Where it is looked for

`--config`, else `$COCKPIT_CONFIG`, else `./config` if its `cockpit.yaml` is one of ours, else the user's
own configuration folder. A file is loaded alone. Of a folder every `*.yaml` counts (not hidden ones, and no
symlinks that lead out of it), `presets/` holds presets of one's own, `scenarios/` scenarios, and `*.ndjson`
in `evidence/` what was rehearsed (`cockpit drill --evidence FILE`). One's own preset replaces a shipped one
of the same name, and that is said.

Any number of `kind: Cockpit` files merge, so each team can keep its own: lists join, a name twice is an
error that names both places, and `metadata`, `defaults`, `incident`, `access` and `journal` stand in one
file only. Services and capabilities share one name space. Relative paths are relative to the file they
stand in.

Where no `prometheus` or `alertmanager` is configured, `$PROMETHEUS_URL` and `$ALERTMANAGER_URL` count,
under the names `prometheus` and `alertmanager`.

## What YAML is not

Files are read strictly: no anchors, aliases, merge keys or tags, no key twice, `no` and `on` are text and
`010` is ten. A duration is a whole number with a unit, the largest first: `30s`, `5m`, `1h30m`, `4h`,
`30d`, `1w`. Secrets are references: `env:NAME`, `file:/path` or `command:...`, or a key that ends in
`_file`. In `http_config` they are followed when the configuration is read; a file is read again at each use.
"""

_AGE: Final = """\
## How old a value may be

A query asks for a value, and beside it for the moment of the newest raw sample behind it, so that an
exporter that froze is noticed although rates still look fine. Shipped presets bring both. For expressions of
one's own, in signals and in presets, that moment is derived from the series they read and from those of
`requires`, and `max_age` is then 4 scrapes and at least 60s. There is no such limit where nothing is read,
where a rule is required, and where the expression answers also when its series are missing (`... or
vector(0)`) and no `requires` says which series must be there.
"""

_PRESETS: Final = """\
## Shipped presets

`{use: NAME}` and, beside it, the parameters below; `for`, `hold`, `stale_after`, `idle_after`, `role`,
`required`, `min_volume`, `max_age` and `sources` hold for all signals of the preset. Under the name of a
signal stands what should differ for it alone, and `false` leaves it out: `{use: otel-http, latency: {above:
{DEGRADED: 0.5}}, traffic: false}`. Thresholds written there replace those of the preset.
"""


def reference() -> str:
    """The whole page, in Markdown."""
    parts = [
        _OPENING,
        _AGE,
        *kind_section("Cockpit"),
        _PRESETS,
        *_shipped(),
        *kind_section("Preset"),
        *_codes(),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def kind_section(kind: str) -> Iterator[str]:
    whole = schema(kind)
    yield f"## kind: {kind}\n\n{_prose(whole)}\n\n{_table(whole, whole)}"
    for name, part in _in_reading_order(whole):
        if part.get("type") == "object" and part.get("properties"):
            yield f"### {_title(name)}\n\n{_prose(part)}\n\n{_table(part, whole)}"


def _in_reading_order(whole: _Schema) -> Iterator[tuple[str, _Schema]]:
    """Each part after the first that mentions it."""
    definitions: Mapping[str, _Schema] = whole.get("$defs", {})
    seen: dict[str, None] = {}
    waiting = list(_mentioned(whole.get("properties", {})))
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen[name] = None
        yield name, definitions[name]
        waiting = [*_mentioned(definitions[name]), *waiting]


def _mentioned(part: object) -> Iterator[str]:
    match part:
        case {"$ref": str(target)}:
            yield target.rpartition("/")[2]
        case dict():
            for inner in part.values():
                yield from _mentioned(inner)
        case list():
            for inner in part:
                yield from _mentioned(inner)


def _table(part: _Schema, whole: _Schema) -> str:
    required = part.get("required", ())
    fields = sorted(part["properties"].items(), key=lambda field: field[0] not in required)
    rows = [
        f"| `{name}`{' (required)' if name in required else ''} | {_type(field)} | {_meaning(field, whole)} |"
        for name, field in fields
    ]
    return "\n".join(["| key | value | meaning |", "|---|---|---|", *rows])


def _meaning(field: _Schema, whole: _Schema) -> str:
    """A field that says no more than the part it holds leaves the word to that."""
    part = whole.get("$defs", {}).get(field.get("$ref", "").rpartition("/")[2], {})
    text = in_one_cell(field.get("description") or part.get("description", "").partition("\n\n")[0])
    default = field.get("default")
    if default is None or default is False or "default" in text.lower():
        return text
    shown = str(default).lower() if isinstance(default, bool) else default
    shown = ", ".join(map(str, shown)) if isinstance(shown, list) else shown
    return f"{text.rstrip('.')} (default `{shown}`)."


def in_one_cell(text: object) -> str:
    """On one line, and without ending the cell."""
    return " ".join(str(text).split()).replace("|", "\\|")


def _type(field: _Schema) -> str:
    match field:
        case {"$ref": str(target)}:
            return _link(target)
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"anyOf": choices} | {"oneOf": choices}:
            return " or ".join(dict.fromkeys(_type(choice) for choice in choices))
        case {"pattern": durations.PATTERN}:
            return "duration"
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": "object"}:
            return _mapping(field)
        case {"type": list() as types}:
            return ", ".join(_WORDS[each] for each in types if each != "null")
        case {"type": str(word)}:
            return _WORDS[word]
        case _:
            return "anything"


def _mapping(field: _Schema) -> str:
    values = field.get("additionalProperties") or next(
        iter(field.get("patternProperties", {}).values()), None
    )
    if field.get("properties"):
        return "settings: " + ", ".join(f"`{name}`" for name in field["properties"])
    names = field.get("propertyNames", {}).get("enum")
    of = _type(values) if isinstance(values, dict) else "anything"
    return f"{', '.join(f'`{name}`' for name in names)}: {of}" if names else f"name: {of}"


_WORDS: Final = {"string": "text", "boolean": "true or false", "number": "number", "integer": "whole number"}


def _link(target: str) -> str:
    name = _title(target.rpartition("/")[2])
    return f"[{name}](#{name.lower().replace(' ', '-')})"


def _title(name: str) -> str:
    """`ServiceLevel` as people read it: Service level."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words[:1].upper() + words[1:]


def _prose(part: _Schema) -> str:
    return str(part.get("description", ""))


def _shipped() -> Iterator[str]:
    for name in shipped_names():
        if preset := shipped(name):
            yield _preset(preset)


def _preset(preset: Preset) -> str:
    file = preset.file
    parameters = [
        f"| `{name}` | the service's value of the label `{label}` (default: its name) |"
        for name, label in file.key.items()
        if name not in file.parameters
    ]
    parameters += [
        f"| `{name}` | {in_one_cell(each.docs)} ({default_of(each)}) |"
        for name, each in file.parameters.items()
    ]
    signals = [
        f"| `{each.name}` | {each.kind} | {_levels('above', each.above)}{_levels('below', each.below)} |"
        for each in file.signals
    ]
    lines = [f"### {preset.name}", "", f"{file.metadata.title}. {file.metadata.docs}".strip(), ""]
    lines += ["| signal | kind | levels |", "|---|---|---|", *signals]
    if parameters:
        lines += ["", "| parameter | meaning |", "|---|---|", *parameters]
    return "\n".join(lines)


def default_of(parameter: Parameter) -> str:
    if parameter.required:
        return "required"
    return "default: none" if parameter.default == "" else f"default `{in_one_cell(parameter.default)}`"


def _levels(direction: str, thresholds: Mapping[Any, float] | None) -> str:
    if not thresholds:
        return ""
    return f"{direction} " + join_names([f"{value:g} {level}" for level, value in thresholds.items()], 9)


def _codes() -> Iterator[str]:
    rows = [f"| {code} | {SEVERITY[code]} | {what} |" for code, what in CODES.items()]
    yield "## Lint codes\n\n| code | severity | complaint |\n|---|---|---|\n" + "\n".join(rows)


if __name__ == "__main__":
    print(reference(), end="")
