"""Two people at two terminals on one record: each sees what the other does, and finishes what they began."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.database import Database
from tests.tui.demo_keys import confirm, press_until, until
from tests.tui.terminals import Tmux, tmux

from .cockpits import book, written

STEPS = {
    "one": "echo said $((0+1));",
    "two": "echo said $((1+1));",
    "three": "echo said $((2+1)); sleep 8;",
    "four": "",
}
"""What each says stands on no screen before it is said."""
PATIENCE = 60.0
UNHEARD = 10.0
"""Seconds after which a key is taken for lost that changed nothing."""


@dataclass
class Seat:
    """One person at a terminal of their own."""

    terminal: Tmux
    home: Path
    environ: dict[str, str]
    configured: Path

    def open(self) -> None:
        told = " ".join(f"{name}='{value}'" for name, value in self.environ.items())
        command = f"{told} {sys.executable} -m cockpit --config {self.configured}; echo ended $?"
        self.terminal.type(f"cd {self.home} && clear && {command}")
        self.terminal.press("Enter")
        until(self.terminal, "Small shop", "Nothing to do.", "What happened")

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cockpit", *words, "--config", str(self.configured)],
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.stdout + done.stderr

    def kill(self) -> None:
        """The cockpit and nothing else: what it began goes on."""
        shell = int(self.terminal.ask("pane_pid"))
        (child,) = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)
        self.terminal.wait_for("ended 137")


@dataclass
class Two:
    mara: Seat
    leo: Seat
    counter: Path

    @property
    def effects(self) -> list[str]:
        return self.counter.read_text().split()


@contextmanager
def seated(
    database: Database, folder: Path, name: str, configured: Path, size: tuple[int, int]
) -> Iterator[Seat]:
    person = database.add_person(name, ["cockpit_approver"])
    home = folder / name
    home.mkdir()
    environ = {**database.environ(person), "XDG_STATE_HOME": str(home / "state"), "HOME": str(home)}
    with tmux(home, *size) as terminal:
        yield Seat(terminal, home, environ, configured)


@contextmanager
def both(database: Database, folder: Path, text: str, size: tuple[int, int]) -> Iterator[Two]:
    more = f"journal: {{postgres: '{database.dsn}'}}\n"
    configured = written(folder / "config", text, more=more)
    with (
        seated(database, folder, "mara", configured, size) as mara,
        seated(database, folder, "leo", configured, size) as leo,
    ):
        mara.open()
        leo.open()
        yield Two(mara, leo, folder / "counter")


@pytest.fixture(params=[(80, 24), (120, 36)], ids=["80x24", "120x36"])
def two(request: pytest.FixtureRequest, founded: Database, tmp_path: Path) -> Iterator[Two]:
    (tmp_path / "counter").touch()
    text = book(tmp_path / "counter", STEPS, confirm="key")
    with both(founded, tmp_path, text, request.param) as seats:
        yield seats


@pytest.fixture
def guarded(founded: Database, tmp_path: Path) -> Iterator[Two]:
    """The one step wants a second person."""
    (tmp_path / "counter").touch()
    text = book(tmp_path / "counter", {"one": STEPS["one"]}, more="    approval: {min: 1, expires: 10m}\n")
    with both(founded, tmp_path, text, (80, 24)) as seats:
        yield seats


def declared(two: Two) -> None:
    """By Mara; seen by Leo."""
    press_until(two.mara.terminal, "i", "No incident is open.")
    press_until(two.mara.terminal, "D", "▌ Cancel")
    two.mara.terminal.press("Down")
    until(two.mara.terminal, "▌ Declare SEV1")
    time.sleep(0.6)
    two.mara.terminal.press("Enter")
    until(two.mara.terminal, "what it is, in plain words")
    two.mara.terminal.type("Orders are lost")
    two.mara.terminal.press("Enter")
    until(two.mara.terminal, "INC-1 SEV1", "Orders are lost")
    press_until(two.leo.terminal, "i", "Orders are lost")


def started(terminal: Tmux) -> None:
    press_until(terminal, "1", "Do next")
    press_until(terminal, "r", "Runbooks")
    press_until(terminal, "Enter", "R starts it")
    press_until(terminal, "R", "▌ Cancel")
    confirm(terminal, "Start “Restart the workers”?")


def begun(two: Two) -> None:
    """By Mara; Leo watches it."""
    started(two.mara.terminal)
    until(two.mara.terminal, "enter Step one?")
    press_until(two.leo.terminal, "1", "has it, on")
    press_until(two.leo.terminal, "r", "─ Runs")
    press_until(two.leo.terminal, "Enter", "has it; you watch.")
    until(two.leo.terminal, "Waits for mara", "Step one?")


def answer(terminal: Tmux, question: str, then: str) -> None:
    """With one key: a second one would answer what is asked next."""
    until(terminal, question)
    while question in terminal.screen():
        time.sleep(0.6)
        terminal.press("Enter")
        end = time.monotonic() + UNHEARD
        while question in terminal.screen() and time.monotonic() < end:
            time.sleep(0.1)
    until(terminal, then)


def test_what_one_begins_the_other_sees_and_finishes_when_the_first_is_killed(two: Two) -> None:
    mara, leo = two.mara.terminal, two.leo.terminal
    declared(two)
    begun(two)
    answer(mara, "enter Step one?", "enter Step two?")
    until(leo, "said 1", "Waits for mara", "Step two?")
    leo.press("x")
    until(leo, "has it, and you only watch")
    answer(mara, "enter Step two?", "enter Step three?")
    until(leo, "said 2", "Step three?")
    answer(mara, "enter Step three?", "said 3")
    until(leo, "said 3")
    two.mara.kill()

    until(leo, "had it, silent since", "“Step three” may still be running on")
    press_until(leo, "Enter", "▌ Cancel")
    until(leo, "over from mara", "Last step: Step three")
    confirm(leo, "over from mara")
    until(leo, "enter Step four?")
    answer(leo, "enter Step four?", "Completed")
    assert two.effects == ["one", "two", "three", "four"]
    press_until(leo, "i", "took Restart the workers over")

    mara.run("respawn-pane", "-k", "sh")  # what is killed leaves its terminal as it was
    two.mara.open()
    press_until(mara, "i", "Here: leo")  # the Bridge, which she comes back to, has no such line
    until(mara, "and you.", "took Restart the workers over")
    assert "holds" in two.mara.command("journal", "verify")
    people = [line for line in two.leo.command("who").splitlines() if not line.startswith("R-1: ")]
    assert [line.split("_")[0] for line in people] == ["leo", "mara"]


def test_a_step_that_wants_a_second_person_is_approved_at_the_other_terminal(guarded: Two) -> None:
    mara, leo = guarded.mara.terminal, guarded.leo.terminal
    started(mara)
    until(mara, "a second person has to approve it")
    assert guarded.effects == []
    until(leo, "asks you to approve it")
    press_until(leo, "r", "waits for your approval")
    press_until(leo, "Enter", "1 Approve it")
    press_until(leo, "Enter", "▌ Cancel")
    leo.press("Down")
    until(leo, "▌ Approve it")
    time.sleep(0.6)
    leo.press("Enter")
    until(leo, "why you agree")
    leo.type("it is the right one")
    leo.press("Enter")
    until(leo, "type exactly: one")
    leo.type("one")
    leo.press("Enter")
    until(mara, "Completed")
    until(leo, "Completed")
    assert guarded.effects == ["one"]
    kinds = guarded.leo.command("journal", "tail")
    assert "approval.granted" in kinds
