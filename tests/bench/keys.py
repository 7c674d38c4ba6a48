"""Keys, stalls of the loop and bytes on the wire, with a large fleet at rest and under a feed."""

from __future__ import annotations

import random
import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stalls import VARIABLE, read
from tests.bench.table import Row, percentile
from tests.bench.terminal import Terminal

SERVICES = 5000
KEYS = 240
SHARE = 0.1
WARM = 6.0
"""Seconds; by then the list is on screen and the first polls are in."""
CURSOR = "▌"
ROUND = 30
"""Keys in one direction: beyond the edge of the screen, so that it scrolls, and back."""


@dataclass(frozen=True, slots=True)
class Measured:
    keys: list[float]
    """Milliseconds from the key until the cursor is repainted."""
    stalls: list[float]
    """Milliseconds that each turn of the loop was late."""
    bytes_a_key: float


def measure(share: float, *, ours: bool) -> Measured:
    """With a feed its bytes count as well: nobody can tell them apart on the wire."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        file = Path(name) / "stalls"
        module = "tests.bench.live" if ours else "tests.bench.plain"
        env = {VARIABLE: str(file)}
        terminal = stack.enter_context(Terminal(module, str(SERVICES), str(share), env=env))
        terminal.wait_for("bench" if ours else "service")
        terminal.drain(WARM / 2)
        if ours:
            terminal.send("2")
        terminal.drain(WARM / 2)
        before, written = len(read(file)), terminal.written
        keys = press(terminal, ours=ours)
        terminal.drain(1.2)
        return Measured(keys, read(file)[before:], (terminal.written - written) / len(keys))


def press(terminal: Terminal, *, ours: bool) -> list[float]:
    """At moments that have nothing to do with the feed."""
    rnd, found, at = random.Random(1), [], 0
    for number in range(KEYS):
        down = number // ROUND % 2 == 0
        at += 1 if down else -1
        key = ("j" if down else "k") if ours else ("\x1b[B" if down else "\x1b[A")
        found.append(1000 * terminal.press(key, CURSOR if ours else f"s{at} "))
        terminal.drain(rnd.uniform(0.04, 0.16))
    return found


def rows() -> list[Row]:
    still, still_table = measure(0, ours=True), measure(0, ours=False)
    live, live_table = measure(SHARE, ours=True), measure(SHARE, ours=False)
    against = "DataTable of as many rows"
    fed = f"{SERVICES:,} services, {SHARE:.0%} changing a second"
    under = f"{against}, update_cell"
    return [
        _row(f"key, median, {fed}", live.keys, live_table.keys, 0.5, under),
        _row(f"key, p95, {fed}", live.keys, live_table.keys, 0.95, under, "< 25 ms"),
        _row(f"loop stall, p99, {fed}", live.stalls, live_table.stalls, 0.99, under),
        _row(f"loop stall, worst, {fed}", live.stalls, live_table.stalls, 1.0, under, "< 50 ms"),
        _row(f"key, p95, {SERVICES:,} services at rest", still.keys, still_table.keys, 0.95, against),
        _row("loop stall, worst, at rest", still.stalls, still_table.stalls, 1.0, against),
        Row(
            "a cursor key on the wire", still.bytes_a_key, still_table.bytes_a_key, "B", against, "< 2,000 B"
        ),
        Row(f"the same, {fed}", live.bytes_a_key, live_table.bytes_a_key, "B", under),
    ]


def _row(what: str, ours: list[float], theirs: list[float], share: float, against: str, aim: str = "") -> Row:
    if share == 0.5:
        return Row(what, statistics.median(ours), statistics.median(theirs), "ms", against, aim)
    return Row(what, percentile(ours, share), percentile(theirs, share), "ms", against, aim)
