"""What to call a part of a file in a sentence: `service 'search'`, `'tier'`, an entry of `'links'`."""

from __future__ import annotations

from typing import Final

from cockpit.config.findings import short
from cockpit.config.prune import Path

_ONE_OF: Final = {
    "services": "service",
    "capabilities": "capability",
    "signals": "signal",
    "degradations": "degradation",
    "teams": "team",
    "targets": "target",
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "flags": "flag store",
    "kill_switches": "kill switch",
    "notify": "notification",
    "steps": "step",
    "finally": "step",
}


def subject(value: object, path: Path) -> str:
    """`path` leads to it from the file as a whole, `value`."""
    if not path:
        return "the file"
    section = next((step for step in reversed(path) if isinstance(step, str)), "")
    if isinstance(path[-1], str):
        return f"'{short(section)}'"
    there = follow(value, path)
    names = (there.get(key) for key in ("name", "key", "id", "title")) if isinstance(there, dict) else ()
    name = next((each for each in names if isinstance(each, str)), None)
    if name is not None and section in _ONE_OF:
        return f"{_ONE_OF[section]} '{short(name)}'"
    return f"an entry of '{short(section)}'"


def follow(value: object, path: Path) -> object:
    """What stands at `path`, which `value` has."""
    for step in path:
        value = value[step]  # type: ignore[index]  # the path was found in it
    return value
