"""The rules of the house, checked by machines: layers, types, style, and what a command may import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)


def test_every_layer_looks_only_downwards() -> None:
    done = run(
        sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kept, 0 broken" in done.stdout


def test_types_hold() -> None:
    done = run(sys.executable, "-m", "mypy")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=["lint", "format"])
def test_style_holds(check: tuple[str, ...]) -> None:
    done = run(sys.executable, "-m", "ruff", *check, "cockpit", "tests")
    assert done.returncode == 0, done.stdout


def test_no_file_names_a_machine_of_ours() -> None:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard").stdout.split()
    if not listed:
        pytest.skip("not a git checkout")
    forbidden = ("/work" + "/", "/opt/pypi" + "-more")
    texts = {name: (ROOT / name).read_text("utf-8", "replace") for name in listed if (ROOT / name).is_file()}
    assert [name for name, text in texts.items() if any(word in text for word in forbidden)] == []


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["lint", "config"], ["status", "--json", "--config", "config"]],
    ids=lambda a: a[0],
)
def test_a_plain_command_never_imports_textual(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from cockpit.__main__ import main\n"
        f"sys.argv = ['cockpit', *{arguments!r}]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print('TEXTUAL' if 'textual' in sys.modules else 'WITHOUT', file=sys.stderr)\n"
    )
    done = run(sys.executable, "-c", program)
    assert done.stderr.rstrip().endswith("WITHOUT"), done.stderr
