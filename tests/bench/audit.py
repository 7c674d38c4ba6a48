"""The audit of a fleet: by itself, as the command, and beside a loop that has keys to answer."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cockpit.core.audit.auditing import audit, auditing
from cockpit.core.audit.standing import known_of
from cockpit.core.update import initial
from cockpit.engine.large import leave_room
from cockpit.engine.slices import at_leisure
from tests.bench.fleet import model, write_configuration
from tests.bench.stalls import Lateness
from tests.bench.table import Row, in_turn, milliseconds

SERVICES = 5_000
TURNS = 3


def command(folder: Path, *arguments: str) -> None:
    """As somebody starts it; 1 is what it exits with for a fleet without runbooks."""
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    line = [sys.executable, "-m", "cockpit", "--config", str(folder), *arguments]
    subprocess.run(
        line, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, cwd=folder
    )


def rows() -> list[Row]:
    state = initial(model(SERVICES))
    alone = [milliseconds(lambda: audit(known_of(state))) for _ in range(TURNS)]
    took, late = asyncio.run(_beside())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_configuration(folder, SERVICES)
        ours, theirs = in_turn(
            lambda: command(folder, "audit", "--json"), lambda: command(folder, "lint"), TURNS
        )
    return [
        Row(f"audit of {SERVICES:,} services", sorted(alone)[TURNS // 2], None, "ms"),
        Row(
            f"`cockpit audit --json`, {SERVICES:,} services",
            ours,
            theirs,
            "ms",
            "`cockpit lint`",
            "< 3,000 ms",
        ),
        Row(f"audit on the screen, {SERVICES:,} services", took, None, "ms", "", "< 3,000 ms"),
        Row("loop stall meanwhile", late, None, "ms", "", "< 50 ms"),
    ]


async def _beside() -> tuple[float, float]:
    """(milliseconds it took at leisure, the longest wait of the loop meanwhile)"""
    leave_room()  # as the engine does
    state = initial(model(SERVICES))
    async with Lateness() as loop:
        begun = time.perf_counter()
        await at_leisure(auditing(known_of(state)))
        took = 1000 * (time.perf_counter() - begun)
    return took, 1000 * loop.worst
