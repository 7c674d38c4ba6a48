"""The short way to the screen understands what is plain and leaves everything else to the parser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.cli.plain import understood
from cockpit.cli.settings import Settings


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        ([], Settings()),
        (["demo"], Settings(demo=True)),
        (["--config", "c", "--readonly"], Settings(config=Path("c"), readonly=True)),
        (["--config=c", "demo", "--ascii"], Settings(config=Path("c"), demo=True, ascii=True)),
        (["--alert", "Down", "--theme", "mono"], Settings(alert="Down", theme="mono")),
        (["--prometheus", "http://x"], Settings(prometheus="http://x")),
        (["status"], None),
        (["--help"], None),
        (["--theme", "pink"], None),
        (["--config"], None),
        (["--config", "--readonly"], None),
        (["demo", "demo"], None),
    ],
)
def test_plain_command_lines(arguments: list[str], settings: Settings | None) -> None:
    assert understood(arguments) == settings


def test_the_short_way_imports_neither_parser_nor_configuration() -> None:
    program = (
        "import sys\n"
        "from cockpit.cli.plain import understood\n"
        "import cockpit.cli.screen\n"
        "understood(['demo'])\n"
        "heavy = {'typer', 'click', 'pydantic', 'httpx', 'yaml', 'textual'} & set(sys.modules)\n"
        "print(sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
