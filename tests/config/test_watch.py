"""A change of any file that a load would notice changes the stamp, and nothing else does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.config.watch import stamp
from tests.config.files import SHOP, write

FILES = {
    "cockpit.yaml": SHOP,
    "presets/p.yaml": "a",
    "scenarios/s.yaml": "a",
    "book/r.yaml": "a",
    "f.json": "{}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, FILES)


def look(folder: Path) -> object:
    return stamp(folder, [folder / "book", folder / "f.json"])


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda folder: write(folder, {"cockpit.yaml": SHOP + "#"}),
    "written with the same size and time": lambda folder: replaced(folder / "cockpit.yaml"),
    "new": lambda folder: write(folder, {"new.yaml": ""}),
    "removed": lambda folder: (folder / "cockpit.yaml").unlink(),
    "renamed": lambda folder: (folder / "cockpit.yaml").rename(folder / "shop.yaml"),
    "a preset": lambda folder: write(folder, {"presets/q.yaml": ""}),
    "a scenario": lambda folder: (folder / "scenarios/s.yaml").unlink(),
    "a runbook": lambda folder: write(folder, {"book/r.yaml": "ab"}),
    "a flag file": lambda folder: write(folder, {"f.json": "{} "}),
}


def replaced(file: Path) -> None:
    """As an editor does that keeps the time."""
    facts = file.stat()
    other = file.with_name("other")
    other.write_text(file.read_text().replace("shop", "stop"))
    os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    other.replace(file)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(folder: Path, change: str) -> None:
    before = look(folder)
    CHANGES[change](folder)
    assert look(folder) != before


def test_what_no_load_reads_is_not(folder: Path) -> None:
    before = look(folder)
    write(folder, {".swap.yaml": "x", "notes.txt": "x", "other/x.yaml": "x"})
    assert look(folder) == before


def test_a_folder_that_vanishes_is_a_change_and_no_error(folder: Path) -> None:
    gone = folder / "gone"
    assert stamp(gone) == stamp(gone)
    assert stamp(gone) != stamp(folder)


def test_a_single_file(folder: Path) -> None:
    file = folder / "cockpit.yaml"
    before = stamp(file)
    write(folder, {"new.yaml": "x"})
    assert stamp(file) == before
    write(folder, {"cockpit.yaml": SHOP + "#"})
    assert stamp(file) != before
