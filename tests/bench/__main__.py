"""`python -m tests.bench [NAME ...]`: ratios taken side by side in one run; it asserts nothing."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from tests.bench.table import show

PARTS = {
    "paint": "Start",
    "keys": "Keys and stalls",
    "rest": "Left alone",
    "refresh": "One refresh",
    "evaluation": "Evaluation",
    "loading": "Loading",
    "whatif": "What if",
    "audit": "Readiness",
    "books": "Many runbooks",
    "journal": "Journal",
    "process": "Commands",
    "export": "Post-mortems",
    "team": "Together",
}


def machine() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    cpu = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")
    cores = os.cpu_count()
    return f"{cores} cores, {cpu}, Python {platform.python_version()}, Textual {version('textual')}"


def main(names: list[str]) -> int:
    """Its exit code: 64 when there is no part of that name."""
    if unknown := [name for name in names if name not in PARTS]:
        print(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 64
    print(machine())
    for name in names or PARTS:
        part = importlib.import_module(f"tests.bench.{name}")
        show(PARTS[name], part.rows())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
