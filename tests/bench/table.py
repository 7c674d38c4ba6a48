"""Rows of figures, each beside what it is held against in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    ours: float
    theirs: float | None
    unit: str
    against: str = ""
    aim: str = ""

    @property
    def ratio(self) -> str:
        return f"{self.ours / self.theirs:.2f}x" if self.theirs else ""


def show(title: str, rows: Sequence[Row]) -> None:
    print(f"\n### {title}\n")
    print("| what | ours | beside it | ratio | held against | aim |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        theirs = "" if row.theirs is None else f"{row.theirs:.3g} {row.unit}"
        print(
            f"| {row.what} | {row.ours:.3g} {row.unit} | {theirs} | {row.ratio} | {row.against} | {row.aim} |"
        )


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """Medians of both in milliseconds, A B A B, so that a slow moment of the machine hits both."""
    pairs = [(milliseconds(ours), milliseconds(theirs)) for _ in range(times)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
