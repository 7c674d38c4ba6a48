"""Every part of the benches still runs, at a size that says nothing about speed."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.bench.__main__ import PARTS, main
from tests.bench.table import Row, show

TINY: dict[str, dict[str, Any]] = {
    "paint": {"STARTS": 1},
    "keys": {"SERVICES": 40, "KEYS": 6, "WARM": 4.0},
    "rest": {"SIZES": {5: "< 90 MB"}, "SETTLING": {5: 1.0}, "IDLE": 1.0, "AHEAD": 30},
    "refresh": {"SIZES": (5,), "RUNS": 1, "SAMPLE": 4},
    "evaluation": {"SIZES": (5,), "LARGEST": 5, "TURNS": 1},
    "loading": {"SIZES": (5,)},
    "whatif": {"SERVICES": 8, "SAMPLE": 2},
    "audit": {"SERVICES": 5, "TURNS": 1},
    "books": {"BOOKS": 2, "SERVICES": 2},
    "journal": {"APPENDS": 3, "HISTORY": 10},
    "process": {"FLOOD": 1024 * 1024},
    "export": {"EVENTS": 20, "SMALL": 5},
    "team": {"FANS": ((2, 4.0),), "SECONDS": 1.0, "CALM": 0.0, "APPENDS": 2, "WRITERS": (1, 2)},
}
TINY_MEMBER: dict[str, Any] = {"SERVICES": 5, "RUNS": 60, "STARTS": 1}


def test_every_part_has_a_tiny_size() -> None:
    assert set(TINY) == set(PARTS)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", PARTS)
def test_a_part_gives_rows_of_figures(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if name in ("rest", "refresh"):
        importlib.import_module("tests.lab.prometheus").require()
    if name == "team":
        importlib.import_module("tests.lab.cluster").require()
        importlib.import_module("tests.lab.prometheus").require()
        for constant, value in TINY_MEMBER.items():
            monkeypatch.setattr(f"tests.bench.member.{constant}", value)
        monkeypatch.setattr("tests.bench.rest.IDLE", 1.0)
        monkeypatch.setattr("tests.bench.rest.AHEAD", 30)
    part = importlib.import_module(f"tests.bench.{name}")
    for constant, value in TINY[name].items():
        monkeypatch.setattr(part, constant, value)
    rows = part.rows()
    assert rows
    assert all(isinstance(row, Row) and row.ours >= 0 for row in rows)
    show(PARTS[name], rows)
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 5


def test_a_part_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 64
    assert "there is no speed; there are paint" in capsys.readouterr().err
