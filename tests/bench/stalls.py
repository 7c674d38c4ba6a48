"""How late each turn of an event loop is."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from time import perf_counter
from typing import Self

VARIABLE = "BENCH_STALLS"
"""In the environment of a program: the file that it writes its stalls to."""
EVERY = 0.005


class Lateness:
    """`async with`: how late the loop was at worst meanwhile, in seconds."""

    worst = 0.0

    async def __aenter__(self) -> Self:
        self._task = asyncio.ensure_future(self._watch())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._task.cancel()

    async def _watch(self) -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(0.001)
            self.worst = max(self.worst, perf_counter() - before - 0.001)


class Stalls:
    """Watches from the first `watch` on; once a second what was seen is appended to a file, a line a turn."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._task: asyncio.Task[None] | None = None

    def watch(self) -> None:
        self._task = self._task or asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        late: list[float] = []
        while True:
            before = perf_counter()
            await asyncio.sleep(EVERY)
            late.append(perf_counter() - before - EVERY)
            if sum(late) + len(late) * EVERY > 1:
                with self._file.open("a") as file:
                    file.write("".join(f"{1000 * each:.3f}\n" for each in late))
                late = []


def stalls() -> Stalls | None:
    """None where nobody wants to know: to watch takes some per cent of a core."""
    file = os.environ.get(VARIABLE)
    return Stalls(Path(file)) if file else None


def read(file: Path) -> list[float]:
    """Milliseconds."""
    return [float(line) for line in file.read_text().split()] if file.exists() else []
