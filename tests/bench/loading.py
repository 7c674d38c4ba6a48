"""Loading a configuration strictly, held against libyaml's safe loader on the same file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from cockpit.config import load
from tests.bench.fleet import write_configuration
from tests.bench.table import Row, in_turn

SIZES = (50, 500, 5000)


def rows() -> list[Row]:
    found = []
    for count in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_configuration(folder, count)
            text = (folder / "cockpit.yaml").read_text()
            ours, theirs = in_turn(
                lambda folder=folder: load(folder),  # type: ignore[misc]
                lambda text=text: yaml.load(text, Loader=yaml.CSafeLoader),  # type: ignore[misc]
                3,
            )
            aim = "< 2,000 ms" if count == 5000 else ""
            found.append(Row(f"load {count:,} services", ours, theirs, "ms", "yaml.CSafeLoader", aim))
    return found
