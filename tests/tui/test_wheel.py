"""The wheel as somebody gets it: built, installed beside nothing of ours, run from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.cli.running import recording, small

from .terminals import ROOT, tmux, wait_until

MIGRATIONS = "cockpit/adapters/journal/postgres/migrations"
BARE = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}


def run(*command: object, cwd: Path, code: int = 0) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**BARE, "HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=150,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index")
    run(*pip, "-w", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def cockpit(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, in an environment of its own that borrows only what cockpit depends on."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
    python = home / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index")
    run(*pip, wheel, cwd=home)
    # A line in a .pth file lends the modules of that folder, and not what its own .pth files point to: the
    # checkout stays out of reach.
    where = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    (Path(where) / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    found = run(python, "-c", "import cockpit; print(cockpit.__file__)", cwd=home)
    assert found.startswith(str(home))
    return home / "venv" / "bin" / "cockpit"


def test_it_carries_the_shop_its_runbooks_and_the_presets(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (
        ("config", "cockpit/_shop/config"),
        ("runbooks", "cockpit/_shop/runbooks"),
        ("cockpit/config/presets", "cockpit/config/presets"),
        (MIGRATIONS, MIGRATIONS),
    ):
        shipped = [file for file in (ROOT / folder).rglob("*") if file.suffix in (".yaml", ".json", ".sql")]
        assert shipped
        assert {f"{inside}/{file.relative_to(ROOT / folder)}" for file in shipped} <= names
    assert "cockpit/tui/cockpit.tcss" in names
    assert not any(name.startswith(("tests/", "docs/", "config/", "runbooks/")) for name in names)


def test_every_command_works_from_any_folder(cockpit: Path, tmp_path: Path) -> None:
    assert run(cockpit, "--version", cwd=tmp_path).startswith("cockpit ")
    assert json.loads(run(cockpit, "schema", "Scenario", cwd=tmp_path))["$schema"]
    small(tmp_path)
    assert "error" not in run(cockpit, "lint", cwd=tmp_path).replace("0 errors", "")
    assert "None of the 2 watched services can be seen." in run(cockpit, "status", cwd=tmp_path, code=3)
    assert "groups:" in run(cockpit, "rules", cwd=tmp_path)
    assert "CREATE TABLE record (" in run(cockpit, "journal", "init", "--print", cwd=tmp_path)
    polls = recording(tmp_path, {"checkout": {"errors": 0.4}, "search": {"errors": 0.01}})
    assert json.loads(run(cockpit, "replay", polls, "--json", cwd=tmp_path))["schema"] == "cockpit.status/v1"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(cockpit, "status", cwd=elsewhere, code=64)
    run(cockpit, "demo", cwd=elsewhere, code=64)  # without a terminal there is no screen


def test_it_records_until_it_is_interrupted(cockpit: Path, tmp_path: Path) -> None:
    small(tmp_path)
    file = tmp_path / "night.ndjson"
    script = f"cd {tmp_path}; unset PYTHONPATH; {cockpit} record {file}; echo ended $?"
    with tmux(tmp_path) as terminal:
        terminal.type(script)
        terminal.press("Enter")
        terminal.wait_for("ctrl+c ends it")
        wait_until(lambda: len(file.read_text().splitlines()) > 1)
        terminal.press("C-c")
        assert "Traceback" not in terminal.wait_for("ended 130")
    assert json.loads(file.read_text().splitlines()[0]) == {"schema": "cockpit.recording/v1"}
    run(cockpit, "replay", file, "--json", cwd=tmp_path)


@pytest.mark.parametrize(("how", "code"), [("q", 0), ("TERM", 143), ("HUP", 129)])
def test_the_demo_opens_navigates_filters_and_leaves_the_terminal_as_it_was(
    cockpit: Path, tmp_path: Path, how: str, code: int
) -> None:
    script = tmp_path / "script"
    script.write_text(
        f"cd {tmp_path}; unset PYTHONPATH; stty -a > before\n"
        f"sh -c 'echo $$ > pid; exec {cockpit} demo'; echo ended $?; stty -a > after; echo all done\n"
    )
    with tmux(tmp_path) as terminal:
        terminal.type(f"sh {script}")
        terminal.press("Enter")
        terminal.wait_for("Fail over the orders database")
        assert terminal.ask("alternate_on") == "1"
        terminal.press("2")
        terminal.wait_for("Services 16 of 16")
        terminal.press("t")
        terminal.wait_for("by system")
        terminal.press("/")
        terminal.type("orders")
        terminal.press("Enter")
        terminal.wait_for("filter orders")
        terminal.press("G", "Enter")
        terminal.wait_for("─ Signals")
        terminal.press("BSpace", "1")
        terminal.wait_for("─ What is wrong")
        if how == "q":
            terminal.press("q")
        else:
            terminal.run("run-shell", f"kill -{how} {(tmp_path / 'pid').read_text().strip()}")
        text = terminal.wait_for("all done")
        assert f"ended {code}" in text
        assert "Traceback" not in text
        assert terminal.is_sane()
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
