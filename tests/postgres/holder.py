"""Runs a runbook for real until it is over or lost: `python -m tests.postgres.holder CONFIG ID`.

With `STOP_AT` it stops itself at that named point, as a laptop does that is closed just then.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from cockpit.config import load
from cockpit.engine.runs.driver import Driver
from cockpit.engine.runs.starting import Wanted, prepare, start
from cockpit.errors import JournalError
from cockpit.wiring import acting
from tests.engine.runs.stage import Script

STOP_AT = "STOP_AT"
MET = 3
"""The point is met that often before."""


async def main(config: Path, id: str) -> None:
    met: list[str] = []

    def pass_by(point: str) -> None:
        if point != os.environ.get(STOP_AT):
            return
        met.append(point)
        if len(met) == MET:
            os.kill(os.getpid(), signal.SIGSTOP)

    async with acting.world(load(config), actor="") as real:
        world = replace(real, die_at=pass_by)
        prepared = await prepare(world, Wanted(world.model.books[id], {"x": "x"}))
        run, seen = await start(world, prepared)
        print(run.id, flush=True)
        try:
            ended = await Driver(world, run, seen, Script(), prepared.secrets).drive()
            print(f"left {ended.state}", flush=True)
        except JournalError as error:
            print(f"refused {error}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
