"""A program that was asked something is ended for sure, whoever holds its pipes."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.adapters.programs import ended


@pytest.mark.parametrize(
    "script",
    ["exec yes", "setsid sleep 30 & exec yes", "setsid sleep 30 & exit 3", "exit 0"],
    ids=["nobody reads", "an escaped child holds its pipe", "it is over and the pipe is held", "over"],
)
async def test_it_is_over_though_its_pipe_is_not(script: str) -> None:
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", script, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    await asyncio.sleep(0.1)
    async with asyncio.timeout(20):  # the child goes on for longer
        await ended(process)
    assert process.returncode is not None
