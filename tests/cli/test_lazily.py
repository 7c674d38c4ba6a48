"""Whoever keeps the record on their own machine does not wait for the driver of a database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .running import environment, small

PROGRAM = """
import sys
from cockpit.__main__ import main
sys.argv = ["cockpit", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
known = {name for name in sys.modules if "postgres" in name or name == "psycopg"}
print(*known, "END", file=sys.stderr)
"""
SCREEN = """
import asyncio, sys
from pathlib import Path
import cockpit.cli.screen, cockpit.tui.app
from cockpit import wiring
from cockpit.config import load

async def opened():
    engine = wiring.live(load(Path("config")), readonly=False, actor="mara")
    await engine.once()

asyncio.run(opened())
known = {name for name in sys.modules if "postgres" in name or name == "psycopg"}
print(*known, "END", file=sys.stderr)
"""


def python(program: str, *arguments: str, cwd: Path) -> str:
    command = [sys.executable, "-c", program, *arguments]
    env = {**environment(cwd), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "command",
    ["status", "doctor", "lint", "runs", "journal tail", "incident declare Orders", "journal copy --to new"],
)
def test_no_command_imports_the_driver(tmp_path: Path, command: str) -> None:
    small(tmp_path)
    python(PROGRAM, "incident", "declare", "Orders fail", cwd=tmp_path)  # so that there is a record
    assert python(PROGRAM, *command.split(), cwd=tmp_path) == "END"


def test_nor_does_the_screen(tmp_path: Path) -> None:
    small(tmp_path)
    assert python(SCREEN, cwd=tmp_path) == "END"


def test_what_is_a_teams_does(tmp_path: Path) -> None:
    config = small(tmp_path) / "cockpit.yaml"
    config.write_text(f"{config.read_text()}journal: {{postgres: 'postgresql://127.0.0.1:1/none'}}\n")
    assert "psycopg" in python(PROGRAM, "journal", "tail", cwd=tmp_path)
