"""A cockpit to be killed: runs the job on its stdin and says what it hears, a line each."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict

from cockpit.adapters.process import Commands
from cockpit.core.runbook.work import Job


async def main() -> None:
    print("ready", flush=True)
    given = json.loads(sys.stdin.readline())
    async for each in Commands().run(Job(**{**given, "argv": tuple(given["argv"])})):
        print(json.dumps({type(each).__name__: asdict(each)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
