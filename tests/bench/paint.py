"""From the command to something on the screen, against an empty DataTable started beside it."""

from __future__ import annotations

import statistics

from tests.bench.table import Row
from tests.bench.terminal import Terminal

STARTS = 15
EMPTY = ("tests.bench.plain",), "service"
FRAME = ("cockpit", "demo"), "reading the configuration"
USEFUL = ("cockpit", "demo"), "Customers"


def start(command: tuple[str, ...], text: str) -> float:
    """Milliseconds until `text` is written to the terminal."""
    with Terminal(*command) as terminal:
        return 1000 * terminal.wait_for(text)


def rows() -> list[Row]:
    """In turns; the first of each may have to compile and does not count."""
    every = [[start(*each) for each in (EMPTY, FRAME, USEFUL)] for _ in range(STARTS + 1)][1:]
    empty, frame, useful = (statistics.median(column) for column in zip(*every, strict=True))
    against = "empty DataTable app"
    return [
        Row("first paint", frame, empty, "ms", against, "<= 1.4x"),
        Row("first data of `cockpit demo`", useful, empty, "ms", against),
    ]
