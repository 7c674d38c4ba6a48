"""Configurations for tests, written out file by file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from cockpit.config import Loaded, lint, load
from cockpit.core.model import Service, Signal

HEAD = "apiVersion: cockpit/v1\nkind: Cockpit\n"
SHOP = HEAD + "metadata: {name: shop, title: A shop}\n"
UNREHEARSED = frozenset({"R14", "R16"})
NOW = 1_700_000_000.0
TEAM = "teams: [{name: ops, oncall: {chat: '#ops'}}]\n"


def write(folder: Path, files: Mapping[str, object]) -> Path:
    """Texts, and anything else as JSON; folders are made as needed."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def loaded(folder: Path, files: Mapping[str, object], **environ: str) -> Loaded:
    return load(write(folder, files), environ=environ, now=NOW)


def said(folder: Path, files: Mapping[str, object], **environ: str) -> list[str]:
    """Every complaint with its code; files are called as they are named here.

    That nobody has rehearsed what was only just written is true, and no fault that is looked for here.
    """
    found = [each for each in lint([write(folder, files)], environ=environ) if each.code not in UNREHEARSED]
    return [f"{each.code} {each}".replace(f"{folder}/", "") for each in found]


def service(folder: Path, text: str, more: str = "") -> Service:
    """The first service of a shop; `text` is its YAML below `name` and `owner`."""
    start = "services:\n  - name: api\n    owner: ops\n"
    return loaded(folder, {"cockpit.yaml": SHOP + TEAM + more + start + text}).model.services[0]


def signals(folder: Path, text: str, more: str = "") -> dict[str, Signal]:
    """Signals of that service by name; `text` is a YAML list on one line."""
    return {signal.name: signal for signal in service(folder, f"    signals: {text}\n", more).signals}
